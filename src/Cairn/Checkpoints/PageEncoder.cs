using System.Buffers.Binary;
using System.Numerics;
using Cairn.Homes;
using Cairn.Pages;
using Cairn.Tree;

namespace Cairn.Checkpoints;

/// <summary>
/// Decides in which form a page is stored, and writes it: as a second delta on a first one, as a first delta on a full page, or in full. Used by one thread, who holds the pages gate.
/// </summary>
/// <remarks>
/// A delta repeats what changed since its base. A first one is given up for a full page when it would exceed <see cref="MaxDeltaShare"/> of that; a second one for a first one when it would make up half of it. So a change is
/// written a few times in small pieces before its page is written once, and no page takes more than one and a half times its own bytes, or so.
/// A delta that adds entries says which these are, so that must be known exactly. What a page has of that may be from before its predecessor was stored: then the items that are not added are not as many as those of the base,
/// since of two pages of a chain of copies the later one has all items of the earlier one (<see cref="PageBases"/>). Without certainty it is stored in full.
/// </remarks>
internal sealed class PageEncoder
{
    /// <summary>A delta takes at most one part in so many of the full page.</summary>
    private const int MaxDeltaShare = 2;

    private readonly byte[] _buffer = new byte[PageLimits.MaxStoredBytes + (PageLimits.MaxItems * Hash256.SizeBytes)];
    private int _length;
    private StoredForm _form;
    private int _count;
    private ulong _items;
    private ulong _added;
    private PageChain _chain;

    /// <summary>What was written last.</summary>
    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, _length);

    /// <summary>Whether what was written last is a delta that adds entries.</summary>
    public bool HasAdditions => _form != StoredForm.Full && _added != 0;

    /// <summary>Writes a page in the form that is best.</summary>
    /// <param name="page">The page.</param>
    /// <param name="changed">The items that differ from what is stored, at least.</param>
    /// <param name="chain">What is stored; without a full page where nothing is.</param>
    /// <param name="lowest">The form it must not go below.</param>
    /// <param name="moves">New places that are written but not durable yet.</param>
    public StoredForm Encode(Page page, ulong changed, in PageChain chain, StoredForm lowest, PageMoves? moves)
    {
        _chain = chain;
        _count = page.Count;
        _added = 0;
        _form = chain.Full.Id == PageId.None || !TryFindAdded(page, chain, out _added) ? StoredForm.Full : lowest;
        _items = changed | _added;
        if (_form == StoredForm.Second && chain.First.Id != PageId.None)
        {
            _length = PageDelta.TryEncode(page, _items, _added, chain.First, moves, _buffer, chain.First.StoredBytes - PageDeltaLayout.SizeBytes);
            if (_length > 0)
            {
                return _form;
            }
        }

        if (_form != StoredForm.Full)
        {
            _form = StoredForm.First;
            _items |= Numbered(chain.FirstItems, _added);
            _added |= Numbered(chain.FirstAdded, _added);
            PrefetchChildren(page, _items);
            _length = PageDelta.TryEncode(page, _items, _added, chain.Full, moves, _buffer, chain.Full.StoredBytes / MaxDeltaShare);
            if (_length > 0)
            {
                return _form;
            }
        }

        PrefetchChildren(page, ulong.MaxValue);
        _form = StoredForm.Full;
        _length = PageCodec.Encode(page, _buffer, moves);
        return _form;
    }

    /// <summary>What the page that was written last leaves for its next versions.</summary>
    /// <param name="id">Where it is stored.</param>
    public MovedPage After(PageId id)
    {
        PagePlace place = new(id, _length, BinaryPrimitives.ReadUInt32LittleEndian(_buffer));
        return _form switch
        {
            StoredForm.Full => new MovedPage(place, PageChain.OfFull(place, _count), ChangedItems: 0, AddedItems: 0),
            StoredForm.First => new MovedPage(place, new PageChain(_chain.Full, place, _items, _added, _count), ChangedItems: 0, AddedItems: 0),
            _ => new MovedPage(place, _chain, _items, _added),
        };
    }

    /// <summary>Asks the processor for the handles of children, and for what is stored of them: it is written into their stubs.</summary>
    private static void PrefetchChildren(Page page, ulong items)
    {
        for (ulong left = page.StubMask & items; left != 0; left &= left - 1)
        {
            PageReference.PrefetchHandle(page.Child(BitOperations.TrailingZeroCount(left)));
        }

        for (ulong left = page.StubMask & items; left != 0; left &= left - 1)
        {
            page.Child(BitOperations.TrailingZeroCount(left)).PrefetchBases();
        }
    }

    /// <summary>Finds the items of a page that the last of what is stored does not have.</summary>
    /// <returns>False when that cannot be told.</returns>
    private static bool TryFindAdded(Page page, in PageChain chain, out ulong added)
    {
        added = page.AddedItems;
        if (page.Count - BitOperations.PopCount(added) == chain.Count)
        {
            return true;
        }

        added = 0;
        return page.Count == chain.Count;
    }

    /// <summary>Items of a base, as they are numbered in a page that has others among them.</summary>
    private static ulong Numbered(ulong items, ulong added)
    {
        for (; added != 0; added &= added - 1)
        {
            items = Page.SpreadItems(items, BitOperations.TrailingZeroCount(added));
        }

        return items;
    }
}

/// <summary>How a page is stored, from the smallest to the largest form.</summary>
internal enum StoredForm : byte
{
    /// <summary>A delta on a delta.</summary>
    Second,

    /// <summary>A delta on a full page.</summary>
    First,

    /// <summary>As a whole.</summary>
    Full,
}
