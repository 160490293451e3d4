using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Cairn.Format;

/// <summary>CRC-32C (Castagnoli, RFC 3720 appendix B.4): start and final complement included, so <c>Compute("123456789")</c> is e3069283.</summary>
/// <remarks>
/// One step of the checksum waits three cycles for the one before it, so long inputs are cut into three lanes that are computed side by side and then joined: the checksum of A‖B‖C, each of n bytes, is
/// A·x^16n + B·x^8n + C in the polynomials modulo the Castagnoli one.
/// SAFETY: the bytes are looked at as words of eight of them; every access to the words goes through spans that know their length.
/// </remarks>
internal static class Crc32C
{
    /// <summary>Below this length joining costs more than the lanes save.</summary>
    private const int MinLaneWords = 16;

    /// <summary>The longest lane; what is longer is done in several rounds.</summary>
    private const int MaxLaneWords = 1024;

    private static readonly uint[] Shifts = MakeShifts();

    private static bool CanJoin => BitConverter.IsLittleEndian && Pclmulqdq.IsSupported && Sse42.X64.IsSupported;

    /// <summary>The checksum of the bytes.</summary>
    public static uint Compute(ReadOnlySpan<byte> bytes) => Append(0, bytes);

    /// <summary>The checksum of the bytes that gave <paramref name="crc"/> followed by these.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        uint state = ~crc;
        if (CanJoin)
        {
            while (bytes.Length >= 3 * MinLaneWords * sizeof(ulong))
            {
                int lane = Math.Min(MaxLaneWords, bytes.Length / (3 * sizeof(ulong)));
                state = AddLanes(state, MemoryMarshal.Cast<byte, ulong>(bytes[..(3 * lane * sizeof(ulong))]), lane);
                bytes = bytes[(3 * lane * sizeof(ulong))..];
            }
        }

        return ~AddChain(state, bytes);
    }

    /// <summary>As <see cref="Append"/>, in one chain: what the lanes are held against.</summary>
    internal static uint AppendPlain(uint crc, ReadOnlySpan<byte> bytes) => ~AddChain(~crc, bytes);

    private static uint AddChain(uint state, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= sizeof(ulong))
        {
            state = BitOperations.Crc32C(state, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (byte value in bytes)
        {
            state = BitOperations.Crc32C(state, value);
        }

        return state;
    }

    private static uint AddLanes(uint state, ReadOnlySpan<ulong> words, int lane)
    {
        ReadOnlySpan<ulong> first = words[..lane];
        ReadOnlySpan<ulong> second = words.Slice(lane, lane);
        ReadOnlySpan<ulong> third = words.Slice(2 * lane, lane);
        ulong a = state;
        ulong b = 0;
        ulong c = 0;
        for (int i = 0; i < first.Length && i < second.Length && i < third.Length; i++)
        {
            a = Sse42.X64.Crc32(a, first[i]);
            b = Sse42.X64.Crc32(b, second[i]);
            c = Sse42.X64.Crc32(c, third[i]);
        }

        return Shift((uint)a, 2 * lane) ^ Shift((uint)b, lane) ^ (uint)c;
    }

    /// <summary>The state after so many words of zeros.</summary>
    private static uint Shift(uint state, int words)
    {
        // The product has 63 bits; taking it in as a word multiplies it by x^32 and brings it below the polynomial's degree. Shifts leave these and the bit lost to reflection out.
        Vector128<ulong> product = Pclmulqdq.CarrylessMultiply(Vector128.CreateScalar((ulong)state), Vector128.CreateScalar((ulong)Shifts[words]), 0);
        return (uint)Sse42.X64.Crc32(0, product.ToScalar());
    }

    /// <summary>x^(64n − 33) for each count n of words up to two lanes; bits are reflected, so that 1 is x^31.</summary>
    private static uint[] MakeShifts()
    {
        uint[] shifts = new uint[(2 * MaxLaneWords) + 1];
        shifts[1] = 1;
        for (int words = 2; words < shifts.Length; words++)
        {
            shifts[words] = BitOperations.Crc32C(shifts[words - 1], 0UL);
        }

        return shifts;
    }
}
