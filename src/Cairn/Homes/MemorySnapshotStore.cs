using System.Collections.Concurrent;

namespace Cairn.Homes;

/// <summary>The named snapshots of a memory store.</summary>
internal sealed class MemorySnapshotStore : ISnapshotStore
{
    private readonly ConcurrentDictionary<string, byte[]> _snapshots = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public IReadOnlyList<string> List() => [.. _snapshots.Keys.Order(StringComparer.Ordinal)];

    /// <inheritdoc/>
    public Stream OpenRead(string name) =>
        _snapshots.TryGetValue(name, out byte[]? bytes) ? new MemoryStream(bytes, writable: false) : throw new FileNotFoundException("There is no such snapshot.", name);

    /// <inheritdoc/>
    public ISnapshotDraft Create(string name) => new Draft(this, name);

    /// <inheritdoc/>
    public void Delete(string name) => _snapshots.TryRemove(name, out _);

    private sealed class Draft(MemorySnapshotStore store, string name) : ISnapshotDraft
    {
        private readonly MemoryStream _content = new();

        public Stream Content => _content;

        public void Commit() => store._snapshots[name] = _content.ToArray();

        public void Dispose() => _content.Dispose();
    }
}
