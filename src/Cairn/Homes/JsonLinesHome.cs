using Cairn.IO;

namespace Cairn.Homes;

/// <summary>
/// The JSON-lines home: a directory with one readable file that holds the log. Pages live in RAM and are rebuilt from it. For small state that
/// people look at, compare and keep in version control.
/// </summary>
/// <remarks>
/// A writer holds <c>lock</c> from opening to disposing. The log appears under its name only when its header is durable. Reading only, nothing is
/// written, locked or cut.
/// </remarks>
internal sealed class JsonLinesHome : IHome
{
    /// <summary>A reader may meet a log that a restarted writer is just cutting; then what it saw was never there as a whole.</summary>
    private const int ReadAttempts = 3;

    private const int CopyBytes = 1 << 20;

    private readonly IFileSystem _fileSystem;
    private readonly string _directory;
    private readonly JsonLinesLog _log;
    private readonly IDisposable? _lock;
    private readonly JsonLinesEnd? _notedEnd;
    private bool _isDisposed;

    private JsonLinesHome(IFileSystem fileSystem, string directory, JsonLinesLog log, IDisposable? @lock, LogRecovery recovery, JsonLinesEnd? notedEnd)
    {
        _fileSystem = fileSystem;
        _directory = directory;
        _log = log;
        _lock = @lock;
        LogRecovery = recovery;
        _notedEnd = notedEnd;
    }

    /// <inheritdoc/>
    public string Location => $"{JsonLinesFormat.Kind}:{_directory}";

    /// <inheritdoc/>
    public string Kind => JsonLinesFormat.Kind;

    /// <inheritdoc/>
    public bool IsReadOnly => _lock is null;

    /// <inheritdoc/>
    public LogRecovery LogRecovery { get; }

    /// <inheritdoc/>
    public IBlockLog Log => _log;

    /// <inheritdoc/>
    public IHoldStore? Holds => null;

    /// <inheritdoc/>
    public ISnapshotStore Snapshots => new SnapshotDirectory(_fileSystem, _directory);

    /// <inheritdoc/>
    public IPageStore? Pages => null;

    /// <summary>Opens the store in a directory, or creates it where the options allow.</summary>
    /// <param name="fs">Where the directory is.</param>
    /// <param name="path">The directory.</param>
    /// <param name="options">Read-only, create if missing.</param>
    /// <exception cref="StoreNotFoundException">There is none, and none may be created.</exception>
    /// <exception cref="StoreLockedException">Another process writes to it.</exception>
    /// <exception cref="StateCorruptedException">Its bytes are damaged.</exception>
    /// <exception cref="StoreFormatException">It was written by another version.</exception>
    public static JsonLinesHome Open(IFileSystem fs, string path, StateStoreOptions options)
    {
        string directory = Path.TrimEndingDirectorySeparator(path);
        return options.ReadOnly ? OpenReadOnly(fs, directory) : OpenWritable(fs, directory, options.CreateIfMissing);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        try
        {
            if (_log.Close() is { } end && end != _notedEnd)
            {
                end.Write(_fileSystem, _directory);
            }
        }
        finally
        {
            await _log.DisposeAsync().ConfigureAwait(false);
            _lock?.Dispose();
        }
    }

    private static JsonLinesHome OpenWritable(IFileSystem fs, string directory, bool mayCreate)
    {
        string path = Path.Combine(directory, JsonLinesFormat.LogFileName);
        if (!mayCreate && !fs.FileExists(path) && JsonLinesEnd.Read(fs, directory) is null)
        {
            throw NotFound(fs, directory);
        }

        fs.CreateDirectory(directory);
        IDisposable held = fs.TryLock(Path.Combine(directory, JsonLinesFormat.LockFileName)) ?? throw new StoreLockedException(directory);
        try
        {
            JsonLinesEnd? end = JsonLinesEnd.Read(fs, directory);
            if (end is null && !fs.FileExists(path))
            {
                Create(fs, path);
            }

            return OpenLog(fs, directory, end, held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    private static JsonLinesHome OpenReadOnly(IFileSystem fs, string directory)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                JsonLinesEnd? end = JsonLinesEnd.Read(fs, directory); // before the log, which only grows
                if (end is null && !fs.FileExists(Path.Combine(directory, JsonLinesFormat.LogFileName)))
                {
                    throw NotFound(fs, directory);
                }

                return OpenLog(fs, directory, end, held: null);
            }
            catch (StateCorruptedException) when (attempt < ReadAttempts)
            {
                // once more: see ReadAttempts
            }
        }
    }

