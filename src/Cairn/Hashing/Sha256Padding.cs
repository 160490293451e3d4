using System.Buffers.Binary;

namespace Cairn.Hashing;

/// <summary>The padding of SHA-256 (FIPS 180-4, section 5.1.1): a byte 80, zeros, and the length in bits as 64 bits, big-endian.</summary>
internal static class Sha256Padding
{
    /// <summary>The least that padding adds: the byte 80 and the length.</summary>
    private const int MinimumBytes = 1 + sizeof(ulong);

    /// <summary>How many 64-byte blocks a message has once it is padded.</summary>
    /// <param name="messageBytes">The length of the message, at most 2^31 - 73 bytes, so that the padded length is an <see cref="int"/>.</param>
    public static int BlockCount(int messageBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(messageBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(messageBytes, int.MaxValue - MinimumBytes - Sha256Constants.BlockBytes + 1);
        return (messageBytes + MinimumBytes + Sha256Constants.BlockBytes - 1) / Sha256Constants.BlockBytes;
    }

    /// <summary>Pads the message at the beginning of the buffer.</summary>
    /// <param name="buffer">Exactly <see cref="BlockCount"/> blocks; what lies behind the message is overwritten.</param>
    /// <param name="messageBytes">The length of the message.</param>
    public static void Pad(Span<byte> buffer, int messageBytes)
    {
        int blocks = BlockCount(messageBytes);
        if (buffer.Length != blocks * Sha256Constants.BlockBytes)
        {
            throw new ArgumentException($"A message of {messageBytes} bytes is padded to {blocks * Sha256Constants.BlockBytes} bytes, the buffer has {buffer.Length}.", nameof(buffer));
        }

        buffer[messageBytes] = 0x80;
        buffer[(messageBytes + 1)..^sizeof(ulong)].Clear();
        BinaryPrimitives.WriteUInt64BigEndian(buffer[^sizeof(ulong)..], (ulong)messageBytes * 8);
    }

    /// <summary>The message inside a padded buffer: the inverse of <see cref="Pad"/>.</summary>
    /// <exception cref="ArgumentException">The buffer is not what <see cref="Pad"/> writes.</exception>
    public static ReadOnlySpan<byte> Unpad(ReadOnlySpan<byte> padded)
    {
        ulong bits = padded.Length < Sha256Constants.BlockBytes ? ulong.MaxValue : BinaryPrimitives.ReadUInt64BigEndian(padded[^sizeof(ulong)..]);
        if (bits % 8 != 0
            || bits / 8 > (ulong)padded.Length
            || BlockCount((int)(bits / 8)) * Sha256Constants.BlockBytes != padded.Length
            || padded[(int)(bits / 8)] != 0x80
            || padded[((int)(bits / 8) + 1)..^sizeof(ulong)].ContainsAnyExcept((byte)0))
        {
            throw new ArgumentException($"The {padded.Length} bytes are not a padded SHA-256 message; their length field says {bits} bits.", nameof(padded));
        }

        return padded[..(int)(bits / 8)];
    }
}
