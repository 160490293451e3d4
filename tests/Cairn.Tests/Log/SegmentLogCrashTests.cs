using Cairn.Homes;
using Cairn.Log;
using Cairn.Tests.IO;
using Xunit;
using static Cairn.Tests.Log.LogHarness;

namespace Cairn.Tests.Log;

/// <summary>
/// Stops the machine at every file operation of a short run, and again at every operation of the recovery that follows. What SyncAsync acknowledged is
/// there, and what is there is a prefix of what was appended.
/// </summary>
public sealed class SegmentLogCrashTests
{
    // Small records share batches and blocks, two do not fit a segment's rest, one does not fit a segment.
    private static readonly LogRecord[] Records = SampleRecords.Chain(new Random(1), 10, 700, 0, 3000, 9000, 20_000, 100, 5000, 30, 1);

    private static readonly int[] CrashSeeds = [0, 1, 2, 3, 6];

    [Theory]
    [InlineData(1, 0)]
    [InlineData(3, 0)]
    [InlineData(100, 0)]
    [InlineData(3, 6)]
    public void Crash_AtEveryOperationAndAgainInRecovery_KeepsWhatWasAcknowledged(int syncEvery, int verifyAfter)
    {
        Run whole = new(syncEvery, verifyAfter);
        whole.Go(NewFiles());
        for (long stop = 1; stop <= whole.Changes; stop++)
        {
            SimulatedFileSystem files = NewFiles();
            files.StopAt = files.ChangeCount + stop;
            Run run = new(syncEvery, verifyAfter);
            Assert.Throws<SimulatedCrashException>(() => run.Go(files));
            foreach (int seed in CrashSeeds)
            {
                Context($"stop {stop}, seed {seed}", () => CheckRecoveries(files.Crash(seed), run));
            }
        }
    }

    /// <summary>Crash after crash, each leaving its leftovers to the next.</summary>
    [Fact]
    public void Crash_AgainAndAgain_KeepsWhatWasAcknowledged() => SeededRandom.ForEach(100, random =>
    {
        SimulatedFileSystem files = NewFiles();
        LogRecord[] records = SampleRecords.Chain(random, [.. Enumerable.Range(0, 60).Select(_ => random.Next(3) == 0 ? random.Next(20_000) : random.Next(600))]);
        ulong acknowledged = 0;
        LogPosition verified = default;
        for (int round = 0; round < 25; round++)
        {
            files.StopAt = files.ChangeCount + random.Next(1, 25);
            ulong appended = acknowledged;
            try
            {
                SegmentLog log = Open(files, scanFrom: default, verifiedEnd: verified);
                Assert.True(log.End.Sequence >= acknowledged, $"Round {round}: record {acknowledged} was acknowledged, the log ends with {log.End.Sequence}.");
                AssertHolds(log, records, log.End.Sequence);
                appended = acknowledged = log.DurableEnd.Sequence;
                while (appended < (ulong)records.Length)
                {
                    Append(log, records[appended++]);
                    if (random.Next(3) == 0)
                    {
                        Sync(log);
                        acknowledged = log.DurableEnd.Sequence;
                        verified = random.Next(4) == 0 ? log.DurableEnd : verified;
                    }
                }
            }
            catch (SimulatedCrashException)
            {
                files = random.Next(4) == 0 ? files.Clone() : files.Crash(random.Next());
            }
        }

        files.StopAt = long.MaxValue;
        SegmentLog last = Open(files, verifiedEnd: verified);
        AssertHolds(last, records, last.End.Sequence);
        Assert.True(last.End.Sequence >= acknowledged);
    });

