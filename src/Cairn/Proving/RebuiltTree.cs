using Cairn.Tree;

namespace Cairn.Proving;

/// <summary>A state tree of the past that was rebuilt and found to be the one that was logged. Kept by <see cref="RebuiltTrees"/>, under whose lock its counts are.</summary>
/// <param name="owner">Keeps it.</param>
/// <param name="sequence">The sequence of the block after which it is.</param>
/// <param name="from">The version it shares pages with, which is pinned for it.</param>
/// <param name="change">Its root and the pages that it alone has.</param>
internal sealed class RebuiltTree(RebuiltTrees owner, ulong sequence, StateVersion from, TreeChange change)
{
    /// <summary>The sequence of the block after which it is.</summary>
    public ulong Sequence => sequence;

    /// <summary>The version it shares pages with.</summary>
    public StateVersion From => from;

    /// <summary>Its root and the pages that it alone has.</summary>
    public TreeChange Change => change;

    /// <summary>The tree.</summary>
    public TreeRoot Root => change.Root;

    /// <summary>The memory that its own pages take.</summary>
    public long PageBytes { get; } = change.Created.Sum(static page => (long)page.Page!.MemoryBytes);

    /// <summary>The memory that its own pages and blobs take.</summary>
    public long Bytes => PageBytes + BlobBytes;

    private long BlobBytes { get; } = change.CreatedBlobBytes;

    /// <summary>How many proofs are being built from it.</summary>
    public int Users { get; set; }

    /// <summary>Whether it was used since somebody last asked which ones were.</summary>
    public bool IsFresh { get; set; } = true;

    /// <summary>Gives it back, once for each time it was rented.</summary>
    public void Return() => owner.Return(this);
}
