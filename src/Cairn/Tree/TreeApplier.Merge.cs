using System.Runtime.InteropServices;
using Cairn.Format;

namespace Cairn.Tree;

/// <content>Merging the steps of a page into a list of items with right gaps and marks.</content>
internal sealed partial class TreeApplier
{
    /// <summary>What the merge has to remember between two items of the list it makes.</summary>
    private MergeState _merge;

    /// <summary>Puts on the stack what the page's items become.</summary>
    private void Merge(Page page, int firstStep)
    {
        _merge = new MergeState { ListStart = _items.Count, MinGap = int.MaxValue, InsertedRightGap = KeyBits.None };
        int next = 0;
        int previousInsert = -1;
        for (int number = firstStep; number < _steps.Count; number++)
        {
            Step step = _steps[number];
            for (; next < step.Index; next++)
            {
                Emit(BuildItem.OfPage(page, next), page, next);
            }

            switch (step.Kind)
            {
                case StepKind.Insert:
                    // Two new keys in the same gap: their difference is not known from the page.
                    int gap = previousInsert >= 0 && _steps[number - 1].Index == step.Index
                        ? KeyBits.FirstDifference(_changes.Key(previousInsert), _changes.Key(step.Argument))
                        : step.LeftGap;
                    EmitNew(ItemOf(step.Argument), gap);
                    _merge.InsertedRightGap = step.RightGap;
                    previousInsert = step.Argument;
                    continue;
                case StepKind.Update:
                    Emit(ItemOf(step.Argument), page, step.Index);
                    break;
                case StepKind.Delete:
                    Drop(page, step.Index);
                    break;
                default:
                    Splice(page, step);
                    break;
            }

            next = step.Index + 1;
            previousInsert = -1;
        }

        for (; next < page.Count; next++)
        {
            Emit(BuildItem.OfPage(page, next), page, next);
        }
    }

    /// <summary>
    /// Puts an item in the place of item <paramref name="index"/> of the page. Its gap is the page's, unless a key was inserted right before it, and no more than that of any item dropped before it:
    /// the first difference of two keys is the least of the gaps between them.
    /// </summary>
    private void Emit(BuildItem item, Page page, int index)
    {
        int gap = GapBefore(page, index);
        bool carried = index > 0 && _merge.InsertedRightGap == KeyBits.None && _merge.MinGap == int.MaxValue;
        item.Gap = Math.Min(gap, _merge.MinGap);
        item.GapSource = carried ? page : null;
        item.GapNode = (byte)(carried ? index - 1 : 0);
        PushMerged(item);
    }

    private void EmitNew(BuildItem item, int gap)
    {
        item.Gap = Math.Min(gap == KeyBits.None ? int.MaxValue : gap, _merge.MinGap);
        PushMerged(item);
    }

    private void PushMerged(BuildItem item)
    {
        item.Dirty |= _merge.MarkNext;
        _items.Push(item);
        _merge.MarkNext = false;
        _merge.MinGap = int.MaxValue;
        _merge.InsertedRightGap = KeyBits.None;
    }

    /// <summary>
    /// Leaves an item out. A deletion leaves no changed item behind, so both neighbours that survive are marked: every node that held the deleted key holds one of them. The mark to the right stays pending
    /// across further deletions and emptied children until an item comes.
    /// </summary>
    private void Drop(Page page, int index)
    {
        _merge.MinGap = Math.Min(_merge.MinGap, GapBefore(page, index));
        _merge.InsertedRightGap = KeyBits.None;
        _merge.MarkNext = true;
        if (_items.Count > _merge.ListStart)
        {
            _items[_items.Count - 1].Dirty = true;
        }
    }

    /// <summary>Puts the items that a child gave back in the place of its stub.</summary>
    private void Splice(Page page, in Step step)
    {
        if (step.Count == 0)
        {
            Drop(page, step.Index);
            return;
        }

        Emit(_items[step.Argument], page, step.Index);
        for (int i = 1; i < step.Count; i++)
        {
            _items.Push(_items[step.Argument + i]);
        }
    }

    private int GapBefore(Page page, int index) =>
        _merge.InsertedRightGap != KeyBits.None ? _merge.InsertedRightGap : index > 0 ? page.Gap(index - 1) : int.MaxValue;

    [StructLayout(LayoutKind.Auto)]
    private struct MergeState
    {
        /// <summary>Where the list being made begins on the stack.</summary>
        public int ListStart;

        /// <summary>The least gap before the items dropped since the last one put.</summary>
        public int MinGap;

        /// <summary>The gap from a key just inserted to the next item of the page; <see cref="KeyBits.None"/> when none was.</summary>
        public int InsertedRightGap;

        /// <summary>Whether the next item is to be marked dirty.</summary>
        public bool MarkNext;
    }
}
