using Cairn.Homes;
using Cairn.Log;
using Cairn.Tests.IO;
using Xunit;
using static Cairn.Tests.Log.LogHarness;

namespace Cairn.Tests.Log;

/// <summary>
/// Bits flip and bytes go missing. With the end of the log known, the answer is exactly the same records, or a refusal that names a file of the log.
/// Without, damage in the last sync batch may also pass for a torn write.
/// </summary>
public sealed class SegmentLogRotTests
{
    /// <summary>A prime, so that the flips fall on all bits and fields.</summary>
    private const int BitStride = 331;

    private static readonly LogRecord[] Records = SampleRecords.Chain(new Random(7), 10, 700, 0, 3000, 6000, 9000, 100, 3000, 30);

    private readonly SimulatedFileSystem _files = NewFiles();
    private readonly LogPosition _end;
    private readonly LogPosition _middle;
    private readonly ulong _lastBatch; // the record before the last sync batch

    public SegmentLogRotTests()
    {
        SegmentLog log = Open(_files);
        Append(log, Records.Take(2), syncEach: false);
        Append(log, Records.Skip(2).Take(5));
        _middle = log.End;
        _lastBatch = log.End.Sequence;
        Append(log, Records.Skip(7), syncEach: false);
        _end = log.End;
        Close(log);
    }

    [Fact]
    public void Flip_OfAnyBit_GivesTheSameRecordsOrARefusal()
    {
        foreach (string path in _files.Files)
        {
            long bits = _files.ReadAllBytes(path).Length * 8L;
            foreach (long bit in Dense(path).Concat(Every(bits)))
            {
                SimulatedFileSystem files = _files.Clone();
                files.FlipBit(path, bit);
                bool refused = Check(files, path, $"bit {bit} of {path}");
                LogVerification verification = Verify(files, _end);
                Assert.True(verification.Faults.Count > 0 || verification.Torn.BytesTruncated > 0, $"Verifying does not find bit {bit} of {path}.");
                Assert.True(verification.Faults.Count > 0 || !refused, $"Opening refuses bit {bit} of {path}, verifying finds it harmless.");
            }
        }

        IEnumerable<long> Every(long bits) => Enumerable.Range(0, (int)(bits / (SeededRandom.IsLong ? BitStride / 10 : BitStride))).Select(i => (long)i * (SeededRandom.IsLong ? BitStride / 10 : BitStride));
        static IEnumerable<long> Dense(string path) => path.EndsWith("01.seg", StringComparison.Ordinal)
            ? Enumerable.Range(0, 44 * 8).Concat(Enumerable.Range(4096 * 8, 44 * 8)).Select(bit => (long)bit)
            : [];
    }

    [Fact]
    public void Truncation_AtAnyPlace_GivesTheSameRecordsOrARefusal()
    {
        foreach (string path in _files.Files)
        {
            int length = _files.ReadAllBytes(path).Length;
            for (int cut = 0; cut < length; cut += cut % 4096 == 0 ? 1 : 83)
            {
                SimulatedFileSystem files = _files.Clone();
                files.Truncate(path, cut);
                bool refused = Check(files, path, $"{path} cut at {cut}", gone: true);
                Assert.Equal(refused, Verify(files, _end).Faults.Count > 0);
            }
        }
    }

    [Fact]
    public void Zeros_OverAnySector_GiveTheSameRecordsOrARefusal()
    {
        foreach (string path in _files.Files)
        {
            int length = _files.ReadAllBytes(path).Length;
            for (int at = 0; at < length; at += 512)
            {
                SimulatedFileSystem files = _files.Clone();
                files.Overwrite(path, at, new byte[Math.Min(512, length - at)]);
                bool refused = Check(files, path, $"sector at {at} of {path} zeroed");
                Assert.Equal(refused, Verify(files, _end).Faults.Count > 0);
            }
        }
    }

    [Fact]
    public void Files_MissingOrExchanged_AreRefused()
    {
        IReadOnlyList<string> paths = _files.Files;
        Assert.True(paths.Count >= 4);
        for (int i = 0; i < paths.Count; i++)
        {
            SimulatedFileSystem files = _files.Clone();
            files.Remove(paths[i]);
            Refused(files);

            files = _files.Clone();
            files.WriteAllBytes(paths[i], _files.ReadAllBytes(paths[(i + 1) % paths.Count]));
            Refused(files);
        }

        SimulatedFileSystem none = NewFiles();
        Refused(none);

        void Refused(SimulatedFileSystem files)
        {
            Assert.Throws<StateCorruptedException>(() => Open(files, verifiedEnd: _end));
            Assert.Throws<StateCorruptedException>(() => Open(files, Options(readOnly: true), verifiedEnd: _end));
            Assert.NotEmpty(Verify(files, _end).Faults);
        }
    }

