using System.Buffers.Binary;
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
/// </remarks>
internal sealed class PageEncoder
{
    /// <summary>A delta takes at most one part in so many of the full page.</summary>
    private const int MaxDeltaShare = 2;

    private readonly byte[] _buffer = new byte[PageLimits.MaxStoredBytes + (PageLimits.MaxItems * Hash256.SizeBytes)];
    private int _length;

    /// <summary>What was written last.</summary>
    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, _length);

    /// <summary>Writes a page in the form that is best.</summary>
    /// <param name="page">The page.</param>
    /// <param name="changed">The items that differ from what is stored, at least.</param>
    /// <param name="chain">What is stored; without a full page where nothing is.</param>
    /// <param name="lowest">The form it must not go below.</param>
    /// <param name="moves">New places that are written but not durable yet.</param>
    public StoredForm Encode(Page page, ulong changed, in PageChain chain, StoredForm lowest, PageMoves? moves)
    {
        if (lowest == StoredForm.Second && chain.First.Id != PageId.None)
        {
            _length = PageDelta.TryEncode(page, changed, chain.First, moves, _buffer, chain.First.StoredBytes - PageDeltaLayout.SizeBytes);
            if (_length > 0)
            {
                return StoredForm.Second;
            }
        }

        if (lowest != StoredForm.Full && chain.Full.Id != PageId.None)
        {
            _length = PageDelta.TryEncode(page, changed | chain.FirstItems, chain.Full, moves, _buffer, chain.Full.StoredBytes / MaxDeltaShare);
            if (_length > 0)
            {
                return StoredForm.First;
            }
        }

        _length = PageCodec.Encode(page, _buffer, moves);
        return StoredForm.Full;
    }

    /// <summary>What was written last, at its place.</summary>
    public PagePlace At(PageId id) => new(id, _length, BinaryPrimitives.ReadUInt32LittleEndian(_buffer));

    /// <summary>What a page leaves for its next versions, once it is stored.</summary>
    /// <param name="form">Its form.</param>
    /// <param name="place">Where it is.</param>
    /// <param name="changed">The items that differed.</param>
    /// <param name="before">What was stored before.</param>
    public static MovedPage After(StoredForm form, PagePlace place, ulong changed, in PageChain before) => form switch
    {
        StoredForm.Full => new MovedPage(place, new PageChain(place, default, 0), 0),
        StoredForm.First => new MovedPage(place, before with { First = place, FirstItems = changed | before.FirstItems }, 0),
        _ => new MovedPage(place, before, changed),
    };
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
