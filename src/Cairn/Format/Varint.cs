using System.Numerics;

namespace Cairn.Format;

/// <summary>
/// Unsigned numbers in seven bits a byte, the lowest bits first, the top bit set on all bytes but the last. Only the shortest form is a valid one,
/// so that a number has exactly one form.
/// </summary>
internal static class Varint
{
    /// <summary>The longest form, of 2^63 and above.</summary>
    public const int MaxBytes = 10;

    private const byte More = 0x80;

    /// <summary>How many bytes a number takes, 1 to 10.</summary>
    public static int Size(ulong value) => ((BitOperations.Log2(value | 1) * 9) + 73) >> 6; // bits / 7 rounded up, without a division

    /// <summary>Writes a number.</summary>
    /// <param name="destination">At least as long as <see cref="Size"/> says.</param>
    /// <param name="value">The number.</param>
    /// <returns>The bytes written.</returns>
    public static int Write(Span<byte> destination, ulong value)
    {
        int bytes = 0;
        while (value >= More)
        {
            destination[bytes++] = (byte)(value | More);
            value >>= 7;
        }

        destination[bytes++] = (byte)value;
        return bytes;
    }

    /// <summary>Reads a number.</summary>
    /// <param name="source">Where it starts; more bytes may follow.</param>
    /// <param name="value">The number.</param>
    /// <param name="bytes">How many bytes it takes.</param>
    /// <returns>False when the bytes end before it does, it exceeds 64 bits, or a shorter form exists.</returns>
    public static bool TryRead(ReadOnlySpan<byte> source, out ulong value, out int bytes)
    {
        value = 0;
        for (bytes = 0; bytes < source.Length && bytes < MaxBytes;)
        {
            byte part = source[bytes];
            if (bytes == MaxBytes - 1 && part > 1)
            {
                return false;
            }

            value |= (ulong)(part & ~More) << (7 * bytes);
            bytes++;
            if (part < More)
            {
                return part != 0 || bytes == 1;
            }
        }

        return false;
    }
}
