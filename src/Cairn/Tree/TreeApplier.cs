using System.Runtime.InteropServices;
using Cairn.Format;
using Cairn.Hashing;
using Cairn.Homes;

namespace Cairn.Tree;

/// <summary>
/// Applies a sorted batch to a tree by copy-on-write: from the root down to the pages concerned, then bottom-up through merge, cut and hash. The pages afterwards are a function of the pages before
/// and the batch. Rented for one apply at a time; keeps its storage.
/// </summary>
/// <remarks>
/// The rules are those of the page tree: an over-full page is replaced in its parent by its pieces, an under-full one by its items, only the root grows upwards; a gap between two items names an
/// inner node, and its hash comes along as long as nothing under it changed.
/// </remarks>
internal sealed partial class TreeApplier
{
    /// <summary>How many changes ahead of the one being searched for memory is asked for.</summary>
    private const int ChangesAhead = 3;

    private static readonly TreeChange NoResult = new();

    private readonly PageCache _pages;
    private readonly TreeKind _tree;
    private readonly ApplyCrew? _crew;
    private readonly PageBuilder _builder;
    private readonly PageHasher? _hasher;
    private readonly ItemStack _items = new();
    private readonly Stack<Frame> _frames = new();
    private readonly List<Found> _found = [];
    private readonly List<Step> _steps = [];
    private readonly List<List<Page>> _createdByLevel = [];
    private ChangeBatch _changes = ChangeBatch.Empty;
    private ChangeList.Builder? _record;
    private TreeChange _result = NoResult;
    private BlockHeight _height;
    private ulong _born;

    /// <summary>Makes an applier for one kind of tree.</summary>
    /// <param name="pages">Gives the pages.</param>
    /// <param name="tree">The kind.</param>
    /// <param name="pool">Where new pages are; null for the pool of <paramref name="pages"/>.</param>
    /// <param name="crew">Helps with large batches; null for nobody.</param>
    /// <param name="lanes">What hashes; null for the fastest.</param>
    public TreeApplier(PageCache pages, TreeKind tree, PagePool? pool = null, ApplyCrew? crew = null, Sha256Lanes? lanes = null)
    {
        _pages = pages;
        _tree = tree;
        _crew = crew;
        _builder = new PageBuilder(pool ?? pages.Pool, tree);
        _hasher = tree == TreeKind.State ? new PageHasher(lanes ?? Sha256Lanes.Best) : null;
    }

    /// <summary>Applies a batch.</summary>
    /// <param name="root">The tree before; it stays as it is.</param>
    /// <param name="changes">What to change.</param>
    /// <param name="height">The height of the block.</param>
    /// <param name="born">The ordinal of the version being made.</param>
    /// <param name="record">Takes the changes that really change something, with their old values; null when nobody wants them.</param>
    /// <param name="result">Takes what was done, empty at first and after a failure; null for a new one.</param>
    /// <returns>The result.</returns>
    /// <exception cref="BlockTooLargeException">The record would be larger than a record may be.</exception>
    public TreeChange Apply(TreeRoot root, ChangeBatch changes, BlockHeight height, ulong born, ChangeList.Builder? record, TreeChange? result = null)
    {
        using ReaderEpochs.Guard guard = ReaderEpochs.Enter();
        _changes = changes;
        _height = height;
        _born = born;
        _record = record;
        _result = result ?? new TreeChange();
        try
        {
            bool changed = root.Reference is null ? ApplyToEmpty() : changes.Count > 0 && ApplyToPage(root.Reference, 0, changes.Count, isRoot: true);
            _result.Root = changed ? FinishRoot() : root;
            return _result;
        }
        catch
        {
            // Nothing refers to the new pages: their memory can go at once.
            _pages.Discard(_result.Created);
            _result.Clear();
            throw;
        }
        finally
        {
            Forget();
        }
    }

    /// <summary>Keeps the storage, and nothing alive.</summary>
    private void Forget()
    {
        _items.Clear();
        _found.Clear();
        _steps.Clear();
        _frames.Clear();
        _changes = ChangeBatch.Empty;
        _record = null;
        _result = NoResult;
        _builder.Pause();
        ForgetParts();
        foreach (List<Page> level in _createdByLevel)
        {
            level.Clear();
        }
    }

