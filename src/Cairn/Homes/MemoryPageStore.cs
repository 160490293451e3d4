using System.Collections.Concurrent;

namespace Cairn.Homes;

/// <summary>
/// The page store of the memory home.
/// <list type="bullet">
/// <item>Ids count upwards and go on after reopening, so that none is used twice.</item>
/// <item>A page can be read the moment it is added, but counts (as live, and after reopening at all) only once its checkpoint is committed.</item>
/// <item>A freed page stays readable until the home is reopened, because views of earlier heights may still read it; reopening drops it, so that
/// reading it afterwards is an error as it would be on disk after cleaning.</item>
/// <item>Committed pages are immutable; the two sets of ids are owned by the thread that writes checkpoints.</item>
/// </list>
/// </summary>
internal sealed class MemoryPageStore : IPageStore
{
    private readonly ConcurrentDictionary<ulong, byte[]> _pages;
    private readonly HashSet<ulong> _live;
    private Manifest _manifest;
    private ulong _lastId;
    private long _storedBytes;
    private long _liveBytes;
    private bool _writing;
    private volatile bool _closed;

    public MemoryPageStore()
        : this([], Manifest.Empty, lastId: 0)
    {
    }

    private MemoryPageStore(ConcurrentDictionary<ulong, byte[]> pages, Manifest manifest, ulong lastId)
    {
        _pages = pages;
        _live = [.. pages.Keys];
        _manifest = manifest;
        _lastId = lastId;
        _storedBytes = pages.Sum(page => (long)page.Value.Length);
        _liveBytes = _storedBytes;
    }

    /// <inheritdoc/>
    public Manifest Manifest => Volatile.Read(ref _manifest);

    /// <inheritdoc/>
    public long StoredBytes => Interlocked.Read(ref _storedBytes);

    /// <inheritdoc/>
    public long LiveBytes => Interlocked.Read(ref _liveBytes);

    /// <summary>The pages of the newest manifest in a new, open store.</summary>
    /// <exception cref="InvalidOperationException">This store is still open.</exception>
    public MemoryPageStore Reopen() => _closed
        ? new MemoryPageStore(new(_live.Select(id => KeyValuePair.Create(id, _pages[id]))), _manifest, _lastId)
        : throw new InvalidOperationException("The memory home is still open; close it before reopening its content.");

    /// <inheritdoc/>
    public void Read(PageId id, Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        if (!_pages.TryGetValue(id.Value, out byte[]? page))
        {
            throw new StateCorruptedException(MemoryHome.KindName, (long)id.Value, "page", "a stored page", "none of that id");
        }

        if (page.Length < destination.Length)
        {
            throw new StateCorruptedException(MemoryHome.KindName, (long)id.Value, "page length", $"at least {destination.Length}", $"{page.Length}");
        }

        page.AsSpan(0, destination.Length).CopyTo(destination);
    }

    /// <inheritdoc/>
    public (string File, long Offset) Locate(PageId id) => (MemoryHome.KindName, (long)id.Value);

    /// <inheritdoc/>
    public ValueTask PrefetchAsync(ReadOnlyMemory<PageId> ids, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public ICheckpointWriter BeginCheckpoint()
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        if (_writing)
        {
            throw new InvalidOperationException("A checkpoint is being written already.");
        }

        _writing = true;
        return new CheckpointWriter(this);
    }

    /// <inheritdoc/>
    public ValueTask RefreshAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _closed = true;
        return ValueTask.CompletedTask;
    }

    private sealed class CheckpointWriter(MemoryPageStore store) : ICheckpointWriter
    {
        private readonly List<ulong> _added = [];
        private bool _ended;

        public PageId Add(ReadOnlySpan<byte> page)
        {
            ObjectDisposedException.ThrowIf(_ended, this);
            if (page.IsEmpty)
            {
                throw new ArgumentException("A page has at least one byte.", nameof(page));
            }

            ulong id = ++store._lastId;
            store._pages[id] = page.ToArray();
            Interlocked.Add(ref store._storedBytes, page.Length);
            _added.Add(id);
            return new PageId(id);
        }

        public ValueTask CommitAsync(Manifest manifest, IReadOnlyList<StoredExtent> freed, CancellationToken cancellationToken)
        {
            ObjectDisposedException.ThrowIf(_ended, this);
            cancellationToken.ThrowIfCancellationRequested();
            HashSet<ulong> seen = [];
            foreach (StoredExtent extent in freed)
            {
                if (!seen.Add(extent.Id.Value) || !store._live.Contains(extent.Id.Value) || store._pages[extent.Id.Value].Length != extent.Bytes)
                {
                    throw new StateCorruptedException(MemoryHome.KindName, (long)extent.Id.Value, "freed page", "a live page of that length", $"{extent.Bytes} bytes");
                }
            }

            store._live.ExceptWith(seen);
            store._live.UnionWith(_added);
            Interlocked.Add(ref store._liveBytes, _added.Sum(id => (long)store._pages[id].Length) - freed.Sum(extent => (long)extent.Bytes));
            Volatile.Write(ref store._manifest, manifest with { Generation = store._manifest.Generation + 1 });
            End();
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync()
        {
            if (!_ended)
            {
                End();
            }

            return ValueTask.CompletedTask;
        }

        private void End()
        {
            _ended = true;
            store._writing = false;
        }
    }
}
