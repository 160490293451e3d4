using Cairn.Homes;
using Cairn.IO;
using Cairn.Log;
using Cairn.Tests.IO;
using Xunit;
using static Cairn.Tests.Log.LogHarness;

namespace Cairn.Tests.Log;

public sealed class SegmentLogTests
{
    private readonly SimulatedFileSystem _files = NewFiles();
    private readonly LogRecord[] _records = SampleRecords.Chain(new Random(1), 10, 700, 0, 3000, 9000, 40_000, 100, 5000, 2000, 30, 6000, 1);

    [Fact]
    public void Log_New_IsEmptyAndWritesNothing()
    {
        SegmentLog log = Open(_files);
        long before = _files.ChangeCount;

        Assert.Equal(LogPosition.Start, log.End);
        Assert.Equal(LogPosition.Start, log.DurableEnd);
        Assert.Equal(0, log.StoredBytes);
        Assert.Empty(Read(log));
        Sync(log);
        Close(log);
        Assert.Equal(before, _files.ChangeCount);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Log_AppendedAndReopened_HoldsAllRecords(bool syncEach)
    {
        SegmentLog log = Open(_files);
        Append(log, _records, syncEach);
        AssertHolds(log, _records, 12);
        LogPosition end = log.End;
        Assert.Equal(end, log.DurableEnd);
        Close(log);

        SegmentLog again = Open(_files, verifiedEnd: end);
        Assert.Equal(end, again.End);
        Assert.Equal(end, again.DurableEnd);
        Assert.Equal(default, again.Recovery);
        AssertHolds(again, _records, 12);
        Close(again);
        Assert.Equal(0, _files.OpenFiles);
        Assert.Empty(Verify(_files, end).Faults);
    }

    [Fact]
    public void Records_ReleasedAfterUse_LeaveOthersAsTheyWere()
    {
        Random random = new(3);
        LogRecord[] records = SampleRecords.Chain(random, [.. Enumerable.Range(0, 60).Select(_ => random.Next(3) == 0 ? random.Next(2000) : random.Next(20_000, 90_000))]);
        SegmentLog log = Open(_files, Options(segmentBytes: 1 << 20));
        Append(log, records, syncEach: false);
        string[] texts = [.. SampleRecords.Texts(records)];
        ILogRecords placed = ((IBlockLog)log).Records;
        for (int round = 0; round < 3; round++)
        {
            Queue<LogRecord> inUse = [];
            foreach (PlacedRecord one in placed.ReadPlaced(LogPosition.Start, (ulong)records.Length))
            {
                inUse.Enqueue(one.Record);
                while (inUse.Count > random.Next(12))
                {
                    LogRecord oldest = inUse.Dequeue();
                    Assert.Equal(texts[oldest.Sequence - 1], Assert.Single(SampleRecords.Texts([oldest])));
                    placed.Release(oldest);
                    Assert.Equal(0, oldest.StateChanges.Count);
                }
            }
        }

        AssertHolds(log, records, (ulong)records.Length);
        Close(log);
    }

    [Fact]
    public void Log_ReopenedBetweenAllRecords_HoldsAllRecords()
    {
        LogPosition end = default;
        foreach (LogRecord record in _records)
        {
            SegmentLog log = Open(_files, scanFrom: end);
            Append(log, [record]);
            end = log.End;
            Close(log);
        }

        SegmentLog last = Open(_files, verifiedEnd: end);
        AssertHolds(last, _records, 12);
    }

    [Fact]
    public void Open_AfterACleanEnd_WritesNothing()
    {
        SegmentLog log = Open(_files);
        Append(log, _records);
        Close(log);
        long before = _files.ChangeCount;
        Close(Open(_files, scanFrom: log.End));
        Close(Open(_files, verifiedEnd: log.End));

        Assert.Equal(before, _files.ChangeCount);
    }

    [Fact]
    public void Append_DecidesPlaces_BatchesOnBoundariesRecordsPacked()
    {
        SegmentLog log = Open(_files);
        Append(log, _records[0]);
        ulong first = log.End.Place;
        Append(log, _records[1]);
        ulong second = log.End.Place;
        Sync(log);
        Append(log, _records[2]);
        ulong third = log.End.Place;

        Assert.Equal(4096 + Frame(_records[0]), first);
        Assert.Equal(first + Frame(_records[1]), second);
        Assert.Equal(8192 + Frame(_records[2]), third);

        static ulong Frame(LogRecord record) => (ulong)(FrameLayout.SizeBytes + RecordCodec.EncodedBytes(record));
    }

    [Fact]
    public void Append_BeyondTheSegment_BeginsANewOne()
    {
        SegmentLog log = Open(_files);
        Append(log, _records);

        string[] names = [.. _files.Files.Select(path => Path.GetFileName(path))];
        Assert.True(names.Length > 4);
        Assert.Equal("0000000000000001.seg", names[0]);
        Assert.Contains("0000000000000006.seg", names); // the large one, alone
        Assert.Contains("0000000000000007.seg", names);
        Assert.Equal(_files.Files.Sum(path => _files.ReadAllBytes(path).LongLength), log.StoredBytes);
        Assert.All(_files.Files, path => Assert.True(path.EndsWith("06.seg", StringComparison.Ordinal) || _files.ReadAllBytes(path).Length <= 16384, path));
    }

    [Fact]
    public void Append_OfUnfittingRecordInABatch_SyncsWhatIsBeforeIt()
    {
        SegmentLog log = Open(_files);
        Append(log, _records[0]);
        Assert.Equal(0ul, log.DurableEnd.Sequence);
        Append(log, SampleRecords.Block(2, 20_000, new Random(2)));

        Assert.Equal(1ul, log.DurableEnd.Sequence);
        Assert.Equal(2ul, log.End.Sequence);
    }

    [Fact]
    public void Read_FromEachPosition_GivesTheRest()
    {
        SegmentLog log = Open(_files);
        List<LogPosition> positions = [log.End];
        for (int i = 0; i < _records.Length; i++)
        {
            Append(log, _records[i]);
            positions.Add(log.End);
            if (i % 3 == 0)
            {
                Sync(log);
            }
        }

        Sync(log);
        SegmentLog reopened = Open(_files.Clone());
        for (int i = 0; i < positions.Count; i++)
        {
            Assert.Equal(SampleRecords.Texts(_records.Skip(i)), SampleRecords.Texts(Read(log, positions[i])));
            Assert.Equal(SampleRecords.Texts(_records.Skip(i)), SampleRecords.Texts(Read(reopened, positions[i])));
            SegmentLog partial = Open(_files.Clone(), scanFrom: positions[i], verifiedEnd: log.End);
            Assert.Equal(log.End, partial.End);
            Assert.Equal(SampleRecords.Texts(_records.Skip(i)), SampleRecords.Texts(Read(partial, positions[i])));
        }
    }

    [Fact]
    public void Read_EndsWhereTheLogEndedAtTheCall()
    {
        SegmentLog log = Open(_files);
        Append(log, _records.Take(3));
        IAsyncEnumerable<LogRecord> read = log.Read(LogPosition.Start, CancellationToken.None);
        Append(log, _records.Skip(3));

        Assert.Equal(3, read.ToBlockingEnumerable().Count());
    }

    [Fact]
    public void Read_WithCancelledToken_Stops()
    {
        SegmentLog log = Open(_files);
        Append(log, _records);
        using CancellationTokenSource source = new();
        using IEnumerator<LogRecord> records = log.Read(LogPosition.Start, source.Token).ToBlockingEnumerable().GetEnumerator();
        Assert.True(records.MoveNext());
        source.Cancel();

        Assert.Throws<OperationCanceledException>(() => records.MoveNext());
    }

    [Fact]
    public async Task Read_BesideTheWriter_GivesWholeRecords()
    {
        SegmentLog log = Open(_files);
        using ManualResetEventSlim ended = new();
        Task reader = Task.Run(() =>
        {
            while (!ended.IsSet)
            {
                List<LogRecord> read = Read(log);
                Assert.Equal(SampleRecords.Texts(_records.Take(read.Count)), SampleRecords.Texts(read));
            }
        });
        Append(log, _records);
        ended.Set();

        await reader;
    }

    [Fact]
    public void BytesBetween_AddsUpAcrossSegments()
    {
        SegmentLog log = Open(_files);
        List<LogPosition> positions = [log.End];
        foreach (LogRecord record in _records)
        {
            Append(log, [record]);
            positions.Add(log.End);
        }

        long all = log.BytesBetween(LogPosition.Start, log.End);
        long records = _records.Sum(record => FrameLayout.SizeBytes + RecordCodec.EncodedBytes(record));
        Assert.InRange(all, records, records + (_records.Length * LogCursor.BoundaryBytes));
        for (int i = 0; i < positions.Count; i++)
        {
            Assert.Equal(0, log.BytesBetween(positions[i], positions[i]));
            Assert.Equal(all, log.BytesBetween(LogPosition.Start, positions[i]) + log.BytesBetween(positions[i], log.End));
        }
    }

    [Fact]
    public void Append_OfWrongSequence_IsRefusedAndHarmless()
    {
        SegmentLog log = Open(_files);
        Assert.Throws<ArgumentException>(() => Append(log, _records[1]));
        Append(log, _records);

        AssertHolds(log, _records, 12);
    }

    [Fact]
    public async Task Append_WithCancelledToken_WritesNothing()
    {
        SegmentLog log = Open(_files);
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await log.AppendAsync(_records[0], new CancellationToken(canceled: true)));

        Assert.Equal(LogPosition.Start, log.End);
        Append(log, _records);
    }