    [Fact]
    public void Damage_BeforeWhereReadingStarts_IsNotMetAtOpeningButVerified()
    {
        SimulatedFileSystem files = _files.Clone();
        files.FlipBit(_files.Files[0], (4096 + 100) * 8);
        SegmentLog log = Open(files, scanFrom: _middle, verifiedEnd: _end);

        Assert.Equal(SampleRecords.Texts(Records.Skip(7)), SampleRecords.Texts(Read(log, _middle)));
        Assert.Throws<StateCorruptedException>(() => Read(log));
        LogVerification verification = Verify(files, _end);
        Assert.Equal(_files.Files[0], verification.Faults[0].File);
        Assert.Equal(Records.Length - 2, verification.Records); // the whole batch behind it is given up
    }

    [Fact]
    public void Verify_OfSeveralDamages_FindsEach()
    {
        SimulatedFileSystem files = _files.Clone();
        string[] damaged = [_files.Files[0], _files.Files[1], _files.Files[^1]];
        foreach (string path in damaged)
        {
            files.FlipBit(path, (4096 + 60) * 8);
        }

        Assert.Equal(damaged, Verify(files, _end).Faults.Select(fault => fault.File).Distinct());
    }

    [Fact]
    public void Verify_OfRecordsThatDoNotChain_FindsIt()
    {
        SimulatedFileSystem files = NewFiles();
        SegmentLog log = Open(files);
        Append(log, [SampleRecords.WithValue(1, [1]), SampleRecords.WithValue(2, [2])]);
        LogRecord odd = new() { Kind = RecordKind.Block, Sequence = 3, Height = (BlockHeight)3, PreviousRoot = default, Root = default };
        Append(log, [odd]);

        Assert.Equal("root before record 3", Assert.Single(Verify(files, log.End).Faults).What);
    }

    [Fact]
    public void Verify_OfUnreadableFile_GoesOn()
    {
        _files.Fail(FileOperation.Read, nth: 1, forever: true, path: path => path == _files.Files[1]);

        LogVerification verification = Verify(_files, _end);
        Assert.Contains(verification.Faults, fault => fault.File == _files.Files[1] && fault.Found.Contains("simulated", StringComparison.Ordinal));
        Assert.True(verification.Records > 3);
    }

    [Fact]
    public void Log_ThatIsNotTheOneOfTheManifest_IsRefused()
    {
        foreach (LogPosition other in (LogPosition[])[_end with { Checksum = _end.Checksum ^ 1 }, _end with { Place = _end.Place - 1 }, _end with { Sequence = _end.Sequence + 1 }])
        {
            Assert.Throws<StateCorruptedException>(() => Open(_files, verifiedEnd: other));
            Assert.Throws<StateCorruptedException>(() => Open(_files, scanFrom: _middle, verifiedEnd: other));
            Assert.NotEmpty(Verify(_files, other).Faults);
        }

        Assert.Throws<StateCorruptedException>(() => Open(_files, scanFrom: _end, verifiedEnd: _middle));
        Assert.Throws<StateCorruptedException>(() => Open(_files, scanFrom: _end with { Place = ulong.MaxValue }));
        Assert.Throws<StateCorruptedException>(() => Open(_files, scanFrom: _end with { Place = 1 }));
    }

    [Fact]
    public void Segment_OfAnotherChain_IsRefused()
    {
        byte[] bytes = _files.ReadAllBytes(_files.Files[1]);
        bytes[SegmentHeaderLayout.PreviousChecksumOffset] ^= 1;
        Reseal(bytes);
        _files.WriteAllBytes(_files.Files[1], bytes);

        StateCorruptedException refusal = Assert.Throws<StateCorruptedException>(() => Open(_files));
        Assert.Equal((_files.Files[1], SegmentHeaderLayout.PreviousChecksumOffset), (refusal.File, refusal.Offset));
        Assert.NotEmpty(Verify(_files).Faults);
    }

