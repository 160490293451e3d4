namespace Cairn.Tree;

/// <summary>One tree to which batches are applied one after the other, as if it were one: pages that only a batch in between had go at once. Used by one thread.</summary>
internal sealed class UndoneTree(PageCache pages, TreeKind tree, TreeRoot root, ApplyCrew? crew)
{
    private readonly TreeApplier _applier = new(pages, tree, pool: null, crew);
    private readonly HashSet<PageReference> _created = [];
    private readonly HashSet<BlobReference> _createdBlobs = [];
    private readonly List<PageReference> _superseded = [];
    private readonly List<BlobReference> _supersededBlobs = [];

    /// <summary>The tree so far.</summary>
    public TreeRoot Root { get; private set; } = root;

    /// <summary>The memory that what was made takes.</summary>
    public long Bytes => _created.Sum(static page => (long)(page.Page?.MemoryBytes ?? 0)) + _createdBlobs.Sum(static blob => (long)blob.Length);

    /// <summary>Applies a batch.</summary>
    public void Apply(ChangeBatch batch, BlockHeight height, ulong born)
    {
        TreeChange change = _applier.Apply(Root, batch, height, born, record: null);
        pages.AddDraft(change.Created);
        List<PageReference> gone = [];
        foreach (PageReference page in change.Superseded)
        {
            (_created.Remove(page) ? gone : _superseded).Add(page);
        }

        pages.Discard(gone);
        _created.UnionWith(change.Created);
        _supersededBlobs.AddRange(change.SupersededBlobs.Where(blob => !_createdBlobs.Remove(blob)));
        _createdBlobs.UnionWith(change.CreatedBlobs);
        Root = change.Root;
    }

    /// <summary>Everything together.</summary>
    public TreeChange ToChange()
    {
        TreeChange change = new() { Root = Root };
        change.Created.AddRange(_created);
        change.Superseded.AddRange(_superseded);
        change.CreatedBlobs.AddRange(_createdBlobs);
        change.SupersededBlobs.AddRange(_supersededBlobs);
        return change;
    }

    /// <summary>Nobody wants it.</summary>
    public void Discard() => pages.Discard([.. _created]);
}
