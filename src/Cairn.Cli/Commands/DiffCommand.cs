using System.CommandLine;
using Cairn.Cli.Output;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn diff</c>: in what the states at two heights differ.</summary>
internal static class DiffCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(CliStreams streams)
    {
        Argument<BlockHeight?> from = CommonOptions.HeightArgument("H1", "The height with the old values; the newest block at or below it counts", isRequired: true);
        Argument<BlockHeight?> to = CommonOptions.HeightArgument("H2", "The height with the new values; it may be below the first one", isRequired: true);
        Option<string> store = CommonOptions.Store();
        Option<bool> json = CommonOptions.Json("Print a line {\"tree\":…,\"key\":…,\"old\":…,\"new\":…} for each key, null standing for absent; keyHex, oldHex and newHex where bytes are not text");
        CliCommand command = new(
            "diff",
            "Print the keys in which the states at two heights differ: TREE KEY OLD NEW.",
            """
            First those of the state tree, then those of the local tree, each in key order, with tabs between; what was changed and changed back is not among them.
            A dash stands for absent. What contains control characters, is not UTF-8, is a dash, or begins with 'hex:' is printed as 'hex:' and digits.
            """,
            "cairn diff --store my-store 4900000 5000000",
            "cairn diff --store my-store 5000000 4900000 --json")
        {
            from, to, store, json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            streams, parsed.GetRequiredValue(store), parsed.GetValue(from)!.Value, parsed.GetValue(to)!.Value, parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CliStreams streams, string location, BlockHeight from, BlockHeight to, bool asJson, CancellationToken cancellationToken)
    {
        await using StateStore store = await StoreAccess.OpenForReadingAsync(location, cancellationToken);
        foreach (EntryChange change in store.Diff(from, to))
        {
            cancellationToken.ThrowIfCancellationRequested();
            Write(streams.Output, change, asJson);
        }

        return ExitCode.Fine;
    }

    private static void Write(OutputStream output, EntryChange change, bool asJson)
    {
        if (asJson)
        {
            JsonLine.Write(output, writer =>
            {
                writer.WriteString("tree", TextForm.Of(change.Tree));
                writer.Bytes("key", change.Key);
                writer.BytesOrNull("old", change.Old);
                writer.BytesOrNull("new", change.New);
            });
            return;
        }

        output.Write($"{TextForm.Of(change.Tree)}\t");
        TextForm.Write(output, change.Key);
        output.Write("\t"u8);
        TextForm.WriteOrAbsent(output, change.Old);
        output.Write("\t"u8);
        TextForm.WriteOrAbsent(output, change.New);
        output.Write("\n"u8);
    }
}
