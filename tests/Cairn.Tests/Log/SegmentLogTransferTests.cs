using Cairn.Homes;
using Cairn.IO;
using Cairn.Log;
using Cairn.Tests.IO;
using Xunit;
using static Cairn.Tests.Log.LogHarness;

namespace Cairn.Tests.Log;

/// <summary>Large records go past the cache of the system, or are on their way to the disk before they are synced.</summary>
public sealed class SegmentLogTransferTests
{
    private const int SegmentBytes = 4 << 20;

    private readonly SimulatedFileSystem _files = NewFiles();
    private readonly LogRecord[] _records = SampleRecords.Chain(new Random(1), 1000, 400_000, 900_000, 2000);

    [Fact]
    public void Append_LargeRecordThatBeginsABatch_GoesPastTheCacheInWholeSectors()
    {
        List<(long Offset, int Bytes)> direct = [];
        List<long> asked = [];
        SegmentLog log = Open(new HookedFileSystem(_files, static () => { }, onTransfer: (_, offset, _) => asked.Add(offset), onDirect: (_, offset, bytes) => direct.Add((offset, bytes))), Options(SegmentBytes));
        List<long> ends = [];
        foreach (LogRecord record in _records)
        {
            Append(log, record);
            ends.Add((long)log.End.Place);
            Sync(log);
        }

        Assert.Equal(2, direct.Count);
        Assert.All(direct, static write => Assert.Equal((0, 0), (write.Offset % IFile.DirectBytes, write.Bytes % IFile.DirectBytes)));
        Assert.Equal([LogCursor.AlignUp(ends[1]), LogCursor.AlignUp(ends[2])], direct.Select(static write => write.Offset + write.Bytes));
        Assert.Empty(asked);
        AssertHolds(log, _records, (ulong)_records.Length);
        Close(log);
        _files.Crash(seed: 1);
        SegmentLog reopened = Open(_files, Options(SegmentBytes));
        AssertHolds(reopened, _records, (ulong)_records.Length);
        Close(reopened);
    }

    [Fact]
    public void Append_LargeRecordsOfOneBatch_ArePackedAndAskForTheirTransfer()
    {
        List<long> direct = [];
        List<(long Offset, long Length)> asked = [];
        SegmentLog log = Open(new HookedFileSystem(_files, static () => { }, onTransfer: (_, offset, length) => asked.Add((offset, length)), onDirect: (_, offset, _) => direct.Add(offset)), Options(SegmentBytes));
        List<long> ends = [];
        foreach (LogRecord record in _records)
        {
            Append(log, record);
            ends.Add((long)log.End.Place);
        }

        Sync(log);
        Assert.Empty(direct);
        Assert.Equal([(ends[0], ends[1] - ends[0]), (ends[1], ends[2] - ends[1])], asked);
        AssertHolds(log, _records, (ulong)_records.Length);
        Close(log);
    }

    [Fact]
    public void Append_TransferRefused_IsAFailureThatLatches()
    {
        bool refuses = false;
        SegmentLog log = Open(new HookedFileSystem(_files, static () => { }, onTransfer: (_, _, _) => _ = refuses ? throw new IOException("on purpose") : 0), Options(SegmentBytes));
        Append(log, _records[0]);
        Sync(log);
        LogPosition durable = log.DurableEnd;
        Append(log, _records[1]);
        refuses = true;
        Assert.Throws<IOException>(() => Append(log, _records[2]));

        Assert.Throws<StoreFailedException>(() => Sync(log));
        Assert.Throws<StoreFailedException>(() => Append(log, _records[3]));
        Assert.Equal(durable, log.DurableEnd);
        Close(log);
        _files.Crash(seed: 1);
        SegmentLog reopened = Open(_files, Options(SegmentBytes));
        Assert.True(reopened.End.Sequence >= durable.Sequence);
    }
}