    [Fact]
    public void Append_AfterAFailure_IsRefusedForEver()
    {
        SegmentLog log = Open(_files);
        Append(log, _records[0]);
        _files.Fail(FileOperation.Sync);
        Assert.Throws<IOException>(() => Sync(log));

        Assert.Throws<StoreFailedException>(() => Sync(log));
        Assert.Throws<StoreFailedException>(() => Append(log, _records[1]));
        Assert.Equal(LogPosition.Start, log.DurableEnd);
        Assert.Single(Read(log));
    }

    [Fact]
    public void Read_FromAPlaceTheLogNeverHad_IsRefused()
    {
        SegmentLog log = Open(_files);
        Append(log, _records);

        Assert.Throws<StateCorruptedException>(() => log.Read(log.End with { Sequence = 13 }, CancellationToken.None));
        Assert.Throws<StateCorruptedException>(() => log.Read(log.End with { Checksum = 1 }, CancellationToken.None));
        Assert.Throws<StateCorruptedException>(() => Read(log, new LogPosition(1, 5000, 0)));
    }

    [Fact]
    public void Open_OnTheOperatingSystem_Works()
    {
        using TemporaryDirectory temporary = new();
        string directory = temporary.PathOf("log");
        SegmentLog log = SegmentLog.Open(OsFileSystem.Instance, directory, new SegmentLogOptions { SegmentBytes = 1 << 20 }, default, default);
        Append(log, _records);
        Close(log);
        SegmentLog again = SegmentLog.Open(OsFileSystem.Instance, directory, new SegmentLogOptions { SegmentBytes = 1 << 20 }, default, log.End);

        AssertHolds(again, _records, 12);
        Close(again);
    }

    [Fact]
    public void Segment_Bytes_AreTheGoldenOnes()
    {
        SegmentLog log = Open(_files, Options(segmentBytes: 16384));
        Append(log, SampleRecords.WithValue(1, [1, 2, 3]));
        Append(log, SampleRecords.WithValue(2, []));
        Sync(log);
        Append(log, [SampleRecords.Block(3, 200, new Random(3))]);

        GoldenFile.Check("segment.bin", _files.ReadAllBytes(_files.Files[0]));
    }

    [Fact]
    public void FileOperations_OfAShortRun_AreTheGoldenOnes()
    {
        _files.Tracing = true;
        SegmentLog log = Open(_files);
        Append(log, _records);
        Close(log);

        GoldenFile.CheckText("segment-log-trace.txt", string.Join('\n', _files.TakeTrace()) + "\n");
    }
}
