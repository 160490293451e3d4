using System.CommandLine;
using System.CommandLine.Parsing;
using Cairn.Benchmarks.Cases;
using Cairn.Benchmarks.Engines;
using Cairn.Benchmarks.Micro;
using Cairn.Benchmarks.Parts;

namespace Cairn.Benchmarks;

/// <summary>The command line.</summary>
internal static class BenchmarkCommands
{
    private static readonly Option<int> Keys = new("--keys") { Description = "Keys of the state.", DefaultValueFactory = _ => 1_000_000, Recursive = true };
    private static readonly Option<ulong> Seed = new("--seed") { Description = "Seed of keys, values and draws.", DefaultValueFactory = _ => 1, Recursive = true };
    private static readonly Option<HomeKind> Home = new("--home") { Description = "Where stores live.", DefaultValueFactory = _ => HomeKind.Directory, Recursive = true };
    private static readonly Option<string?> Directory = new("--dir") { Description = "Directory in which the stores are made and removed again. Default: the system's temporary one.", Recursive = true };
    private static readonly Option<Durability> Durability = new("--durability") { Description = "How blocks are committed.", DefaultValueFactory = _ => Cairn.Durability.Durable, Recursive = true };
    private static readonly Option<int?> Blocks = new("--blocks") { Description = "Blocks of 10,000 updates to commit; of 1,000 there are five times as many, of 10 twenty times. Default: 100.", Recursive = true };
    private static readonly Option<int> Runs = new("--runs") { Description = "How often everything is measured; medians are shown.", DefaultValueFactory = _ => 3, Recursive = true };
    private static readonly Option<int> Cache = new("--cache") { Description = "Cache of a store in MiB.", DefaultValueFactory = _ => 256, Recursive = true };
    private static readonly Option<string?> Json = new("--json") { Description = "Write the figures of every run to this file, too.", Recursive = true };
    private static readonly Option<bool> Markdown = new("--markdown") { Description = "Write the tables as Markdown.", Recursive = true };

    private static readonly Option<IReadOnlyList<EngineKind>> Engines = ListOption<EngineKind>("--engines", "What compare compares");
    private static readonly Option<IReadOnlyList<Phase>> Phases = ListOption<Phase>("--phases", "What compare compares by");
    private static readonly Option<string?> RocksDb = new("--rocksdb") { Description = "The library of RocksDB to compare with. Default: the system's.", Recursive = true };
    private static readonly Option<bool> NoSync = new("--no-sync") { Description = "Compare blocks without syncs, too.", Recursive = true };
    private static readonly Option<int> Rounds = new("--rounds") { Description = "How often compare overwrites every key.", DefaultValueFactory = _ => 5, Recursive = true };

    /// <summary>Makes the command line.</summary>
    public static RootCommand Create()
    {
        foreach (Option<int> option in (Option<int>[])[Keys, Runs, Cache, Rounds])
        {
            option.Validators.Add(result =>
            {
                if (result.Tokens.Count > 0 && int.TryParse(result.Tokens[0].Value, out int value) && value < 1)
                {
                    result.AddError($"{option.Name} must be at least 1.");
                }
            });
        }

        return new RootCommand("Measures the Cairn state store on a deterministic workload.")
        {
            Keys, Seed, Home, Directory, Durability, Blocks, Runs, Cache, Json, Markdown, Engines, Phases, RocksDb, NoSync, Rounds,
            Verb("load", "Loads keys in random and in sorted order; the root of a million keys.", new Suite.Plan { Load = true }),
            Verb("commit", "Commits blocks of 10,000, 1,000 and 10 updates.", new Suite.Plan { Commit = true }),
            Verb("get", "Point reads: present, absent, hot; one and two threads.", new Suite.Plan { Get = true }),
            Verb("scan", "Prefix scans.", new Suite.Plan { Scan = true }),
            Verb("reopen", "Reopens after a clean close and after a kill.", new Suite.Plan { Reopen = true }),
            Verb("all", "All of these, on one store.", new Suite.Plan { Load = true, Commit = true, Get = true, Scan = true, Reopen = true }),
            CompareCommand(),
            Parts(),
            MicroCommand(),
            BlockWriterCommand(),
            EngineRunCommand(),
        };
    }

    private static Command Verb(string name, string description, Suite.Plan plan)
    {
        Command command = new(name, description);
        command.SetAction(async (parsed, _) => await new Suite(Read(parsed)).RunAsync(name, plan));
        return command;
    }

