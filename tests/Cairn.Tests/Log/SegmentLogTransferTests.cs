using Cairn.Homes;
using Cairn.Log;
using Cairn.Tests.IO;
using Xunit;
using static Cairn.Tests.Log.LogHarness;

namespace Cairn.Tests.Log;

/// <summary>Large records are on their way to the disk before they are synced.</summary>
public sealed class SegmentLogTransferTests
{
    private const int SegmentBytes = 4 << 20;

    private readonly SimulatedFileSystem _files = NewFiles();
    private readonly LogRecord[] _records = SampleRecords.Chain(new Random(1), 1000, 400_000, 900_000, 2000);

    [Fact]
    public void Append_LargeRecord_AsksForItsTransferAndForNoOther()
    {
        List<(long Offset, long Length)> asked = [];
        SegmentLog log = Open(new HookedFileSystem(_files, static () => { }, onTransfer: (_, offset, length) => asked.Add((offset, length))), Options(SegmentBytes));
        List<long> ends = [];
        foreach (LogRecord record in _records)
        {
            Append(log, record);
            ends.Add((long)log.End.Place);
            Sync(log);
        }

        Assert.Equal([ends[1], ends[2]], asked.Select(static range => range.Offset + range.Length));
        Assert.All(asked, static range => Assert.Equal(0, range.Offset % 4096));
        AssertHolds(log, _records, (ulong)_records.Length);
        Close(log);
    }

    [Fact]
    public void Append_TransferRefused_IsAFailureThatLatches()
    {
        bool refuses = false;
        SegmentLog log = Open(new HookedFileSystem(_files, static () => { }, onTransfer: (_, _, _) => _ = refuses ? throw new IOException("on purpose") : 0), Options(SegmentBytes));
        Append(log, _records[0]);
        Append(log, _records[1]);
        Sync(log);
        LogPosition durable = log.DurableEnd;
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
