using Cairn.Format;
using Cairn.History;
using Cairn.Tree;

namespace Cairn;

/// <summary>Reads one tree of a version that its owner pins, or of an earlier height seen from it. Any number of threads.</summary>
/// <remarks>
/// At an earlier height, an entry that has not changed since answers; whatever else, the history is asked what the key was: see <see cref="PastPoint"/>.
/// </remarks>
internal sealed class TreeView : ITreeReader
{
    private readonly PageCache _pages;
    private readonly TreeRoot _root;
    private readonly Action _throwIfInvalid;
    private readonly TreeKind _tree;
    private readonly ulong _version;
    private readonly PastPoint? _past;

    /// <summary>Makes a reader.</summary>
    /// <param name="pages">Gives the pages.</param>
    /// <param name="root">The tree.</param>
    /// <param name="throwIfInvalid">Throws when the version is no longer pinned.</param>
    /// <param name="tree">Which tree it is.</param>
    /// <param name="version">The ordinal of the version; 0 when it is not published.</param>
    /// <param name="past">The earlier height; null for that of the version.</param>
    public TreeView(PageCache pages, in TreeRoot root, Action throwIfInvalid, TreeKind tree, ulong version, PastPoint? past = null)
    {
        _pages = pages;
        _root = root;
        _throwIfInvalid = throwIfInvalid;
        _tree = tree;
        _version = version;
        _past = past;
    }

    /// <inheritdoc/>
    public TreeTotals Totals
    {
        get
        {
            _throwIfInvalid();
            return _past?.TotalsOf(_tree) ?? _root.Totals;
        }
    }

    /// <inheritdoc/>
    public bool TryGet(ReadOnlySpan<byte> key, Span<byte> destination, out int valueBytes)
    {
        using ReaderEpochs.Guard guard = ReaderEpochs.Enter();
        _throwIfInvalid();
        if (_past is null)
        {
            return TreeReading.TryRead(_pages, _root, _tree, _version, key, destination, out valueBytes);
        }

        bool isThere = TreeReading.TryFind(_pages, _root, key, out Page? page, out int item);
        if (!HasChanged(page, item, isThere))
        {
            return TreeReading.TryRead(_pages, _root, _tree, version: 0, key, destination, out valueBytes);
        }

        isThere = TryFindPast(key, page, item, isThere, out PastChange change);
        valueBytes = isThere ? change.OldBytes : 0;
        TreeReading.ThrowIfTooLong(valueBytes, destination);
        if (isThere)
        {
            _past.Copy(change, destination);
        }

        return isThere;
    }

    /// <inheritdoc/>
    public byte[]? Get(ReadOnlySpan<byte> key)
    {
        using ReaderEpochs.Guard guard = ReaderEpochs.Enter();
        _throwIfInvalid();
        if (IsAbsent(key))
        {
            return null;
        }

        bool isThere = TreeReading.TryFind(_pages, _root, key, out Page? page, out int item);
        if (!HasChanged(page, item, isThere))
        {
            return isThere ? TreeReading.Value(_pages, page!, item) : null;
        }

        return TryFindPast(key, page, item, isThere, out PastChange change) ? _past!.Value(change) : null;
    }

    /// <inheritdoc/>
    public bool TryGetLength(ReadOnlySpan<byte> key, out int valueBytes)
    {
        using ReaderEpochs.Guard guard = ReaderEpochs.Enter();
        _throwIfInvalid();
        valueBytes = 0;
        if (IsAbsent(key))
        {
            return false;
        }

        bool isThere = TreeReading.TryFind(_pages, _root, key, out Page? page, out int item);
        if (HasChanged(page, item, isThere))
        {
            isThere = TryFindPast(key, page, item, isThere, out PastChange change);
            valueBytes = isThere ? change.OldBytes : 0;
            return isThere;
        }

        valueBytes = isThere ? page!.ValueBytes(item) : 0;
        return isThere;
    }

    /// <inheritdoc/>
    public bool TryGetChangeHeight(ReadOnlySpan<byte> key, out BlockHeight height)
    {
        using ReaderEpochs.Guard guard = ReaderEpochs.Enter();
        _throwIfInvalid();
        bool isThere = TreeReading.TryFind(_pages, _root, key, out Page? page, out int item);
        if (HasChanged(page, item, isThere))
        {
            isThere = TryFindPast(key, page, item, isThere, out PastChange change);
            height = isThere ? change.PreviousHeight : default;
            return isThere;
        }

        height = isThere ? page!.Height(item) : default;
        return isThere;
    }

