using System.Runtime.InteropServices;

namespace Cairn.Tree;

/// <content>Making a page as a changed copy of the one before, where that gives the same page as putting all its items together again: nothing moves, or one entry comes in.</content>
internal sealed partial class TreeApplier
{
    private BuildItem Patch(PageReference reference, Page page, int firstStep)
    {
        Page copy = _builder.Copy(page, _born);
        copy.PatchTotals(page.Totals + PatchItems(copy, page, firstStep, inserted: int.MaxValue));
        return Register(copy, _pages.HasStore ? reference.ShareBases(_pages.Pool.Handles) : null);
    }

    /// <summary>Changes the items of a copy; those from <paramref name="inserted"/> on are one further than they were.</summary>
    /// <returns>What that adds to the totals.</returns>
    private TreeTotals PatchItems(Page copy, Page page, int firstStep, int inserted)
    {
        TreeTotals added = default;
        foreach (ref readonly Step step in CollectionsMarshal.AsSpan(_steps)[firstStep..])
        {
            int item = step.Index < inserted ? step.Index : step.Index + 1;
            switch (step.Kind)
            {
                case StepKind.Update:
                    copy.PatchValue(item, _changes.Value(step.Argument), _changes.HeightOf(step.Argument, _height));
                    break;
                case StepKind.Replace:
                    PageReference child = _items[step.Argument].Child!;
                    added = added - page.ItemTotals(step.Index) + child.Page!.Totals;
                    copy.PatchStub(item, child);
                    break;
            }
        }

        return added;
    }

    /// <summary>Whether a copy with one entry more will do: there is one, it fits, and the page neither has to be cut nor to give its items to its parent.</summary>
    private bool CanInsert(Page page, int firstStep, int inserts, bool isRoot) =>
        inserts == 1 && (isRoot || page.Count + 1 >= PageLimits.MinItems) && !_changes.IsBlob(InsertOf(firstStep).Argument) && page.CanTake(EntryOf(InsertOf(firstStep)));

    private BuildItem PatchWith(PageReference reference, Page page, int firstStep)
    {
        NewEntry entry = EntryOf(InsertOf(firstStep));
        Page copy = _builder.CopyWith(page, entry, _born);
        TreeTotals added = new(1, (ulong)(entry.Key.Length + entry.Value.Length));
        copy.PatchTotals(page.Totals + added + PatchItems(copy, page, firstStep, entry.Item));
        return Register(copy, _pages.HasStore ? reference.ShareBases(_pages.Pool.Handles) : null);
    }

    private NewEntry EntryOf(in Step insert) => new()
    {
        Item = insert.Index,
        LeftGap = insert.LeftGap,
        RightGap = insert.RightGap,
        Key = _changes.Key(insert.Argument),
        Value = _changes.Value(insert.Argument),
        Height = _changes.HeightOf(insert.Argument, _height),
    };

    private ref readonly Step InsertOf(int firstStep)
    {
        int step = firstStep;
        while (_steps[step].Kind != StepKind.Insert)
        {
            step++;
        }

        return ref CollectionsMarshal.AsSpan(_steps)[step];
    }
}