    [Fact]
    public void Segment_OfANewerFormat_IsRefusedAsSuch()
    {
        foreach (int field in (int[])[SegmentHeaderLayout.FormatVersionOffset, SegmentHeaderLayout.RequiredFeaturesOffset])
        {
            SimulatedFileSystem files = _files.Clone();
            byte[] bytes = files.ReadAllBytes(files.Files[0]);
            bytes[field] = 2;
            Reseal(bytes);
            files.WriteAllBytes(files.Files[0], bytes);
            Assert.Throws<StoreFormatException>(() => Open(files, verifiedEnd: _end));
        }

        SimulatedFileSystem optional = _files.Clone();
        byte[] known = optional.ReadAllBytes(optional.Files[0]);
        known[SegmentHeaderLayout.OptionalFeaturesOffset] = 2;
        Reseal(known);
        optional.WriteAllBytes(optional.Files[0], known);
        AssertHolds(Open(optional, verifiedEnd: _end), Records, (ulong)Records.Length);
    }

    /// <summary>Sequences, chain and batches of sound frames are checked as well: all checksums are made right again.</summary>
    [Theory]
    [InlineData(FrameLayout.SequenceOffset)]
    [InlineData(FrameLayout.BatchFirstSequenceOffset)]
    [InlineData(FrameLayout.PreviousChecksumOffset)]
    [InlineData(FrameLayout.KindOffset)]
    [InlineData(FrameLayout.KindOffset + 1)]
    public void Frame_SoundButOutOfPlace_IsRefusedEvenAtTheEnd(int field)
    {
        SimulatedFileSystem files = NewFiles();
        SegmentLog log = Open(files);
        Append(log, [Records[0]]);
        byte[] bytes = files.ReadAllBytes(files.Files[0]);
        bytes[4096 + field] += 9;
        Span<byte> frame = bytes.AsSpan(4096, (int)log.End.Place - 4096);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(frame, Cairn.Format.Crc32C.Compute(frame[4..]));
        files.WriteAllBytes(files.Files[0], bytes);

        Assert.ThrowsAny<StateCorruptedException>(() => Read(Open(files)));
        Assert.NotEmpty(Verify(files).Faults);
    }

    private static void Reseal(byte[] bytes) => System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(
        bytes.AsSpan(SegmentHeaderLayout.ChecksumOffset), Cairn.Format.Crc32C.Compute(bytes.AsSpan(0, SegmentHeaderLayout.ChecksumOffset)));

    /// <summary>Opens in all ways. What lies behind the damage still tells that it was durable once, unless that is <paramref name="gone"/> as well.</summary>
    /// <returns>Whether opening with the end known, or reading, is refused.</returns>
    private bool Check(SimulatedFileSystem files, string path, string what, bool gone = false)
    {
        bool refused = Try(files.Clone(), readOnly: false, _end, path, what, out SegmentLog? log);
        Assert.True(refused || log!.End == _end, $"{what}: opening ends at {log?.End}.");

        long changes = files.ChangeCount;
        Assert.Equal(refused, Try(files, readOnly: true, _end, path, what, out log));
        Assert.True(refused || log!.End == _end, $"{what}: read-only opening ends at {log?.End}.");
        Assert.Equal(changes, files.ChangeCount);

        foreach (bool readOnly in (bool[])[true, false])
        {
            Try(files.Clone(), readOnly, LogPosition.Start, path, what, out log);
            Assert.True(log is null || gone || log.End.Sequence >= _lastBatch, $"{what}: more than the last batch passes for torn, the log ends at {log?.End}.");
        }

        return refused;
    }

    private static bool Try(SimulatedFileSystem files, bool readOnly, LogPosition verifiedEnd, string path, string what, out SegmentLog? log)
    {
        log = null;
        long changes = files.ChangeCount;
        try
        {
            SegmentLog opened = Open(files, Options(readOnly: readOnly), verifiedEnd: verifiedEnd);
            AssertHolds(opened, Records, opened.End.Sequence);
            log = opened;
            return false;
        }
        catch (StateCorruptedException e)
        {
            Assert.True(e.File == path || e.File == LogHarness.Directory || string.CompareOrdinal(path, e.File) < 0, $"{what}: the refusal names {e.File}.");
            Assert.Equal(changes, files.ChangeCount);
            return true;
        }
    }
}
