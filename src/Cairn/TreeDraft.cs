using Cairn.Tree;

namespace Cairn;

/// <summary>One tree of a draft: reads what the draft has written, and what lies below it elsewhere. For one thread at a time.</summary>
public sealed class TreeDraft : ITreeReader
{
    private readonly BlockDraft _draft;
    private readonly TreeView _below;
    private ChangeSet _changes;

    internal TreeDraft(BlockDraft draft, TreeView below, ChangeSet changes)
    {
        _changes = changes;
        _draft = draft;
        _below = below;
    }

    /// <inheritdoc/>
    public TreeTotals Totals => TotalsOf(default);

    /// <summary>What has been written.</summary>
    internal ChangeSet Changes => _changes;

    internal void ThrowIfDisposed() => _draft.ThrowIfDisposed();

    /// <summary>Gives up what has been written; the draft is disposed and must not be asked any more.</summary>
    internal ChangeSet TakeChanges()
    {
        ChangeSet changes = _changes;
        _changes = ChangeSet.None;
        return changes;
    }

    /// <summary>Puts a value. Putting the value a key already has is no change.</summary>
    /// <param name="key">The key, 1 to <see cref="StateLimits.MaxKeyBytes"/> bytes. Copied.</param>
    /// <param name="value">The value, up to <see cref="StateLimits.MaxValueBytes"/> bytes. Copied.</param>
    /// <exception cref="ArgumentException">The key or value is too short or too long.</exception>
    /// <exception cref="BlockTooLargeException">The block would exceed <see cref="StateLimits.MaxBlockBytes"/>.</exception>
    /// <exception cref="InvalidOperationException">The draft was committed, or another draft is built on it.</exception>
    public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        StateLimits.CheckKey(key);
        StateLimits.CheckValue(value);
        _draft.BeforeChange(_changes, key, value.Length);
        _changes.Put(key, value);
    }

    /// <summary>Deletes a key. Deleting an absent key is no change.</summary>
    /// <param name="key">The key, 1 to <see cref="StateLimits.MaxKeyBytes"/> bytes. Copied.</param>
    /// <exception cref="ArgumentException">The key is too short or too long.</exception>
    /// <exception cref="BlockTooLargeException">The block would exceed <see cref="StateLimits.MaxBlockBytes"/>.</exception>
    /// <exception cref="InvalidOperationException">The draft was committed, or another draft is built on it.</exception>
    public void Delete(ReadOnlySpan<byte> key)
    {
        StateLimits.CheckKey(key);
        _draft.BeforeChange(_changes, key, 0);
        _changes.Delete(key);
    }

    /// <inheritdoc/>
    public bool TryGet(ReadOnlySpan<byte> key, Span<byte> destination, out int valueBytes)
    {
        _draft.ThrowIfDisposed();
        if (!_changes.TryFind(key, out int slot))
        {
            return _below.TryGet(key, destination, out valueBytes);
        }

        ReadOnlySpan<byte> value = _changes.Value(slot);
        valueBytes = value.Length;
        TreeReading.CopyTo(value, destination);
        return !_changes.IsDelete(slot);
    }

    /// <inheritdoc/>
    public byte[]? Get(ReadOnlySpan<byte> key)
    {
        _draft.ThrowIfDisposed();
        return !_changes.TryFind(key, out int slot) ? _below.Get(key) : _changes.IsDelete(slot) ? null : _changes.Value(slot).ToArray();
    }

    /// <inheritdoc/>
    public bool TryGetLength(ReadOnlySpan<byte> key, out int valueBytes)
    {
        _draft.ThrowIfDisposed();
        if (!_changes.TryFind(key, out int slot))
        {
            return _below.TryGetLength(key, out valueBytes);
        }

        valueBytes = _changes.Value(slot).Length;
        return !_changes.IsDelete(slot);
    }

    /// <inheritdoc/>
    public bool TryGetChangeHeight(ReadOnlySpan<byte> key, out BlockHeight height)
    {
        _draft.ThrowIfDisposed();
        if (!_changes.TryFind(key, out int slot))
        {
            return _below.TryGetChangeHeight(key, out height);
        }

        bool present = !_changes.IsDelete(slot);

        // Putting the value a key already has is no change, so its height stays.
        bool same = present && _below.TryGetChangeHeight(key, out height) && _below.Get(key).AsSpan().SequenceEqual(_changes.Value(slot));
        height = !present ? default : same && _below.TryGetChangeHeight(key, out BlockHeight before) ? before : _draft.Height;
        return present;
    }

    /// <inheritdoc/>
    public bool Contains(ReadOnlySpan<byte> key)
    {
        _draft.ThrowIfDisposed();
        return _changes.TryFind(key, out int slot) ? !_changes.IsDelete(slot) : _below.Contains(key);
    }

    /// <inheritdoc/>
    public TreeTotals TotalsOf(ReadOnlySpan<byte> prefix)
    {
        _draft.ThrowIfDisposed();
        TreeTotals totals = _below.TotalsOf(prefix);
        for (int place = _changes.SortedFrom(prefix); place < _changes.SortedCount; place++)
        {
            int slot = _changes.SortedSlot(place);
            ReadOnlySpan<byte> key = _changes.Key(slot);
            if (!key.StartsWith(prefix))
            {
                break;
            }

            if (!_changes.IsChanged(slot))
            {
                continue;
            }

            if (_below.TryGetLength(key, out int before))
            {
                totals -= new TreeTotals(1, (ulong)(key.Length + before));
            }

            if (!_changes.IsDelete(slot))
            {
                totals += new TreeTotals(1, (ulong)(key.Length + _changes.Value(slot).Length));
            }
        }

        return totals;
    }

    /// <inheritdoc/>
    public EntryScan Range(ReadOnlySpan<byte> start, ReadOnlySpan<byte> end, long limit = long.MaxValue, bool reverse = false)
    {
        _draft.ThrowIfDisposed();
        return _below.Scan(new DraftOverlay(this, start, end, reverse), start, end, limit, reverse);
    }

    /// <inheritdoc/>
    public EntryScan Prefix(ReadOnlySpan<byte> prefix, long limit = long.MaxValue, bool reverse = false)
    {
        return TreeView.ScanPrefix(this, prefix, limit, reverse);
    }
}
