using Cairn.IO;
using Cairn.Log;
using Cairn.Manifests;
using Cairn.Pages;

namespace Cairn.Homes;

/// <summary>
/// The directory home: the log in segments, the pages in page files, the manifest in two copies. See "The files of a directory store" in docs/format.md.
/// <list type="bullet">
/// <item>For writing, the lock is held from before the first look to the end of disposing.</item>
/// <item>A store exists from the moment its first manifest is durable; nothing else is made before. So whatever has a log or pages but no sound
/// manifest is damaged, and never taken for an empty store.</item>
/// <item>Nothing is written before all files have been found sound as far as opening looks at them.</item>
/// <item>Read-only, nothing is locked, made or written.</item>
/// </list>
/// </summary>
internal sealed class DirectoryHome : IHome
{
    /// <summary>The name of this kind of home, its scheme.</summary>
    public const string KindName = "dir";

    /// <summary>The directory of the segments within a store.</summary>
    public const string LogDirectoryName = "log";

    /// <summary>How often a reader begins again because the writer has moved on.</summary>
    private const int ReadAttempts = 16;

    private readonly string _path;
    private readonly PageFiles _pages;
    private readonly IDisposable? _lock;
    private readonly DiskReserve _reserve;
    private bool _isDisposed;

    private DirectoryHome(string path, IBlockLog log, LogRecovery logRecovery, PageFiles pages, HoldsFile holds, IDisposable? @lock, DiskReserve reserve)
    {
        _path = path;
        _pages = pages;
        Holds = holds;
        _lock = @lock;
        _reserve = reserve;
        Log = log;
        LogRecovery = logRecovery;
    }

    /// <inheritdoc/>
    public string Location => $"{KindName}:{_path}";

    /// <inheritdoc/>
    public string Kind => KindName;

    /// <inheritdoc/>
    public bool IsReadOnly => _lock is null;

    /// <inheritdoc/>
    public LogRecovery LogRecovery { get; }

    /// <inheritdoc/>
    public long ReserveBytes => _reserve.HeldBytes;

    /// <inheritdoc/>
    public IBlockLog Log { get; }

    /// <inheritdoc/>
    public IHoldStore Holds { get; }

    /// <inheritdoc/>
    public required ISnapshotStore Snapshots { get; init; }

    /// <inheritdoc/>
    public IPageStore Pages => _pages;

    /// <summary>
    /// What is wrong with the manifest copy that does not count; empty when nothing is. The store opened with the other copy, from which the log reaches
    /// to the end; the next checkpoint replaces the damaged one.
    /// </summary>
    public IReadOnlyList<FileFault> ManifestFaults { get; private init; } = [];

    /// <summary>What is wrong with one of the two copies of the holds; null when nothing is. The other one counts; placing or releasing a hold writes both anew.</summary>
    public FileFault? HoldsFault { get; private init; }

    /// <summary>Where the index over the history is.</summary>
    public required HistoryDirectory History { get; init; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Warnings =>
    [
        .. ManifestFaults.Select(static fault => Warning(fault, "the next checkpoint writes this one anew")),
        .. HoldsFault is { } fault ? [Warning(fault, "placing or releasing a hold writes both anew")] : (string[])[],
    ];

    /// <summary>Opens the store in a directory, or creates it where the options allow.</summary>
    /// <param name="fileSystem">Where the directory is.</param>
    /// <param name="path">The directory, as a full path.</param>
    /// <param name="options">The options, valid.</param>
    /// <exception cref="StoreNotFoundException">There is no store and none may be created, or something else is there.</exception>
    /// <exception cref="StoreLockedException">Another process writes to it.</exception>
    /// <exception cref="StoreOptionsException">The segment size is not the one the store was created with.</exception>
    /// <exception cref="StateCorruptedException">Its bytes are damaged.</exception>
    /// <exception cref="StoreFormatException">It was written by a later version.</exception>
    /// <exception cref="IOException">Reading or writing failed.</exception>
    public static DirectoryHome Open(IFileSystem fileSystem, string path, StateStoreOptions options)
    {
        StoreFinding finding = StoreFinding.At(fileSystem, path);
        bool mayCreate = options is { ReadOnly: false, CreateIfMissing: true };
        if (finding.Contents != StoreContents.DirectoryStore && !(mayCreate && finding.Contents is StoreContents.Nothing or StoreContents.EmptyDirectory))
        {
            throw new StoreNotFoundException(path, finding.Detail);
        }

        return options.ReadOnly ? OpenReadOnly(fileSystem, path, options, finding) : OpenForWriting(fileSystem, path, options, finding);
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
            EndOnFullDisk();
            await Log.DisposeAsync().ConfigureAwait(false);
            await _pages.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            _lock?.Dispose();
        }
    }

