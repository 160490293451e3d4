using Cairn.Tree;

namespace Cairn;

/// <summary>What a draft has changed, in key order, either way.</summary>
internal sealed class DraftOverlay : IScanOverlay
{
    private readonly TreeDraft _draft;
    private readonly ChangeSet _changes;
    private readonly int _changeVersion;
    private readonly bool _reverse;
    private int _next;
    private int _slot;

    /// <summary>Begins before the first change of a range.</summary>
    public DraftOverlay(TreeDraft draft, ReadOnlySpan<byte> start, ReadOnlySpan<byte> end, bool reverse)
    {
        _draft = draft;
        _changes = draft.Changes;
        _changeVersion = _changes.Version;
        _reverse = reverse;
        int at = _changes.SortedFrom(reverse ? end : start);
        _next = !reverse ? at : (end.IsEmpty ? _changes.SortedCount : at) - 1;
    }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Key => Changes.Key(_slot);

    /// <inheritdoc/>
    public bool IsAbsent => Changes.IsDelete(_slot);

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Value => Changes.Value(_slot);

    /// <inheritdoc/>
    public BlockHeight Height
    {
        get
        {
            _draft.TryGetChangeHeight(Key, out BlockHeight height);
            return height;
        }
    }

    /// <summary>The changes, which other drafts have once this one is disposed.</summary>
    private ChangeSet Changes
    {
        get
        {
            _draft.ThrowIfDisposed();
            return _changes;
        }
    }

    /// <inheritdoc/>
    public void ThrowIfChanged()
    {
        if (_changes.Version != _changeVersion)
        {
            throw new InvalidOperationException("The draft was changed while it was being scanned. Collect the keys first, then change them.");
        }
    }

    /// <inheritdoc/>
    public void ThrowIfMissing(ReadOnlySpan<byte> key, BlockHeight height)
    {
    }

    /// <inheritdoc/>
    public bool MoveNext()
    {
        while (_reverse ? _next >= 0 : _next < _changes.SortedCount)
        {
            _slot = _changes.SortedSlot(_next);
            _next += _reverse ? -1 : 1;
            if (_changes.IsChanged(_slot))
            {
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
