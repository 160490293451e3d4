using Cairn.Homes;

namespace Cairn.History;

/// <summary>
/// Answers what the log says of the past, by key, height and root. Safe for any thread.
/// <list type="bullet">
/// <item>Every question names the version it is asked of by the sequence of its last record, <c>upTo</c>: an answer never depends on what came after it. A record is <em>live</em> for it unless a rewind at or
/// before <c>upTo</c> abandoned it.</item>
/// <item>The state after the newest block at or below a height is what a version has, undone by the first live change of each key in (sequence of that block, <c>upTo</c>].</item>
/// <item>Nothing before the place that the log is kept from is known. Whoever asks sees to it that the log behind <c>after</c> is kept.</item>
/// </list>
/// </summary>
/// <remarks>Every member may throw <see cref="StateCorruptedException"/> where the log is damaged, and <see cref="IOException"/>.</remarks>
internal interface IChangeHistory
{
    /// <summary>Finds the newest live block at or below a height.</summary>
    bool TryFindBlock(BlockHeight atOrBelow, ulong upTo, out PastBlock block);

    /// <summary>Finds the newest live block with a root.</summary>
    bool TryFindRoot(in Hash256 root, ulong upTo, out PastBlock block);

    /// <summary>The live blocks between two heights, both included, ascending.</summary>
    IEnumerable<PastBlock> Blocks(BlockHeight from, BlockHeight to, ulong upTo);

    /// <summary>Reads the whole record of a block: its changes and payload.</summary>
    LogRecord ReadRecord(in PastBlock block);

    /// <summary>Finds the first live change of a key with <paramref name="after"/> &lt; sequence ≤ <paramref name="upTo"/>: what the key was before it.</summary>
    bool TryFindFirst(TreeKind tree, ReadOnlySpan<byte> key, ulong after, ulong upTo, out PastChange change);

    /// <summary>Walks the keys of a half-open range that changed, in key order, each once, with its first live change in (after, upTo].</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="start">The first key; empty for the beginning.</param>
    /// <param name="end">The key after the last; empty for no upper bound.</param>
    /// <param name="after">The sequence before the first change.</param>
    /// <param name="upTo">The sequence of the last change.</param>
    /// <param name="reverse">Whether to begin at the end.</param>
    IPastCursor Scan(TreeKind tree, ReadOnlySpan<byte> start, ReadOnlySpan<byte> end, ulong after, ulong upTo, bool reverse);

    /// <summary>Every live change of a key in (after, upTo], oldest first.</summary>
    IEnumerable<PastVersion> Versions(TreeKind tree, byte[] key, ulong after, ulong upTo);
}
