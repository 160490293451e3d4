using Cairn.Format;
using Cairn.Tree;

namespace Cairn;

/// <summary>Reads one tree of a version that its owner pins. Any number of threads.</summary>
internal sealed class TreeView : ITreeReader
{
    private readonly PageCache _pages;
    private readonly TreeRoot _root;
    private readonly Action _throwIfInvalid;

    /// <summary>Makes a reader.</summary>
    /// <param name="pages">Gives the pages.</param>
    /// <param name="root">The tree.</param>
    /// <param name="throwIfInvalid">Throws when the version is no longer pinned.</param>
    public TreeView(PageCache pages, in TreeRoot root, Action throwIfInvalid)
    {
        _pages = pages;
        _root = root;
        _throwIfInvalid = throwIfInvalid;
    }

    /// <summary>The tree.</summary>
    public TreeRoot Root => _root;

    /// <inheritdoc/>
    public TreeTotals Totals
    {
        get
        {
            _throwIfInvalid();
            return _root.Totals;
        }
    }

    /// <inheritdoc/>
    public bool TryGet(ReadOnlySpan<byte> key, Span<byte> destination, out int valueBytes)
    {
        using ReaderEpochs.Guard guard = ReaderEpochs.Enter();
        _throwIfInvalid();
        return TreeReading.TryRead(_pages, _root, key, destination, out valueBytes);
    }

    /// <inheritdoc/>
    public byte[]? Get(ReadOnlySpan<byte> key)
    {
        using ReaderEpochs.Guard guard = ReaderEpochs.Enter();
        _throwIfInvalid();
        return TreeReading.TryFind(_pages, _root, key, out Page? page, out int item) ? TreeReading.Value(_pages, page, item) : null;
    }

    /// <inheritdoc/>
    public bool TryGetLength(ReadOnlySpan<byte> key, out int valueBytes)
    {
        using ReaderEpochs.Guard guard = ReaderEpochs.Enter();
        _throwIfInvalid();
        bool found = TreeReading.TryFind(_pages, _root, key, out Page? page, out int item);
        valueBytes = found ? page!.ValueBytes(item) : 0;
        return found;
    }

    /// <inheritdoc/>
    public bool TryGetChangeHeight(ReadOnlySpan<byte> key, out BlockHeight height)
    {
        using ReaderEpochs.Guard guard = ReaderEpochs.Enter();
        _throwIfInvalid();
        bool found = TreeReading.TryFind(_pages, _root, key, out Page? page, out int item);
        height = found ? page!.Height(item) : default;
        return found;
    }

    /// <inheritdoc/>
    public bool Contains(ReadOnlySpan<byte> key)
    {
        using ReaderEpochs.Guard guard = ReaderEpochs.Enter();
        _throwIfInvalid();
        return TreeReading.TryFind(_pages, _root, key, out _, out _);
    }

    /// <inheritdoc/>
    public TreeTotals TotalsOf(ReadOnlySpan<byte> prefix)
    {
        using ReaderEpochs.Guard guard = ReaderEpochs.Enter();
        _throwIfInvalid();
        return TreeReading.TotalsOf(_pages, _root, prefix);
    }

    /// <inheritdoc/>
    public EntryScan Range(ReadOnlySpan<byte> start, ReadOnlySpan<byte> end, long limit = long.MaxValue, bool reverse = false) => Scan(overlay: null, start, end, limit, reverse);

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
}
