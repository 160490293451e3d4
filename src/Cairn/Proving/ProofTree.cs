using Cairn.Tree;

namespace Cairn.Proving;

/// <summary>A state tree that proofs are built from. To be disposed when they are built.</summary>
internal sealed class ProofTree : IDisposable
{
    private readonly RebuiltTree? _rebuilt;
    private int _disposed;

    /// <summary>Takes a tree that somebody keeps.</summary>
    /// <param name="pages">Gives its pages.</param>
    /// <param name="root">The tree.</param>
    /// <param name="throwIfInvalid">Throws when it is no longer kept.</param>
    public ProofTree(PageCache pages, TreeRoot root, Action throwIfInvalid)
    {
        Pages = pages;
        Root = root;
        ThrowIfInvalid = throwIfInvalid;
    }

    /// <summary>Takes a rented tree, which it gives back.</summary>
    public ProofTree(PageCache pages, RebuiltTree rebuilt, Action throwIfInvalid)
        : this(pages, rebuilt.Root, throwIfInvalid) => _rebuilt = rebuilt;

    /// <summary>Gives the pages.</summary>
    public PageCache Pages { get; }

    /// <summary>The tree.</summary>
    public TreeRoot Root { get; }

    /// <summary>Throws when the tree may no longer be read.</summary>
    public Action ThrowIfInvalid { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _rebuilt?.Return();
        }
    }
}
