namespace Cairn.Snapshots;

/// <summary>Walks over what a snapshot holds, in key order, each part proved before anything of it is given. One part is in memory at a time. Used by one thread at a time; owns the stream.</summary>
internal sealed class SnapshotCursor(Stream stream, string name) : IDisposable
{
    private readonly SnapshotReader _reader = new(stream, name);
    private IEnumerator<KeyValuePair<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>?>>? _part;

    /// <summary>The present key.</summary>
    public ReadOnlyMemory<byte> Key { get; private set; }

    /// <summary>Its value; null where an incremental snapshot deletes it.</summary>
    public ReadOnlyMemory<byte>? Value { get; private set; }

    /// <summary>Reads the header.</summary>
    public ValueTask<SnapshotInfo> BeginAsync(CancellationToken cancellationToken) => _reader.BeginAsync(cancellationToken);

    /// <summary>Goes to the next key.</summary>
    /// <returns>False behind the last one.</returns>
    /// <exception cref="SnapshotDamagedException">The next part is damaged.</exception>
    public async ValueTask<bool> NextAsync(CancellationToken cancellationToken)
    {
        while (_part is null || !_part.MoveNext())
        {
            ReadOnlyMemory<byte>? last = _part is null ? null : (ReadOnlyMemory<byte>?)Key;
            _part?.Dispose();
            if (!await _reader.NextAsync(cancellationToken).ConfigureAwait(false))
            {
                return false;
            }

            _part = Part(last).GetEnumerator();
        }

        (Key, Value) = _part.Current;
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _part?.Dispose();
        stream.Dispose();
    }

    private IEnumerable<KeyValuePair<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>?>> Part(ReadOnlyMemory<byte>? last) => _reader.Info.IsIncremental
        ? SnapshotContent.Changes(_reader, last).Select(static change => KeyValuePair.Create((ReadOnlyMemory<byte>)change.Key, change.Value))
        : SnapshotContent.Entries(_reader, last).Select(static entry => KeyValuePair.Create(entry.Key, (ReadOnlyMemory<byte>?)entry.Value));
}