    /// <summary>
    /// Makes a tree of new entries alone. They are cut as they come: the list never has more than the pages made so far and the entries that wait for the end of their page. A list that fits into a page is left as it is, so what
    /// is left on the stack is what cutting the whole list would leave.
    /// </summary>
    private bool ApplyToEmpty()
    {
        Reduction reduction = BeginReduction(_items.Count, keepLevel: 0);
        ReadOnlySpan<byte> previous = default;
        for (int change = 0; change < _changes.Count; change++)
        {
            if (_changes.IsDelete(change))
            {
                continue;
            }

            Note(change, default, hasOld: false, default);
            BuildItem item = ItemOf(change);
            ReadOnlySpan<byte> key = _changes.Key(change);
            if (!previous.IsEmpty)
            {
                item.Gap = KeyBits.FirstDifference(previous, key);
            }

            previous = key;
            Reduce(ref reduction, item.Gap, Summary.Of(item));
            _items.CutTo(reduction.End);
            _items.Push(item);
            reduction.End++;
        }

        _ = EndReduction(ref reduction);
        return _items.Count > 0;
    }

    /// <summary>
    /// Applies a part of the batch to a page and leaves on top of the stack what replaces its stub: nothing, one stub, or items. The recursion is bounded by <see cref="PageLimits.MaxDepth"/>: every
    /// page on the way down takes at least one bit of the key; a hostile tree that deep goes on on a thread with a larger stack.
    /// </summary>
    /// <returns>False when nothing changed; then the stack is as before.</returns>
    private bool ApplyToPage(PageReference reference, int first, int end, bool isRoot)
    {
        if (!System.Runtime.CompilerServices.RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            return ApplyToPageDeep(reference, first, end, isRoot);
        }

        Page page = _pages.Get(reference);
        int floor = _items.Count;
        int firstStep = _steps.Count;
        bool patchable = PlanSteps(page, first, end, out int inserts);
        if (_steps.Count == firstStep)
        {
            return false;
        }

        _result.Superseded.Add(reference);
        if (patchable && (inserts == 0 || CanInsert(page, firstStep, inserts, isRoot)))
        {
            BuildItem patched = inserts == 0 ? Patch(reference, page, firstStep) : PatchWith(reference, page, firstStep);
            _items.CutTo(floor);
            _items.Push(patched);
        }
        else
        {
            int list = _items.Count;
            Merge(page, firstStep);
            _items.MoveDown(list, floor);
            if (!isRoot)
            {
                Finish(floor);
            }
        }

        _steps.RemoveRange(firstStep, _steps.Count - firstStep);
        return true;
    }

    /// <summary>Apart, since a method with a closure allocates it on every call.</summary>
    private bool ApplyToPageDeep(PageReference reference, int first, int end, bool isRoot) =>
        DeepStack.Run(() => ApplyToPage(reference, first, end, isRoot));

    /// <summary>Searches each change in the page and lets the children concerned apply theirs. What children give back stays on the stack until the merge.</summary>
    /// <returns>Whether every item stays as it is but for what a patched copy can do, with <paramref name="inserts"/> new ones among them.</returns>
    private bool PlanSteps(Page page, int first, int end, out int inserts)
    {
        inserts = 0;
        int firstFound = _found.Count;
        SearchAll(page, first, end);
        int endFound = _found.Count;
        using ApplyFork? fork = TryFork(page, firstFound, end - first);
        fork?.ThrowIfFailed();
        bool patchable = true;
        int part = 0;
        for (int number = firstFound; number < endFound; number++)
        {
            Found found = _found[number];
            int change = found.First;
            if (fork is null && number + 1 < endFound)
            {
                PrefetchNext(page, _found[number + 1]);
            }

            switch (found.Result.Outcome)
            {
                case SearchOutcome.Child:
                    patchable &= fork is null ? PlanChild(page, found.Result.Index, change, found.End) : TakeOver(page, found.Result.Index, fork[part++]);
                    break;
                case SearchOutcome.Found:
                    patchable &= PlanFound(page, found.Result.Index, change);
                    break;
                default:
                    if (!_changes.IsDelete(change))
                    {
                        Note(change, default, hasOld: false, default);
                        _steps.Add(new Step(StepKind.Insert, found.Result.Index, change, 0, found.Result.LeftGap, found.Result.RightGap));
                        inserts++;
                    }

                    break;
            }
        }

        _found.RemoveRange(firstFound, endFound - firstFound);
        return patchable;
    }

    /// <summary>Finds where the changes belong, all of them first: the children's memory is asked for at once, so that waiting for one is waiting for all.</summary>
    private void SearchAll(Page page, int first, int end)
    {
        int firstFound = _found.Count;
        int change = first;
        while (change < end)
        {
            _changes.Prefetch(change + ChangesAhead);
            SearchResult result = page.Search(_changes.Key(change));
            int next = result.Outcome == SearchOutcome.Child ? EndOfChild(page, result.Index, change, end) : change + 1;
            _found.Add(new Found(result, change, next));
            change = next;
            if (result.Outcome == SearchOutcome.Child)
            {
                PageReference.PrefetchHandle(page.Child(result.Index));
            }
        }

        if (page.StubMask == 0)
        {
            return;
        }

        // First all handles, on the way, then what they lead to: each is a wait of its own otherwise.
        foreach (ref readonly Found found in CollectionsMarshal.AsSpan(_found)[firstFound..])
        {
            if (found.Result.Outcome == SearchOutcome.Child)
            {
                page.Child(found.Result.Index).Prefetch();
            }
        }
    }

