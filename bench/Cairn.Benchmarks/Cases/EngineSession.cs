using System.Diagnostics;
using Cairn.Benchmarks.Engines;
using Cairn.Benchmarks.Results;
using Cairn.Benchmarks.Workloads;

namespace Cairn.Benchmarks.Cases;

/// <summary>The column of the figures of a case.</summary>
/// <param name="verb">The verb the case belongs to.</param>
/// <param name="name">The case.</param>
internal delegate Figures.Column ColumnOf(string verb, string name);

/// <summary>An engine with a database that cases work on one after the other, opening it anew between them, and what is known of its content. One thread.</summary>
internal sealed class EngineSession : IAsyncDisposable
{
    private ColumnOf _columns;
    private UpdateStream? _stream;
    private ulong _version;
    private bool _isOpen;

    private EngineSession(BenchmarkOptions options, KeySpace space, EngineKind kind, string? directory, ColumnOf columns)
    {
        (Options, Space, Kind, Directory, _columns) = (options, space, kind, directory, columns);
    }

    /// <summary>The options of the program.</summary>
    public BenchmarkOptions Options { get; }

    /// <summary>The keys.</summary>
    public KeySpace Space { get; }

    /// <summary>Which engine it is.</summary>
    public EngineKind Kind { get; }

    /// <summary>Where the database is; null for memory.</summary>
    public string? Directory { get; }

    /// <summary>The engine, open.</summary>
    public IEngine Engine { get; private set; } = null!;

    /// <summary>The blocks to commit. The keys that are there are those with the numbers below its count.</summary>
    public UpdateStream Stream => _stream ??= new UpdateStream(Options.Seed, (ulong)Options.Keys);

    /// <summary>The version of the values that were put last.</summary>
    public ulong Version => _version;

    /// <summary>Opens a database.</summary>
    public static async Task<EngineSession> OpenAsync(BenchmarkOptions options, KeySpace space, EngineKind kind, string? directory, ColumnOf columns, Durability durability)
    {
        EngineSession session = new(options, space, kind, directory, columns);
        await session.OpenAsync(options.CacheBytes, durability);
        return session;
    }

    /// <summary>The column of a case.</summary>
    public Figures.Column In(string verb, string name) => _columns(verb, name);

    /// <summary>A version that no value has had.</summary>
    public ulong NextVersion() => ++_version;

    /// <summary>Begins the stream of blocks anew with the keys that are there, as another process does that is told only how many these are.</summary>
    public void RestartStream() => _stream = new UpdateStream(Options.Seed, Stream.KeyCount);

    /// <summary>Sends the figures of what comes next somewhere else.</summary>
    public void Report(ColumnOf columns) => _columns = columns;

    /// <summary>Opens the database, which is closed.</summary>
    /// <returns>How long that took.</returns>
    public async Task<TimeSpan> OpenAsync(long cacheBytes, Durability durability)
    {
        long started = Stopwatch.GetTimestamp();
        Engine = await EngineCatalog.OpenAsync(Kind, new EngineSettings(Directory, cacheBytes, durability));
        _isOpen = true;
        return Stopwatch.GetElapsedTime(started);
    }

    /// <summary>Closes the database.</summary>
    /// <returns>How long that took.</returns>
    public async Task<TimeSpan> CloseAsync()
    {
        long started = Stopwatch.GetTimestamp();
        _isOpen = false;
        await Engine.DisposeAsync();
        return Stopwatch.GetElapsedTime(started);
    }

    /// <summary>Closes and opens the database; one in memory stays as it is.</summary>
    public async Task ReopenAsync(long cacheBytes, Durability durability)
    {
        if (Directory is not null)
        {
            await CloseAsync();
            await OpenAsync(cacheBytes, durability);
        }
    }

    /// <summary>Reads everything, so that what the cache can hold is there.</summary>
    public ScanSum ReadAll()
    {
        using IEngineReader reader = Engine.OpenReader();
        return reader.Scan([]);
    }

    /// <summary>The bytes of the files.</summary>
    public long FileBytes() => Directory is null ? 0 : new DirectoryInfo(Directory).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_isOpen)
        {
            await CloseAsync();
        }
    }
}
