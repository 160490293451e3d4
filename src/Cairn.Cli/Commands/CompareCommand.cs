using System.CommandLine;
using Cairn.Cli.Output;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn compare</c>: from where on, and in which keys, two stores differ.</summary>
internal static class CompareCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(CliStreams streams)
    {
        Argument<string> one = new("A") { Description = "A store: a path, or dir:PATH, jsonl:PATH" };
        Argument<string> other = new("B") { Description = "Another one, of any kind" };
        Option<BlockHeight?> at = CommonOptions.Height("--at", "Compare the keys at this height. Default: the first height at which the states differ; the two heads where no height is common to both");
        Option<long?> limit = CommonOptions.Number("--limit", "The most keys to print. Default: all");
        Option<bool> json = CommonOptions.Json(
            "Print a line {\"key\":…,\"a\":…,\"b\":…} for each key, null standing for absent (keyHex, aHex, bHex where bytes are not text), then {\"same\":…,\"oldest\":…,\"newest\":…,\"firstDifference\":…,\"comparedAt\":…,\"keys\":…}");
        CliCommand command = new(
            "compare",
            "Find the first height and the keys in which the states of two stores differ: KEY A B.",
            """
            The height is found by comparing roots in a binary search over the heights that both retain, the keys by descending the hashes of both trees: only what differs is read.
            The local trees, which no hash covers, are not compared. A dash stands for absent; other bytes than plain text are printed as 'hex:' and digits.
            Ends with 0 when the states are the same at the newest common height, or at --at, and with 7 when they differ. Reads only; the stores may be written meanwhile.
            """,
            "cairn compare my-store backups/my-store",
            "cairn compare node-a node-b --at 5000000 --limit 20")
        {
            one, other, at, limit, json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            streams, parsed.GetValue(one)!, parsed.GetValue(other)!, parsed.GetValue(at), parsed.GetValue(limit) ?? long.MaxValue, parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CliStreams streams, string location, string otherLocation, BlockHeight? at, long limit, bool asJson, CancellationToken cancellationToken)
    {
        await using StateStore one = await StoreAccess.OpenForReadingAsync(location, cancellationToken);
        await using StateStore other = await StoreAccess.OpenForReadingAsync(otherLocation, cancellationToken);
        ComparisonReport report = StoreComparer.Compare(one, other);
        BlockHeight? height = at ?? report.FirstDifference ?? report.Newest;
        bool isSame = AreSameAt(one, other, height);
        long keys = 0;
        if (!isSame)
        {
            foreach (EntryChange change in StoreComparer.Differences(one, other, height))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (keys == limit)
                {
                    break;
                }

                keys++;
                Write(streams.Output, change, asJson);
            }
        }

        WriteReport(streams, report, height, isSame, keys, asJson);
        return isSame ? ExitCode.Fine : ExitCode.Different;
    }

    private static bool AreSameAt(StateStore one, StateStore other, BlockHeight? height) =>
        height is { } at ? one.RootAt(at) == other.RootAt(at) : one.Root == other.Root;

    private static void Write(OutputStream output, EntryChange change, bool asJson)
    {
        if (asJson)
        {
            JsonLine.Write(output, writer =>
            {
                writer.Bytes("key", change.Key);
                writer.BytesOrNull("a", change.Old);
                writer.BytesOrNull("b", change.New);
            });
            return;
        }

        TextForm.Write(output, change.Key);
        output.Write("\t"u8);
        TextForm.WriteOrAbsent(output, change.Old);
        output.Write("\t"u8);
        TextForm.WriteOrAbsent(output, change.New);
        output.Write("\n"u8);
    }

    private static void WriteReport(CliStreams streams, ComparisonReport report, BlockHeight? height, bool isSame, long keys, bool asJson)
    {
        if (asJson)
        {
            JsonLine.Write(streams.Output, writer =>
            {
                writer.WriteBoolean("same", isSame);
                writer.Height("oldest", report.Oldest);
                writer.Height("newest", report.Newest);
                writer.Height("firstDifference", report.FirstDifference);
                writer.Height("comparedAt", height);
                writer.WriteNumber("keys", keys);
            });
            return;
        }

        string range = report.Oldest is null ? "no height is common to both" : $"both have the heights {report.Oldest} to {report.Newest}";
        string place = height is { } at ? $"at height {at}" : "at the heads";
        string first = report.FirstDifference is not { } different ? ""
            : different == report.Oldest ? $"; they differ from {different} on, the oldest of them, and perhaps before"
            : $"; they differ from {different} on";
        CliApplication.Say(streams, isSame ? $"the states are the same {place}; {range}{first}" : $"the states differ {place}, in {keys} keys printed; {range}{first}");
    }
}
