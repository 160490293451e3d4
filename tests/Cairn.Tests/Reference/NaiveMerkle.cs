using System.Security.Cryptography;

namespace Cairn.Tests.Reference;

/// <summary>
/// The state commitment, written as directly from its rules as possible and sharing nothing with the engine: the critbit tree over the
/// nine-bit code of the keys, by recursive partition. Slow and simple; everything else is held against it.
/// </summary>
internal static class NaiveMerkle
{
    /// <summary>The root over a whole state.</summary>
    public static Hash256 Root(SortedDictionary<byte[], byte[]> state)
    {
        List<KeyValuePair<byte[], byte[]>> leaves = [.. state.Select(entry => KeyValuePair.Create(entry.Key, LeafHash(entry.Key, entry.Value)))];
        return RootOfLeaves(leaves);
    }

    /// <summary>The root over leaves whose hashes are known already, sorted by key.</summary>
    public static Hash256 RootOfLeaves(IReadOnlyList<KeyValuePair<byte[], byte[]>> leaves) =>
        new(leaves.Count == 0 ? SHA256.HashData([]) : Subtree(leaves, from: 0, to: leaves.Count));

    /// <summary>What a state holds: entries, and key bytes plus value bytes.</summary>
    public static TreeTotals Totals(SortedDictionary<byte[], byte[]> state) =>
        new((ulong)state.Count, state.Aggregate(0UL, (sum, entry) => sum + (ulong)(entry.Key.Length + entry.Value.Length)));

    /// <summary>H( 00 ‖ 20 ‖ H(key) ‖ 20 ‖ H(value) ).</summary>
    public static byte[] LeafHash(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) =>
        SHA256.HashData([0x00, 0x20, .. SHA256.HashData(key), 0x20, .. SHA256.HashData(value)]);

    /// <summary>H( 01 ‖ left ‖ right ).</summary>
    public static byte[] InnerHash(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) => SHA256.HashData([0x01, .. left, .. right]);

    /// <summary>The first index, in nine-bit numbering, at which the codes of two different keys differ.</summary>
    /// <exception cref="ArgumentException">The keys are the same.</exception>
    public static int FirstDifferingIndex(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        int i = a.CommonPrefixLength(b);
        if (i == a.Length && i == b.Length)
        {
            throw new ArgumentException("The keys are the same.", nameof(b));
        }

        return i == a.Length || i == b.Length ? 9 * i : (9 * i) + 1 + (7 - (int)Math.Floor(Math.Log2(a[i] ^ b[i])));
    }

    /// <summary>Bit <paramref name="index"/> of the code of a key: index 9i says whether there is a byte i, index 9i+1+j is its bit j, the highest first.</summary>
    public static int CodeBit(ReadOnlySpan<byte> key, int index)
    {
        (int i, int place) = Math.DivRem(index, 9);
        if (i >= key.Length)
        {
            return 0;
        }

        return place == 0 ? 1 : (key[i] >> (8 - place)) & 1;
    }

    private static byte[] Subtree(IReadOnlyList<KeyValuePair<byte[], byte[]>> leaves, int from, int to)
    {
        if (to - from == 1)
        {
            return leaves[from].Value;
        }

        // Where any two keys differ first, one of them differs from the first key.
        int top = int.MaxValue;
        for (int i = from + 1; i < to; i++)
        {
            top = Math.Min(top, FirstDifferingIndex(leaves[from].Key, leaves[i].Key));
        }

        int middle = from;
        while (CodeBit(leaves[middle].Key, top) == 0)
        {
            middle++;
        }

        return InnerHash(Subtree(leaves, from, middle), Subtree(leaves, middle, to));
    }
}