    /// <summary>A process that dies leaves unsynced bytes in the memory of the machine. Once the next process takes them for durable they must survive the machine, too.</summary>
    [Fact]
    public void Kill_ThenReopenThenCrash_KeepsWhatTheReopenedLogHeld()
    {
        Run whole = new(syncEvery: 3, verifyAfter: 0);
        whole.Go(NewFiles());
        for (long stop = 1; stop <= whole.Changes; stop++)
        {
            SimulatedFileSystem files = NewFiles();
            files.StopAt = files.ChangeCount + stop;
            Run run = new(syncEvery: 3, verifyAfter: 0);
            Assert.Throws<SimulatedCrashException>(() => run.Go(files));
            SimulatedFileSystem machine = files.Clone();
            SegmentLog reopened = Open(machine);
            AssertHolds(reopened, Records, reopened.End.Sequence);
            Assert.True(reopened.End.Sequence >= run.Acknowledged);
            foreach (int seed in CrashSeeds)
            {
                SegmentLog again = Open(machine.Crash(seed));
                Assert.True(again.End.Sequence >= reopened.DurableEnd.Sequence, $"Stop {stop}, seed {seed}: {reopened.DurableEnd.Sequence} were durable, {again.End.Sequence} are left.");
            }
        }
    }

    [Fact]
    public void Recovery_OfATornBatch_ReportsCutsAndGoesOnInANewSegment()
    {
        SimulatedFileSystem files = NewFiles();
        SegmentLog log = Open(files);
        Append(log, Records.Take(2));
        long end = (long)log.End.Place;
        long frame = FrameLayout.SizeBytes + RecordCodec.EncodedBytes(Records[2]);
        Append(log, [Records[2]]);
        string path = files.Files[0];
        files.FlipBit(path, (12288 + 60) * 8); // in the third record, alone in the last batch

        SegmentLog again = Open(files);
        Assert.Equal(2ul, again.End.Sequence);
        Assert.Equal((path, 12288), (again.Recovery.TruncatedFile, again.Recovery.TruncatedOffset));
        Assert.InRange(again.Recovery.BytesTruncated, frame - 8, frame); // its last bytes may be zeros, which are not told from what was never written
        Assert.Equal(end, files.ReadAllBytes(path).Length);
        Append(again, Records.Skip(2));
        Assert.Equal("0000000000000003.seg", Path.GetFileName(files.Files[1]));
        AssertHolds(Open(files, verifiedEnd: again.End), Records, 10);
    }

    [Fact]
    public void Recovery_OfATornBatchWithGoodRecords_KeepsThose()
    {
        SimulatedFileSystem files = NewFiles();
        SegmentLog log = Open(files);
        Append(log, Records.Take(3), syncEach: false);
        byte[] bytes = files.ReadAllBytes(files.Files[0]);
        files.Overwrite(files.Files[0], (long)log.End.Place - 100, new byte[100]);

        SegmentLog again = Open(files);
        AssertHolds(again, Records, 2);
        Assert.True(again.Recovery.BytesTruncated > 0);
        Append(again, Records.Skip(2));
        AssertHolds(Open(files), Records, 10);
        Assert.NotEqual(bytes, files.ReadAllBytes(files.Files[0]));
    }

    [Fact]
    public void Recovery_OfAnInterruptedCreation_RemovesTheFile()
    {
        SimulatedFileSystem files = NewFiles();
        SegmentLog log = Open(files);
        Append(log, Records.Take(4));
        string next = SegmentName.Of(LogHarness.Directory, 5).Path;
        foreach (byte[] content in (byte[][])[[], new byte[700], new byte[20_000], [.. "CairnLog"u8]])
        {
            SimulatedFileSystem after = files.Clone();
            after.WriteAllBytes(next, content);
            Assert.Empty(Verify(after, log.End).Faults);
            SegmentLog reader = Open(after, Options(readOnly: true), verifiedEnd: log.End);
            AssertHolds(reader, Records, 4);
            Assert.True(after.FileExists(next));

            SegmentLog again = Open(after, verifiedEnd: log.End);
            Assert.False(after.FileExists(next));
            Append(again, Records.Skip(4));
            AssertHolds(Open(after), Records, 10);
        }
    }

    /// <summary>
    /// The removed file must stay removed: the next record may fit into the segment before, and a file that came back would say that it starts there.
    /// </summary>
    [Fact]
    public void Recovery_OfAnInterruptedCreation_ThenASmallerRecord_KeepsThat()
    {
        SimulatedFileSystem files = NewFiles();
        SegmentLog log = Open(files);
        Append(log, Records.Take(4));
        files.WriteAllBytes(SegmentName.Of(LogHarness.Directory, 5).Path, new byte[4096]);
        LogRecord small = SampleRecords.WithValue(5, [1]);
        SegmentLog again = Open(files, verifiedEnd: log.End);
        Append(again, [small]);
        Assert.Equal("0000000000000004.seg", Path.GetFileName(files.Files[^1]));

        foreach (int seed in CrashSeeds)
        {
            AssertHolds(Open(files.Crash(seed)), [.. Records.Take(4), small], 5);
        }
    }