    /// <summary>Asks for the whole page that comes next, which is going to be copied.</summary>
    private static void PrefetchNext(Page page, in Found next)
    {
        if (next.Result.Outcome == SearchOutcome.Child && page.Child(next.Result.Index).Page is { } child)
        {
            child.PrefetchMemory();
        }
    }

    private bool PlanChild(Page page, int item, int first, int end)
    {
        int start = _items.Count;
        return !ApplyToPage(page.Child(item), first, end, isRoot: false) || StepOver(page, item, start);
    }

    /// <summary>Plans to replace a stub by the items from <paramref name="start"/> on.</summary>
    /// <returns>Whether that leaves every item of the page where it is.</returns>
    private bool StepOver(Page page, int item, int start)
    {
        int count = _items.Count - start;
        _steps.Add(new Step(StepKind.Replace, item, start, count, KeyBits.None, KeyBits.None));
        if (count != 1)
        {
            return false;
        }

        ref BuildItem only = ref _items[start];
        return only.Source is null && only.Child?.Page is { } made && made.TopIndex == page.StubTopIndex(item) && made.Level == page.StubLevel(item);
    }

    private bool PlanFound(Page page, int item, int change)
    {
        bool blob = page.IsBlob(item);
        if (_changes.IsDelete(change))
        {
            NoteOld(page, item, change);
            _steps.Add(new Step(StepKind.Delete, item, change, 0, KeyBits.None, KeyBits.None));
            return false;
        }

        bool same = blob
            ? _changes.IsBlob(change) && page.Blob(item).Length == _changes.Value(change).Length && page.Blob(item).Hash == _changes.Blob(change).Hash
            : _changes.Value(change).SequenceEqual(page.InlineValue(item)) && !_changes.IsBlob(change);
        if (same && !_changes.IsMerged)
        {
            return true;
        }

        NoteOld(page, item, change);
        _steps.Add(new Step(StepKind.Update, item, change, 0, KeyBits.None, KeyBits.None));
        return !blob && !_changes.IsBlob(change) && page.InlineValue(item).Length == _changes.Value(change).Length && page.CanHoldHeight(_changes.HeightOf(change, _height));
    }

    private void NoteOld(Page page, int item, int change)
    {
        if (!page.IsBlob(item))
        {
            Note(change, page.InlineValue(item), hasOld: true, page.Height(item));
            return;
        }

        BlobReference blob = page.Blob(item);
        _result.SupersededBlobs.Add(blob);
        Note(change, _record is null ? default : _pages.ReadBlob(blob), hasOld: true, page.Height(item));
    }

    private void Note(int change, ReadOnlySpan<byte> old, bool hasOld, BlockHeight previous)
    {
        _result.Effective++;
        if (_record is not null)
        {
            CountRecord(_changes.Key(change).Length + old.Length + _changes.Value(change).Length);
            _record.Add(_changes.Key(change), hasOld, old, previous, hasNew: !_changes.IsDelete(change), _changes.Value(change));
        }

        if (_changes.IsBlob(change))
        {
            _result.CreatedBlobs.Add(_changes.Blob(change));
        }
    }

    /// <summary>Enters a new page among those created.</summary>
    private BuildItem Register(Page page, PageBases? bases = null)
    {
        PageReference reference = page.MakeHandle(bases);
        _result.Created.Add(reference);
        while (_createdByLevel.Count <= page.Level)
        {
            _createdByLevel.Add([]);
        }

        List<Page> level = _createdByLevel[page.Level];
        level.Add(page);
        if (level.Count == PageHasher.ChunkPages)
        {
            HashCreated(page.Level);
        }

        return BuildItem.OfNewPage(reference, page);
    }

    private BuildItem ItemOf(int change) => new()
    {
        Index = change,
        Dirty = true,
        Weight = _changes.Key(change).Length + (_changes.IsBlob(change) ? BlobRecordLayout.SizeBytes : _changes.Value(change).Length),
    };

    /// <summary>Where changes belong: those of a child, or a single one.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Found(SearchResult Result, int First, int End);

    private enum StepKind : byte
    {
        Insert,
        Update,
        Delete,
        Replace,
    }

    /// <summary>What happens to an item of a page: <paramref name="Argument"/> is a change, or where on the stack the items are that replace a stub.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Step(StepKind Kind, int Index, int Argument, int Count, int LeftGap, int RightGap);
}
