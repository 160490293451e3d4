using Cairn.Homes;
using Cairn.Log;
using Xunit;

namespace Cairn.Tests.Log;

public sealed class RecordCodecTests
{
    private const string Source = "some file";

    [Fact]
    public void Decode_OfEncoded_IsTheSameRecord() => SeededRandom.ForEach(300, random =>
    {
        LogRecord record = SampleRecords.Block(7, random.Next(4000), random);
        LogRecord back = Decode(record.Kind, record.Sequence, Encode(record));

        Assert.Equal(record.Height, back.Height);
        Assert.Equal(record.ParentHeight, back.ParentHeight);
        Assert.Equal(record.TimeTicks, back.TimeTicks);
        Assert.Equal(record.PreviousRoot, back.PreviousRoot);
        Assert.Equal(record.Root, back.Root);
        Assert.Equal(record.StateTotals, back.StateTotals);
        Assert.Equal(record.LocalTotals, back.LocalTotals);
        Assert.Equal(record.Payload?.ToArray(), back.Payload?.ToArray());
        Assert.Equal(record.AbandonedFrom, back.AbandonedFrom);
        AssertSame(record.StateChanges, back.StateChanges);
        AssertSame(record.LocalChanges, back.LocalChanges);
    });

    [Fact]
    public void Decode_OfRewindAndFinalise_IsTheSameRecord()
    {
        LogRecord rewind = Other(RecordKind.Rewind, abandonedFrom: 5);
        LogRecord finalise = Other(RecordKind.Finalise, abandonedFrom: 0);

        Assert.Equal(SampleRecords.Text(rewind), SampleRecords.Text(Decode(RecordKind.Rewind, 9, Encode(rewind))));
        Assert.Equal(SampleRecords.Text(finalise), SampleRecords.Text(Decode(RecordKind.Finalise, 9, Encode(finalise))));
    }

    [Fact]
    public void Decode_OfLargestKeyAndValue_IsTheSameRecord()
    {
        ChangeList.Builder changes = new();
        byte[] value = SampleRecords.Bytes(new Random(1), StateLimits.MaxValueBytes);
        changes.Add(new byte[StateLimits.MaxKeyBytes], hasOld: true, value, (BlockHeight)ulong.MaxValue, hasNew: true, value);
        LogRecord record = new()
        {
            Kind = RecordKind.Block,
            Sequence = ulong.MaxValue,
            Height = (BlockHeight)ulong.MaxValue,
            PreviousRoot = Hash256.EmptyRoot,
            Root = default,
            LocalChanges = changes.Build(),
            Payload = new byte[StateLimits.MaxPayloadBytes],
        };

        AssertSame(record.LocalChanges, Decode(record.Kind, record.Sequence, Encode(record)).LocalChanges);
    }

