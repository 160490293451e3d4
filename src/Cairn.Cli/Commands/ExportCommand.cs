using System.CommandLine;
using System.Globalization;
using Cairn.Cli.Output;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn export</c>: the state as a snapshot, or state or blocks as JSON lines.</summary>
internal static class ExportCommand
{
    /// <summary>The most bytes of keys and values that one line of an exported state has: a block of <c>apply</c> holds twice as much.</summary>
    private const long MaxLineBytes = StateLimits.MaxBlockBytes / 2;

    private sealed record Request(string Store, BlockHeight? At, BlockHeight? Base, bool IsState, BlockHeight[]? Blocks, string? Out, SnapshotCodec Codec, long? ChunkBytes, bool AsJson);

    /// <summary>Makes the command.</summary>
    public static Command Create(CliStreams streams)
    {
        Option<string> store = CommonOptions.Store();
        Option<BlockHeight?> at = CommonOptions.At();
        Option<BlockHeight?> @base = CommonOptions.Height("--base", "Make an incremental snapshot: only what changed since this height");
        Option<bool> state = CommonOptions.Flag("--state", "Write the state as JSON lines for 'cairn apply' instead of a snapshot");
        Option<string[]?> blocks = new("--blocks") { Arity = new ArgumentArity(0, 2), AllowMultipleArgumentsPerToken = true, HelpName = "FROM TO", Description = "Write the blocks from height FROM to height TO, both included, as JSON lines for 'cairn apply'. Default: all that are retained" };
        Option<string?> @out = new("--out") { HelpName = "FILE", Description = "Where it goes; the file appears when it is whole. Default: standard output" };
        Option<SnapshotCodec> codec = CommonOptions.Choice("--codec", "deflate|zstd|none", "How a snapshot is compressed: deflate (the default), zstd where the system has libzstd, none", SnapshotText.Codecs);
        codec.DefaultValueFactory = _ => SnapshotCodec.Deflate;
        Option<long?> chunk = CommonOptions.Number("--chunk-bytes", "The size of the parts of a snapshot before compression, 4096 to 16777216. Default: 1048576");
        Option<bool> json = CommonOptions.Json($"With --out, print {{\"file\":\"…\",\"bytes\":…,\"parts\":…,\"items\":…,{SnapshotText.JsonFields}}}");
        CliCommand command = new(
            "export",
            "Write the state at a height as a snapshot, or state or blocks as JSON lines.",
            """
            A snapshot holds the state tree in parts; each part proves that it belongs to the root. 'cairn import' puts it into a new store. The local tree is not in it.
            JSON lines are what 'cairn apply' takes: a state becomes one block at its height (several for a large one, at the heights before it), blocks stay what they are.
            """,
            "cairn export --store my-store --out state-1200.snapshot",
            "cairn export --store my-store --at 1300 --base 1200 --out 1200-1300.snapshot",
            "cairn export --store my-store --state --at 1200 >state.jsonl",
            "cairn export --store my-store --blocks 1201 1300 --out blocks.jsonl")
        {
            store, at, @base, state, blocks, @out, codec, chunk, json,
        };
        command.Validators.Add(result =>
        {
            bool isLines = result.GetResult(state) is not null || result.GetResult(blocks) is not null;
            if (result.GetResult(state) is not null && result.GetResult(blocks) is not null)
            {
                result.AddError("--state and --blocks exclude each other");
            }
            else if (isLines && result.GetResult(@base) is not null)
            {
                result.AddError("--base is for snapshots");
            }
            else if (result.GetResult(blocks) is not null && result.GetResult(at) is not null)
            {
                result.AddError("--blocks takes its heights itself, without --at");
            }
            else if (result.GetResult(json) is not null && (result.GetResult(@out) is null || isLines))
            {
                result.AddError("--json tells of a snapshot that goes to a file: it needs --out");
            }
        });
        command.SetAction((parsed, cancellationToken) => RunAsync(
            streams,
            new Request(
                parsed.GetRequiredValue(store), parsed.GetValue(at), parsed.GetValue(@base), parsed.GetValue(state), parsed.GetResult(blocks) is null ? null : HeightsOf(parsed.GetValue(blocks) ?? []),
                parsed.GetValue(@out), parsed.GetValue(codec), parsed.GetValue(chunk), parsed.GetValue(json)),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CliStreams streams, Request request, CancellationToken cancellationToken)
    {
        bool isSnapshot = !request.IsState && request.Blocks is null;
        if (isSnapshot && request.Out is null && streams.IsOutputTerminal)
        {
            throw new CliException(ExitCode.Malformed, "a snapshot is no text for a terminal; give --out FILE, or redirect standard output.");
        }

        await using StateStore store = await StoreAccess.OpenForReadingAsync(request.Store, cancellationToken);
        BlockHeight at = request.At ?? store.Height ?? throw new CliException(ExitCode.NotFound, $"the store '{request.Store}' has no block yet; 'cairn apply' adds some.");
        using ProgressLine line = new(streams);
        if (!isSnapshot)
        {
            await WriteAsync(streams, request.Out, stream =>
            {
                if (request.IsState)
                {
                    WriteState(store, at, stream, line, cancellationToken);
                }
                else
                {
                    WriteBlocks(store, request.Blocks!, stream, line, cancellationToken);
                }

                return Task.FromResult(0);
            });
            return ExitCode.Fine;
        }

        SnapshotExportOptions options = new()
        {
            BaseHeight = request.Base,
            Codec = request.Codec,
            ChunkBytes = request.ChunkBytes is { } bytes ? (int)Math.Min(bytes, int.MaxValue) : new SnapshotExportOptions().ChunkBytes,
            OnProgress = progress => line.Show(() => SnapshotText.Of(progress)),
        };
        SnapshotProgress written = await WriteAsync(streams, request.Out, stream => store.ExportSnapshotAsync(at, stream, options, cancellationToken));
        line.Clear();
        if (request.Out is { } file)
        {
            Tell(streams, request, file, written);
        }

        return ExitCode.Fine;
    }

    private static Task<T> WriteAsync<T>(CliStreams streams, string? file, Func<Stream, Task<T>> write) => file is null ? write(streams.Output) : OutputFile.WriteAsync(file, write);

    private static void WriteBlocks(StateStore store, BlockHeight[] range, Stream output, ProgressLine line, CancellationToken cancellationToken)
    {
        foreach (BlockRecord block in store.Blocks(range.Length > 0 ? range[0] : null, range.Length > 1 ? range[1] : null))
        {
            cancellationToken.ThrowIfCancellationRequested();
            BlockJson.Write(output, block, withOld: false);
            line.Show(() => $"height {block.Height} ");
        }
    }

    private static void WriteState(StateStore store, BlockHeight at, Stream output, ProgressLine line, CancellationToken cancellationToken)
    {
        using StateView view = store.ViewAt(at);
        BlockHeight height = StoreAccess.HeightOf(view, store.Location);
        using EntryScan entries = view.State.Range([], []);
        bool isLeft = entries.MoveNext();

        // A value has at most 16 MiB, so that a line is never short of its limit by more.
        ulong lines = 1 + (view.State.Totals.Bytes / (ulong)(MaxLineBytes - StateLimits.MaxValueBytes - StateLimits.MaxKeyBytes));
        if (lines > height.Value + 1)
        {
            throw new CliException(ExitCode.Refused, $"the state is too large for the {height.Value + 1} blocks up to its height; take a snapshot instead.");
        }

        for (ulong number = lines; number > 0; number--)
        {
            cancellationToken.ThrowIfCancellationRequested();
            bool isLast = number == 1;
            BlockHeight lineHeight = new(height.Value - (number - 1));
            isLeft = StateJson.Write(output, lineHeight, isLast ? view.TimeTicks : null, isLast ? view.Root : null, isLeft ? entries : null, MaxLineBytes);
            line.Show(() => $"{number - 1} lines left ");
        }
    }

    private static BlockHeight[] HeightsOf(string[] words) => [.. words.Select(static word => ulong.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out ulong height)
        ? new BlockHeight(height)
        : throw new CliException(ExitCode.Malformed, $"--blocks takes heights, not '{word}'."))];

    private static void Tell(CliStreams streams, Request request, string file, SnapshotProgress written)
    {
        if (request.AsJson)
        {
            JsonLine.Write(streams.Output, writer =>
            {
                writer.WriteString("file", file);
                writer.WriteNumber("bytes", written.Bytes);
                writer.WriteNumber("parts", written.Parts);
                writer.WriteNumber("items", written.Items);
                SnapshotText.Write(writer, written.Snapshot);
            });
            return;
        }

        SnapshotInfo info = written.Snapshot;
        string what = info.BaseHeight is { } below ? $"{written.Items} changes since height {below}" : $"{written.Items} entries";
        streams.Output.WriteLine($"{what}, {written.Parts} parts, {written.Bytes} bytes");
        streams.Output.WriteLine($"height {info.Height}, root {info.Root}");
    }
}