    private static JsonLinesHome OpenLog(IFileSystem fs, string directory, JsonLinesEnd? end, IDisposable? held)
    {
        string path = Path.Combine(directory, JsonLinesFormat.LogFileName);
        if (!fs.FileExists(path))
        {
            throw new StateCorruptedException(path, offset: -1, "the log", $"a file, for {JsonLinesFormat.EndFileName} tells of one", "none");
        }

        IFile file = fs.Open(path, held is null ? FileOpening.Read : FileOpening.Write);
        try
        {
            JsonLinesPlace start = ReadHeader(file);
            JsonLinesScan scan = JsonLinesScan.Run(file, start, end);
            if (held is not null && (scan.TornBytes > 0 || scan.Place.Offset != end?.Offset))
            {
                MakeDurable(fs, directory, file, scan, isYoung: end is null);
            }

            LogRecovery recovery = scan.TornBytes > 0 ? new LogRecovery(scan.TornBytes, path, scan.Place.Offset) : default;
            return new JsonLinesHome(fs, directory, new JsonLinesLog(file, start, scan.Place, isReadOnly: held is null), held, recovery, end);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static void Create(IFileSystem fs, string path)
    {
        string fresh = path + JsonLinesFormat.NewSuffix;
        fs.Delete(fresh);
        using (IFile file = fs.Open(fresh, FileOpening.CreateNew))
        {
            JsonLinesCodec.WriteHeader(new JsonLineSink(file, offset: 0, crc: 0));
            file.Sync();
        }

        fs.Rename(fresh, path); // made durable by MakeDurable
    }

    /// <summary>
    /// Cuts an interrupted batch off and makes durable what is left: the next batch will say that all before it is. The process before may have
    /// been killed before a sync, or its sync may have failed, after which the system shows bytes that no later sync would write. So the last
    /// batch is written once more; a crash here leaves the same bytes.
    /// </summary>
    private static void MakeDurable(IFileSystem fs, string directory, IFile file, JsonLinesScan scan, bool isYoung)
    {
        long end = scan.Place.Offset;
        if (scan.TornBytes > 0)
        {
            file.SetLength(end);
        }

        byte[] buffer = new byte[(int)Math.Min(CopyBytes, end - scan.BatchOffset)];
        for (long at = scan.BatchOffset; at < end;)
        {
            Span<byte> part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - at));
            if (file.Read(at, part) < part.Length)
            {
                throw new StateCorruptedException(file.Path, at, "the log", $"a file of {end} bytes", "a shorter one");
            }

            file.Write(at, part);
            at += part.Length;
        }

        file.Sync();
        fs.SyncDirectory(directory);
        if (isYoung)
        {
            fs.SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(directory))!);
        }
    }

    private static JsonLinesPlace ReadHeader(IFile file)
    {
        JsonLineTokens tokens = new(file, start: 0, file.Length, crc: 0);
        if (!tokens.HasLine)
        {
            throw tokens.Bad("a header", "an empty file");
        }

        new JsonLinesDecoder(tokens).ReadHeader(file.Path);
        return new JsonLinesPlace(tokens.EndOffset, Sequence: 0, tokens.Crc, Batch: 0, IsEnd: false);
    }

    private static StoreNotFoundException NotFound(IFileSystem fs, string directory) =>
        new(directory, fs.DirectoryExists(directory) ? $"the directory has no {JsonLinesFormat.LogFileName}" : "there is no such directory");
}
