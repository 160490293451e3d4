using System.Runtime.InteropServices;

namespace Cairn.Tree;

/// <content>
/// Deciding cuts: which items share a page. The decision is a function of the list alone. Lists are reduced over the Cartesian tree of their gaps in one pass with a stack, as the tree can be as deep
/// as the list is long.
/// </content>
internal sealed partial class TreeApplier
{
    /// <summary>Turns the list from <paramref name="floor"/> on into what replaces the page in its parent: its items when they are too few, a stub, or the pieces of an over-full page.</summary>
    private void Finish(int floor)
    {
        Summary all = Fit(floor);
        if (all.Count >= PageLimits.MinItems && !all.WasCut)
        {
            Wrap(floor, _items.Count);
        }
    }

    /// <summary>Makes the root page, growing upwards over pieces and collapsing onto an only child.</summary>
    private TreeRoot FinishRoot()
    {
        while (_items.Count > 1 && Fit(0).WasCut)
        {
            // The pieces are the items of a root one level higher, which may have to be cut as well.
        }

        if (_items.Count > 1 || (_items.Count == 1 && !_items[0].IsStub))
        {
            Wrap(0, _items.Count);
        }

        HashCreated();
        if (_items.Count == 0)
        {
            return TreeRoot.Empty(_tree);
        }

        ref BuildItem only = ref _items[0];
        return only.Source is { } page
            ? new TreeRoot(only.Child, page.StubHash(only.Index), page.ItemTotals(only.Index))
            : new TreeRoot(only.Child, only.Child!.Page!.Hash, only.Child.Page.Totals);
    }

    /// <summary>Hashes the pages made that are not hashed yet, the lowest first: what lies under them is hashed then.</summary>
    private void HashCreated(int highestLevel = int.MaxValue)
    {
        for (int level = 0; level <= Math.Min(highestLevel, _createdByLevel.Count - 1); level++)
        {
            _hasher?.Hash(CollectionsMarshal.AsSpan(_createdByLevel[level]));
            _createdByLevel[level].Clear();
        }
    }

    /// <summary>Makes an over-full list fit: first by pushing down what has a lower level than the rest, then by cutting it into pieces.</summary>
    private Summary Fit(int start)
    {
        Summary all = Summarise(start, _items.Count);
        if (all.IsOverfull && all.MaxLevel > 0)
        {
            all = Reduce(start, all.MaxLevel);
        }

        if (all.IsOverfull)
        {
            all = Reduce(start, 0);
            all.WasCut = true;
        }

        return all;
    }

    /// <summary>
    /// Joins the list's subtrees bottom-up, wrapping on the way. Joining two sides: if their highest levels differ, the lower one becomes a page if it has the items for it; if they are too much together,
    /// both do. Sides that reach <paramref name="keepLevel"/> (when it is not 0) are joined as they are.
    /// </summary>
    private Summary Reduce(int start, int keepLevel)
    {
        int end = _items.Count;
        Reduction reduction = BeginReduction(start, keepLevel);
        for (int read = start; read < end; read++)
        {
            BuildItem item = _items[read];
            Reduce(ref reduction, item.Gap, Summary.Of(item));
            _items[reduction.End++] = item;
        }

        return EndReduction(ref reduction);
    }

    private Reduction BeginReduction(int start, int keepLevel) => new() { FirstFrame = _frames.Count, CurrentStart = start, Start = start, End = start, KeepLevel = keepLevel };

    /// <summary>Joins what lies before the next item as far as the gap before it ends it. The caller puts the item at <see cref="Reduction.End"/> and counts it.</summary>
    private void Reduce(ref Reduction reduction, int gap, in Summary item)
    {
        if (reduction.End > reduction.Start)
        {
            while (_frames.Count > reduction.FirstFrame && _frames.Peek().Gap > gap)
            {
                JoinTop(ref reduction);
            }

            _frames.Push(new Frame(gap, reduction.CurrentStart, reduction.Current));
            reduction.CurrentStart = reduction.End;
        }

        reduction.Current = item;
    }

    /// <summary>Joins what is left, and leaves the reduced list as the topmost items.</summary>
    private Summary EndReduction(ref Reduction reduction)
    {
        while (_frames.Count > reduction.FirstFrame)
        {
            JoinTop(ref reduction);
        }

        _items.CutTo(reduction.End);
        return reduction.Current;
    }

