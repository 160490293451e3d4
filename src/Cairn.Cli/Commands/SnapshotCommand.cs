using System.CommandLine;
using Cairn.Cli.Input;
using Cairn.Cli.Output;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn snapshot</c>: snapshots that are kept in the store under names.</summary>
internal static class SnapshotCommand
{
    private const string JsonForm = "{\"name\":\"…\",\"bytes\":…,\"base\":…," + SnapshotText.JsonFields + "}";

    /// <summary>Makes the command.</summary>
    public static Command Create(CliStreams streams) => new CliCommand(
        "snapshot",
        "Create, list, restore, delete and copy out named snapshots of the state.",
        """
        A named snapshot is kept in the store, whatever is pruned since. Restoring one commits a block after which the state is exactly that of the snapshot; history and local tree go on. Incremental ones hold what changed since another one, which cannot
        be deleted as long as they are there.
        """,
        "cairn snapshot create before-upgrade --store my-store",
        "cairn snapshot restore before-upgrade --store my-store")
    {
        Make(streams), List(streams), Restore(streams), Delete(streams), Export(streams), Info(streams),
    };

    private static CliCommand Make(CliStreams streams)
    {
        Argument<string> name = Name("The name: 1 to 64 letters, digits, '-', '_' and '.'");
        Option<string> store = CommonOptions.Store();
        Option<BlockHeight?> at = CommonOptions.At();
        Option<string?> @base = new("--base") { HelpName = "NAME", Description = "The snapshot to build on: only what changed since is kept" };
        Option<SnapshotCodec> codec = CommonOptions.Choice("--codec", "deflate|zstd|none", "How it is compressed: deflate (the default), zstd where the system has libzstd, none", SnapshotText.Codecs);
        codec.DefaultValueFactory = _ => SnapshotCodec.Deflate;
        Option<bool> json = CommonOptions.Json($"Print {JsonForm}");
        CliCommand command = new("create", "Make a snapshot and keep it.", "The store must not be open for writing elsewhere.", "cairn snapshot create before-upgrade --store my-store", "cairn snapshot create tuesday --store my-store --base monday")
        {
            name, store, at, @base, codec, json,
        };
        command.SetAction((parsed, cancellationToken) => ChangeAsync(parsed.GetRequiredValue(store), async opened =>
        {
            using ProgressLine line = new(streams);
            SnapshotExportOptions options = new() { Codec = parsed.GetValue(codec), OnProgress = progress => line.Show(() => SnapshotText.Of(progress)) };
            NamedSnapshot made = await opened.CreateSnapshotAsync(parsed.GetRequiredValue(name), parsed.GetValue(at), parsed.GetValue(@base), options, cancellationToken);
            line.Clear();
            Write(streams, made, parsed.GetValue(json));
        }, cancellationToken));
        return command;
    }

