using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Cairn.Tree;

/// <summary>
/// The hash by which <see cref="HotEntries"/> and <see cref="KeyFilter"/> find keys: never stored, and nothing but speed depends on it. Whoever chooses keys that meet in it slows the reading of those keys down to what it
/// is without such tables.
/// </summary>
internal static class KeyHash
{
    private const ulong First = 0xA0761D6478BD642F;
    private const ulong Second = 0xE7037ED1A0B428DB;
    private const ulong Third = 0x8EBC6AF09C88C6E3;

    /// <summary>The hash of a key of a tree.</summary>
    public static ulong Of(TreeKind tree, ReadOnlySpan<byte> key)
    {
        ulong hash = First ^ (ulong)tree;
        ulong length = (ulong)key.Length;
        while (key.Length > 2 * sizeof(ulong))
        {
            hash = Mix(BinaryPrimitives.ReadUInt64LittleEndian(key) ^ Second, BinaryPrimitives.ReadUInt64LittleEndian(key[sizeof(ulong)..]) ^ hash);
            key = key[(2 * sizeof(ulong))..];
        }

        ulong low = 0;
        ulong high = 0;
        if (key.Length >= sizeof(ulong))
        {
            low = BinaryPrimitives.ReadUInt64LittleEndian(key);
            high = BinaryPrimitives.ReadUInt64LittleEndian(key[^sizeof(ulong)..]);
        }
        else if (key.Length >= sizeof(uint))
        {
            low = BinaryPrimitives.ReadUInt32LittleEndian(key);
            high = BinaryPrimitives.ReadUInt32LittleEndian(key[^sizeof(uint)..]);
        }
        else if (key.Length > 0)
        {
            low = ((ulong)key[0] << 16) | ((ulong)key[key.Length >> 1] << 8) | key[^1];
        }

        return Mix(Third ^ length, Mix(low ^ Second, high ^ hash));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong a, ulong b)
    {
        ulong high = Math.BigMul(a, b, out ulong low);
        return high ^ low;
    }
}