    private void JoinTop(ref Reduction reduction)
    {
        Frame frame = _frames.Pop();
        reduction.Current = Join(frame, reduction.CurrentStart, reduction.Current, ref reduction.End, reduction.KeepLevel);
        reduction.CurrentStart = frame.Start;
    }

    private Summary Join(in Frame frame, int rightStart, Summary right, ref int write, int keepLevel)
    {
        Summary left = frame.Left;
        if (left.MaxLevel < right.MaxLevel && left.Count >= PageLimits.MinItems)
        {
            left = WrapSide(frame.Start, ref rightStart, ref write, wrapLeft: true);
        }
        else if (right.MaxLevel < left.MaxLevel && right.Count >= PageLimits.MinItems)
        {
            right = WrapSide(frame.Start, ref rightStart, ref write, wrapLeft: false);
        }

        bool keep = keepLevel > 0 && Math.Max(left.MaxLevel, right.MaxLevel) >= keepLevel;
        if (!keep && (left + right).IsOverfull)
        {
            if (right.Count >= PageLimits.MinItems)
            {
                right = WrapSide(frame.Start, ref rightStart, ref write, wrapLeft: false);
            }

            if (left.Count >= PageLimits.MinItems)
            {
                left = WrapSide(frame.Start, ref rightStart, ref write, wrapLeft: true);
            }
        }

        return left + right;
    }

    /// <summary>Makes a page of the left list [start, rightStart) or the right one [rightStart, write) and puts its stub in its place.</summary>
    private Summary WrapSide(int start, ref int rightStart, ref int write, bool wrapLeft)
    {
        int from = wrapLeft ? start : rightStart;
        int to = wrapLeft ? rightStart : write;
        BuildItem stub = MakeStub(from, to);
        _items[from] = stub;
        if (wrapLeft)
        {
            _items.Slice(rightStart, write - rightStart).CopyTo(_items.Slice(start + 1, write - rightStart));
            write -= rightStart - start - 1;
            rightStart = start + 1;
        }
        else
        {
            write = rightStart + 1;
        }

        return Summary.Of(stub);
    }

    /// <summary>Makes a page of the items [start, end), the topmost ones, and leaves its stub.</summary>
    private void Wrap(int start, int end)
    {
        BuildItem stub = MakeStub(start, end);
        _items[start] = stub;
        _items.CutTo(start + 1);
    }

    private BuildItem MakeStub(int start, int end)
    {
        Span<BuildItem> items = _items.Slice(start, end - start);
        Page page = _builder.Build(items, _changes, _height, _born);
        BuildItem stub = Register(page);

        // The node above is the same node whether its part is inlined or in a page of its own.
        stub.Gap = items[0].Gap;
        stub.GapSource = items[0].GapSource;
        stub.GapNode = items[0].GapNode;
        stub.Dirty = false;
        foreach (ref readonly BuildItem item in items)
        {
            stub.Dirty |= item.Dirty;
        }

        return stub;
    }

    private Summary Summarise(int start, int end)
    {
        Summary all = default;
        for (int i = start; i < end; i++)
        {
            all += Summary.Of(_items[i]);
        }

        return all;
    }

    /// <summary>A list being reduced.</summary>
    [StructLayout(LayoutKind.Auto)]
    private struct Reduction
    {
        /// <summary>The left sides that wait for their right ones are on the stack of frames from here on.</summary>
        public int FirstFrame;

        /// <summary>Where the list begins.</summary>
        public int Start;

        /// <summary>Where what was reduced so far ends.</summary>
        public int End;

        /// <summary>Where the subtree at hand begins.</summary>
        public int CurrentStart;

        /// <summary>The subtree at hand.</summary>
        public Summary Current;

        /// <summary>Sides that reach this level are joined as they are; 0 for none.</summary>
        public int KeepLevel;
    }

    /// <summary>A node of the Cartesian tree whose right side is not complete yet.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Frame(int Gap, int Start, Summary Left);

    /// <summary>What a cut needs to know of a list.</summary>
    [StructLayout(LayoutKind.Auto)]
    private record struct Summary(int Count, long Weight, int MaxLevel)
    {
        /// <summary>Whether the list is the pieces of a cut, not the items of a page.</summary>
        public bool WasCut { get; set; }

        public readonly bool IsOverfull => PageLimits.IsOverfull(Count, Weight);

        public static Summary Of(in BuildItem item) => new(1, item.Weight, item.Level);

        public static Summary operator +(Summary left, Summary right) =>
            new(left.Count + right.Count, left.Weight + right.Weight, Math.Max(left.MaxLevel, right.MaxLevel));
    }
}
