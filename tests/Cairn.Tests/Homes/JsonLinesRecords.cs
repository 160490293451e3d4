using System.Text;
using Cairn.Homes;
using Xunit;

namespace Cairn.Tests.Homes;

/// <summary>Records for the tests of the JSON-lines home.</summary>
internal static class JsonLinesRecords
{
    /// <summary>A block record that follows from a sequence alone.</summary>
    public static LogRecord Small(ulong sequence) => new()
    {
        Kind = RecordKind.Block,
        Sequence = sequence,
        Height = new BlockHeight(sequence * 10),
        ParentHeight = sequence == 1 ? null : new BlockHeight((sequence - 1) * 10),
        PreviousRoot = Hash(sequence - 1),
        Root = Hash(sequence),
        StateTotals = new TreeTotals(sequence, sequence * 7),
        StateChanges = Changes((Bytes($"k{sequence:d3}"), null, Bytes($"value {sequence}"))),
    };

    /// <summary>A block record whose line is longer than what is read at once.</summary>
    public static LogRecord Large(ulong sequence) => new()
    {
        Kind = RecordKind.Block,
        Sequence = sequence,
        Height = new BlockHeight(sequence * 10),
        ParentHeight = new BlockHeight((sequence - 1) * 10),
        PreviousRoot = Hash(sequence - 1),
        Root = Hash(sequence),
        Payload = new byte[200_000],
    };

    /// <summary>A record of any kind with any content.</summary>
    public static LogRecord Any(Random random, ulong sequence)
    {
        RecordKind kind = random.Next(8) switch { 0 => RecordKind.Rewind, 1 => RecordKind.Finalise, _ => RecordKind.Block };
        bool isBlock = kind == RecordKind.Block;
        return new LogRecord
        {
            Kind = kind,
            Sequence = sequence,
            Height = new BlockHeight((ulong)random.NextInt64()),
            ParentHeight = random.Next(3) == 0 ? null : new BlockHeight((ulong)random.NextInt64(long.MinValue, long.MaxValue)),
            TimeTicks = random.Next(4) switch { 0 => null, 1 => random.NextInt64(long.MinValue, long.MaxValue), 2 => random.Next() * 10_000_000L, _ => random.NextInt64(1L << 56) },
            PreviousRoot = Hash((ulong)random.Next()),
            Root = Hash((ulong)random.Next()),
            StateTotals = new TreeTotals((ulong)random.NextInt64(), (ulong)random.NextInt64()),
            LocalTotals = new TreeTotals((ulong)random.Next(), ulong.MaxValue),
            AbandonedFrom = kind == RecordKind.Rewind ? (ulong)random.NextInt64() : 0,
            StateChanges = isBlock ? AnyChanges(random) : ChangeList.Empty,
            LocalChanges = isBlock && random.Next(2) == 0 ? AnyChanges(random) : ChangeList.Empty,
            Payload = isBlock && random.Next(3) == 0 ? AnyBytes(random, random.Next(3) == 0 ? 0 : 300) : (ReadOnlyMemory<byte>?)null,
        };
    }

    /// <summary>A list of changes from sorted keys.</summary>
    public static ChangeList Changes(params (byte[] Key, byte[]? Old, byte[]? New)[] changes)
    {
        ChangeList.Builder builder = new();
        foreach ((byte[] key, byte[]? old, byte[]? @new) in changes)
        {
            builder.Add(key, old is not null, old, new BlockHeight((ulong)key.Length), @new is not null, @new);
        }

        return builder.Build();
    }

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public static Hash256 Hash(ulong number)
    {
        byte[] bytes = new byte[Hash256.SizeBytes];
        BitConverter.TryWriteBytes(bytes, number * 0x9e3779b97f4a7c15);
        return new Hash256(bytes);
    }

    public static void AssertSame(LogRecord expected, LogRecord found)
    {
        Assert.Equal(expected.Kind, found.Kind);
        Assert.Equal(expected.Sequence, found.Sequence);
        Assert.Equal(expected.Height, found.Height);
        Assert.Equal(expected.ParentHeight, found.ParentHeight);
        Assert.Equal(expected.TimeTicks, found.TimeTicks);
        Assert.Equal(expected.PreviousRoot, found.PreviousRoot);
        Assert.Equal(expected.Root, found.Root);
        Assert.Equal(expected.StateTotals, found.StateTotals);
        Assert.Equal(expected.LocalTotals, found.LocalTotals);
        Assert.Equal(expected.AbandonedFrom, found.AbandonedFrom);
        Assert.Equal(expected.Payload?.ToArray(), found.Payload?.ToArray());
        AssertSame(expected.StateChanges, found.StateChanges);
        AssertSame(expected.LocalChanges, found.LocalChanges);
    }

    private static void AssertSame(ChangeList expected, ChangeList found)
    {
        Assert.Equal(expected.Count, found.Count);
        for (int i = 0; i < expected.Count; i++)
        {
            Assert.True(expected.Key(i).SequenceEqual(found.Key(i)), $"key {i}");
            Assert.Equal((expected.HasOld(i), expected.HasNew(i)), (found.HasOld(i), found.HasNew(i)));
            Assert.True(expected.Old(i).SequenceEqual(found.Old(i)), $"old value {i}");
            Assert.True(expected.New(i).SequenceEqual(found.New(i)), $"new value {i}");
            Assert.Equal(expected.PreviousHeight(i), found.PreviousHeight(i));
        }
    }

    private static ChangeList AnyChanges(Random random)
    {
        SortedDictionary<string, byte[]> keys = new(StringComparer.Ordinal);
        for (int i = random.Next(12); i > 0; i--)
        {
            byte[] key = AnyBytes(random, random.Next(1, StateLimits.MaxKeyBytes + 1));
            if (key.Length > 0)
            {
                keys[Convert.ToHexString(key)] = key;
            }
        }

        return Changes([.. keys.Values.Select(key =>
        {
            byte[]? old = random.Next(2) == 0 ? null : AnyValue(random);
            return (key, old, old is not null && random.Next(3) == 0 ? null : AnyValue(random));
        })]);
    }

    private static byte[] AnyValue(Random random) => random.Next(6) switch
    {
        0 => [],
        1 => AnyBytes(random, 16 * 1024),
        _ => AnyBytes(random, random.Next(200)),
    };

    /// <summary>Bytes up to a length: text with characters of every length, or anything.</summary>
    private static byte[] AnyBytes(Random random, int maxBytes)
    {
        byte[] bytes = new byte[random.Next(maxBytes + 1)];
        if (random.Next(2) == 0)
        {
            random.NextBytes(bytes);
            return bytes;
        }

        int used = 0;
        while (used < bytes.Length)
        {
            Rune rune = random.Next(4) switch
            {
                0 => AnyRune(random, 0x10000, 0x110000),
                1 => AnyRune(random, 0x80, 0xd800),
                2 => new Rune("\"\\</{}+&'"[random.Next(9)]),
                _ => AnyRune(random, 0x20, 0x7f),
            };
            used += rune.TryEncodeToUtf8(bytes.AsSpan(used), out int written) ? written : 0;
            if (written == 0)
            {
                break;
            }
        }

        return bytes[..used];
    }

    private static Rune AnyRune(Random random, int from, int to) => new(random.Next(from, to));
}
