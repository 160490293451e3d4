using Cairn.Format;

namespace Cairn.Snapshots;

/// <summary>
/// What a part of an incremental snapshot holds: the keys that changed, ascending, and behind them the pruned tree that proves each of them to be there with its value, or not to be there, in the new state. See docs/format.md, "Changed keys".
/// </summary>
internal static class ChangedKeys
{
    /// <summary>Encodes keys and proof.</summary>
    public static byte[] Encode(IReadOnlyList<ReadOnlyMemory<byte>> keys, ReadOnlySpan<byte> proof)
    {
        using MemoryStream target = new();
        Span<byte> number = stackalloc byte[Varint.MaxBytes];
        target.Write(number[..Varint.Write(number, (ulong)keys.Count)]);
        ReadOnlySpan<byte> before = default;
        foreach (ReadOnlyMemory<byte> memory in keys)
        {
            ReadOnlySpan<byte> key = memory.Span;
            int shared = key.CommonPrefixLength(before);
            target.Write(number[..Varint.Write(number, (ulong)shared)]);
            target.Write(number[..Varint.Write(number, (ulong)(key.Length - shared))]);
            target.Write(key[shared..]);
            before = key;
        }

        target.Write(proof);
        return target.ToArray();
    }

    /// <summary>Decodes keys and proof.</summary>
    /// <param name="part">The bytes, any bytes.</param>
    /// <param name="most">The most keys there may be.</param>
    /// <param name="proof">What stands behind the keys.</param>
    /// <returns>The keys, ascending, each of a length that a key may have; null when the bytes are something else.</returns>
    public static List<byte[]>? Decode(ReadOnlySpan<byte> part, uint most, out ReadOnlySpan<byte> proof)
    {
        proof = default;
        if (!TryNumber(ref part, out ulong count) || count == 0 || count > most || count > (ulong)part.Length)
        {
            return null;
        }

        List<byte[]> keys = [];
        for (ulong i = 0; i < count; i++)
        {
            byte[] before = keys.Count == 0 ? [] : keys[^1];
            if (!TryNumber(ref part, out ulong shared) || !TryNumber(ref part, out ulong rest) || shared > (ulong)before.Length || rest == 0 || shared + rest > StateLimits.MaxKeyBytes || rest > (ulong)part.Length)
            {
                return null;
            }

            byte[] key = [.. before[..(int)shared], .. part[..(int)rest]];
            if (key.AsSpan().SequenceCompareTo(before) <= 0)
            {
                return null;
            }

            keys.Add(key);
            part = part[(int)rest..];
        }

        proof = part;
        return keys;
    }

    private static bool TryNumber(ref ReadOnlySpan<byte> bytes, out ulong number)
    {
        if (!Varint.TryRead(bytes, out number, out int length))
        {
            return false;
        }

        bytes = bytes[length..];
        return true;
    }
}
