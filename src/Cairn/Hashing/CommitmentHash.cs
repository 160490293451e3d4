using System.Security.Cryptography;

namespace Cairn.Hashing;

/// <summary>
/// The hashes of the state commitment, one at a time: leaf = H(00 ‖ 20 ‖ H(key) ‖ 20 ‖ H(value)), inner = H(01 ‖ left ‖ right), H = SHA-256.
/// Many hashes at once are much cheaper through <see cref="Sha256Lanes"/>.
/// </summary>
internal static class CommitmentHash
{
    /// <summary>The first byte of a leaf's preimage.</summary>
    public const byte LeafPrefix = 0x00;

    /// <summary>The first byte of an inner node's preimage.</summary>
    public const byte InnerPrefix = 0x01;

    /// <summary>The byte before each of the two hashes in a leaf's preimage: their length, 32, as a varint.</summary>
    public const byte LengthByte = Hash256.SizeBytes;

    /// <summary>The bytes of a leaf's preimage.</summary>
    public const int LeafBytes = 3 + PairBytes;

    /// <summary>The bytes of an inner node's preimage.</summary>
    public const int InnerBytes = 1 + PairBytes;

    private const int PairBytes = 2 * Hash256.SizeBytes;

    /// <summary>The hash of the leaf of an entry.</summary>
    public static Hash256 Leaf(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => Leaf(Value(key), Value(value));

    /// <summary>The hash of the leaf of an entry whose key and value are hashed already.</summary>
    public static Hash256 Leaf(Hash256 keyHash, Hash256 valueHash)
    {
        Span<byte> pair = stackalloc byte[PairBytes];
        keyHash.CopyTo(pair);
        valueHash.CopyTo(pair[Hash256.SizeBytes..]);
        return Value(LeafPreimage(pair, stackalloc byte[LeafBytes]));
    }

    /// <summary>The hash of an inner node.</summary>
    public static Hash256 Inner(Hash256 left, Hash256 right)
    {
        Span<byte> pair = stackalloc byte[PairBytes];
        left.CopyTo(pair);
        right.CopyTo(pair[Hash256.SizeBytes..]);
        return Value(InnerPreimage(pair, stackalloc byte[InnerBytes]));
    }

    /// <summary>The SHA-256 of some bytes: of a key or a value before they enter a leaf.</summary>
    public static Hash256 Value(ReadOnlySpan<byte> bytes)
    {
        Span<byte> digest = stackalloc byte[Hash256.SizeBytes];
        SHA256.HashData(bytes, digest);
        return new Hash256(digest);
    }

    /// <summary>Writes what a leaf hashes to the beginning of a buffer and returns that part of it.</summary>
    internal static ReadOnlySpan<byte> LeafPreimage(ReadOnlySpan<byte> pair, Span<byte> buffer)
    {
        buffer[0] = LeafPrefix;
        buffer[1] = LengthByte;
        pair[..Hash256.SizeBytes].CopyTo(buffer[2..]);
        buffer[2 + Hash256.SizeBytes] = LengthByte;
        pair[Hash256.SizeBytes..PairBytes].CopyTo(buffer[(3 + Hash256.SizeBytes)..]);
        return buffer[..LeafBytes];
    }

    /// <summary>Writes what an inner node hashes to the beginning of a buffer and returns that part of it.</summary>
    internal static ReadOnlySpan<byte> InnerPreimage(ReadOnlySpan<byte> pair, Span<byte> buffer)
    {
        buffer[0] = InnerPrefix;
        pair[..PairBytes].CopyTo(buffer[1..]);
        return buffer[..InnerBytes];
    }
}