    /// <summary>A record of the torn batch itself may have reached the disk at a boundary behind the place that did not.</summary>
    [Fact]
    public void Recovery_OfATornBatchWhoseLastRecordSurvived_CutsItAll()
    {
        SimulatedFileSystem files = NewFiles();
        SegmentLog log = Open(files);
        LogRecord probe = SampleRecords.WithValue(1, new byte[3000]);
        int value = 3000 + LogCursor.BoundaryBytes - FrameLayout.SizeBytes - (int)RecordCodec.EncodedBytes(probe);
        Append(log, SampleRecords.WithValue(1, [.. Enumerable.Repeat((byte)1, value)]));
        Assert.Equal(8192ul, log.End.Place);
        Append(log, SampleRecords.WithValue(2, [2]));
        files.Overwrite(files.Files[0], 4096, new byte[512]);

        SegmentLog again = Open(files);
        Assert.Equal(LogPosition.Start, again.End);
        Assert.True(again.Recovery.BytesTruncated > 4000);
        Assert.Empty(files.Files);
    }

    private static void CheckRecoveries(SimulatedFileSystem after, Run run)
    {
        SimulatedFileSystem undisturbed = after.Clone();
        CheckRecovery(undisturbed, run, goOn: false);
        long steps = undisturbed.ChangeCount;
        CheckRecovery(after.Clone(), run, goOn: true);
        for (long stop = 1; stop <= steps; stop++)
        {
            SimulatedFileSystem stopped = after.Clone();
            stopped.StopAt = stop;
            Assert.Throws<SimulatedCrashException>(() => Open(stopped, verifiedEnd: run.Verified));
            CheckRecovery(stopped.Crash(seed: 0), run, goOn: true);
            CheckRecovery(stopped.Crash(seed: 2), run, goOn: false);
        }
    }

    private static void CheckRecovery(SimulatedFileSystem files, Run run, bool goOn)
    {
        LogVerification verification = Verify(files, run.Verified);
        Assert.Empty(verification.Faults);
        SegmentLog log = Open(files, verifiedEnd: run.Verified);
        Assert.InRange(log.End.Sequence, run.Acknowledged, run.Appended);
        Assert.Equal(log.End, log.DurableEnd);
        Assert.Equal(log.End, verification.End);
        AssertHolds(log, Records, log.End.Sequence);
        if (goOn)
        {
            Append(log, Records.Skip((int)log.End.Sequence));
            Close(log);
            SegmentLog again = Open(files.Crash(seed: 0), verifiedEnd: log.End);
            AssertHolds(again, Records, (ulong)Records.Length);
            Assert.Equal(default, again.Recovery);
        }
    }

    private static void Context(string context, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{context}: {e.Message}", e);
        }
    }

    /// <summary>The run that is stopped: appends all records.</summary>
    private sealed class Run(int syncEvery, int verifyAfter)
    {
        public ulong Appended { get; private set; }

        public ulong Acknowledged { get; private set; }

        /// <summary>The end of the log as a manifest would have it.</summary>
        public LogPosition Verified { get; private set; }

        public long Changes { get; private set; }

        public void Go(SimulatedFileSystem files)
        {
            long before = files.ChangeCount;
            SegmentLog log = Open(files);
            foreach (LogRecord record in Records)
            {
                Appended++;
                Append(log, record);
                Acknowledged = log.DurableEnd.Sequence;
                if (Appended % (ulong)syncEvery == 0)
                {
                    Sync(log);
                    Acknowledged = Appended;
                    Verified = Appended == (ulong)verifyAfter ? log.DurableEnd : Verified;
                }
            }

            Sync(log);
            Acknowledged = Appended;
            Close(log);
            Changes = files.ChangeCount - before;
        }
    }
}
