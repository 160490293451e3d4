using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Cairn.Format;

namespace Cairn.Tree;

/// <summary>Point reads and sums over a version of a tree. The caller is inside <see cref="ReaderEpochs"/>; every call visits one path of pages.</summary>
internal static class TreeReading
{
    /// <summary>Finds the page and item of an entry.</summary>
    public static bool TryFind(PageCache pages, in TreeRoot root, ReadOnlySpan<byte> key, [NotNullWhen(true)] out Page? page, out int item)
    {
        return TryFind(pages, root, key, mayPass: false, out page, out item, out _, out _, out _, out _);
    }

    /// <summary>Finds an entry.</summary>
    /// <param name="pages">Gives the pages.</param>
    /// <param name="root">The tree.</param>
    /// <param name="key">The key.</param>
    /// <param name="mayPass">Whether the caller can read a leaf in passing (<see cref="PageCache.TryReadPassing"/>) and wants to stop there.</param>
    /// <param name="page">Its page.</param>
    /// <param name="item">Which item of the page it is.</param>
    /// <param name="value">Its inline value, or the record of its blob; valid while the caller is inside.</param>
    /// <param name="isBlob">Whether it is a blob.</param>
    /// <param name="isOffer">Whether to offer the entry to <see cref="HotEntries"/>.</param>
    /// <param name="passed">The leaf to be read in passing, which alone may have the key; null when it is known whether the key is there.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryFind(PageCache pages, in TreeRoot root, ReadOnlySpan<byte> key, bool mayPass, [NotNullWhen(true)] out Page? page, out int item, out ReadOnlySpan<byte> value, out bool isBlob, out bool isOffer, out PageReference? passed)
    {
        passed = null;
        PageReference? reference = root.Reference;
        Page? above = null;
        nint addressAbove = 0;
        nint likely = 0;
        int stub = -1;
        int hits = 0;
        bool found = false;
        isBlob = false;
        page = null;
        item = 0;
        value = default;
        while (reference is not null)
        {
            page = pages.Get(reference, ref hits);
            PageShape shape = reference.Shape;
            nint address = reference.Address;
            PageProbe probe = new(address, shape);
            if (address != likely)
            {
                probe.Prefetch();
                (shape.HasStubs ? null : above)?.NoteLeaf(stub, addressAbove, address);
            }

            if (!shape.HasStubs)
            {
                // Nothing but the memory of a leaf is touched: of many leaves the objects are not in the processor's cache.
                found = probe.FindInLeaf(key, out item, out value);
                isBlob = found && probe.IsBlob(item);
                break;
            }

            ReadOnlySpan<PageReference> children = page.Children; // asked for now, so that it is there when the stub is known
            stub = probe.StubOnTheWay(key, out item);
            (above, addressAbove, likely, reference) = (page, address, 0, null);
            if (stub >= 0)
            {
                // A leaf is asked for before its handle has come, which only tells that it is the right one.
                likely = page.LikelyLeaf(stub, address);
                PageProbe.PrefetchLeaf(likely);
                reference = children[stub];
            }

            // The key is compared once, with the entry at the end of the way; before only where that may spare reading a page.
            if (reference?.Page is null)
            {
                found = probe.IsHere(key, item, stub, out value);
                isBlob = found && stub < 0 && probe.IsBlob(item);
                reference = found ? reference : null;
                if (mayPass && reference is not null && pages.IsPassedBy(reference))
                {
                    (likely == 0 ? null : page)?.NoteLeaf(stub, address, leaf: address);
                    passed = reference;
                    found = false;
                    break;
                }
            }
        }

        isOffer = (pages.CountReadHits(hits) & (pages.Shortcuts.OfferEvery - 1)) < hits;
        return found;
    }

