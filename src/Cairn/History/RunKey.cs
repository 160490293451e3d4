using System.Buffers.Binary;

namespace Cairn.History;

/// <summary>
/// The keys that a run is sorted by: one byte that names the space (a tree, or the roots), then the key itself. Of a root the first eight bytes are enough: the record has the rest.
/// </summary>
internal static class RunKey
{
    /// <summary>The space of the roots, behind those of the two trees.</summary>
    public const byte RootSpace = 2;

    /// <summary>How many bytes of a root are its key.</summary>
    public const int RootPrefixBytes = 8;

    /// <summary>The longest.</summary>
    public const int MaxBytes = 1 + StateLimits.MaxKeyBytes;

    /// <summary>Makes the key of a change.</summary>
    /// <returns>The part of the destination that was written.</returns>
    public static Span<byte> Of(TreeKind tree, ReadOnlySpan<byte> key, Span<byte> destination)
    {
        destination[0] = (byte)tree;
        key.CopyTo(destination[1..]);
        return destination[..(1 + key.Length)];
    }

    /// <summary>Makes the key of a root.</summary>
    public static Span<byte> OfRoot(in Hash256 root, Span<byte> destination)
    {
        Span<byte> whole = stackalloc byte[Hash256.SizeBytes];
        root.CopyTo(whole);
        destination[0] = RootSpace;
        whole[..RootPrefixBytes].CopyTo(destination[1..]);
        return destination[..(1 + RootPrefixBytes)];
    }

    /// <summary>The hash that filters use: docs/format.md, "History filter".</summary>
    public static ulong Hash(ReadOnlySpan<byte> key)
    {
        const ulong multiplier = 0x9E3779B97F4A7C15;
        ulong hash = (ulong)key.Length * multiplier;
        while (key.Length >= sizeof(ulong))
        {
            hash = (hash ^ BinaryPrimitives.ReadUInt64LittleEndian(key)) * multiplier;
            hash ^= hash >> 32;
            key = key[sizeof(ulong)..];
        }

        ulong rest = 0;
        for (int i = 0; i < key.Length; i++)
        {
            rest |= (ulong)key[i] << (8 * i);
        }

        hash = (hash ^ rest) * multiplier;
        hash ^= hash >> 29;
        hash *= multiplier;
        return hash ^ (hash >> 32);
    }
}
