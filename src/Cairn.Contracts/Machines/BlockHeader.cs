using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Cairn.Contracts.Machines;

using Layout = BlockHeaderLayout;

/// <summary>What a block says of itself. Its hash is over all of it, so two blocks with equal states are two blocks.</summary>
public sealed record BlockHeader
{
    /// <summary>The longest extra bytes.</summary>
    public const int MaxExtraBytes = 512;

    /// <summary>The height of the block.</summary>
    public required BlockHeight Height { get; init; }

    /// <summary>The hash of the block before; the zero hash, the default, for the first one.</summary>
    public Hash256 PreviousHash { get; init; }

    /// <summary>The state root after the block.</summary>
    public required Hash256 StateRoot { get; init; }

    /// <summary>The hash of what the block contains; the zero hash, the default, for nothing.</summary>
    public Hash256 ContentHash { get; init; }

    /// <summary>The time of the block in 100 ns ticks since 1970-01-01 UTC.</summary>
    public long TimeTicks { get; init; }

    /// <summary>Who made it; the zero address, the default, for nobody.</summary>
    public Address Proposer { get; init; }

    /// <summary>What else there is to say, up to <see cref="MaxExtraBytes"/> bytes of any content. Not copied.</summary>
    public ReadOnlyMemory<byte> Extra { get; init; }

    /// <summary>The header as bytes: the same header has the same bytes, and no two headers have.</summary>
    /// <exception cref="InvalidOperationException">There are too many extra bytes.</exception>
    public byte[] Encode()
    {
        if (Extra.Length > MaxExtraBytes)
        {
            throw new InvalidOperationException($"A header has at most {MaxExtraBytes} extra bytes, not {Extra.Length}.");
        }

        byte[] bytes = new byte[Layout.SizeBytes + Extra.Length];
        bytes[Layout.VersionOffset] = Layout.Version;
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(Layout.HeightOffset), Height.Value);
        PreviousHash.CopyTo(bytes.AsSpan(Layout.PreviousHashOffset));
        StateRoot.CopyTo(bytes.AsSpan(Layout.StateRootOffset));
        ContentHash.CopyTo(bytes.AsSpan(Layout.ContentHashOffset));
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(Layout.TimeOffset), TimeTicks);
        Proposer.CopyTo(bytes.AsSpan(Layout.ProposerOffset));
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(Layout.ExtraLengthOffset), (ushort)Extra.Length);
        Extra.Span.CopyTo(bytes.AsSpan(Layout.SizeBytes));
        return bytes;
    }

    /// <summary>Reads a header.</summary>
    /// <param name="bytes">Its bytes.</param>
    /// <param name="header">The header; null when the bytes are none.</param>
    /// <returns>Whether they are one.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out BlockHeader? header)
    {
        header = null;
        if (bytes.Length < Layout.SizeBytes || bytes[Layout.VersionOffset] != Layout.Version)
        {
            return false;
        }

        int extra = BinaryPrimitives.ReadUInt16LittleEndian(bytes[Layout.ExtraLengthOffset..]);
        if (extra > MaxExtraBytes || Layout.SizeBytes + extra != bytes.Length)
        {
            return false;
        }

        header = new BlockHeader
        {
            Height = new BlockHeight(BinaryPrimitives.ReadUInt64LittleEndian(bytes[Layout.HeightOffset..])),
            PreviousHash = new Hash256(bytes.Slice(Layout.PreviousHashOffset, Hash256.SizeBytes)),
            StateRoot = new Hash256(bytes.Slice(Layout.StateRootOffset, Hash256.SizeBytes)),
            ContentHash = new Hash256(bytes.Slice(Layout.ContentHashOffset, Hash256.SizeBytes)),
            TimeTicks = BinaryPrimitives.ReadInt64LittleEndian(bytes[Layout.TimeOffset..]),
            Proposer = new Address(bytes.Slice(Layout.ProposerOffset, Address.SizeBytes)),
            Extra = bytes[Layout.SizeBytes..].ToArray(),
        };
        return true;
    }

    /// <summary>The hash of the block: the SHA-256 of <see cref="Encode"/>.</summary>
    public Hash256 ComputeHash() => HashOf(Encode());

    /// <inheritdoc/>
    public bool Equals(BlockHeader? other) => other is not null && Encode().AsSpan().SequenceEqual(other.Encode());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Height, PreviousHash, StateRoot, TimeTicks);

    internal static Hash256 HashOf(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[Hash256.SizeBytes];
        SHA256.HashData(bytes, hash);
        return new Hash256(hash);
    }
}
