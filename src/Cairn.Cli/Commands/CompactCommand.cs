using System.CommandLine;
using System.Diagnostics;
using Cairn.Cli.Output;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn compact</c>: gives back the disk space of page files that nothing needs.</summary>
internal static class CompactCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(CliStreams streams)
    {
        Option<string> store = CommonOptions.Store();
        Option<bool> json = CommonOptions.Json("Print {\"filesRemoved\":…,\"bytesMoved\":…,\"bytesFreed\":…,\"pageBytes\":…,\"livePageBytes\":…}");
        CliCommand command = new(
            "compact",
            "Give back the disk space of page files that nothing needs.",
            "Writes anew what is still in use in sparse page files and deletes them. A running store does this by itself, bit by bit; this does all of it now, and wants the store to itself.",
            "cairn compact --store my-store",
            "cairn compact --store my-store --json")
        {
            store, json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(streams, parsed.GetRequiredValue(store), parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CliStreams streams, string location, bool asJson, CancellationToken cancellationToken)
    {
        Progress progress = new(streams);
        await using StateStore store = await StateStore.OpenAsync(location, new StateStoreOptions { CreateIfMissing = false, OnEvent = progress.Show }, cancellationToken);
        CompactionReport report = await store.CompactAsync(cancellationToken);
        progress.Clear();
        StoreStatistics statistics = store.GetStatistics();
        StatGroup group = new(
            "compact",
            [
                new("filesRemoved", (ulong)report.FilesRemoved),
                new("bytesMoved", (ulong)report.BytesMoved),
                new("bytesFreed", (ulong)Math.Max(0, report.BytesFreed)),
                new("pageBytes", (ulong)statistics.PageBytes),
                new("livePageBytes", (ulong)statistics.LivePageBytes),
            ]);
        if (asJson)
        {
            JsonLine.Write(streams.Output, writer =>
            {
                foreach (Stat stat in group.Stats)
                {
                    writer.WriteNumber(stat.Name, (ulong)stat.Value!);
                }
            });
        }
        else if (streams.IsOutputTerminal)
        {
            StatTable.Write(streams.Output, [group]);
        }
        else
        {
            foreach (Stat stat in group.Stats)
            {
                streams.Output.WriteLine($"{stat.Name}\t{stat.Text}");
            }
        }

        return ExitCode.Fine;
    }

    /// <summary>One line on a terminal, written over and over.</summary>
    private sealed class Progress(CliStreams streams)
    {
        private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
        private readonly Lock _lock = new();
        private long _last = Stopwatch.GetTimestamp();
        private long _bytes;
        private bool _isShown;

        public void Show(StoreEvent happened)
        {
            lock (_lock)
            {
                _bytes += happened is StoreEvent.CleaningCompleted run ? run.Bytes : 0;
                if (streams.IsErrorTerminal && _bytes > 0 && Stopwatch.GetElapsedTime(_last) >= Interval)
                {
                    _last = Stopwatch.GetTimestamp();
                    _isShown = true;
                    streams.Error.Write($"\r{_bytes} bytes moved ");
                }
            }
        }

        public void Clear()
        {
            lock (_lock)
            {
                if (_isShown)
                {
                    streams.Error.Write("\r\u001b[K");
                    _isShown = false;
                }
            }
        }
    }
}
