using System.Diagnostics;
using Cairn.Homes;
using Cairn.IO;
using Cairn.Pages;

namespace Cairn.Benchmarks.Files;

/// <summary>The time spent in calls of one kind, how many there were, and the bytes they were about. Any thread.</summary>
internal sealed class CallClock
{
    private long _ticks;
    private long _calls;
    private long _bytes;

    /// <summary>The time since the program started.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(0, Interlocked.Read(ref _ticks));

    /// <summary>The calls since the program started.</summary>
    public long Calls => Interlocked.Read(ref _calls);

    /// <summary>The bytes since the program started.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Adds a call.</summary>
    public void Add(long startedTimestamp, int bytes = 0)
    {
        Interlocked.Add(ref _ticks, Stopwatch.GetTimestamp() - startedTimestamp);
        Interlocked.Increment(ref _calls);
        Interlocked.Add(ref _bytes, bytes);
    }
}

/// <summary>
/// The system's files, with clocks: those of the block log, on which commits wait, apart from all others, which belong to checkpoints running beside them.
/// </summary>
internal sealed class TimedFileSystem : IFileSystem
{
    [ThreadStatic]
    private static long s_syncTicksOfThread;

    private readonly OsFileSystem _inner = OsFileSystem.Instance;

    /// <summary>The time that the calling thread has spent in syncs, of directories too.</summary>
    public static TimeSpan SyncsOfThread => Stopwatch.GetElapsedTime(0, s_syncTicksOfThread);

    /// <summary>Syncs of log segments.</summary>
    public CallClock LogSyncs { get; } = new();

    /// <summary>Writes to log segments.</summary>
    public CallClock LogWrites { get; } = new();

    /// <summary>Syncs of page files, manifests and directories.</summary>
    public CallClock OtherSyncs { get; } = new();

    /// <summary>Writes to page files.</summary>
    public CallClock PageWrites { get; } = new();

    /// <summary>Writes to the index over the history.</summary>
    public CallClock IndexWrites { get; } = new();

    /// <summary>Writes to manifests and what else there is.</summary>
    public CallClock OtherWrites { get; } = new();

    /// <inheritdoc/>
    public IFile Open(string path, FileOpening mode)
    {
        string? folder = Path.GetFileName(Path.GetDirectoryName(path));
        CallClock writes = folder switch
        {
            DirectoryHome.LogDirectoryName => LogWrites,
            PageFiles.DirectoryName => PageWrites,
            HistoryDirectory.DirectoryName => IndexWrites,
            _ => OtherWrites,
        };
        return new TimedFile(_inner.Open(path, mode), writes, writes == LogWrites ? LogSyncs : OtherSyncs);
    }

    /// <inheritdoc/>
    public bool FileExists(string path) => _inner.FileExists(path);

    /// <inheritdoc/>
    public bool DirectoryExists(string path) => _inner.DirectoryExists(path);

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string directory) => _inner.List(directory);

    /// <inheritdoc/>
    public void CreateDirectory(string path) => _inner.CreateDirectory(path);

    /// <inheritdoc/>
    public void Delete(string path) => _inner.Delete(path);

    /// <inheritdoc/>
    public void Rename(string source, string target) => _inner.Rename(source, target);

    /// <inheritdoc/>
    public void SyncDirectory(string path)
    {
        long started = Stopwatch.GetTimestamp();
        _inner.SyncDirectory(path);
        OtherSyncs.Add(started);
        s_syncTicksOfThread += Stopwatch.GetTimestamp() - started;
    }

    /// <inheritdoc/>
    public IDisposable? TryLock(string path) => _inner.TryLock(path);

    private sealed class TimedFile(IFile inner, CallClock writes, CallClock syncs) : IFile
    {
        public string Path => inner.Path;

        public long Length => inner.Length;

        public int Read(long offset, Span<byte> buffer) => inner.Read(offset, buffer);

        public int ReadDirect(long offset, Span<byte> buffer) => inner.ReadDirect(offset, buffer);

        public void Write(long offset, ReadOnlySpan<byte> bytes)
        {
            long started = Stopwatch.GetTimestamp();
            inner.Write(offset, bytes);
            writes.Add(started, bytes.Length);
        }

        public void WriteDirect(long offset, ReadOnlySpan<byte> bytes)
        {
            long started = Stopwatch.GetTimestamp();
            inner.WriteDirect(offset, bytes);
            writes.Add(started, bytes.Length);
        }

        public void SetLength(long length) => inner.SetLength(length);

        public void BeginTransfer(long offset, long length)
        {
            long started = Stopwatch.GetTimestamp();
            inner.BeginTransfer(offset, length);
            syncs.Add(started);
        }

        public void Sync()
        {
            long started = Stopwatch.GetTimestamp();
            inner.Sync();
            syncs.Add(started);
            s_syncTicksOfThread += Stopwatch.GetTimestamp() - started;
        }

        public void Dispose() => inner.Dispose();
    }
}
