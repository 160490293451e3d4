using System.CommandLine;
using Cairn.Checking;
using Cairn.Cli.Output;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn quickstart</c>: the main job on the bundled example, step by step.</summary>
internal static class QuickstartCommand
{
    private const string DefaultStore = "./cairn-quickstart";
    private const string ExampleKey = "org/acorn/treasury/balance_cents";
    private const string ExamplePrefix = "org/acorn/members/";

    /// <summary>How the program was called, for command lines to copy; the script in the repository tells.</summary>
    private static string Program => Quoted(Environment.GetEnvironmentVariable("CAIRN_COMMAND") ?? "cairn");

    /// <summary>Makes the command.</summary>
    public static Command Create(CliStreams streams)
    {
        Option<string> store = CommonOptions.Store($"Where the store goes; {DefaultStore} when left out", isRequired: false);
        Option<bool> json = CommonOptions.Json("Print {\"store\":…,\"blocks\":…,\"skipped\":…,\"height\":…,\"root\":\"…\",\"entries\":…,\"sound\":…} instead of explanations");
        CliCommand command = new(
            "quickstart",
            "Apply the bundled example to a store and show what can be done with it.",
            "The example is the first year of a small cooperative. Running it again is harmless: blocks that are there already are skipped.",
            "cairn quickstart",
            "cairn quickstart --store /tmp/acorn")
        {
            store, json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(streams, parsed.GetValue(store) ?? DefaultStore, parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CliStreams streams, string location, bool asJson, CancellationToken cancellationToken)
    {
        string example = Path.Combine(AppContext.BaseDirectory, "examples", "cooperative", "blocks.jsonl");
        if (!File.Exists(example))
        {
            throw new CliException(ExitCode.InputOutput, $"the example '{example}' is missing from this installation; build again.");
        }

        if (asJson)
        {
            ApplySummary summary = await ApplyAsync(streams, location, example, onDurable: null, cancellationToken);
            CheckReport report = await StoreChecker.CheckAsync(location, cancellationToken: cancellationToken);
            WriteJson(streams, location, summary, report);
            return report.IsSound ? ExitCode.Fine : ExitCode.Damaged;
        }

        OutputStream output = streams.Output;
        output.WriteLine($"1. Apply the blocks of a small cooperative to the store '{location}'. Each gets a height and a root, the fingerprint of the whole state after it.");
        output.WriteLine($"   $ {Program} apply --store {Quoted(location)} --resume --roots {Quoted(Path.GetRelativePath(".", example))}");
        ApplySummary applied = await ApplyAsync(streams, location, example, (height, root) => output.WriteLine($"   {height} {root}"), cancellationToken);
        if (applied.Blocks == 0)
        {
            output.WriteLine($"   The store was there with all {applied.Skipped} blocks, so nothing was applied. Delete the folder to begin anew.");
        }
        else if (applied.Skipped > 0)
        {
            output.WriteLine($"   The store was there with {applied.Skipped} of the blocks; it went on behind them.");
        }

        await ReadAsync(output, location, cancellationToken);
        return await CheckAsync(output, location, cancellationToken);
    }

    private static async Task<ApplySummary> ApplyAsync(CliStreams streams, string location, string example, Action<BlockHeight, Hash256>? onDurable, CancellationToken cancellationToken)
    {
        BlockApplier applier = new(streams, new BlockApplierOptions { Store = location, Resume = true, OnDurable = onDurable });
        await using (applier)
        {
            await using FileStream input = new(example, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            await applier.ApplyAsync(input, example, cancellationToken);
            await applier.FinishAsync();
        }

        return applier.Summary;
    }

    private static async Task ReadAsync(OutputStream output, string location, CancellationToken cancellationToken)
    {
        await using StateStore store = await StoreAccess.OpenForReadingAsync(location, cancellationToken);
        using StateView view = store.OpenView();
        output.WriteLine("");
        output.WriteLine("2. Read one key.");
        output.WriteLine($"   $ {Program} get --store {Quoted(location)} {ExampleKey}");
        output.WriteLine($"   {TextForm.Of(view.State.Get(System.Text.Encoding.UTF8.GetBytes(ExampleKey)) ?? [])}");
        output.WriteLine("");
        output.WriteLine("3. List what is under a prefix. The member who left is not there any more.");
        output.WriteLine($"   $ {Program} list --store {Quoted(location)} --prefix {ExamplePrefix}");
        using EntryScan scan = view.State.Prefix(System.Text.Encoding.UTF8.GetBytes(ExamplePrefix));
        while (scan.MoveNext())
        {
            output.WriteLine($"   {TextForm.Of(scan.Key)}\t{TextForm.Of(scan.Value)}");
        }

        StoreStatistics statistics = store.GetStatistics();
        output.WriteLine("");
        output.WriteLine("4. See how much there is, and how it lies on the disk.");
        output.WriteLine($"   $ {Program} stats --store {Quoted(location)}");
        output.WriteLine($"   {statistics.State.Entries} entries of {statistics.State.Bytes} bytes in the state, which the root covers; {statistics.Local.Entries} of {statistics.Local.Bytes} in the local tree, which it does not");
        output.WriteLine($"   {statistics.LogBytes} bytes of log, {statistics.PageBytes} bytes of pages");
    }

    private static async Task<int> CheckAsync(OutputStream output, string location, CancellationToken cancellationToken)
    {
        CheckReport report = await StoreChecker.CheckAsync(location, cancellationToken: cancellationToken);
        output.WriteLine("");
        output.WriteLine("5. Check every byte.");
        output.WriteLine($"   $ {Program} check --store {Quoted(location)}");
        foreach (CheckFault fault in report.Faults)
        {
            output.WriteLine($"   {fault}");
        }

        if (!report.IsSound)
        {
            throw new CliException(ExitCode.Damaged, $"the store '{location}' is damaged; delete the folder and run quickstart again.");
        }

        output.WriteLine("   sound: " + CheckCommand.Extent(report));
        output.WriteLine("");
        output.WriteLine("What to try next:");
        output.WriteLine($"   {Program} root --store {Quoted(location)}");
        output.WriteLine($"   {Program} list --store {Quoted(location)} --tree local");
        output.WriteLine($"   {Program} count --store {Quoted(location)} --prefix org/acorn/treasury/");
        output.WriteLine($"   echo '{{\"height\":25,\"changes\":[{{\"key\":\"org/acorn/motto\",\"value\":\"Small but deep roots\"}}]}}' | {Program} apply --store {Quoted(location)} --roots -");
        output.WriteLine($"   {Program} --help");
        return ExitCode.Fine;
    }

    /// <summary>A word as a shell takes it.</summary>
    private static string Quoted(string word) =>
        word.Length > 0 && word.All(letter => char.IsAsciiLetterOrDigit(letter) || "/._-+:,=@%".Contains(letter, StringComparison.Ordinal)) ? word : $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    private static void WriteJson(CliStreams streams, string location, ApplySummary summary, CheckReport report) => JsonLine.Write(streams.Output, writer =>
    {
        writer.WriteString("store", location);
        writer.WriteNumber("blocks", summary.Blocks);
        writer.WriteNumber("skipped", summary.Skipped);
        writer.Height("height", summary.Height);
        writer.WriteString("root", summary.Root.ToString());
        writer.WriteNumber("entries", summary.Entries);
        writer.WriteBoolean("sound", report.IsSound);
    });
}
