using System.Diagnostics.CodeAnalysis;
using Cairn.Format;

namespace Cairn.Tree;

/// <summary>Point reads and sums over a version of a tree. The caller is inside <see cref="ReaderEpochs"/>; every call visits one path of pages.</summary>
internal static class TreeReading
{
    /// <summary>Finds the page and item of an entry.</summary>
    public static bool TryFind(PageCache pages, in TreeRoot root, ReadOnlySpan<byte> key, [NotNullWhen(true)] out Page? page, out int item)
    {
        return TryFind(pages, root, key, out page, out item, out _);
    }

    /// <summary>Finds an entry.</summary>
    /// <param name="pages">Gives the pages.</param>
    /// <param name="root">The tree.</param>
    /// <param name="key">The key.</param>
    /// <param name="page">Its page.</param>
    /// <param name="item">Which item of the page it is.</param>
    /// <param name="value">Its inline value, or the record of its blob; valid while the caller is inside.</param>
    public static bool TryFind(PageCache pages, in TreeRoot root, ReadOnlySpan<byte> key, [NotNullWhen(true)] out Page? page, out int item, out ReadOnlySpan<byte> value)
    {
        PageReference? reference = root.Reference;
        int hits = 0;
        bool found = false;
        page = null;
        item = 0;
        value = default;
        while (reference is not null)
        {
            page = pages.Get(reference, ref hits);
            PageProbe probe = new(reference.Address, reference.Shape);
            probe.Prefetch();
            found = probe.Find(key, out item, out int stub, out value);
            reference = found && stub >= 0 ? page.Children[stub] : null;
        }

        pages.CountHits(hits);
        return found;
    }

    /// <summary>Copies the value of an entry. Allocates nothing when the page is in memory and the value is inline.</summary>
    /// <exception cref="ArgumentException">The destination is shorter than the value.</exception>
    public static bool TryRead(PageCache pages, in TreeRoot root, ReadOnlySpan<byte> key, Span<byte> destination, out int valueBytes)
    {
        if (!TryFind(pages, root, key, out Page? page, out int item, out ReadOnlySpan<byte> value))
        {
            valueBytes = 0;
            return false;
        }

        if (page.IsBlob(item))
        {
            value = pages.ReadBlob(page.Blob(item));
        }

        valueBytes = value.Length;
        CopyTo(value, destination);
        return true;
    }

    /// <summary>Copies a value, or says how much room it needs.</summary>
    /// <exception cref="ArgumentException">The destination is shorter than the value.</exception>
    public static void CopyTo(ReadOnlySpan<byte> value, Span<byte> destination)
    {
        ThrowIfTooLong(value.Length, destination);
        value.CopyTo(destination);
    }

    /// <summary>Says how much room a value needs when there is less.</summary>
    /// <exception cref="ArgumentException">The destination is shorter than the value.</exception>
    public static void ThrowIfTooLong(int valueBytes, ReadOnlySpan<byte> destination)
    {
        if (valueBytes > destination.Length)
        {
            throw new ArgumentException($"The value has {valueBytes} bytes, the destination only {destination.Length}.", nameof(destination));
        }
    }

    /// <summary>Sums the entries whose keys begin with a prefix: they are the items between two places, on one path of pages each.</summary>
    public static TreeTotals TotalsOf(PageCache pages, in TreeRoot root, ReadOnlySpan<byte> prefix)
    {
        if (prefix.IsEmpty)
        {
            return root.Totals;
        }

        if (prefix.Length > StateLimits.MaxKeyBytes)
        {
            return default;
        }

        TreeTotals below = TotalsBelow(pages, root, prefix);
        Span<byte> after = stackalloc byte[StateLimits.MaxKeyBytes];
        int length = KeyRange.After(prefix, after);
        return (length == 0 ? root.Totals : TotalsBelow(pages, root, after[..length])) - below;
    }

    /// <summary>Sums the entries whose keys are below a key.</summary>
    public static TreeTotals TotalsBelow(PageCache pages, in TreeRoot root, ReadOnlySpan<byte> key)
    {
        TreeTotals sum = default;
        PageReference? reference = root.Reference;
        while (reference is not null)
        {
            Page page = pages.Get(reference);
            SearchResult found = page.Search(key);
            for (int item = 0; item < found.Index; item++)
            {
                sum += page.ItemTotals(item);
            }

            reference = found.Outcome == SearchOutcome.Child ? page.Child(found.Index) : null;
        }

        return sum;
    }

    /// <summary>The value of an entry as a new array.</summary>
    public static byte[] Value(PageCache pages, Page page, int item) =>
        page.IsBlob(item) ? [.. pages.ReadBlob(page.Blob(item))] : page.InlineValue(item).ToArray();
}