    private static Command Parts()
    {
        Command hash = new("hash", "Nanoseconds a hash for every SHA-256 implementation.");
        hash.SetAction(_ => HashBenchmark.Run());
        Command block = new("block", "The steps of a block, each on its own.");
        block.SetAction(async (parsed, _) => await BlockParts.RunAsync(Read(parsed)));
        Command cold = new("cold", "Blocks and reads where the cache holds a quarter of the pages.");
        cold.SetAction(async (parsed, _) => await ColdParts.RunAsync(Read(parsed)));
        Command executions = new("executions", "The history of executions: blocks of 1,000 records beside plain entries, and questions.");
        executions.SetAction(async (parsed, _) => await ExecutionParts.RunAsync(Read(parsed)));
        Command namespaces = new("namespaces", "Keys of namespaces: writes and reads within a block and at a height.");
        namespaces.SetAction(async (parsed, _) => await NamespaceParts.RunAsync(Read(parsed)));
        Command history = new("history", "Reads at old heights, and the index for them. --blocks: how many of 100 changes, 100,000 unless told otherwise.");
        history.SetAction(async (parsed, _) => await HistoryParts.RunAsync(Read(parsed)));
        Command machine = new("machine", "The machine: simple commands, calls, reads and writes of the storage in one block, and committing it.");
        machine.SetAction(async (parsed, _) => await MachineParts.RunAsync(Read(parsed)));
        Command proof = new("proof", "Building and checking proofs, and rebuilding an old height. --blocks: how many of 1,000 changes lie between, 100 unless told otherwise.");
        proof.SetAction(async (parsed, _) => await ProofParts.RunAsync(Read(parsed)));
        Command prune = new("prune", "Commits alone and beside pruning. --blocks: how many a side, 500 unless told otherwise.");
        prune.SetAction(async (parsed, _) => await PruneParts.RunAsync(Read(parsed)));
        Command root = new("root", "The root of new entries in key order from nothing: puts, sort, build, hash. --keys: how many.");
        root.SetAction(parsed => RootParts.Run(Read(parsed)));
        Command slots = new("slots", "Contract storage: hot bytes, typed fields, maps and lists; sizes of the chunks that slots are cut into.");
        slots.SetAction(async (parsed, _) => await SlotParts.RunAsync(Read(parsed)));
        Command transfers = new("transfers", "Transfers of a token through the contract executor, and the engine alone with the same changes. --blocks: how many of 1,000 transfers, 100 unless told otherwise.");
        transfers.SetAction(async (parsed, _) => await TransferParts.RunAsync(Read(parsed)));
        return new Command("parts", "Micro-benchmarks of parts of the engine.") { hash, block, cold, executions, history, machine, namespaces, proof, prune, root, slots, transfers };
    }

    private static Command CompareCommand()
    {
        Command command = new("compare", "Compares Cairn with RocksDB, LevelDB, LMDB and SQLite, and shows ratios.");
        command.SetAction(async (parsed, _) => await new Comparison(Read(parsed)).RunAsync());
        return command;
    }

    private static Command MicroCommand()
    {
        Command command = new("micro", "Small parts, by BenchmarkDotNet; further arguments are its own, for example --filter '*Page*' or --list flat.") { TreatUnmatchedTokensAsErrors = false };
        command.SetAction(parsed => MicroBenchmarks.Run(parsed.UnmatchedTokens));
        return command;
    }

    /// <summary>What <see cref="ReopenCase"/> starts in order to kill it.</summary>
    private static Command BlockWriterCommand()
    {
        Argument<EngineKind> kind = new("kind");
        Argument<string> store = new("store");
        Argument<ulong> keyCount = new("key-count");
        Argument<ulong> version = new("version");
        Command command = new(BlockWriter.Verb, "Commits blocks until it is killed.") { kind, store, keyCount, version };
        command.Hidden = true;
        command.SetAction(async (parsed, _) => await BlockWriter.RunAsync(
            Read(parsed), parsed.GetRequiredValue(kind), parsed.GetRequiredValue(store), parsed.GetRequiredValue(keyCount), parsed.GetRequiredValue(version)));
        return command;
    }

    /// <summary>What <see cref="Comparison"/> starts for each engine and run.</summary>
    private static Command EngineRunCommand()
    {
        Argument<EngineKind> kind = new("kind");
        Argument<string> directory = new("directory");
        Argument<string> figures = new("figures");
        Command command = new(EngineRun.Verb, "Runs one engine.") { kind, directory, figures };
        command.Hidden = true;
        command.SetAction(async (parsed, _) => await EngineRun.RunAsync(Read(parsed), parsed.GetRequiredValue(kind), parsed.GetRequiredValue(directory), parsed.GetRequiredValue(figures)));
        return command;
    }

    private static Option<IReadOnlyList<T>> ListOption<T>(string name, string description)
        where T : struct, Enum => new(name)
        {
            Description = $"{description}: {string.Join(',', Enum.GetNames<T>()).ToLowerInvariant()}, or some of these.",
            DefaultValueFactory = _ => Enum.GetValues<T>(),
            Recursive = true,
            CustomParser = result => [.. result.Tokens.SelectMany(token => token.Value.Split(',')).Select(text => ParseName<T>(text, result))],
        };

    private static T ParseName<T>(string text, ArgumentResult result)
        where T : struct, Enum
    {
        if (!Enum.TryParse(text, ignoreCase: true, out T value) || !Enum.IsDefined(value))
        {
            result.AddError($"'{text}' is none of {string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant()}.");
        }

        return value;
    }

    private static BenchmarkOptions Read(ParseResult parsed) => new()
    {
        Keys = parsed.GetValue(Keys),
        Seed = parsed.GetValue(Seed),
        Home = parsed.GetValue(Home),
        Directory = parsed.GetValue(Directory),
        Durability = parsed.GetValue(Durability),
        Blocks = parsed.GetValue(Blocks),
        Runs = parsed.GetValue(Runs),
        CacheBytes = (long)parsed.GetValue(Cache) << 20,
        JsonFile = parsed.GetValue(Json),
        Markdown = parsed.GetValue(Markdown),
        Engines = parsed.GetRequiredValue(Engines),
        Phases = parsed.GetRequiredValue(Phases),
        RocksDb = parsed.GetValue(RocksDb),
        NoSync = parsed.GetValue(NoSync),
        Rounds = parsed.GetValue(Rounds),
    };
}
