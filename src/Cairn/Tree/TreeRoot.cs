namespace Cairn.Tree;

/// <summary>A version of a tree: its root page, its hash and what it holds. A value; pages are shared between versions.</summary>
/// <param name="Reference">The root page; null for the empty tree.</param>
/// <param name="Hash">The hash of a state tree; zero for a local tree.</param>
/// <param name="Totals">What the tree holds.</param>
internal readonly record struct TreeRoot(PageReference? Reference, Hash256 Hash, TreeTotals Totals)
{
    /// <summary>The empty tree.</summary>
    public static TreeRoot Empty(TreeKind tree) => new(null, tree == TreeKind.State ? Hash256.EmptyRoot : default, default);
}

/// <summary>What applying a batch to a tree gave.</summary>
internal sealed class TreeChange
{
    /// <summary>The tree afterwards.</summary>
    public TreeRoot Root { get; set; }

    /// <summary>The pages that were made.</summary>
    public List<PageReference> Created { get; } = [];

    /// <summary>The pages of the tree before that the tree afterwards does not have.</summary>
    public List<PageReference> Superseded { get; } = [];

    /// <summary>The blobs that were put.</summary>
    public List<BlobReference> CreatedBlobs { get; } = [];

    /// <summary>Their bytes.</summary>
    public long CreatedBlobBytes => CreatedBlobs.Sum(static blob => (long)blob.Length);

    /// <summary>The blobs of the tree before that were overwritten or deleted.</summary>
    public List<BlobReference> SupersededBlobs { get; } = [];

    /// <summary>How many changes really changed something.</summary>
    public int Effective { get; set; }

    /// <summary>Adds what another thread did for the same tree.</summary>
    public void Add(TreeChange part)
    {
        Effective += part.Effective;
        Created.AddRange(part.Created);
        Superseded.AddRange(part.Superseded);
        CreatedBlobs.AddRange(part.CreatedBlobs);
        SupersededBlobs.AddRange(part.SupersededBlobs);
    }

    /// <summary>Forgets everything and keeps the memory of the lists.</summary>
    public void Clear()
    {
        Root = default;
        Effective = 0;
        Created.Clear();
        Superseded.Clear();
        CreatedBlobs.Clear();
        SupersededBlobs.Clear();
    }

    /// <summary>The memory it keeps for its next use, about.</summary>
    public long KeptBytes => (Created.Capacity + Superseded.Capacity + CreatedBlobs.Capacity + SupersededBlobs.Capacity) * (long)IntPtr.Size;
}
