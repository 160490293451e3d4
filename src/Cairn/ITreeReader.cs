namespace Cairn;

/// <summary>
/// Reads one of the two trees of a view or a draft. Keys are compared as unsigned bytes, lexicographically; a question may name any key, also the empty one and ones longer than a key can be: they are absent. Of a view, safe
/// for any number of threads; of a draft, for one.
/// </summary>
public interface ITreeReader
{
    /// <summary>What the tree holds.</summary>
    TreeTotals Totals { get; }

    /// <summary>Reads a value. Allocates nothing when the page is in memory and the value is inline.</summary>
    /// <param name="key">The key.</param>
    /// <param name="destination">Takes the value.</param>
    /// <param name="valueBytes">The length of the value; 0 when the key is absent.</param>
    /// <returns>Whether the key is present.</returns>
    /// <exception cref="ArgumentException">The destination is shorter than the value; the message names the length.</exception>
    /// <exception cref="StateCorruptedException">A stored page or blob on the way is damaged.</exception>
    bool TryGet(ReadOnlySpan<byte> key, Span<byte> destination, out int valueBytes);

    /// <summary>Reads a value into a new array.</summary>
    /// <returns>The value; null when the key is absent.</returns>
    /// <exception cref="StateCorruptedException">A stored page or blob on the way is damaged.</exception>
    byte[]? Get(ReadOnlySpan<byte> key);

    /// <summary>Tells the length of a value without reading a blob.</summary>
    /// <returns>Whether the key is present.</returns>
    bool TryGetLength(ReadOnlySpan<byte> key, out int valueBytes);

    /// <summary>Tells the height at which an entry last changed; in a draft, its own height for what it changed.</summary>
    /// <returns>Whether the key is present.</returns>
    bool TryGetChangeHeight(ReadOnlySpan<byte> key, out BlockHeight height);

    /// <summary>Whether a key is present.</summary>
    bool Contains(ReadOnlySpan<byte> key);

    /// <summary>What the entries whose keys begin with a prefix hold together. Visits at most two paths of pages; at a height that is no longer recent, also each key under the prefix that has changed since.</summary>
    TreeTotals TotalsOf(ReadOnlySpan<byte> prefix);

    /// <summary>How many keys begin with a prefix.</summary>
    ulong Count(ReadOnlySpan<byte> prefix) => TotalsOf(prefix).Entries;

    /// <summary>How many bytes of keys and values the entries have whose keys begin with a prefix.</summary>
    ulong Bytes(ReadOnlySpan<byte> prefix) => TotalsOf(prefix).Bytes;

    /// <summary>Walks the entries of a half-open range in key order.</summary>
    /// <param name="start">The first key; empty for the beginning.</param>
    /// <param name="end">The key after the last; empty for no upper bound.</param>
    /// <param name="limit">The most entries to give.</param>
    /// <param name="reverse">Whether to begin at the end.</param>
    /// <returns>A scan before its first entry. Valid as long as the view or draft; a draft must not be changed meanwhile.</returns>
    EntryScan Range(ReadOnlySpan<byte> start, ReadOnlySpan<byte> end, long limit = long.MaxValue, bool reverse = false);

    /// <summary>Walks the entries whose keys begin with a prefix in key order.</summary>
    /// <param name="prefix">The prefix; empty for everything.</param>
    /// <param name="limit">The most entries to give.</param>
    /// <param name="reverse">Whether to begin at the end.</param>
    /// <returns>A scan before its first entry. Valid as long as the view or draft; a draft must not be changed meanwhile.</returns>
    EntryScan Prefix(ReadOnlySpan<byte> prefix, long limit = long.MaxValue, bool reverse = false);
}
