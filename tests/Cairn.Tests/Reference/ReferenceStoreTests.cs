using Xunit;

namespace Cairn.Tests.Reference;

public sealed class ReferenceStoreTests
{
    [Fact]
    public void BlockFile_AppliedToTheReference_MeetsEveryListedRoot()
    {
        SortedDictionary<ulong, (ulong Entries, Hash256 Root)> roots = BlockFile.Roots();
        ReferenceStore store = new();
        foreach (FileBlock block in BlockFile.Blocks())
        {
            store.Commit(block.Apply(store.Head));
            if (roots.Remove(block.Height.Value, out (ulong Entries, Hash256 Root) expected))
            {
                Assert.Equal(expected, (store.Head.State.Totals.Entries, store.Head.Root));
            }
        }

        Assert.Equal(3055, store.States.Count);
        Assert.Empty(roots);
    }

    [Fact]
    public void Put_WhatIsThere_KeepsTheChangeHeight()
    {
        ReferenceStore store = new();
        ReferenceDraft first = new(store.Head, new BlockHeight(1));
        first.Put(TreeKind.State, [1], [10]);
        store.Commit(first.Working);
        ReferenceDraft second = new(store.Head, new BlockHeight(5));
        second.Put(TreeKind.State, [1], [11]);
        Assert.Equal(new BlockHeight(5), second.Working.State.Find([1])!.Height);
        second.Put(TreeKind.State, [1], [10]);
        Assert.Equal(new BlockHeight(1), second.Working.State.Find([1])!.Height);
        Assert.Equal(0, second.Working.ChangesSince(store.Head));
    }

    [Fact]
    public void Rollback_AfterRelease_TakesBothBack()
    {
        ReferenceDraft draft = new(ReferenceState.Empty, new BlockHeight(1));
        draft.Begin();
        draft.Put(TreeKind.State, [1], []);
        draft.Begin();
        draft.Put(TreeKind.Local, [2], []);
        draft.Release();
        Assert.Equal(1, draft.SavepointDepth);
        draft.Rollback();
        Assert.Equal(default, draft.Working.State.Totals + draft.Working.Local.Totals);
    }
}