    /// <summary>
    /// What closing still does where the disk was full: the log is made durable as far as it was accepted, and the manifest tells its end, so that the next opening can tell an interrupted write from damage as after any other
    /// closing. The pages stay those of the last checkpoint; opening replays the log behind it.
    /// </summary>
    private void EndOnFullDisk()
    {
        if (Log is not DirectoryLog log || !(log.IsDiskFull || _pages.IsDiskFull))
        {
            return;
        }

        try
        {
            if (log.EndOnFullDisk() is { } end)
            {
                _pages.WriteLogEnd(end);
            }
        }
        catch (IOException)
        {
            // The failure before it has been told of. Without this manifest the one before it and the log behind it hold everything.
        }
    }

    /// <summary>
    /// Opens beside a writer, who may write a checkpoint meanwhile and then delete what only the ones before it needed. So what seems wrong is looked at again as long as the manifest
    /// has changed since: a fault counts when it is there while nothing moved.
    /// </summary>
    private static DirectoryHome OpenReadOnly(IFileSystem fileSystem, string path, StateStoreOptions options, StoreFinding finding)
    {
        for (int attempt = 1; ; attempt++)
        {
            ManifestReading reading = ManifestFiles.ReadBesideWriter(fileSystem, path);
            StoreManifest manifest = reading.Newest ?? throw Unreadable(fileSystem, path, reading, finding);
            try
            {
                return OpenReadOnly(fileSystem, path, options, manifest);
            }
            catch (Exception exception) when (exception is StateCorruptedException or IOException && attempt < ReadAttempts
                && ManifestFiles.ReadBesideWriter(fileSystem, path).Newest?.Content.Generation > manifest.Content.Generation)
            {
                // Again, from the newer manifest.
            }
        }
    }

    private static DirectoryHome OpenReadOnly(IFileSystem fileSystem, string path, StateStoreOptions options, StoreManifest manifest)
    {
        PageFiles pages = PageFiles.Open(fileSystem, path, manifest, options.PageFileBytes, isReadOnly: true);
        try
        {
            HeadHintFile hint = new(fileSystem, path, manifest.StoreId);
            ulong? LastSequence() => LineFiles.IsBackup(fileSystem, path) ? pages.Manifest.LogEnd.Sequence : hint.ReadSequence();
            SegmentLogOptions logOptions = new() { ReadOnly = true, HeadHint = LastSequence, KeptFrom = manifest.Content.LogFloor, Newest = () => pages.Manifest };
            SegmentLog log = OpenLog(fileSystem, path, manifest, logOptions);
            DiskReserve reserve = new(fileSystem, path, bytes: 0);
            reserve.Find();
            return new DirectoryHome(path, log, log.Recovery, pages, new HoldsFile(fileSystem, path, manifest.StoreId), @lock: null, reserve)
            {
                History = new HistoryDirectory(fileSystem, path, manifest.StoreId),
                Snapshots = new SnapshotDirectory(fileSystem, path),
            };
        }
        catch
        {
            pages.Close();
            throw;
        }
    }

    private static DirectoryHome OpenForWriting(IFileSystem fileSystem, string path, StateStoreOptions options, StoreFinding finding)
    {
        if (finding.Contents != StoreContents.DirectoryStore)
        {
            StoreDirectories.Create(fileSystem, path);
        }

        IDisposable @lock = fileSystem.TryLock(Path.Combine(path, StoreFinding.LockFileName)) ?? throw new StoreLockedException(path);
        PageFiles? pages = null;
        HeadHintFile? hint = null;
        DiskReserve reserve = new(fileSystem, path, options.ReserveBytes);
        ReservingFileSystem withReserve = new(fileSystem, reserve);
        try
        {
            reserve.Find();
            ManifestReading reading = ManifestFiles.Read(fileSystem, path);
            StoreManifest manifest = reading.Newest ?? Create(fileSystem, path, options, reading);
            RefuseOtherSegments(manifest, options);
            pages = PageFiles.Open(withReserve, path, manifest, options.PageFileBytes, isReadOnly: false, reading.Older);
            pages.Checkpointed = reserve.Restore;

            // Everything else is only read until here. The log is the last to judge, then it removes what a crash left at its end.
            HoldsFile holds = new(withReserve, path, manifest.StoreId);
            IReadOnlyList<StoredHold> held = holds.Read(out StateCorruptedException? holdsDamage);
            LogPosition keptFrom = KeptFrom(manifest.Content, held);
            bool isBackup = LineFiles.IsBackup(fileSystem, path);
            SegmentLog log = OpenLog(fileSystem, path, manifest, new SegmentLogOptions { SegmentBytes = manifest.SegmentBytes, KeptFrom = keptFrom, EndsAtVerifiedEnd = isBackup });
            if (reading.Newest is not null)
            {
                ManifestFiles.MakeDurable(withReserve, path, manifest);
            }

            if (isBackup)
            {
                LineFiles.Leave(withReserve, path, manifest.StoreId);
            }

            hint = new HeadHintFile(withReserve, path, manifest.StoreId);
            hint.Write(log.DurableEnd);
            reserve.Restore();
            return new DirectoryHome(path, new DirectoryLog(log, hint), log.Recovery, pages, holds, @lock, reserve)
            {
                History = new HistoryDirectory(fileSystem, path, manifest.StoreId),
                Snapshots = new SnapshotDirectory(fileSystem, path),
                ManifestFaults = reading.Newest is null ? [] : [.. reading.Damages.Select(FileFault.Of)],
                HoldsFault = holdsDamage is null ? null : FileFault.Of(holdsDamage),
            };
        }
        catch
        {
            hint?.Dispose();
            pages?.Close();
            @lock.Dispose();
            throw;
        }
    }

