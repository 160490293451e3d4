using System.Buffers.Binary;
using Cairn.Format;
using Cairn.History;
using Cairn.Homes;
using Cairn.Tests.Manifests;
using Xunit;

namespace Cairn.Tests.History;

/// <summary>The bytes of a run, and what becomes of others.</summary>
public sealed class RunFormatTests
{
    private const int Records = 160;

    [Fact]
    public void Run_OfAFixedLog_IsTheGoldenFile() => GoldenFile.Check("history.run.bin", Encoded(new Random(5), 60));

    [Fact]
    public void Run_OfManyBlocks_HasLevelsAndFindsEverything()
    {
        MemoryRunSink sink = new(new SpareBlocks());
        RunWriter writer = new(sink, LogPosition.Start, baseHeight: 7);
        byte[] key = new byte[RunKey.MaxBytes];
        const int keys = 40_000;
        for (uint i = 0; i < keys; i++)
        {
            writer.Add(KeyOf(i, key), new RunEntry { Sequence = 1 + (i % 3), Height = 9, OldBytes = RunEntry.NoOld }, default);
        }

        for (ulong sequence = 1; sequence <= 3; sequence++)
        {
            writer.Add(new RecordRow(RecordKind.Block, 9, null, Hash256.EmptyRoot, 0, 9, sequence, new LogPosition(sequence, sequence, 0)));
        }

        Run run = sink.ToRun(writer.Finish(SampleManifests.Id));
        Assert.Equal(2, run.Header.Levels);
        RunSeeker seeker = new();
        Random random = new(1);
        for (int i = 0; i < 2_000; i++)
        {
            uint number = (uint)random.Next(keys);
            ReadOnlySpan<byte> wanted = KeyOf(number, key);
            Assert.True(seeker.Find(run, wanted, RunKey.Hash(wanted), 1));
            Assert.Equal(1 + (number % 3), seeker.Entry.Sequence);
            Assert.False(seeker.Find(run, wanted, RunKey.Hash(wanted), 2 + (number % 3)));
            Assert.Equal(number > 0, seeker.SeekBefore(run, wanted, 0));
            Assert.Equal(number > 0 ? KeyOf(number - 1, new byte[RunKey.MaxBytes]).ToArray() : seeker.Key.ToArray(), seeker.Key.ToArray());
            Assert.True(seeker.SeekBefore(run, wanted, ulong.MaxValue));
            Assert.Equal(wanted.ToArray(), seeker.Key.ToArray());
        }

        int walked = 0;
        for (bool isThere = seeker.SeekFirst(run); isThere; isThere = seeker.Next())
        {
            Assert.Equal(KeyOf((uint)walked, key).ToArray(), seeker.Key.ToArray());
            walked++;
        }

        Assert.Equal(keys, walked);
    }

    [Fact]
    public void Filter_OfManyKeys_HasAllAndFewOthers()
    {
        ulong[] hashes = [.. Enumerable.Range(0, 2_000).Select(static i => RunKey.Hash(BitConverter.GetBytes(i)))];
        byte[] filter = new byte[RunFilter.BytesFor(1_000)];
        RunFilter.Fill(hashes.AsSpan(0, 1_000), filter);
        Assert.All(hashes[..1_000], hash => Assert.True(RunFilter.MayHave(filter, hash)));
        Assert.InRange(hashes[1_000..].Count(hash => RunFilter.MayHave(filter, hash)), 0, 30);
    }

