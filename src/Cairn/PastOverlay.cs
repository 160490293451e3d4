using Cairn.History;

namespace Cairn;

/// <summary>What the keys of a tree were that have changed since an earlier height, in key order, either way. After a failure it begins anew behind the last key it came to.</summary>
internal sealed class PastOverlay : IScanOverlay
{
    private readonly PastPoint _past;
    private readonly TreeKind _tree;
    private readonly Action _throwIfInvalid;
    private readonly bool _reverse;
    private readonly byte[] _key = new byte[StateLimits.MaxKeyBytes];
    private byte[] _start;
    private byte[] _end;
    private IPastCursor? _cursor;
    private PastChange _change;
    private byte[] _value = [];
    private int _keyBytes;
    private bool _isRead;

    /// <summary>Begins before the first changed key of a range.</summary>
    public PastOverlay(PastPoint past, TreeKind tree, Action throwIfInvalid, ReadOnlySpan<byte> start, ReadOnlySpan<byte> end, bool reverse)
    {
        _past = past;
        _tree = tree;
        _throwIfInvalid = throwIfInvalid;
        _start = start.ToArray();
        _end = end.ToArray();
        _reverse = reverse;
    }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Key => _key.AsSpan(0, _keyBytes);

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
        _cursor ??= _past.Scan(_tree, _start, _end, _reverse);
        try
        {
            do
            {
                if (!_past.Next(_cursor))
                {
                    return false;
                }
            }
            while (_keyBytes > 0 && Key.SequenceEqual(_cursor.Key));
        }
        catch
        {
            // Where the cursor stands after a failure, nobody knows.
            _cursor.Dispose();
            _cursor = null;
            (_start, _end) = _keyBytes == 0 ? (_start, _end) : _reverse ? (_start, Key.ToArray()) : (Key.ToArray(), _end);
            throw;
        }

        _keyBytes = _cursor.Key.Length;
        _cursor.Key.CopyTo(_key);
        _change = _cursor.Change;
        _isRead = false;
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _cursor?.Dispose();
}
