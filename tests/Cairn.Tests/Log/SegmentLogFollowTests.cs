using Cairn.Homes;
using Cairn.Log;
using Cairn.Tests.IO;
using Xunit;
using static Cairn.Tests.Log.LogHarness;

namespace Cairn.Tests.Log;

/// <summary>Read-only logs, alone and beside a writer in another process.</summary>
public sealed class SegmentLogFollowTests
{
    private static readonly LogRecord[] Records = SampleRecords.Chain(new Random(9), [.. Enumerable.Range(0, 40).Select(i => i % 7 == 0 ? 4000 : i * 20)]);

    private readonly SimulatedFileSystem _files = NewFiles();

    [Fact]
    public void ReadOnly_BeforeAndAfterEachRecord_FollowsTheWriter()
    {
        SegmentLog writer = Open(_files);
        SegmentLog reader = Open(_files, Options(readOnly: true));
        foreach (LogRecord record in Records)
        {
            LogPosition before = reader.End;
            Append(writer, [record]);
            Refresh(reader);

            Assert.Equal(writer.End, reader.End);
            Assert.Equal(writer.StoredBytes, reader.StoredBytes);
            Assert.Equal(writer.BytesBetween(LogPosition.Start, writer.End), reader.BytesBetween(LogPosition.Start, reader.End));
            Assert.Equal(SampleRecords.Text(record), SampleRecords.Text(Assert.Single(Read(reader, before))));
        }

        AssertHolds(reader, Records, (ulong)Records.Length);
    }

    [Fact]
    public void ReadOnly_WithHint_StopsThere()
    {
        Append(Open(_files), Records);
        ulong? hint = 5;
        SegmentLog reader = Open(_files, Options(readOnly: true, headHint: () => hint));
        AssertHolds(reader, Records, 5);

        hint = 4; // older than what was seen, after a loss of power
        Refresh(reader);
        AssertHolds(reader, Records, 5);

        hint = 12;
        Refresh(reader);
        AssertHolds(reader, Records, 12);

        hint = 1000; // newer than the log
        Refresh(reader);
        AssertHolds(reader, Records, (ulong)Records.Length);

        hint = null;
        Refresh(reader);
        AssertHolds(reader, Records, (ulong)Records.Length);
    }

    [Fact]
    public void ReadOnly_WithHintBeforeTheVerifiedEnd_GoesOnToThat()
    {
        SegmentLog writer = Open(_files);
        Append(writer, Records);
        SegmentLog reader = Open(_files, Options(readOnly: true, headHint: () => 3), verifiedEnd: writer.End);

        AssertHolds(reader, Records, (ulong)Records.Length);
    }

    [Fact]
    public void ReadOnly_Writing_IsRefused()
    {
        SegmentLog reader = Open(_files, Options(readOnly: true));

        Assert.Throws<InvalidOperationException>(() => Append(reader, Records[0]));
        Assert.Throws<InvalidOperationException>(() => Sync(reader));
    }

    [Fact]
    public void Refresh_OfAWritableLog_DoesNothing()
    {
        SegmentLog writer = Open(_files);
        Append(writer, Records);
        long operations = _files.Count(FileOperation.Read) + _files.Count(FileOperation.List);
        Refresh(writer);

        Assert.Equal(operations, _files.Count(FileOperation.Read) + _files.Count(FileOperation.List));
    }

    /// <summary>A record that is only half there is the end of the log, not damage, and is seen when it is whole.</summary>
    [Fact]
    public void ReadOnly_BehindAHalfWrittenRecord_WaitsForIt()
    {
        SegmentLog writer = Open(_files, Options(segmentBytes: 65536));
        Append(writer, Records.Take(3));
        SimulatedFileSystem halfway = _files.Clone();
        long start = LogCursor.AlignUp((long)writer.End.Place);
        Append(writer, [Records[3]]);
        byte[] whole = _files.ReadAllBytes(_files.Files[0]).AsSpan((int)start, FrameLayout.SizeBytes + (int)RecordCodec.EncodedBytes(Records[3])).ToArray();
        SegmentLog reader = Open(halfway, Options(readOnly: true));
        for (int part = 1; part < whole.Length; part++)
        {
            halfway.Overwrite(halfway.Files[0], start, whole.AsSpan(0, part));
            if (part % 17 == 0)
            {
                Refresh(reader);
                Assert.Equal(3ul, reader.End.Sequence);
            }
        }

        SegmentLog late = Open(halfway, Options(readOnly: true));
        Assert.Equal(3ul, late.End.Sequence);
        Assert.Equal(start, late.Recovery.TruncatedOffset);
        halfway.Overwrite(halfway.Files[0], start, whole);
        Refresh(reader);
        AssertHolds(reader, Records, 4);
    }

