using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace Cairn.Contracts;

/// <summary>SHA3-256 as NIST defines it, for messages of one block: what derives slot ids.</summary>
internal static class Sha3
{
    public const int HashBytes = 32;
    private const int Lanes = 25;
    private const int RateBytes = 136;

    private static readonly ulong[] RoundConstants =
    [
        0x0000000000000001, 0x0000000000008082, 0x800000000000808A, 0x8000000080008000, 0x000000000000808B, 0x0000000080000001,
        0x8000000080008081, 0x8000000000008009, 0x000000000000008A, 0x0000000000000088, 0x0000000080008009, 0x000000008000000A,
        0x000000008000808B, 0x800000000000008B, 0x8000000000008089, 0x8000000000008003, 0x8000000000008002, 0x8000000000000080,
        0x000000000000800A, 0x800000008000000A, 0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
    ];

    /// <summary>Where each lane goes, and by how much it is rotated, one after the other beginning at lane 1.</summary>
    private static readonly byte[] Targets = [10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1];
    private static readonly byte[] Turns = [1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44];

    /// <summary>Hashes a message, by the platform's implementation where it has one.</summary>
    /// <param name="message">At most 135 bytes.</param>
    /// <param name="hash">Takes 32 bytes.</param>
    public static void Hash(ReadOnlySpan<byte> message, Span<byte> hash)
    {
        if (SHA3_256.IsSupported)
        {
            SHA3_256.HashData(message, hash);
            return;
        }

        HashManaged(message, hash);
    }

    /// <summary>Hashes a message without help of the platform.</summary>
    public static void HashManaged(ReadOnlySpan<byte> message, Span<byte> hash)
    {
        Span<byte> block = stackalloc byte[RateBytes];
        block.Clear();
        message.CopyTo(block[..(RateBytes - 1)]);
        block[message.Length] = 0x06;
        block[RateBytes - 1] |= 0x80;
        Span<ulong> state = stackalloc ulong[Lanes];
        state.Clear();
        for (int i = 0; i < RateBytes / 8; i++)
        {
            state[i] = BinaryPrimitives.ReadUInt64LittleEndian(block[(8 * i)..]);
        }

        Permute(state);
        for (int i = 0; i < HashBytes / 8; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(hash[(8 * i)..], state[i]);
        }
    }

    private static void Permute(Span<ulong> state)
    {
        state = state[..Lanes];
        foreach (ulong constant in RoundConstants)
        {
            MixColumns(state);
            MoveLanes(state);
            for (int row = 0; row <= Lanes - 5; row += 5)
            {
                Span<ulong> lanes = state.Slice(row, 5);
                (ulong a, ulong b, ulong c, ulong d, ulong e) = (lanes[0], lanes[1], lanes[2], lanes[3], lanes[4]);
                lanes[0] = a ^ (~b & c);
                lanes[1] = b ^ (~c & d);
                lanes[2] = c ^ (~d & e);
                lanes[3] = d ^ (~e & a);
                lanes[4] = e ^ (~a & b);
            }

            state[0] ^= constant;
        }
    }

    private static void MixColumns(Span<ulong> state)
    {
        ulong a = state[0] ^ state[5] ^ state[10] ^ state[15] ^ state[20];
        ulong b = state[1] ^ state[6] ^ state[11] ^ state[16] ^ state[21];
        ulong c = state[2] ^ state[7] ^ state[12] ^ state[17] ^ state[22];
        ulong d = state[3] ^ state[8] ^ state[13] ^ state[18] ^ state[23];
        ulong e = state[4] ^ state[9] ^ state[14] ^ state[19] ^ state[24];
        ulong toA = e ^ BitOperations.RotateLeft(b, 1);
        ulong toB = a ^ BitOperations.RotateLeft(c, 1);
        ulong toC = b ^ BitOperations.RotateLeft(d, 1);
        ulong toD = c ^ BitOperations.RotateLeft(e, 1);
        ulong toE = d ^ BitOperations.RotateLeft(a, 1);
        for (int row = 0; row <= Lanes - 5; row += 5)
        {
            Span<ulong> lanes = state.Slice(row, 5);
            lanes[0] ^= toA;
            lanes[1] ^= toB;
            lanes[2] ^= toC;
            lanes[3] ^= toD;
            lanes[4] ^= toE;
        }
    }

    private static void MoveLanes(Span<ulong> state)
    {
        ulong moving = state[1];
        for (int step = 0; step < Targets.Length; step++)
        {
            int target = Targets[step];
            ulong next = state[target];
            state[target] = BitOperations.RotateLeft(moving, Turns[step]);
            moving = next;
        }
    }
}
