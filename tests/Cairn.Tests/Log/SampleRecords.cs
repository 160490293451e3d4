using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Cairn.Format;
using Cairn.Homes;
using Cairn.Log;

namespace Cairn.Tests.Log;

/// <summary>Records for tests of the log: a chain of heights and roots, the content any.</summary>
internal static class SampleRecords
{
    private static readonly ConditionalWeakTable<LogRecord, string> Known = [];

    /// <summary>The root after a record.</summary>
    public static Hash256 Root(ulong sequence) =>
        sequence == 0 ? Hash256.EmptyRoot : new Hash256(SHA256.HashData(Encoding.UTF8.GetBytes($"root {sequence}")));

    /// <summary>A block with some random changes; about the given number of bytes.</summary>
    public static LogRecord Block(ulong sequence, int bytes, Random random) => new()
    {
        Kind = RecordKind.Block,
        Sequence = sequence,
        Height = (BlockHeight)(sequence * 10),
        ParentHeight = sequence == 1 ? null : (BlockHeight)((sequence - 1) * 10),
        TimeTicks = random.Next(2) == 0 ? null : random.NextInt64(),
        PreviousRoot = Root(sequence - 1),
        Root = Root(sequence),
        StateTotals = new TreeTotals(Entries: sequence, Bytes: (ulong)random.NextInt64()),
        LocalTotals = new TreeTotals(Entries: 0, Bytes: ulong.MaxValue),
        Payload = random.Next(2) == 0 ? null : (ReadOnlyMemory<byte>?)Bytes(random, random.Next(3)),
        StateChanges = Changes(random, bytes),
        LocalChanges = random.Next(3) == 0 ? Changes(random, 20) : ChangeList.Empty,
    };

    /// <summary>A chain of blocks, each of its own size.</summary>
    public static LogRecord[] Chain(Random random, params int[] bytes) =>
        [.. bytes.Select((size, index) => Block((ulong)index + 1, size, random))];

    /// <summary>Sorted changes of about so many bytes.</summary>
    public static ChangeList Changes(Random random, int bytes)
    {
        SortedDictionary<string, byte[]> keys = new(StringComparer.Ordinal);
        for (int used = 0; used < bytes;)
        {
            byte[] key = Bytes(random, random.Next(1, 1 + Math.Min(bytes, StateLimits.MaxKeyBytes)));
            keys[Convert.ToHexString(key)] = key;
            used += key.Length + 30;
        }

        ChangeList.Builder builder = new();
        foreach (byte[] key in keys.Values)
        {
            int kind = random.Next(3);
            builder.Add(
                key,
                hasOld: kind != 0,
                Bytes(random, random.Next(20)),
                (BlockHeight)(ulong)random.NextInt64(),
                hasNew: kind != 1,
                Bytes(random, random.Next(20)));
        }

        return builder.Build();
    }

    /// <summary>A block with one value of exactly so many bytes.</summary>
    public static LogRecord WithValue(ulong sequence, byte[] value)
    {
        ChangeList.Builder builder = new();
        builder.Add("key"u8, hasOld: false, [], default, hasNew: true, value);
        return new LogRecord
        {
            Kind = RecordKind.Block,
            Sequence = sequence,
            Height = (BlockHeight)sequence,
            PreviousRoot = Root(sequence - 1),
            Root = Root(sequence),
            StateChanges = builder.Build(),
        };
    }

    public static byte[] Bytes(Random random, int count)
    {
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>Kind, sequence and digest of everything a record says, for comparing.</summary>
    public static string Text(LogRecord record) => Known.GetValue(record, Describe);

    public static IEnumerable<string> Texts(IEnumerable<LogRecord> records) => records.Select(Text);

    private static string Describe(LogRecord record)
    {
        RecordBuffer buffer = new();
        RecordCodec.Encode(record, buffer);
        return $"{record.Kind} {record.Sequence} {buffer.Length} {Crc32C.Compute(buffer.Bytes):x8}";
    }
}