    /// <summary>Bytes that are not what was written but whose checksums are right again: whatever a reader does with them, it ends, and fails in the one way it may.</summary>
    [Fact]
    public void Run_OfHostileBytes_IsRefusedOrWalked() => SeededRandom.ForEach(150, static random =>
    {
        byte[] bytes = Encoded(random, random.Next(1, Records));
        for (int changes = random.Next(1, 6); changes > 0; changes--)
        {
            int block = random.Next(bytes.Length / RunBlock.SizeBytes);
            Span<byte> one = bytes.AsSpan(block * RunBlock.SizeBytes, RunBlock.SizeBytes);
            int at = random.Next(2) == 0 ? random.Next(HistoryHeaderLayout.SizeBytes) : random.Next(RunBlock.SizeBytes);
            one[at] = random.Next(3) switch { 0 => 0xff, 1 => 0, _ => (byte)random.Next(256) };
            if (block > 0)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(one, Crc32C.Compute(one[HistoryBlockLayout.KindOffset..]));
            }
            else
            {
                BinaryPrimitives.WriteUInt32LittleEndian(one[HistoryHeaderLayout.ChecksumOffset..], Crc32C.Compute(one[HistoryHeaderLayout.FormatVersionOffset..]));
            }
        }

        Exception? refusal = Record.Exception(() => Walk(bytes, random));
        Assert.True(refusal is null or StateCorruptedException or StoreFormatException or RunDamagedException, $"{refusal}");
    });

    [Fact]
    public void Header_OfALaterFormat_IsRefused()
    {
        foreach (int field in (int[])[HistoryHeaderLayout.FormatVersionOffset, HistoryHeaderLayout.RequiredFeaturesOffset])
        {
            byte[] bytes = Encoded(new Random(1), 3);
            bytes[field] = 2;
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(HistoryHeaderLayout.ChecksumOffset), Crc32C.Compute(bytes.AsSpan(HistoryHeaderLayout.FormatVersionOffset, RunBlock.SizeBytes - HistoryHeaderLayout.FormatVersionOffset)));
            Assert.Throws<StoreFormatException>(() => RunHeader.Parse(bytes.AsSpan(0, RunBlock.SizeBytes), "run", bytes.Length));
        }
    }

    [Theory]
    [InlineData("0000000000000001-000000000000000a.run", true)]
    [InlineData("0000000000000000-000000000000000a.run", false)]
    [InlineData("000000000000000b-000000000000000a.run", false)]
    [InlineData("0000000000000001-000000000000000A.run", false)]
    [InlineData("0000000000000001+000000000000000a.run", false)]
    [InlineData("0000000000000001-000000000000000a.run.new", false)]
    [InlineData("1-a.run", false)]
    [InlineData("", false)]
    public void Name_OfAFile_IsThatOfARunOrNot(string name, bool isRun) => Assert.Equal(isRun, HistoryFiles.TryParse(name, out _, out _));

    private static void Walk(byte[] bytes, Random random)
    {
        RunHeader header = RunHeader.Parse(bytes.AsSpan(0, RunBlock.SizeBytes), "run", bytes.Length);
        Run run = new(header, new BytesFile(bytes), new BlockCache(0));
        RunSeeker seeker = new();
        long entries = 0;
        for (bool isThere = seeker.SeekFirst(run); isThere; isThere = seeker.Next())
        {
            Assert.True(++entries <= bytes.Length, "more entries than bytes");
        }

        byte[] buffer = new byte[RunKey.MaxBytes];
        foreach (byte[] key in HistoryScript.Keys)
        {
            ReadOnlySpan<byte> wanted = RunKey.Of(TreeKind.State, key, buffer);
            ulong sequence = (ulong)random.Next(Records);
            seeker.Find(run, wanted, RunKey.Hash(wanted), sequence);
            seeker.SeekBefore(run, wanted, sequence);
        }

        Assert.InRange(run.RecordsAfter(0).Count(), 1, bytes.Length);
    }

    private static byte[] Encoded(Random random, int records)
    {
        HistoryScript script = new(random);
        MemoryBlockLog log = new();
        for (int i = 0; i < records; i++)
        {
            log.AppendAsync(script.Next(), CancellationToken.None).AsTask().Wait();
        }

        TailBuilder tail = new(log, new SpareBlocks());
        tail.Begin(LogPosition.Start);
        foreach (PlacedRecord placed in log.ReadPlaced(LogPosition.Start, (ulong)records))
        {
            LogRecord record = placed.Record;
            tail.Add(placed, new RecordRow(record.Kind, record.Height.Value, record.TimeTicks, record.Root, record.AbandonedFrom, record.Height.Value, record.Sequence, placed.After));
        }

        MemoryRunSink sink = new(new SpareBlocks());
        RunHeader header = RunMerger.Merge([tail.Finish()], sink, after: 0, SampleManifests.Id, CancellationToken.None);
        return [.. header.ToBlock(), .. sink.ToBlocks().SelectMany(static block => block)];
    }

    private static Span<byte> KeyOf(uint number, byte[] destination)
    {
        destination[0] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(destination.AsSpan(1), number);
        return destination.AsSpan(0, 5);
    }

    /// <summary>A file that is only read.</summary>
    private sealed class BytesFile(byte[] bytes) : Cairn.IO.IFile
    {
        public string Path => "run";

        public long Length => bytes.Length;

        public int Read(long offset, Span<byte> buffer)
        {
            int count = (int)Math.Clamp(bytes.Length - offset, 0, buffer.Length);
            bytes.AsSpan((int)Math.Min(offset, bytes.Length), count).CopyTo(buffer);
            return count;
        }

        public void Write(long offset, ReadOnlySpan<byte> bytes) => throw new NotSupportedException();

        public void SetLength(long length) => throw new NotSupportedException();

        public void Sync() => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
