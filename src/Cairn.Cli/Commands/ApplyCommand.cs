using System.CommandLine;
using System.Diagnostics;
using Cairn.Cli.Output;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn apply</c>: commits blocks from JSON lines.</summary>
internal static class ApplyCommand
{
    private sealed record Request(string[] Files, string Store, string? Home, Durability Durability, long? RetainBlocks, bool Resume, bool PrintRoots, bool AsJson);

    /// <summary>Makes the command.</summary>
    public static Command Create(CliStreams streams)
    {
        Option<string> store = CommonOptions.Store();
        Option<string?> home = CommonOptions.Choice<string?>("--home", "directory|jsonl", "What a new store is kept in: directory (the default), or jsonl, one readable file for small state", ("directory", "dir"), ("jsonl", "jsonl"));
        Option<Durability> durability = CommonOptions.Choice(
            "--durability",
            "durable|grouped|danger-no-sync",
            "durable (the default): every block survives a loss of power once it is acknowledged; grouped: one sync for 64 blocks; danger-no-sync: only at the end",
            ("durable", Durability.Durable), ("grouped", Durability.Grouped), ("danger-no-sync", Durability.DangerNoSync));
        Option<long?> retain = CommonOptions.RetainBlocks();
        Option<bool> resume = CommonOptions.Flag("--resume", "Skip the blocks that the store has already, comparing roots where a line has one");
        Option<bool> roots = CommonOptions.Flag("--roots", "Print HEIGHT ROOT for each block once it is durable");
        Option<bool> json = CommonOptions.Json("Print at the end {\"blocks\":…,\"skipped\":…,\"changes\":…,\"height\":…,\"root\":\"…\",\"entries\":…,\"seconds\":…}");
        Argument<string[]> files = new("FILE") { Arity = ArgumentArity.OneOrMore, Description = "Files with one block a line, applied in this order; - is standard input" };
        CliCommand command = new(
            "apply",
            "Apply blocks to a store, which is created when there is none.",
            """
            A line is a block, applied as a whole or not at all:
              {"height":1,"time":"2017-06-23T21:05:06Z","changes":[{"key":"k","value":"v"}]}
            key and value are text, or keyHex and valueHex for any bytes; "value":null deletes the key; "tree":"local" is for this node's own records, which
            the root does not cover. time, payloadHex and root are optional; a root is compared. Heights ascend and may have gaps.
            """,
            "cairn apply --store my-store --roots blocks.jsonl",
            "cairn apply --store my-store --home jsonl - <blocks.jsonl",
            "cairn apply --store my-store --resume --durability grouped --json blocks.jsonl",
            "cairn apply --store memory: --roots blocks.jsonl      (keeps nothing, only tells the roots)")
        {
            files, store, home, durability, retain, resume, roots, json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            streams,
            new Request(
                parsed.GetRequiredValue(files), parsed.GetRequiredValue(store), parsed.GetValue(home), parsed.GetValue(durability), parsed.GetValue(retain), parsed.GetValue(resume), parsed.GetValue(roots), parsed.GetValue(json)),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CliStreams streams, Request request, CancellationToken cancellationToken)
    {
        foreach (string file in request.Files.Where(file => !IsStandardInput(file) && !File.Exists(file)))
        {
            throw new CliException(ExitCode.Malformed, Directory.Exists(file) ? $"'{file}' is a directory; give the files in it." : $"there is no file '{file}'.");
        }

        long started = Stopwatch.GetTimestamp();
        BlockApplier applier = new(streams, new BlockApplierOptions
        {
            Store = request.Store,
            Home = request.Home,
            Durability = request.Durability,
            RetainBlocks = request.RetainBlocks,
            Resume = request.Resume,
            OnDurable = request.PrintRoots ? (height, root) => Print(streams.Output, height, root) : null,
        });
        await using (applier)
        {
            foreach (string file in request.Files)
            {
                bool isStandardInput = IsStandardInput(file);
                await using Stream? opened = isStandardInput ? null : new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
                await applier.ApplyAsync(opened ?? streams.OpenInput(), isStandardInput ? "stdin" : file, cancellationToken);
            }

            await applier.FinishAsync();
        }

        Tell(streams, request, applier.Summary, Stopwatch.GetElapsedTime(started));
        return ExitCode.Fine;
    }

    private static bool IsStandardInput(string file) => string.Equals(file, "-", StringComparison.Ordinal);

    /// <summary>Prints a root at once. That nobody reads any more does not keep blocks from being applied.</summary>
    private static void Print(OutputStream output, BlockHeight height, Hash256 root)
    {
        try
        {
            output.WriteLine($"{height} {root}");
            output.Flush();
        }
        catch (OutputClosedException)
        {
        }
    }

    private static void Tell(CliStreams streams, Request request, ApplySummary summary, TimeSpan elapsed)
    {
        if (request.AsJson)
        {
            JsonLine.Write(streams.Output, writer =>
            {
                writer.WriteNumber("blocks", summary.Blocks);
                writer.WriteNumber("skipped", summary.Skipped);
                writer.WriteNumber("changes", summary.Changes);
                writer.Height("height", summary.Height);
                writer.WriteString("root", summary.Root.ToString());
                writer.WriteNumber("entries", summary.Entries);
                writer.WriteNumber("seconds", Math.Round(elapsed.TotalSeconds, 3));
            });
        }
        else if (!request.PrintRoots)
        {
            string skipped = summary.Skipped > 0 ? $", {summary.Skipped} skipped" : "";
            streams.Output.WriteLine($"{summary.Blocks} blocks applied{skipped}, {summary.Changes} changes, in {elapsed.TotalSeconds:0.0} s");
            streams.Output.WriteLine(summary.Height is { } height ? $"height {height}, {summary.Entries} entries, root {summary.Root}" : "the store has no block yet");
        }
    }
}