    /// <summary>A reader found a leftover segment listed, and failed with "file not found" when a writer that recovered removed it before the reader opened it.</summary>
    [Fact]
    public void ReadOnly_WhileAWriterRemovesALeftover_SeesWhatIsThere()
    {
        SegmentLog before = Open(_files);
        Append(before, Records.Take(3));
        Close(before);
        _files.WriteAllBytes($"{LogHarness.Directory}/0000000000000004.seg", new byte[16384]);
        for (int at = 0; at < 40; at++)
        {
            SimulatedFileSystem files = _files.Clone();
            int operation = 0;
            HookedFileSystem hooked = new(files, () =>
            {
                if (operation++ == at)
                {
                    Close(Open(files));
                }
            });
            SegmentLog reader = Open(hooked, Options(readOnly: true));
            AssertHolds(reader, Records, 3);
            Refresh(reader);
            AssertHolds(reader, Records, 3);
        }
    }

    /// <summary>Whatever the writer does between two operations of the reader, and however much, the reader sees a prefix.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    [InlineData(3, 2)]
    [InlineData(12, 1)]
    [InlineData(12, 3)]
    public void ReadOnly_WriterActsAtAnyMoment_SeesAPrefix(int burst, int syncEvery)
    {
        for (int moment = 0; ; moment++)
        {
            SimulatedFileSystem files = NewFiles();
            SegmentLog writer = Open(files, Options(segmentBytes: 8192 + 4096));
            Append(writer, Records.Take(4));
            int operations = 0;
            void Act()
            {
                if (operations++ == moment)
                {
                    for (int i = 0; i < burst; i++)
                    {
                        Append(writer, Records[(int)writer.End.Sequence]);
                        if (writer.End.Sequence % (ulong)syncEvery == 0)
                        {
                            Sync(writer);
                        }
                    }
                }
            }

            SegmentLog reader = Open(new HookedFileSystem(files, Act), Options(readOnly: true));
            AssertHolds(reader, Records, reader.End.Sequence);
            Refresh(reader);
            AssertHolds(reader, Records, reader.End.Sequence);
            if (operations <= moment)
            {
                Assert.True(moment > 10);
                return;
            }

            Refresh(reader);
            Assert.Equal(writer.End, reader.End);
        }
    }

    /// <summary>The writer dies with a torn batch, or while it creates a segment; another one recovers at any moment of the reader's look.</summary>
    [Fact]
    public void ReadOnly_WriterRecoversAtAnyMoment_SeesAPrefix()
    {
        SegmentLog first = Open(_files);
        Append(first, Records.Take(6));
        SimulatedFileSystem torn = _files.Clone();
        torn.Overwrite(torn.Files[^1], LogCursor.AlignUp((long)first.End.Place), "torn"u8);
        SimulatedFileSystem created = _files.Clone();
        created.WriteAllBytes(SegmentName.Of(LogHarness.Directory, 7).Path, "CairnLog"u8);
        foreach (SimulatedFileSystem left in (SimulatedFileSystem[])[torn, created])
        {
            for (int moment = 0, operations = moment + 1; operations > moment; moment++)
            {
                SimulatedFileSystem files = left.Clone();
                operations = 0;
                void Act()
                {
                    if (operations++ == moment)
                    {
                        SegmentLog second = Open(files);
                        Append(second, Records.Skip(6).Take(9));
                        Close(second);
                    }
                }

                SegmentLog reader;
                try
                {
                    reader = Open(new HookedFileSystem(files, Act), Options(readOnly: true));
                }
                catch (FileNotFoundException)
                {
                    continue; // the leftover was removed between listing and opening
                }

                AssertHolds(reader, Records, reader.End.Sequence);
                Assert.True(reader.End.Sequence >= 6);
            }
        }
    }

    private static void Refresh(SegmentLog log)
    {
        ValueTask task = log.RefreshAsync(CancellationToken.None);
        Assert.True(task.IsCompletedSuccessfully);
    }
}
