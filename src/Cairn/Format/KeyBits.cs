using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cairn.Format;

/// <summary>
/// The bits of a key as the tree numbers them. A byte has nine: the "one more byte" bit before it and its eight bits, most significant first. They are numbered
/// byte·16 + {0 = one more byte, 1..8}: the order is that of the nine-bit code of the commitment, without a division.
/// </summary>
internal static class KeyBits
{
    /// <summary>"No difference": what <see cref="FirstDifference"/> says of equal keys.</summary>
    public const int None = -1;

    /// <summary>How far a bit index is shifted to give the byte it belongs to.</summary>
    public const int ByteShift = 4;

    /// <summary>The highest index a key of the greatest length can have.</summary>
    public const int MaxIndex = (StateLimits.MaxKeyBytes << ByteShift) + 8;

    /// <summary>The index of the first bit in which two keys differ, or <see cref="None"/>.</summary>
    public static int FirstDifference(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        int common = a.CommonPrefixLength(b);
        return common == a.Length || common == b.Length
            ? (a.Length == b.Length ? None : common << ByteShift)
            : OfBytes(common, a[common], b[common]);
    }

    /// <summary>The index of the first bit in which the bytes at a place differ. They must differ.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int OfBytes(int place, byte a, byte b) =>
        (place << ByteShift) + 1 + BitOperations.LeadingZeroCount((uint)(a ^ b)) - 24;

    /// <summary>The bit of a key at an index: 0 past its end, 1 for "one more byte".</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Bit(ReadOnlySpan<byte> key, int index)
    {
        int place = index >> ByteShift;
        if (place >= key.Length)
        {
            return 0;
        }

        // The "one more byte" bit is bit 8 of the byte with a one put before it.
        return ((0x100 | key[place]) >> (8 - (index & 15))) & 1;
    }

    /// <summary>How many bytes of a key the bits before an index take: the whole bytes, and one more unless the index is a "one more byte" bit.</summary>
    public static int PrefixBytes(int index) => (index >> ByteShift) + ((index & 15) == 0 ? 0 : 1);

    /// <summary>Which bits of the last byte of such a prefix lie before the index; the others are zero in storage.</summary>
    public static byte PartialMask(int index) => (byte)(0xFF00 >> Math.Max(0, (index & 15) - 1));
}
