namespace Cairn.History;

/// <summary>A Bloom filter over the keys of one block: ten bits a key, six of them set, so that one absent key in about a hundred is looked for in vain. See "History filter" in docs/format.md.</summary>
internal static class RunFilter
{
    private const int BitsPerKey = 10;
    private const int Probes = 6;

    /// <summary>The length of a filter over so many keys, at least one.</summary>
    public static int BytesFor(int keys) => ((keys * BitsPerKey) + 7) / 8;

    /// <summary>Makes a filter.</summary>
    /// <param name="hashes">The hashes of the keys.</param>
    /// <param name="filter">Zeros, as long as <see cref="BytesFor"/> says.</param>
    public static void Fill(ReadOnlySpan<ulong> hashes, Span<byte> filter)
    {
        foreach (ulong hash in hashes)
        {
            uint step = (uint)(hash >> 32) | 1;
            uint at = (uint)hash;
            for (int i = 0; i < Probes; i++, at += step)
            {
                uint bit = BitOf(at, filter.Length);
                filter[(int)(bit >> 3)] |= (byte)(1 << (int)(bit & 7));
            }
        }
    }

    /// <summary>Whether a key may be among them.</summary>
    public static bool MayHave(ReadOnlySpan<byte> filter, ulong hash)
    {
        uint step = (uint)(hash >> 32) | 1;
        uint at = (uint)hash;
        for (int i = 0; i < Probes; i++, at += step)
        {
            uint bit = BitOf(at, filter.Length);
            if ((filter[(int)(bit >> 3)] & (1 << (int)(bit & 7))) == 0)
            {
                return false;
            }
        }

        return true;
    }

    private static uint BitOf(uint at, int bytes) => (uint)(((ulong)at * (uint)(bytes * 8)) >> 32);
}