    /// <summary>Opens the log behind a manifest. It refuses unless it has every record behind the place to replay from, which a manifest that is a fallback needs most.</summary>
    private static SegmentLog OpenLog(IFileSystem fileSystem, string path, StoreManifest manifest, SegmentLogOptions options) =>
        SegmentLog.Open(fileSystem, Path.Combine(path, LogDirectoryName), options, manifest.Content.ReplayFrom, manifest.Content.LogEnd);

    /// <summary>The place from which on every record has to be there: the floor, or a hold before it.</summary>
    internal static LogPosition KeptFrom(Manifest manifest, IReadOnlyList<StoredHold> holds) =>
        holds.Where(static hold => hold.BrokenAtBytes is null).Select(static hold => hold.Place).Append(manifest.LogFloor).MinBy(static place => place.Sequence);

    private static string Warning(FileFault fault, string mending) => $"{fault.File}: {fault.What}: expected {fault.Expected}, found {fault.Found}; the other copy was used, and {mending}.";

    /// <summary>Begins a store: its first manifest, durable before anything else. A creation that was interrupted before that is begun again.</summary>
    private static StoreManifest Create(IFileSystem fileSystem, string path, StateStoreOptions options, ManifestReading reading)
    {
        // Looked at again: until the lock was taken, another process could write here.
        StoreFinding finding = StoreFinding.At(fileSystem, path);
        if (finding.Contents is not (StoreContents.EmptyDirectory or StoreContents.DirectoryStore))
        {
            throw new StoreNotFoundException(path, finding.Detail);
        }

        if (!options.CreateIfMissing || finding.HasContent)
        {
            throw Unreadable(fileSystem, path, reading, finding);
        }

        StoreManifest manifest = new()
        {
            StoreId = StoreId.New(),
            SegmentBytes = options.SegmentBytes,
            Content = Manifest.Empty with { Generation = 1 },
        };
        ManifestFiles.Write(fileSystem, path, manifest);
        return manifest;
    }

    /// <summary>The refusal of a store without a sound manifest: damaged if it ever had content, else never finished.</summary>
    private static StateStoreException Unreadable(IFileSystem fileSystem, string path, ManifestReading reading, StoreFinding finding)
    {
        if (LineFiles.IsBackup(fileSystem, path) && !fileSystem.FileExists(ManifestFiles.PathOf(path, isEven: true)))
        {
            return new StoreNotFoundException(path, "a first backup was begun there and not finished; make it again");
        }

        return finding.HasContent ? reading.Damages[0] : new StoreNotFoundException(path, "its creation was interrupted before it held anything");
    }

    /// <summary>What was fixed at creation counts. An option that was left at its default asks for nothing; another value that differs is a mistake.</summary>
    private static void RefuseOtherSegments(StoreManifest manifest, StateStoreOptions options)
    {
        if (options.SegmentBytes != manifest.SegmentBytes && options.SegmentBytes != StateStoreOptions.DefaultSegmentBytes)
        {
            throw new StoreOptionsException(
                nameof(StateStoreOptions.SegmentBytes),
                $"{options.SegmentBytes} was asked for, but the store was created with {manifest.SegmentBytes}, which cannot be changed. Leave the option out.");
        }
    }
}
