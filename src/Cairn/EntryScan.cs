using Cairn.Tree;

namespace Cairn;

/// <summary>
/// A walk over entries in key order. Use it in <c>foreach</c> or call <see cref="MoveNext"/>; it is its own current entry. For one thread at a time. Left open it costs nothing but what its view pins; at a height
/// that is no longer recent it also keeps files of the history open: end it or dispose it.
/// </summary>
public sealed class EntryScan : IDisposable
{
    private readonly Action _throwIfInvalid;
    private readonly TreeCursor _below;
    private readonly IScanOverlay? _overlay;
    private readonly byte[] _bound;
    private readonly bool _reverse;
    private long _left;
    private bool _hasBelow;
    private bool _hasOver;
    private bool _isBelowPassed = true;
    private bool _isOverPassed = true;
    private bool _isOver;

    /// <summary>Makes a scan over a version, with an overlay merged in when there is one, which the scan owns.</summary>
    internal EntryScan(
        PageCache pages, in TreeRoot root, IScanOverlay? overlay, Action throwIfInvalid, ReadOnlySpan<byte> start, ReadOnlySpan<byte> end, long limit, bool reverse)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        _throwIfInvalid = throwIfInvalid;
        _bound = reverse ? start.ToArray() : end.ToArray();
        _below = new TreeCursor(pages, root, reverse ? end : start, _bound, reverse);
        _overlay = overlay;
        _reverse = reverse;
        _left = limit;
    }

    /// <summary>The key of the current entry; valid until the next step, and no longer than the draft.</summary>
    /// <exception cref="ObjectDisposedException">The entry is a draft's, which was disposed.</exception>
    public ReadOnlySpan<byte> Key => _isOver ? _overlay!.Key : _below.Key;

    /// <summary>The value of the current entry; valid until the next step, and no longer than the draft. What is not in a page (a blob, a value of an earlier height) is read when first asked for.</summary>
    /// <exception cref="ObjectDisposedException">The entry is a draft's, which was disposed.</exception>
    /// <exception cref="StateCorruptedException">A stored blob, or the log, is damaged.</exception>
    public ReadOnlySpan<byte> Value => _isOver ? _overlay!.Value : _below.Value;

    /// <summary>The height at which the current entry last changed.</summary>
    public BlockHeight Height => _isOver ? _overlay!.Height : _below.Height;

    /// <summary>The scan itself.</summary>
    public EntryScan Current => this;

    /// <summary>The scan itself, for <c>foreach</c>.</summary>
    public EntryScan GetEnumerator() => this;

    /// <summary>Goes to the next entry.</summary>
    /// <returns>False at the end of the range or of the limit.</returns>
    /// <exception cref="ObjectDisposedException">The view or draft was disposed.</exception>
    /// <exception cref="InvalidOperationException">The draft was changed since the scan began.</exception>
    /// <exception cref="StateCorruptedException">A stored page, or the log, is damaged.</exception>
    public bool MoveNext()
    {
        _throwIfInvalid();
        if (_left == 0)
        {
            return false;
        }

        // The cursor ends at the bound by itself; what lies over it may not.
        bool found = _overlay is null ? _below.MoveNext() : MoveNextMerged(_overlay);
        if (!found || (_isOver && _bound.Length > 0 && (_reverse ? Key.SequenceCompareTo(_bound) < 0 : Key.SequenceCompareTo(_bound) >= 0)))
        {
            Dispose();
            return false;
        }

        if (_overlay is not null && !_isOver)
        {
            _overlay.ThrowIfMissing(_below.Key, _below.Height);
        }

        _left--;
        return true;
    }

    /// <summary>Ends the scan.</summary>
    public void Dispose()
    {
        _left = 0;
        _overlay?.Dispose();
    }

    private bool MoveNextMerged(IScanOverlay overlay)
    {
        overlay.ThrowIfChanged();
        while (true)
        {
            // What is passed stays marked as passed until the step succeeds: if reading fails, the next call tries again.
            if (_isBelowPassed)
            {
                _hasBelow = _below.MoveNext();
                _isBelowPassed = false;
            }

            if (_isOverPassed)
            {
                _hasOver = overlay.MoveNext();
                _isOverPassed = false;
            }

            int order = !_hasOver ? 1 : !_hasBelow ? -1 : overlay.Key.SequenceCompareTo(_below.Key) * (_reverse ? -1 : 1);
            _isOver = order <= 0;
            _isBelowPassed = _hasBelow && order >= 0;
            _isOverPassed = _isOver;
            if (!_isOver || !overlay.IsAbsent)
            {
                return _isOver || _hasBelow;
            }
        }
    }
}
