using System.Diagnostics;
using Cairn.Benchmarks.Files;
using Cairn.Benchmarks.Workloads;

namespace Cairn.Benchmarks.Engines;

/// <summary>Cairn with the options of a store as they are but for cache and durability, and with clocks on it. It keeps the root and the history that the others do not have.</summary>
internal sealed class CairnEngine : IEngine
{
    private readonly TimedFileSystem _files = new();
    private TimeSpan _puts;
    private TimeSpan _roots;
    private TimeSpan _commits;
    private TimeSpan _syncs;
    private int _checkpoints;

    private CairnEngine()
    {
    }

    /// <summary>The store.</summary>
    public StateStore Store { get; private set; } = null!;

    /// <summary>The height for the next block.</summary>
    public BlockHeight NextHeight => new((Store.Height?.Value ?? 0) + 1);

    /// <inheritdoc/>
    public EngineFacts? Facts
    {
        get
        {
            StoreStatistics statistics = Store.GetStatistics();
            return new EngineFacts
            {
                Puts = _puts,
                Roots = _roots,
                Commits = _commits,
                LogWrites = _files.LogWrites.Elapsed,
                Syncs = _syncs,
                Waits = statistics.CommitWaitTime,
                Checkpoints = Volatile.Read(ref _checkpoints),
                LogBytes = _files.LogWrites.Bytes,
                CheckpointBytes = Math.Max(0, _files.PageWrites.Bytes - statistics.CleaningBytes),
                CleaningBytes = statistics.CleaningBytes,
                IndexBytes = _files.IndexWrites.Bytes,
                PagesLoaded = statistics.CacheMisses,
            };
        }
    }

    /// <summary>Opens a store.</summary>
    public static async Task<CairnEngine> OpenAsync(EngineSettings settings)
    {
        CairnEngine engine = new();
        StateStoreOptions options = new() { Durability = settings.Durability, CacheBytes = settings.CacheBytes, FileSystem = engine._files, OnEvent = engine.Note };
        engine.Store = await StateStore.OpenAsync(settings.Directory is null ? "memory:" : "dir:" + settings.Directory, options);
        return settings.Directory is null || engine.Store.Location.StartsWith("dir:", StringComparison.Ordinal)
            ? engine
            : throw new InvalidOperationException($"The store was opened as '{engine.Store.Location}', not as a directory. Use --home memory.");
    }

    /// <inheritdoc/>
    public async ValueTask CommitAsync(UpdateBuffer block)
    {
        int thread = Environment.CurrentManagedThreadId;
        TimeSpan ofThread = TimedFileSystem.SyncsOfThread;
        TimeSpan ofLog = _files.LogSyncs.Elapsed;
        long started = Stopwatch.GetTimestamp();
        using BlockDraft draft = Store.CreateDraft(NextHeight);
        block.PutInto(draft.State);
        long put = Stopwatch.GetTimestamp();
        _ = draft.ComputeRoot();
        long rooted = Stopwatch.GetTimestamp();
        await Store.CommitAsync(draft);
        _puts += Stopwatch.GetElapsedTime(started, put);
        _roots += Stopwatch.GetElapsedTime(put, rooted);
        _commits += Stopwatch.GetElapsedTime(rooted);

        // The thread's own syncs include that of the log's directory; they are known only when it did them itself.
        bool isSameThread = thread == Environment.CurrentManagedThreadId && TimedFileSystem.SyncsOfThread > ofThread;
        _syncs += isSameThread ? TimedFileSystem.SyncsOfThread - ofThread : _files.LogSyncs.Elapsed - ofLog;
    }

    /// <inheritdoc/>
    public IEngineReader OpenReader() => new Reader(Store);

    /// <inheritdoc/>
    public async ValueTask SettleAsync() => await Store.CheckpointAsync();

    /// <inheritdoc/>
    public async ValueTask CompactAsync() => await Store.CompactAsync();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Store.DisposeAsync();

    private void Note(StoreEvent happened)
    {
        if (happened is StoreEvent.CheckpointCompleted)
        {
            Interlocked.Increment(ref _checkpoints);
        }
    }

    private sealed class Reader : IEngineReader
    {
        private readonly StateStore _store;
        private StateView _view;
        private ITreeReader _state;

        public Reader(StateStore store)
        {
            _store = store;
            _view = store.OpenView();
            _state = _view.State;
        }

        public int Get(ReadOnlySpan<byte> key, Span<byte> value) => _state.TryGet(key, value, out int bytes) ? bytes : -1;

        public ScanSum Scan(ReadOnlySpan<byte> prefix)
        {
            ScanSum sum = default;
            using EntryScan scan = _state.Prefix(prefix);
            while (scan.MoveNext())
            {
                sum = sum.With(scan.Key, scan.Value);
            }

            return sum;
        }

        public void Renew()
        {
            _view.Dispose();
            _view = _store.OpenView();
            _state = _view.State;
        }

        public void Dispose() => _view.Dispose();
    }
}
