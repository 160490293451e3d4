using Cairn.Homes;
using Cairn.IO;
using Cairn.Log;
using Cairn.Tests.IO;
using Xunit;
using static Cairn.Tests.Log.LogHarness;

namespace Cairn.Tests.Log;

/// <summary>The n-th operation of each kind fails, for every n, in a run and in the recovery behind it; the disk fills up.</summary>
public sealed class SegmentLogFaultTests
{
    private static readonly LogRecord[] Records = SampleRecords.Chain(new Random(5), 10, 700, 0, 3000, 9000, 20_000, 100, 5000, 30, 1);

    [Theory]
    [InlineData(FileOperation.Create, false)]
    [InlineData(FileOperation.Open, false)]
    [InlineData(FileOperation.Read, false)]
    [InlineData(FileOperation.Write, false)]
    [InlineData(FileOperation.Write, true)]
    [InlineData(FileOperation.Sync, false)]
    [InlineData(FileOperation.Sync, true)]
    [InlineData(FileOperation.SyncDirectory, false)]
    [InlineData(FileOperation.CreateDirectory, false)]
    [InlineData(FileOperation.List, false)]
    public void Fault_OfTheNthOperation_IsAnIOExceptionAndLosesNothing(FileOperation kind, bool forever)
    {
        for (int n = 1; ; n++)
        {
            SimulatedFileSystem files = NewFiles(seed: n);
            files.Fail(kind, n, forever);
            ulong acknowledged = 0;
            bool failed = false;
            try
            {
                acknowledged = Fill(files, onSynced: sequence => acknowledged = sequence);
            }
            catch (IOException)
            {
                failed = true;
            }

            Assert.Equal(0, files.OpenFiles);
            if (!failed)
            {
                Assert.Equal((ulong)Records.Length, acknowledged);
                return;
            }

            files.Heal();
            CheckReopened(files, acknowledged);
        }
    }

    [Theory]
    [InlineData(FileOperation.Open)]
    [InlineData(FileOperation.Read)]
    [InlineData(FileOperation.Write)]
    [InlineData(FileOperation.SetLength)]
    [InlineData(FileOperation.Sync)]
    [InlineData(FileOperation.Delete)]
    [InlineData(FileOperation.SyncDirectory)]
    [InlineData(FileOperation.List)]
    public void Fault_DuringRecovery_IsAnIOExceptionAndTheNextOneWorks(FileOperation kind)
    {
        foreach (SimulatedFileSystem crashed in Leftovers())
        {
            for (int n = 1; ; n++)
            {
                SimulatedFileSystem files = crashed.Clone();
                files.Fail(kind, n);
                try
                {
                    Close(Open(files));
                    break;
                }
                catch (IOException)
                {
                    Assert.Equal(0, files.OpenFiles);
                }

                files.Heal();
                CheckReopened(files, acknowledged: 3);
            }
        }
    }

    [Fact]
    public void Disk_Full_LosesNothingAcknowledged()
    {
        SimulatedFileSystem whole = NewFiles();
        Fill(whole, _ => { });
        for (long capacity = 0; capacity < whole.UsedBytes; capacity += 4096)
        {
            SimulatedFileSystem files = NewFiles();
            files.CapacityBytes = capacity;
            ulong acknowledged = 0;
            Assert.Throws<DiskFullException>(() => Fill(files, sequence => acknowledged = sequence));
            SegmentLog reader = Open(files, Options(readOnly: true));
            Assert.InRange(reader.End.Sequence, acknowledged, (ulong)Records.Length);
            files.CapacityBytes = long.MaxValue;
            CheckReopened(files, acknowledged);
        }
    }

    /// <summary>Reopening takes what it finds for durable; so it must be, even if the failed sync left bytes that only the machine's memory has.</summary>
    private static void CheckReopened(SimulatedFileSystem files, ulong acknowledged)
    {
        SegmentLog log = Open(files);
        Assert.InRange(log.End.Sequence, acknowledged, (ulong)Records.Length);
        AssertHolds(log, Records, log.End.Sequence);
        Assert.Equal(log.End, log.DurableEnd);
        Close(log);
        for (int seed = 0; seed < 4; seed++)
        {
            SimulatedFileSystem crashed = files.Crash(seed);
            SegmentLog again = Open(crashed);
            Assert.True(again.End.Sequence >= log.DurableEnd.Sequence, $"{log.DurableEnd.Sequence} records were durable, a crash left {again.End.Sequence}.");
            Append(again, Records.Skip((int)again.End.Sequence));
            AssertHolds(Open(crashed, verifiedEnd: again.DurableEnd), Records, (ulong)Records.Length);
            Assert.Empty(Verify(crashed, again.DurableEnd).Faults);
        }
    }

    /// <summary>A torn batch with and without good records before it, an interrupted creation, and a torn first batch of a segment. Three records at least are acknowledged.</summary>
    private static IEnumerable<SimulatedFileSystem> Leftovers()
    {
        SimulatedFileSystem files = NewFiles();
        SegmentLog log = Open(files);
        Append(log, Records.Take(3));
        string first = files.Files[0];

        SimulatedFileSystem torn = files.Clone();
        torn.Overwrite(first, LogCursor.AlignUp((long)log.End.Place) + 3, "torn"u8);
        yield return torn;

        SimulatedFileSystem created = files.Clone();
        created.WriteAllBytes(SegmentName.Of(LogHarness.Directory, 4).Path, "CairnLog"u8);
        yield return created;

        Append(log, [Records[3], Records[4]], syncEach: false);
        SimulatedFileSystem partly = files.Clone();
        partly.Overwrite(files.Files[^1], (long)log.End.Place - 50, new byte[50]);
        yield return partly;

        Append(log, [Records[5]]);
        SimulatedFileSystem alone = files.Clone();
        Assert.Equal("0000000000000006.seg", Path.GetFileName(files.Files[^1]));
        alone.Overwrite(files.Files[^1], SegmentHeaderLayout.SizeBytes, new byte[50]);
        yield return alone;
    }

    private static ulong Fill(SimulatedFileSystem files, Action<ulong> onSynced)
    {
        SegmentLog log = Open(files);
        try
        {
            foreach (LogRecord record in Records)
            {
                Append(log, record);
                if (record.Sequence % 2 == 0)
                {
                    Sync(log);
                }

                onSynced(log.DurableEnd.Sequence);
            }

            Read(log);
            Sync(log);
            return log.DurableEnd.Sequence;
        }
        catch (IOException)
        {
            ulong durable = log.DurableEnd.Sequence;
            if (log.End.Sequence < (ulong)Records.Length)
            {
                Assert.ThrowsAny<Exception>(() => Append(log, Records[log.End.Sequence]));
            }

            Assert.Equal(durable, log.DurableEnd.Sequence);
            throw;
        }
        finally
        {
            Close(log);
        }
    }
}
