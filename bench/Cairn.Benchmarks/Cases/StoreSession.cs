using System.Diagnostics;
using Cairn.Benchmarks.Files;

namespace Cairn.Benchmarks.Cases;

/// <summary>An open store with the clocks on it.</summary>
internal sealed class StoreSession : IAsyncDisposable
{
    private int _checkpoints;
    private long _checkpointBytes;
    private long _waitedTicks;

    private StoreSession(string? directory) => Directory = directory;

    /// <summary>Where the store is; null in the memory home.</summary>
    public string? Directory { get; }

    /// <summary>The store.</summary>
    public StateStore Store { get; private set; } = null!;

    /// <summary>The clocks of its files; they stand still in the memory home.</summary>
    public TimedFileSystem Files { get; } = new();

    /// <summary>How long opening took.</summary>
    public TimeSpan OpenTime { get; private set; }

    /// <summary>How many checkpoints have been completed.</summary>
    public int Checkpoints => Volatile.Read(ref _checkpoints);

    /// <summary>The bytes of their pages.</summary>
    public long CheckpointBytes => Interlocked.Read(ref _checkpointBytes);

    /// <summary>How long commits have waited for checkpoints.</summary>
    public TimeSpan Waited => new(Interlocked.Read(ref _waitedTicks));

    /// <summary>The height for the next block.</summary>
    public BlockHeight NextHeight => new((Store.Height?.Value ?? 0) + 1);

    /// <summary>Opens a store.</summary>
    /// <param name="options">The options of the program.</param>
    /// <param name="directory">Where it is; null in the memory home.</param>
    /// <param name="durability">How it commits.</param>
    public static async Task<StoreSession> OpenAsync(BenchmarkOptions options, string? directory, Durability durability)
    {
        StoreSession session = new(directory);
        StateStoreOptions storeOptions = new() { Durability = durability, CacheBytes = options.CacheBytes, FileSystem = session.Files, OnEvent = session.Note };
        long started = Stopwatch.GetTimestamp();
        session.Store = await StateStore.OpenAsync(directory is null ? "memory:" : "dir:" + directory, storeOptions);
        session.OpenTime = Stopwatch.GetElapsedTime(started);
        if (directory is not null && !session.Store.Location.StartsWith("dir:", StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"The store was opened as '{session.Store.Location}', not as a directory. Use --home memory.");
        }

        return session;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Store.DisposeAsync();

    private void Note(StoreEvent happened)
    {
        switch (happened)
        {
            case StoreEvent.CheckpointCompleted completed:
                Interlocked.Increment(ref _checkpoints);
                Interlocked.Add(ref _checkpointBytes, completed.Bytes);
                break;
            case StoreEvent.BackPressure pressure:
                Interlocked.Add(ref _waitedTicks, pressure.Waited.Ticks);
                break;
            default:
                break;
        }
    }
}
