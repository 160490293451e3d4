namespace Cairn;

/// <summary>A walk over the entries of a <see cref="KeyValueStore"/> in key order, all of one height. Use it in <c>foreach</c>; it is its own current entry. For one thread at a time.</summary>
public sealed class KeyValueScan : IDisposable
{
    private readonly StateView _view;
    private readonly EntryScan _entries;

    internal KeyValueScan(StateView view, EntryScan entries)
    {
        _view = view;
        _entries = entries;
    }

    /// <summary>The key of the current entry; valid until the next step.</summary>
    public ReadOnlySpan<byte> Key => _entries.Key;

    /// <summary>The value of the current entry; valid until the next step.</summary>
    /// <exception cref="StateCorruptedException">A stored value is damaged.</exception>
    public ReadOnlySpan<byte> Value => _entries.Value;

    /// <summary>The height at which the current entry last changed.</summary>
    public BlockHeight Height => _entries.Height;

    /// <summary>The walk itself.</summary>
    public KeyValueScan Current => this;

    /// <summary>The walk itself, for <c>foreach</c>.</summary>
    public KeyValueScan GetEnumerator() => this;

    /// <summary>Goes to the next entry.</summary>
    /// <returns>False at the end of the range or of the limit.</returns>
    /// <exception cref="ObjectDisposedException">The walk was disposed.</exception>
    /// <exception cref="StateCorruptedException">A stored page is damaged.</exception>
    public bool MoveNext() => _entries.MoveNext();

    /// <summary>Ends the walk and lets go of its height.</summary>
    public void Dispose()
    {
        _entries.Dispose();
        _view.Dispose();
    }
}
