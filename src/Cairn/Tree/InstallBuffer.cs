namespace Cairn.Tree;

/// <summary>Entries of one tree that are to be added behind those it has, in key order, each with the height of its change. Keeps its memory. Used by one thread.</summary>
internal sealed class InstallBuffer(TreeKind tree)
{
    private byte[] _bytes = [];
    private ChangeBatch.Entry[] _entries = new ChangeBatch.Entry[256];
    private BlockHeight[] _heights = new BlockHeight[256];
    private byte[]? _before;
    private int _used;

    /// <summary>The tree.</summary>
    public TreeKind Tree => tree;

    /// <summary>How many entries wait.</summary>
    public int Count { get; private set; }

    /// <summary>Their bytes.</summary>
    public long ByteCount => _used;

    /// <summary>The same as totals.</summary>
    public TreeTotals Totals => new((ulong)Count, (ulong)_used);

    /// <summary>The greatest key, waiting or there already; null when there is none.</summary>
    public ReadOnlyMemory<byte>? LastKey => Count == 0 ? _before?.AsMemory() : (ReadOnlyMemory<byte>)_bytes.AsMemory(_entries[Count - 1].KeyStart, _entries[Count - 1].KeyBytes);

    /// <summary>Tells the greatest key that is there already.</summary>
    public void StartBehind(byte[]? key) => _before = key;

    /// <summary>Refuses an entry that no tree may have, or that is not behind the last one.</summary>
    /// <exception cref="ArgumentException">It is such an entry.</exception>
    public void Check(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (key.Length is 0 or > StateLimits.MaxKeyBytes || value.Length > StateLimits.MaxValueBytes)
        {
            throw new ArgumentException($"An entry has a key of 1 to {StateLimits.MaxKeyBytes} bytes and a value of at most {StateLimits.MaxValueBytes}, not of {key.Length} and {value.Length}.", nameof(key));
        }

        if (LastKey is { } last && last.Span.SequenceCompareTo(key) >= 0)
        {
            throw new ArgumentException($"The entries come in key order: {Convert.ToHexStringLower(key)} is not above {Convert.ToHexStringLower(last.Span)}.", nameof(key));
        }
    }

    /// <summary>Adds an entry that was checked.</summary>
    public void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, BlockHeight changed)
    {
        int end = checked(_used + key.Length + value.Length);
        if (end > _bytes.Length)
        {
            Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max(end, 2L * _bytes.Length)));
        }

        if (Count == _entries.Length)
        {
            Array.Resize(ref _entries, 2 * Count);
            Array.Resize(ref _heights, 2 * Count);
        }

        key.CopyTo(_bytes.AsSpan(_used));
        value.CopyTo(_bytes.AsSpan(_used + key.Length));
        _entries[Count] = new ChangeBatch.Entry(_used, key.Length, _used + key.Length, value.Length);
        _heights[Count++] = changed;
        _used = end;
    }

    /// <summary>What waits, over memory that is used again after <see cref="Clear"/>.</summary>
    public ChangeBatch ToBatch() => new(_bytes, _entries, Count, _heights);

    /// <summary>Forgets what waited, for it is there now.</summary>
    public void Clear()
    {
        _before = LastKey?.ToArray();
        Count = 0;
        _used = 0;
    }
}
