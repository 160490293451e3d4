namespace Cairn.History;

/// <summary>A change of a key, as seen from what the key was before it. The old value is read when it is asked for.</summary>
internal readonly struct PastChange
{
    private const int Absent = -1;

    private readonly IOldValues? _values;
    private readonly ReadOnlyMemory<byte> _inline;
    private readonly OldPlace _place;
    private readonly int _oldBytes;

    /// <summary>A change that made a key.</summary>
    public PastChange(ulong sequence, BlockHeight height)
    {
        Sequence = sequence;
        Height = height;
        _oldBytes = Absent;
    }

    /// <summary>A change whose old value is at hand.</summary>
    public PastChange(ulong sequence, BlockHeight height, BlockHeight previousHeight, ReadOnlyMemory<byte> old)
    {
        Sequence = sequence;
        Height = height;
        PreviousHeight = previousHeight;
        _inline = old;
        _oldBytes = old.Length;
    }

    /// <summary>A change whose old value is in the log.</summary>
    public PastChange(ulong sequence, BlockHeight height, BlockHeight previousHeight, int oldBytes, OldPlace place, IOldValues values)
    {
        Sequence = sequence;
        Height = height;
        PreviousHeight = previousHeight;
        _oldBytes = oldBytes;
        _place = place;
        _values = values;
    }

    /// <summary>The sequence of the record.</summary>
    public ulong Sequence { get; }

    /// <summary>The height of the block.</summary>
    public BlockHeight Height { get; }

    /// <summary>The height at which the key had changed before; only meaningful when <see cref="HasOld"/>.</summary>
    public BlockHeight PreviousHeight { get; }

    /// <summary>Whether the key was there before the change.</summary>
    public bool HasOld => _oldBytes != Absent;

    /// <summary>The length of the old value; 0 when there was none.</summary>
    public int OldBytes => Math.Max(_oldBytes, 0);

    /// <summary>The old value; empty when there was none. Small ones cost no allocation.</summary>
    /// <exception cref="StateCorruptedException">The log is damaged there.</exception>
    /// <exception cref="IOException">Reading failed.</exception>
    public ReadOnlyMemory<byte> ReadOld()
    {
        if (_values is null)
        {
            return _inline;
        }

        byte[] value = new byte[_oldBytes];
        _values.Read(Sequence, _place, value);
        return value;
    }

    /// <summary>Copies the old value.</summary>
    /// <param name="destination">At least <see cref="OldBytes"/> long.</param>
    /// <exception cref="StateCorruptedException">The log is damaged there.</exception>
    /// <exception cref="IOException">Reading failed.</exception>
    public void CopyOld(Span<byte> destination)
    {
        if (_values is null)
        {
            _inline.Span.CopyTo(destination);
        }
        else
        {
            _values.Read(Sequence, _place, destination[.._oldBytes]);
        }
    }
}
