using BenchmarkDotNet.Attributes;
using Cairn.Benchmarks.Workloads;
using Cairn.Homes;
using Cairn.IO;
using Cairn.Log;

namespace Cairn.Benchmarks.Micro;

/// <summary>A record of a block appended to a log in a directory: encoding, checksum and the write call; and the sync behind it. So few at a time because the log stays.</summary>
[InvocationCount(100)]
public class LogBenchmarks
{
    private string _directory = string.Empty;
    private SegmentLog _log = null!;
    private ChangeList _changes = null!;
    private ulong _sequence;

    /// <summary>The changes of the block.</summary>
    [Params(10, 1_000)]
    public int Changes { get; set; }

    /// <summary>The log that is appended to.</summary>
    internal IBlockLog Log => _log;

    /// <summary>Opens the log.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        _directory = Directory.CreateTempSubdirectory("cairn-micro-").FullName;
        _log = SegmentLog.Open(OsFileSystem.Instance, Path.Combine(_directory, "log"), new SegmentLogOptions(), LogPosition.Start, LogPosition.Start);
        _sequence = 0;
        KeySpace space = new(seed: 1);
        UpdateBuffer buffer = new(space, Changes);
        ChangeList.Builder changes = new();
        foreach (int number in space.SortedNumbers(Changes))
        {
            buffer.Add((ulong)number, version: 0);
            changes.Add(buffer.Key(buffer.Count - 1), hasOld: true, buffer.Value(buffer.Count - 1), new BlockHeight(0), hasNew: true, buffer.Value(buffer.Count - 1));
        }

        _changes = changes.Build();
    }

    /// <summary>Closes and removes the log.</summary>
    [GlobalCleanup]
    public void CleanUp()
    {
        _log.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>Appends.</summary>
    [Benchmark]
    public async Task Append() => await _log.AppendAsync(Record(), CancellationToken.None);

    /// <summary>Appends and syncs.</summary>
    [Benchmark]
    public async Task AppendAndSync()
    {
        await _log.AppendAsync(Record(), CancellationToken.None);
        await _log.SyncAsync(CancellationToken.None);
    }

    private LogRecord Record()
    {
        _sequence++;
        return new LogRecord
        {
            Kind = RecordKind.Block,
            Sequence = _sequence,
            Height = new BlockHeight(_sequence),
            ParentHeight = _sequence == 1 ? null : new BlockHeight(_sequence - 1),
            PreviousRoot = default,
            Root = default,
            StateChanges = _changes,
        };
    }
}
