using Cairn.Tree;

namespace Cairn.Proving;

/// <summary>Where a part of a range ends that is limited in entries and bytes: found by the totals in the pages, on one path of them.</summary>
internal static class RangeLimit
{
    /// <summary>Finds the first entry that a part leaves out. The part has at least one entry if the range has one.</summary>
    /// <param name="tree">The tree. The caller is inside <see cref="ReaderEpochs"/>.</param>
    /// <param name="start">The first key of the range.</param>
    /// <param name="mostEntries">The most entries, at least 1.</param>
    /// <param name="mostBytes">The most bytes of keys and values; one entry alone may have more.</param>
    /// <returns>Its key; null when the part reaches the end of the tree.</returns>
    public static byte[]? FirstBeyond(ProofTree tree, ReadOnlySpan<byte> start, ulong mostEntries, ulong mostBytes)
    {
        TreeTotals before = TreeReading.TotalsBelow(tree.Pages, tree.Root, start);
        TreeTotals limit = new(Sum(before.Entries, mostEntries), Sum(before.Bytes, mostBytes));
        (byte[]? key, TreeTotals passed) = FirstBeyond(tree, limit);
        return key is not null && passed.Entries <= before.Entries ? FirstBeyond(tree, new TreeTotals(before.Entries + 1, ulong.MaxValue)).Key : key;
    }

    /// <summary>Finds the first entry with which the tree up to there exceeds a limit, and what is before it.</summary>
    private static (byte[]? Key, TreeTotals Before) FirstBeyond(ProofTree tree, TreeTotals limit)
    {
        TreeTotals passed = default;
        if (tree.Root.Totals.Entries <= limit.Entries && tree.Root.Totals.Bytes <= limit.Bytes)
        {
            return (null, tree.Root.Totals);
        }

        PageReference reference = tree.Root.Reference!;
        while (true)
        {
            Page page = tree.Pages.Get(reference);
            int item = 0;
            for (; item < page.Count - 1; item++)
            {
                TreeTotals next = passed + page.ItemTotals(item);
                if (next.Entries > limit.Entries || next.Bytes > limit.Bytes)
                {
                    break;
                }

                passed = next;
            }

            if (!page.IsStub(item))
            {
                byte[] key = new byte[page.KeyBytes(item)];
                page.CopyKey(item, key);
                return (key, passed);
            }

            reference = page.Child(item);
        }
    }

    private static ulong Sum(ulong a, ulong b) => a > ulong.MaxValue - b ? ulong.MaxValue : a + b;
}