    /// <summary>Copies the value of an entry. Allocates nothing when the page is in memory and the value is inline.</summary>
    /// <param name="pages">Gives the pages, and has the shortcuts.</param>
    /// <param name="root">The tree.</param>
    /// <param name="tree">Which tree it is.</param>
    /// <param name="version">The ordinal of the version; 0 for one that is not published, and to go without shortcuts.</param>
    /// <param name="key">The key.</param>
    /// <param name="destination">Takes the value.</param>
    /// <param name="valueBytes">The length of the value.</param>
    /// <exception cref="ArgumentException">The destination is shorter than the value.</exception>
    public static bool TryRead(PageCache pages, in TreeRoot root, TreeKind tree, ulong version, ReadOnlySpan<byte> key, Span<byte> destination, out int valueBytes)
    {
        HotEntries? hot = version == 0 ? null : pages.Shortcuts.Hot;
        if (hot is not null && TryShortcuts(pages, hot, tree, version, key, destination, out valueBytes, out bool isHot))
        {
            return isHot;
        }

        bool isThere = TryFind(pages, root, key, mayPass: true, out Page? page, out int item, out ReadOnlySpan<byte> value, out bool isBlob, out bool isOffer, out PageReference? passed);
        if (passed is not null)
        {
            if (pages.TryReadPassing(passed, key, destination, out valueBytes, out isThere))
            {
                if (!isThere)
                {
                    pages.CountAbsent(tree);
                }

                return isThere;
            }

            // A blob, which only a page in memory leads to.
            isThere = TryFind(pages, root, key, mayPass: false, out page, out item, out value, out isBlob, out isOffer, out _);
        }

        if (!isThere || page is null)
        {
            pages.CountAbsent(tree);
            valueBytes = 0;
            return false;
        }

        if (isBlob)
        {
            value = pages.ReadBlob(page.Blob(item));
        }
        else if (isOffer)
        {
            hot?.Offer(KeyHash.Of(tree, key), tree, key, version, value);
        }

        valueBytes = value.Length;
        CopyTo(value, destination);
        return true;
    }

    /// <summary>Asks the shortcuts, as far as they have been worth it.</summary>
    /// <returns>Whether one of them knew; then <paramref name="isThere"/> is the answer.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryShortcuts(PageCache pages, HotEntries hot, TreeKind tree, ulong version, ReadOnlySpan<byte> key, Span<byte> destination, out int valueBytes, out bool isThere)
    {
        ref ShortcutWorth.Stripe worth = ref pages.Shortcuts.Worth;
        bool asksHot = worth.Hot.IsAsked();
        KeyFilter? filter = pages.Shortcuts.Filter(tree);
        bool asksFilter = filter is not null && worth.Filter(tree).IsAsked();
        (valueBytes, isThere) = (0, false);
        if (!asksHot && !asksFilter)
        {
            return false;
        }

        ulong hash = KeyHash.Of(tree, key);
        if (asksHot)
        {
            if (hot.TryRead(hash, tree, key, version, destination, out valueBytes))
            {
                worth.Hot.Answered();
                pages.CountReadHits(1);
                return isThere = true;
            }

            worth.Hot.Failed();
        }

        if (asksFilter)
        {
            if (!filter!.MayHave(hash, version))
            {
                worth.Filter(tree).Answered();
                return true;
            }

            worth.Filter(tree).Failed();
        }

        return false;
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

        Span<byte> buffer = stackalloc byte[StateLimits.MaxKeyBytes];
        ReadOnlySpan<byte> after = buffer[..KeyRange.After(prefix, buffer)];
        if (after.IsEmpty)
        {
            return root.Totals - TotalsBelow(pages, root, prefix);
        }

        // What lies before the pages that have only one of the two places is the same for both.
        PageReference? reference = root.Reference;
        while (reference is not null)
        {
            Page page = pages.Get(reference);
            SearchResult first = page.Search(prefix);
            SearchResult end = page.Search(after);
            if (first.Outcome != SearchOutcome.Child || end != first)
            {
                return TotalsBelow(pages, reference, after) - TotalsBelow(pages, reference, prefix);
            }

            reference = page.Child(first.Index);
        }

        return default;
    }

    /// <summary>Sums the entries whose keys are below a key.</summary>
    public static TreeTotals TotalsBelow(PageCache pages, in TreeRoot root, ReadOnlySpan<byte> key) => TotalsBelow(pages, root.Reference, key);

    private static TreeTotals TotalsBelow(PageCache pages, PageReference? reference, ReadOnlySpan<byte> key)
    {
        TreeTotals sum = default;
        while (reference is not null)
        {
            Page page = pages.Get(reference);
            SearchResult found = page.Search(key);
            sum += page.TotalsBefore(found.Index);
            reference = found.Outcome == SearchOutcome.Child ? page.Child(found.Index) : null;
        }

        return sum;
    }

    /// <summary>The value of an entry as a new array.</summary>
    public static byte[] Value(PageCache pages, Page page, int item) =>
        page.IsBlob(item) ? [.. pages.ReadBlob(page.Blob(item))] : page.InlineValue(item).ToArray();
}