    [Fact]
    public void Encode_OfWhatCouldNotBeReadBack_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => Encode(WithChanges(Key(0))));
        Assert.Throws<ArgumentException>(() => Encode(WithChanges(Key(StateLimits.MaxKeyBytes + 1))));
        Assert.Throws<ArgumentException>(() => Encode(WithChanges(Key(3), Key(3))));
        Assert.Throws<ArgumentException>(() => Encode(WithChanges(Key(3), Key(2))));
        Assert.Throws<ArgumentException>(() => Encode(Other(RecordKind.Rewind, abandonedFrom: 9)));
        Assert.Throws<ArgumentException>(() => Encode(Other(RecordKind.Finalise, abandonedFrom: 1)));
        Assert.Throws<ArgumentException>(() => Encode(Other((RecordKind)4, abandonedFrom: 0)));

        static byte[] Key(int bytes) => new byte[bytes];
    }

    [Fact]
    public void Decode_OfTruncatedOrExtendedBody_IsRefusedNamingTheFile()
    {
        byte[] body = Encode(SampleRecords.Block(7, 500, new Random(3)));
        for (int length = 0; length < body.Length; length++)
        {
            StateCorruptedException refusal = Assert.Throws<StateCorruptedException>(() => Decode(RecordKind.Block, 7, body[..length]));
            Assert.Equal(Source, refusal.File);
            Assert.InRange(refusal.Offset, 1000, 1000 + body.Length);
        }

        Assert.Throws<StateCorruptedException>(() => Decode(RecordKind.Block, 7, [.. body, 0]));
    }

    /// <summary>Whatever the bytes, decoding refuses them or gives a record that encodes to the very same bytes.</summary>
    [Fact]
    public void Decode_OfHostileBodies_RefusesOrIsExact() => SeededRandom.ForEach(200, random =>
    {
        byte[] body = Encode(SampleRecords.Block(7, random.Next(400), random));
        for (int i = 0; i < 150; i++)
        {
            byte[] hostile = Mutate(random, body);
            byte kind = (byte)(random.Next(10) == 0 ? random.Next(6) : 1);
            LogRecord record;
            try
            {
                record = RecordCodec.Decode(kind, 7, hostile, Source, offset: 1000);
            }
            catch (StateCorruptedException)
            {
                continue;
            }

            Assert.Equal(hostile, Encode(record));
        }
    });

    [Fact]
    public void Decode_OfHugeCounts_AllocatesNothingLarge()
    {
        byte[] body = Encode(SampleRecords.Block(7, 0, new Random(3)));
        body.AsSpan(RecordBodyLayout.PayloadBytesOffset, 20).Fill(0xff);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<StateCorruptedException>(() => Decode(RecordKind.Block, 7, body));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Fact]
    public void Encode_IntoUsedBuffer_AllocatesNothing()
    {
        LogRecord record = SampleRecords.Block(7, 100_000, new Random(3));
        RecordBuffer buffer = new();
        RecordCodec.Encode(record, buffer);
        Allocations.AssertNone(() =>
        {
            buffer.Clear();
            RecordCodec.Encode(record, buffer);
        });
    }

    private static byte[] Mutate(Random random, byte[] body)
    {
        byte[] hostile = random.Next(8) == 0 ? body[..random.Next(body.Length + 1)] : [.. body];
        for (int n = random.Next(1, 4); n > 0 && hostile.Length > 0; n--)
        {
            int at = random.Next(3) == 0 ? random.Next(Math.Min(hostile.Length, RecordBodyLayout.HeightOffset)) : random.Next(hostile.Length);
            hostile[at] = random.Next(4) switch
            {
                0 => (byte)random.Next(256),
                1 => (byte)(hostile[at] ^ (1 << random.Next(8))),
                2 => 0xff,
                _ => (byte)(hostile[at] + random.Next(-2, 3)),
            };
        }

        return hostile;
    }

    private static LogRecord Other(RecordKind kind, ulong abandonedFrom) => new()
    {
        Kind = kind,
        Sequence = 9,
        Height = (BlockHeight)4,
        ParentHeight = (BlockHeight)8,
        PreviousRoot = SampleRecords.Root(8),
        Root = SampleRecords.Root(4),
        AbandonedFrom = abandonedFrom,
    };

    private static LogRecord WithChanges(params byte[][] keys)
    {
        ChangeList.Builder builder = new();
        foreach (byte[] key in keys)
        {
            builder.Add(key, hasOld: false, [], default, hasNew: true, []);
        }

        return new LogRecord
        {
            Kind = RecordKind.Block,
            Sequence = 1,
            Height = default,
            PreviousRoot = default,
            Root = default,
            StateChanges = builder.Build(),
        };
    }

    private static void AssertSame(ChangeList expected, ChangeList found)
    {
        Assert.Equal(expected.Count, found.Count);
        Assert.Equal(expected.ByteCount, found.ByteCount);
        for (int i = 0; i < expected.Count; i++)
        {
            Assert.Equal(expected.Key(i), found.Key(i));
            Assert.Equal(expected.HasOld(i), found.HasOld(i));
            Assert.Equal(expected.HasNew(i), found.HasNew(i));
            Assert.Equal(expected.Old(i), found.Old(i));
            Assert.Equal(expected.New(i), found.New(i));
            Assert.Equal(expected.PreviousHeight(i), found.PreviousHeight(i));
        }
    }

    private static LogRecord Decode(RecordKind kind, ulong sequence, byte[] body) => RecordCodec.Decode((byte)kind, sequence, body, Source, offset: 1000);

    private static byte[] Encode(LogRecord record)
    {
        RecordBuffer buffer = new();
        RecordCodec.Encode(record, buffer);
        Assert.Equal(RecordCodec.EncodedBytes(record), buffer.Length);
        return buffer.Bytes.ToArray();
    }
}
