using Cairn.Tree;

namespace Cairn;

/// <summary>
/// A walk over entries in key order. Use it in <c>foreach</c> or call <see cref="MoveNext"/>; it is its own current entry. For one thread at a time. Left open it costs nothing but what its view pins.
/// </summary>
public sealed class EntryScan : IDisposable
{
    private readonly Action _throwIfInvalid;
    private readonly TreeCursor _below;
    private readonly ChangeSet? _changes;
    private readonly TreeDraft? _draft;
    private readonly byte[] _bound;
    private readonly bool _hasBound;
    private readonly bool _reverse;
    private readonly int _changeVersion;
    private long _left;
    private bool _hasBelow;
    private int _nextChange;
    private int _changeSlot = -1;
    private bool _started;

    /// <summary>Makes a scan over a version, with the changes of a draft merged in when there are some.</summary>
    internal EntryScan(
        PageCache pages, in TreeRoot root, TreeDraft? draft, Action throwIfInvalid, ReadOnlySpan<byte> start, ReadOnlySpan<byte> end, long limit, bool reverse)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        _throwIfInvalid = throwIfInvalid;
        _below = new TreeCursor(pages, root, reverse ? end : start, reverse);
        _draft = draft;
        _changes = draft?.Changes;
        _hasBound = reverse ? !start.IsEmpty : !end.IsEmpty;
        _bound = reverse ? start.ToArray() : end.ToArray();
        _reverse = reverse;
        _left = limit;
        if (_changes is not null)
        {
            _changeVersion = _changes.Version;
            int at = _changes.SortedFrom(reverse ? end : start);
            _nextChange = !reverse ? at : (end.IsEmpty ? _changes.SortedCount : at) - 1;
        }
    }

    /// <summary>The key of the current entry; valid until the next step, and no longer than the draft.</summary>
    /// <exception cref="ObjectDisposedException">The entry is a draft's, which was disposed.</exception>
    public ReadOnlySpan<byte> Key => _changeSlot >= 0 ? Changes.Key(_changeSlot) : _below.Key;

    /// <summary>The value of the current entry; valid until the next step, and no longer than the draft. A blob is read when first asked for.</summary>
    /// <exception cref="ObjectDisposedException">The entry is a draft's, which was disposed.</exception>
    /// <exception cref="StateCorruptedException">A stored blob is damaged.</exception>
    public ReadOnlySpan<byte> Value => _changeSlot >= 0 ? Changes.Value(_changeSlot) : _below.Value;

    /// <summary>The height at which the current entry last changed.</summary>
    public BlockHeight Height
    {
        get
        {
            if (_changeSlot < 0)
            {
                return _below.Height;
            }

            _draft!.TryGetChangeHeight(Key, out BlockHeight height);
            return height;
        }
    }

    /// <summary>The scan itself.</summary>
    public EntryScan Current => this;

    /// <summary>The scan itself, for <c>foreach</c>.</summary>
    public EntryScan GetEnumerator() => this;

    /// <summary>Goes to the next entry.</summary>
    /// <returns>False at the end of the range or of the limit.</returns>
    /// <exception cref="ObjectDisposedException">The view or draft was disposed.</exception>
    /// <exception cref="InvalidOperationException">The draft was changed since the scan began.</exception>
    /// <exception cref="StateCorruptedException">A stored page is damaged.</exception>
    public bool MoveNext()
    {
        _throwIfInvalid();
        if (_left == 0)
        {
            return false;
        }

        bool found = _changes is null ? _below.MoveNext() : MoveNextMerged();
        if (!found || (_hasBound && (_reverse ? Key.SequenceCompareTo(_bound) < 0 : Key.SequenceCompareTo(_bound) >= 0)))
        {
            _left = 0;
            return false;
        }

        _left--;
        return true;
    }

    /// <summary>Ends the scan.</summary>
    public void Dispose() => _left = 0;

    /// <summary>The changes of the draft, which other drafts have once it is disposed.</summary>
    private ChangeSet Changes
    {
        get
        {
            _throwIfInvalid();
            return _changes!;
        }
    }

    private bool MoveNextMerged()
    {
        if (_changes!.Version != _changeVersion)
        {
            throw new InvalidOperationException("The draft was changed while it was being scanned. Collect the keys first, then change them.");
        }

        if (!_started)
        {
            _started = true;
            _hasBelow = _below.MoveNext();
        }
        else if (_changeSlot < 0)
        {
            _hasBelow = _below.MoveNext();
        }

        while (true)
        {
            bool hasChange = _reverse ? _nextChange >= 0 : _nextChange < _changes.SortedCount;
            if (!hasChange)
            {
                _changeSlot = -1;
                return _hasBelow;
            }

            int slot = _changes.SortedSlot(_nextChange);
            int order = !_hasBelow ? -1 : _changes.Key(slot).SequenceCompareTo(_below.Key) * (_reverse ? -1 : 1);
            if (order > 0)
            {
                _changeSlot = -1;
                return true;
            }

            bool isChanged = _changes.IsChanged(slot);
            if (isChanged && order == 0)
            {
                // Before anything else: if reading fails, the next step tries again.
                _hasBelow = _below.MoveNext();
            }

            _nextChange += _reverse ? -1 : 1;
            if (isChanged && !_changes.IsDelete(slot))
            {
                _changeSlot = slot;
                return true;
            }
        }
    }
}
