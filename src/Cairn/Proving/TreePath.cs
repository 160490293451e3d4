using System.Runtime.InteropServices;
using Cairn.Proofs;
using Cairn.Tree;

namespace Cairn.Proving;

/// <summary>
/// The way from the root of a tree through its pages to an entry, or to the place a key would have. Made and used inside <see cref="ReaderEpochs"/>, which its maker does not leave meanwhile. For one thread.
/// </summary>
internal sealed class TreePath
{
    private readonly PageCache _pages;
    private readonly List<Step> _steps;

    private TreePath(PageCache pages, List<Step> steps)
    {
        _pages = pages;
        _steps = steps;
    }

    /// <summary>The page of the entry.</summary>
    public Page Page => _steps[^1].Page;

    /// <summary>Which item of the page it is; of a place, the item behind it.</summary>
    public int Item => _steps[^1].Item;

    /// <summary>The key of the entry.</summary>
    public byte[] Key
    {
        get
        {
            byte[] key = new byte[Page.KeyBytes(Item)];
            Page.CopyKey(Item, key);
            return key;
        }
    }

    /// <summary>Finds an entry, or the place of an absent key.</summary>
    /// <param name="pages">Gives the pages.</param>
    /// <param name="root">The tree, which is not empty.</param>
    /// <param name="key">Any key, also the empty one and ones longer than a key can be.</param>
    /// <param name="isPresent">Whether the path leads to an entry.</param>
    public static TreePath To(PageCache pages, in TreeRoot root, ReadOnlySpan<byte> key, out bool isPresent)
    {
        List<Step> steps = [];
        PageReference? reference = root.Reference;
        isPresent = false;
        while (reference is not null)
        {
            Page page = pages.Get(reference);
            SearchResult found = page.Search(key);
            steps.Add(new Step(page, found.Index));
            isPresent = found.Outcome == SearchOutcome.Found;
            reference = found.Outcome == SearchOutcome.Child ? page.Child(found.Index) : null;
        }

        return new TreePath(pages, steps);
    }

    /// <summary>The path to the last entry below a key; null when there is none.</summary>
    public static TreePath? Below(PageCache pages, in TreeRoot root, ReadOnlySpan<byte> key) => root.Reference is null ? null : To(pages, root, key, out _).Before();

    /// <summary>The path to the first entry at or above a key; null when there is none.</summary>
    public static TreePath? AtOrAbove(PageCache pages, in TreeRoot root, ReadOnlySpan<byte> key) => root.Reference is null ? null : To(pages, root, key, out _).AtOrBehind();

    /// <summary>The path to the last entry of a tree; null when it is empty.</summary>
    public static TreePath? Last(PageCache pages, in TreeRoot root)
    {
        if (root.Reference is null)
        {
            return null;
        }

        TreePath path = new(pages, []);
        path.Descend(pages.Get(root.Reference), toLast: true);
        return path;
    }

    /// <summary>The path to the entry before this one, or before the place; null at the beginning.</summary>
    public TreePath? Before()
    {
        TreePath path = new(_pages, [.. _steps]);
        while (path._steps.Count > 0)
        {
            Step top = path.Pop();
            if (top.Item > 0)
            {
                path.Enter(top.Page, top.Item - 1, toLast: true);
                return path;
            }
        }

        return null;
    }

    /// <summary>The path to this entry, or the first one behind the place; null at the end.</summary>
    public TreePath? AtOrBehind()
    {
        TreePath path = new(_pages, [.. _steps]);
        Step top = path.Pop();
        int item = top.Item;
        while (item == top.Page.Count)
        {
            if (path._steps.Count == 0)
            {
                return null;
            }

            top = path.Pop();
            item = top.Item + 1;
        }

        path.Enter(top.Page, item, toLast: false);
        return path;
    }

    /// <summary>The way up from the entry, leaf to root.</summary>
    public ProofStep[] ToSteps()
    {
        List<ProofStep> down = [];
        foreach (Step step in _steps)
        {
            AddSteps(down, step.Page, step.Item, step.Item);
        }

        down.Reverse();
        return [.. down];
    }

    /// <summary>The lowest node above, or at, two entries.</summary>
    /// <param name="last">The path to the second one, which is not before this one.</param>
    /// <returns>Its hash, and the way up from it to the root.</returns>
    public (Hash256 Hash, ProofStep[] Steps) CommonNode(TreePath last)
    {
        List<ProofStep> down = [];
        int level = 0;
        while (level < _steps.Count - 1 && _steps[level].Item == last._steps[level].Item)
        {
            AddSteps(down, _steps[level].Page, _steps[level].Item, _steps[level].Item);
            level++;
        }

        Step top = _steps[level];
        int node = AddSteps(down, top.Page, top.Item, last._steps[level].Item);
        down.Reverse();
        return (NodeHashes.Of(top.Page, node), [.. down]);
    }

    /// <summary>Goes down the trie of a page as far as two items have the same way.</summary>
    /// <returns>Where it ends: a node, or an item with <see cref="TrieNodeLayout.ItemFlag"/>.</returns>
    private static int AddSteps(List<ProofStep> down, Page page, int first, int last)
    {
        int child = page.Count == 1 ? TrieNodeLayout.ItemFlag : page.TrieRoot;
        while ((child & TrieNodeLayout.ItemFlag) == 0 && (last <= child || first > child))
        {
            // Node j is between the items j and j+1, and has all items up to j on its left.
            bool isRight = first > child;
            down.Add(new ProofStep(NodeHashes.Of(page, page.TrieChild(child, !isRight)), IsSiblingLeft: isRight));
            child = page.TrieChild(child, isRight);
        }

        return child;
    }

    private Step Pop()
    {
        Step top = _steps[^1];
        _steps.RemoveAt(_steps.Count - 1);
        return top;
    }

    private void Descend(Page page, bool toLast) => Enter(page, toLast ? page.Count - 1 : 0, toLast);

    /// <summary>Goes to an item, and from a stub down to its first or last entry.</summary>
    private void Enter(Page page, int item, bool toLast)
    {
        _steps.Add(new Step(page, item));
        while (page.IsStub(item))
        {
            page = _pages.Get(page.Child(item));
            item = toLast ? page.Count - 1 : 0;
            _steps.Add(new Step(page, item));
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Step(Page Page, int Item);
}
