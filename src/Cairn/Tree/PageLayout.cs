namespace Cairn.Tree;

/// <summary>Where the fields of a page's header are. Described in docs/format.md, "Page header".</summary>
internal static class PageHeaderLayout
{
    public const int CrcOffset = 0;
    public const int FormatVersionOffset = 4;
    public const int CodecOffset = 5;
    public const int RequiredFeaturesOffset = 6;
    public const int OptionalFeaturesOffset = 7;
    public const int KeyIdOffset = 8;
    public const int NonceOffset = 12;
    public const int StoredBytesOffset = 24;
    public const int TreeOffset = 28;
    public const int ItemCountOffset = 29;
    public const int LevelOffset = 30;
    public const int PrefixBytesOffset = 32;
    public const int HeightWidthOffset = 34;
    public const int TrieRootOffset = 35;
    public const int ReservedOffset = 36;
    public const int StubMaskOffset = 40;
    public const int BlobMaskOffset = 48;
    public const int KeptHashMaskOffset = 56;
    public const int BaseHeightOffset = 64;
    public const int EntriesOffset = 72;
    public const int BytesOffset = 80;
    public const int SizeBytes = 88;

    /// <summary>The format this code writes and reads.</summary>
    public const byte FormatVersion = 1;
}

/// <summary>Where the fields of a stub are. Described in docs/format.md, "Stub".</summary>
internal static class StubLayout
{
    public const int TopIndexOffset = 0;
    public const int LevelOffset = 2;
    public const int StoredBytesOffset = 4;
    public const int PageIdOffset = 8;
    public const int CrcOffset = 16;
    public const int BasesOffset = 20;
    public const int EntriesOffset = 24;
    public const int BytesOffset = 32;
    public const int HashOffset = 40;
    public const int SizeBytes = 72;
}

/// <summary>Where the fields of a blob's record are. Described in docs/format.md, "Blob record".</summary>
internal static class BlobRecordLayout
{
    public const int LengthOffset = 0;
    public const int PlaceOffset = 4;
    public const int HashOffset = 12;
    public const int SizeBytes = 44;
}

/// <summary>Where the fields of a trie node are. Described in docs/format.md, "Trie node".</summary>
internal static class TrieNodeLayout
{
    public const int IndexOffset = 0;
    public const int LeftOffset = 2;
    public const int RightOffset = 3;
    public const int SizeBytes = 4;

    /// <summary>Set in a child that is an item rather than a node.</summary>
    public const int ItemFlag = 0x80;

    /// <summary>In the header: a page of one item has no node.</summary>
    public const byte NoNode = 0xFF;
}

/// <summary>The numbers that shape pages. They decide cuts, never hashes.</summary>
internal static class PageLimits
{
    /// <summary>The most items a page has: one bit each in a 64-bit mask.</summary>
    public const int MaxItems = 64;

    /// <summary>The fewest items of a page that is not the root: a quarter of the most, so that a cut piece has room to shrink.</summary>
    public const int MinItems = 16;

    /// <summary>Above this sum of item weights a page with at least twice <see cref="MinItems"/> items is cut.</summary>
    public const int SoftBytes = 16 * 1024;

    /// <summary>A page never takes more than this: 31 items of the greatest key and inline value with their records, or 64 stubs, and the hashes kept.</summary>
    public const int MaxStoredBytes = 60 * 1024;

    /// <summary>The deepest a tree can be: every page on a path takes at least one bit of the key (nine a byte), and the root one more.</summary>
    public const int MaxDepth = (9 * StateLimits.MaxKeyBytes) + 1;

    /// <summary>Stored pages keep the hashes of the nodes over at least so many items, so that a page read from disk is not hashed whole.</summary>
    public const int KeptHashItems = 4;

    /// <summary>Whether a list of items is too much for one page.</summary>
    public static bool IsOverfull(int items, long weight) => items > MaxItems || (weight > SoftBytes && items >= 2 * MinItems);
}
