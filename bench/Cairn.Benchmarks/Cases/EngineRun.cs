using Cairn.Benchmarks.Engines;
using Cairn.Benchmarks.Results;
using Cairn.Benchmarks.Workloads;

namespace Cairn.Benchmarks.Cases;

/// <summary>What engines are compared by, in the order in which it is done.</summary>
internal enum Phase
{
    /// <summary>Loading in the order of keys, and settling.</summary>
    Load,

    /// <summary>Point reads with a cache as large as asked for.</summary>
    Get,

    /// <summary>Prefix scans.</summary>
    Scan,

    /// <summary>Point reads with a cache of a quarter of the state.</summary>
    ColdGet,

    /// <summary>Blocks, durable and if asked for not.</summary>
    Commit,

    /// <summary>Reopening after a clean close and after a kill.</summary>
    Reopen,

    /// <summary>Overwriting every key several times, and compaction.</summary>
    Overwrite,

    /// <summary>Reads beside commits.</summary>
    Mixed,
}

/// <summary>One engine, one run, in a process of its own: so that its memory, its caches and what the runtime has compiled are its own, too.</summary>
internal static class EngineRun
{
    /// <summary>The verb that starts the process.</summary>
    public const string Verb = "run-engine";

    /// <summary>The table of the figures.</summary>
    public const string Table = "compare";

    /// <summary>The name of the figure that says what the engine holds after blocks that are the same for all.</summary>
    public const string Content = "content";

    private const int WarmUpKeys = 500_000;
    private const int WarmUpBlocks = 150;
    private static readonly int[] WarmUpUpdates = [10_000, 1_000, 1_000];

    /// <summary>Runs the phases that the options name and writes the figures to a file.</summary>
    public static async Task RunAsync(BenchmarkOptions options, EngineKind kind, string directory, string file)
    {
        EngineCatalog.Prepare(kind, options.RocksDb);
        await WarmUpAsync(options, kind, directory + "-warm-up");
        JsonReport.Write(file, (await RunAsync(options, kind, directory)).All);
    }

    /// <summary>Runs the phases that the options name.</summary>
    public static async Task<Figures> RunAsync(BenchmarkOptions options, EngineKind kind, string directory)
    {
        Figures figures = new();
        Figures.Column Column(string verb, string name) => new(figures, Table, EngineCatalog.NameOf(kind), $"{verb}, {name}: ");
        ColumnOf nowhere = new Figures().In;
        await using EngineSession session = await LoadCase.RunAsync(options, new KeySpace(options.Seed), kind, directory, isSorted: true, options.Phases.Contains(Phase.Load) ? Column : nowhere);
        session.Report(Column);
        foreach (Phase phase in options.Phases.Order())
        {
            Console.Error.WriteLine($"  {EngineCatalog.NameOf(kind)}: {phase}");
            await RunAsync(session, phase);
        }

        return figures;
    }

    /// <summary>
    /// Loads two databases, one in order and one at random, and changes each by blocks: the runtime compiles for speed what it has seen used, and a program that runs for some time has the memory it needs. They go again.
    /// </summary>
    private static async Task WarmUpAsync(BenchmarkOptions options, EngineKind kind, string directory)
    {
        BenchmarkOptions fewer = options with { Keys = Math.Min(options.Keys, WarmUpKeys) };
        foreach (bool isSorted in (bool[])[true, false])
        {
            await using (EngineSession session = await LoadCase.RunAsync(fewer, new KeySpace(options.Seed), kind, directory, isSorted, new Figures().In))
            {
                UpdateBuffer buffer = new(session.Space, WarmUpUpdates.Max());
                for (int block = 0; block < WarmUpBlocks; block++)
                {
                    session.Stream.Fill(buffer, WarmUpUpdates[block % WarmUpUpdates.Length], session.NextVersion());
                    await session.Engine.CommitAsync(buffer);
                }
            }

            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task RunAsync(EngineSession session, Phase phase)
    {
        switch (phase)
        {
            case Phase.Get:
                GetCase.Run(session);
                break;
            case Phase.Scan:
                ScanCase.Run(session);
                break;
            case Phase.ColdGet:
                await GetCase.RunColdAsync(session);
                break;
            case Phase.Commit:
                await CommitAsync(session);
                break;
            case Phase.Reopen:
                await ReopenCase.RunAsync(session);
                break;
            case Phase.Overwrite:
                await OverwriteCase.RunAsync(session);
                break;
            case Phase.Mixed:
                await MixedCase.RunAsync(session);
                break;
            default:
                break; // loading comes first in any case
        }
    }

    private static async Task CommitAsync(EngineSession session)
    {
        BenchmarkOptions options = session.Options;
        await CommitCase.RunAsync(session, options.Durability == Durability.Durable ? "durable" : $"{options.Durability}");
        if (options.NoSync)
        {
            await session.ReopenAsync(options.CacheBytes, Durability.DangerNoSync);
            await CommitCase.RunAsync(session, "no sync");
            await session.ReopenAsync(options.CacheBytes, options.Durability);
        }

        // Engines that were given the same blocks hold the same; a number of a table has 53 bits.
        session.In("commit", "all").AddDetail(Content, "1", session.ReadAll().Mix >> 11);
    }
}
