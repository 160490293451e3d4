using Cairn.History;

namespace Cairn;

/// <summary>What the keys of a tree were that have changed since an earlier height, in key order, either way.</summary>
internal sealed class PastOverlay : IScanOverlay
{
    private readonly PastPoint _past;
    private readonly TreeKind _tree;
    private readonly IPastCursor _cursor;
    private readonly Action _throwIfInvalid;
    private PastChange _change;
    private byte[] _value = [];
    private bool _isRead;

    /// <summary>Begins before the first changed key of a range.</summary>
    public PastOverlay(PastPoint past, TreeKind tree, Action throwIfInvalid, ReadOnlySpan<byte> start, ReadOnlySpan<byte> end, bool reverse)
    {
        _past = past;
        _tree = tree;
        _throwIfInvalid = throwIfInvalid;
        _cursor = past.Scan(tree, start, end, reverse);
    }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Key => _cursor.Key;

    /// <inheritdoc/>
    public bool IsAbsent => !_change.HasOld;

    /// <inheritdoc/>
    public BlockHeight Height => _change.PreviousHeight;

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Value
    {
        get
        {
            if (!_isRead)
            {
                _throwIfInvalid();
                if (_value.Length < _change.OldBytes || _value.Length > StateLimits.MaxInlineValueBytes)
                {
                    _value = new byte[Math.Max(_change.OldBytes, StateLimits.MaxInlineValueBytes)];
                }

                _past.Copy(_change, _value);
                _isRead = true;
            }

            return _value.AsSpan(0, _change.OldBytes);
        }
    }

    /// <inheritdoc/>
    public void ThrowIfChanged()
    {
    }

    /// <inheritdoc/>
    public void ThrowIfMissing(ReadOnlySpan<byte> key, BlockHeight height)
    {
        if (height > _past.Block.Height)
        {
            throw _past.Missing(_tree, key, height);
        }
    }

    /// <inheritdoc/>
    public bool MoveNext()
    {
        if (!_past.Next(_cursor))
        {
            return false;
        }

        _change = _cursor.Change;
        _isRead = false;
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _cursor.Dispose();
}