    private static CliCommand List(CliStreams streams)
    {
        Option<string> store = CommonOptions.Store();
        Option<bool> json = CommonOptions.Json($"Print {JsonForm} for each; of a damaged one only name, bytes and damage");
        CliCommand command = new("list", "List the snapshots: NAME HEIGHT ROOT BYTES CREATED BASE, with tabs between.", "BASE is the name of the snapshot that one builds on, or - for a full one.", "cairn snapshot list --store my-store") { store, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using StateStore opened = await StoreAccess.OpenForReadingAsync(parsed.GetRequiredValue(store), cancellationToken);
            foreach (NamedSnapshot snapshot in opened.ListSnapshots())
            {
                Write(streams, snapshot, parsed.GetValue(json));
            }

            return ExitCode.Fine;
        });
        return command;
    }

    private static CliCommand Restore(CliStreams streams)
    {
        Argument<string> name = Name("The name");
        Option<string> store = CommonOptions.Store();
        Option<BlockHeight?> height = CommonOptions.Height("--height", "The height of the block that restores it. Default: the one above the newest");
        Option<string?> time = new("--time") { HelpName = "TIME", Description = "The time of that block, as 2017-06-23T21:05:06Z. Default: none" };
        Option<bool> json = CommonOptions.Json("Print {\"height\":…,\"root\":\"…\",\"changes\":…}");
        CliCommand command = new(
            "restore", "Bring the state back to that of a snapshot, by a block.", "What was changed since is changed back, what was added is removed, what was deleted is there again. The local tree stays. The store must not be open for writing elsewhere.", "cairn snapshot restore before-upgrade --store my-store")
        {
            name, store, height, time, json,
        };
        command.SetAction((parsed, cancellationToken) => ChangeAsync(parsed.GetRequiredValue(store), async opened =>
        {
            CommittedBlock block = await opened.RestoreSnapshotAsync(parsed.GetRequiredValue(name), parsed.GetValue(height), TicksOf(parsed.GetValue(time)), cancellationToken);
            if (parsed.GetValue(json))
            {
                JsonLine.Write(streams.Output, writer =>
                {
                    writer.WriteNumber("height", block.Height.Value);
                    writer.WriteString("root", block.Root.ToString());
                    writer.WriteNumber("changes", block.Changes);
                });
            }
            else
            {
                streams.Output.WriteLine($"height {block.Height}, {block.Changes} changes, root {block.Root}");
            }
        }, cancellationToken));
        return command;
    }

    private static CliCommand Delete(CliStreams streams)
    {
        Argument<string> name = Name("The name");
        Option<string> store = CommonOptions.Store();
        Option<bool> json = CommonOptions.Json("Print {\"deleted\":\"NAME\"}");
        CliCommand command = new("delete", "Delete a snapshot.", "One that others build on is not deleted. The store must not be open for writing elsewhere.", "cairn snapshot delete before-upgrade --store my-store") { name, store, json };
        command.SetAction((parsed, cancellationToken) => ChangeAsync(parsed.GetRequiredValue(store), async opened =>
        {
            string word = parsed.GetRequiredValue(name);
            await opened.DeleteSnapshotAsync(word, cancellationToken);
            if (parsed.GetValue(json))
            {
                JsonLine.Write(streams.Output, writer => writer.WriteString("deleted", word));
            }
        }, cancellationToken));
        return command;
    }

    private static CliCommand Export(CliStreams streams)
    {
        Argument<string> name = Name("The name");
        Option<string> store = CommonOptions.Store();
        Option<string> @out = new("--out") { Required = true, HelpName = "FILE", Description = "Where it goes; the file appears when it is whole" };
        Option<bool> json = CommonOptions.Json("Print {\"file\":\"…\",\"bytes\":…}");
        CliCommand command = new("export", "Copy a snapshot out of the store, for 'cairn import'.", "An incremental one needs those it builds on.", "cairn snapshot export before-upgrade --store my-store --out before.snapshot") { name, store, @out, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using StateStore opened = await StoreAccess.OpenForReadingAsync(parsed.GetRequiredValue(store), cancellationToken);
            string file = parsed.GetRequiredValue(@out);
            await using Stream snapshot = opened.OpenSnapshot(parsed.GetRequiredValue(name));
            long bytes = snapshot.Length;
            await OutputFile.WriteAsync(file, async stream =>
            {
                await snapshot.CopyToAsync(stream, cancellationToken);
                return 0;
            });
            if (parsed.GetValue(json))
            {
                JsonLine.Write(streams.Output, writer =>
                {
                    writer.WriteString("file", file);
                    writer.WriteNumber("bytes", bytes);
                });
            }

            return ExitCode.Fine;
        });
        return command;
    }

    private static CliCommand Info(CliStreams streams)
    {
        Argument<string> file = new("FILE") { Description = "A snapshot" };
        Option<bool> verify = CommonOptions.Flag("--verify", "Read all of it, and check every part and its proof");
        Option<bool> json = CommonOptions.Json($"Print {{{SnapshotText.JsonFields}}}");
        CliCommand command = new("info", "Tell what a snapshot file says of itself. Needs no store.", "Only its header is read, unless --verify says otherwise; importing checks everything in any case.", "cairn snapshot info --verify before.snapshot") { file, verify, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string path = parsed.GetRequiredValue(file);
            await using FileStream stream = File.Exists(path) ? new FileStream(path, FileMode.Open, FileAccess.Read) : throw new CliException(ExitCode.NotFound, $"there is no file '{path}'.");
            SnapshotInfo info = parsed.GetValue(verify) ? await SnapshotInfo.VerifyAsync(stream, path, cancellationToken) : SnapshotInfo.ReadFrom(stream, path);
            if (parsed.GetValue(json))
            {
                JsonLine.Write(streams.Output, writer => SnapshotText.Write(writer, info));
            }
            else
            {
                streams.Output.WriteLine($"{(info.BaseHeight is { } below ? $"incremental, on height {below} with root {info.BaseRoot}" : "full")}, {info.Totals.Entries} entries");
                streams.Output.WriteLine($"height {info.Height}, root {info.Root}");
            }

            return ExitCode.Fine;
        });
        return command;
    }

    private static Argument<string> Name(string description) => new("NAME") { Description = description };

    private static long? TicksOf(string? time)
    {
        if (time is null)
        {
            return null;
        }

        return Rfc3339.TryParse(System.Text.Encoding.UTF8.GetBytes(time), out long ticks, out string reason) ? ticks : throw new CliException(ExitCode.Malformed, $"--time '{time}': {reason}.");
    }

    private static async Task<int> ChangeAsync(string location, Func<StateStore, Task> change, CancellationToken cancellationToken)
    {
        await using StateStore store = await StoreAccess.OpenForUpkeepAsync(location, cancellationToken);
        try
        {
            await change(store);
        }
        catch (ArgumentException exception)
        {
            throw new CliException(ExitCode.Malformed, exception.Message);
        }
        catch (InvalidOperationException exception)
        {
            throw new CliException(ExitCode.Refused, exception.Message);
        }

        return ExitCode.Fine;
    }

    private static void Write(CliStreams streams, NamedSnapshot snapshot, bool asJson)
    {
        if (asJson)
        {
            JsonLine.Write(streams.Output, writer =>
            {
                writer.WriteString("name", snapshot.Name);
                writer.WriteNumber("bytes", snapshot.StoredBytes);
                if (snapshot.Info is { } info)
                {
                    writer.WriteString("base", snapshot.BaseName);
                    SnapshotText.Write(writer, info);
                }
                else
                {
                    writer.WriteString("damage", snapshot.Damage);
                }
            });
            return;
        }

        string created = snapshot.Info?.CreatedTicks is { } ticks ? TimeText.Of(ticks) : "-";
        string @base = snapshot.Info is not { IsIncremental: true } ? "-" : snapshot.BaseName ?? "missing";
        streams.Output.WriteLine(snapshot.Info is { } known
            ? $"{snapshot.Name}\t{known.Height}\t{known.Root}\t{snapshot.StoredBytes}\t{created}\t{@base}"
            : $"{snapshot.Name}\tdamaged\t-\t{snapshot.StoredBytes}\t-\t-");
    }
}