    /// <inheritdoc/>
    public bool Contains(ReadOnlySpan<byte> key)
    {
        using ReaderEpochs.Guard guard = ReaderEpochs.Enter();
        _throwIfInvalid();
        if (IsAbsent(key))
        {
            return false;
        }

        bool isThere = TreeReading.TryFind(_pages, _root, key, out Page? page, out int item);
        return HasChanged(page, item, isThere) ? TryFindPast(key, page, item, isThere, out _) : isThere;
    }

    /// <inheritdoc/>
    public TreeTotals TotalsOf(ReadOnlySpan<byte> prefix)
    {
        if (prefix.IsEmpty)
        {
            return Totals;
        }

        TreeTotals totals;
        using (ReaderEpochs.Enter())
        {
            _throwIfInvalid();
            totals = TreeReading.TotalsOf(_pages, _root, prefix);
        }

        return _past is null || prefix.Length > StateLimits.MaxKeyBytes ? totals : ChangedBack(totals, prefix);
    }

    /// <inheritdoc/>
    public EntryScan Range(ReadOnlySpan<byte> start, ReadOnlySpan<byte> end, long limit = long.MaxValue, bool reverse = false)
    {
        _throwIfInvalid();
        PastOverlay? overlay = _past is null || limit == 0 ? null : new PastOverlay(_past, _tree, _throwIfInvalid, start, end, reverse);
        return Scan(overlay, start, end, limit, reverse);
    }

    /// <inheritdoc/>
    public EntryScan Prefix(ReadOnlySpan<byte> prefix, long limit = long.MaxValue, bool reverse = false) => ScanPrefix(this, prefix, limit, reverse);

    /// <summary>A scan with what lies over the tree merged in.</summary>
    internal EntryScan Scan(IScanOverlay? overlay, ReadOnlySpan<byte> start, ReadOnlySpan<byte> end, long limit, bool reverse)
    {
        _throwIfInvalid();
        return new EntryScan(_pages, _root, overlay, _throwIfInvalid, start, end, limit, reverse);
    }

    /// <summary>A scan of a prefix as one of a range.</summary>
    internal static EntryScan ScanPrefix(ITreeReader tree, ReadOnlySpan<byte> prefix, long limit, bool reverse)
    {
        if (prefix.Length > StateLimits.MaxKeyBytes)
        {
            return tree.Range(prefix, prefix, limit: 0, reverse);
        }

        Span<byte> after = stackalloc byte[StateLimits.MaxKeyBytes];
        int length = KeyRange.After(prefix, after);
        return tree.Range(prefix, after[..length], limit, reverse);
    }

    /// <summary>Whether the key is known to be absent without looking into the tree.</summary>
    private bool IsAbsent(ReadOnlySpan<byte> key) =>
        _past is null && _pages.Shortcuts.Filter(_tree) is { } filter && !filter.MayHave(KeyHash.Of(_tree, key), _version);

    /// <summary>Whether the key may have been something else at the height: what is absent now may have been there.</summary>
    private bool HasChanged(Page? page, int item, bool isThere) => _past is not null && !(isThere && page!.Height(item) <= _past.Block.Height);

    private bool TryFindPast(ReadOnlySpan<byte> key, Page? page, int item, bool isThere, out PastChange change) =>
        _past!.TryFind(_tree, key, isThere ? page!.Height(item) : null, out change);

    /// <summary>What the entries under a prefix held at the height: what they hold now, with each key that has changed since put back.</summary>
    private TreeTotals ChangedBack(TreeTotals now, ReadOnlySpan<byte> prefix)
    {
        Span<byte> after = stackalloc byte[StateLimits.MaxKeyBytes];
        int length = KeyRange.After(prefix, after);
        using IPastCursor cursor = _past!.Scan(_tree, prefix, after[..length], reverse: false);
        TreeTotals changed = default;
        TreeTotals were = default;
        while (_past.Next(cursor))
        {
            ReadOnlySpan<byte> key = cursor.Key;
            PastChange change = cursor.Change;
            were += change.HasOld ? new TreeTotals(1, (ulong)(key.Length + change.OldBytes)) : default;
            using ReaderEpochs.Guard guard = ReaderEpochs.Enter();
            _throwIfInvalid();
            if (TreeReading.TryFind(_pages, _root, key, out Page? page, out int item))
            {
                changed += new TreeTotals(1, (ulong)(key.Length + page.ValueBytes(item)));
            }
        }

        return now - changed + were;
    }
}
