using System.Runtime.InteropServices;
using Cairn.Homes;

namespace Cairn.Tree;

/// <summary>
/// Reads one key of a stored leaf page without bringing the page into memory: into a buffer of the thread, which stays in the processor's cache from read to read. The page is checked as completely as one that is brought in.
/// </summary>
/// <remarks>
/// SAFETY: the buffer is pinned for good and belongs to one thread, which uses it in no other way; the bytes that <see cref="PageProbe"/> walks were checked as its remarks ask for.
/// </remarks>
internal static class PassingRead
{
    [ThreadStatic]
    private static byte[]? _buffer;

    /// <summary>Reads the value of a key.</summary>
    /// <param name="store">Where the page is.</param>
    /// <param name="reference">The page; a leaf, as its stub says.</param>
    /// <param name="place">Its place.</param>
    /// <param name="key">The key.</param>
    /// <param name="destination">Takes the value.</param>
    /// <param name="valueBytes">Its length.</param>
    /// <param name="isThere">Whether the page has the key.</param>
    /// <returns>False when the value is a blob, or the page is stored as a delta, so that nothing was answered.</returns>
    /// <exception cref="ArgumentException">The destination is shorter than the value.</exception>
    /// <exception cref="StateCorruptedException">The stored page is damaged.</exception>
    /// <exception cref="IOException">Reading failed.</exception>
    public static bool TryRead(IPageStore store, PageReference reference, PagePlace place, ReadOnlySpan<byte> key, Span<byte> destination, out int valueBytes, out bool isThere)
    {
        byte[] buffer = _buffer ??= GC.AllocateUninitializedArray<byte>(PageLimits.MaxStoredBytes, pinned: true);
        ReadOnlySpan<byte> stored = PageCodec.ReadChecked(store, reference, place, buffer);
        if (stored.IsEmpty)
        {
            valueBytes = 0;
            isThere = false;
            return false;
        }

        PageView view = new(stored);
        PageShape shape = new((ushort)view.Sections.Trie, stored[PageHeaderLayout.TrieRootOffset], (byte)view.Count);
        isThere = new PageProbe(Marshal.UnsafeAddrOfPinnedArrayElement(buffer, 0), shape).Find(key, out int item, out _, out ReadOnlySpan<byte> value);
        valueBytes = value.Length;
        if (isThere)
        {
            if (((view.BlobMask >> item) & 1) != 0)
            {
                return false;
            }

            TreeReading.CopyTo(value, destination);
        }

        return true;
    }
}
