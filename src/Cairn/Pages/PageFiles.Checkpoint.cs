using Cairn.Homes;
using Cairn.IO;
using Cairn.Manifests;

namespace Cairn.Pages;

/// <content>Writing checkpoints: one thread at a time owns every field here; only <c>_writer</c> is read by others.</content>
internal sealed partial class PageFiles
{
    /// <summary>Pages are read back where reads take more than one part in so many of what is written.</summary>
    private const int ReadBackShare = 16;

    private readonly int _pageFileBytes;
    private List<string> _leftovers = [];
    private PageFileWriter? _writer; // the file being appended to
    private uint _highestFile;
    private bool _hasNewFiles; // entries of the directory that are not durable yet
    private bool _isWriting;
    private Exception? _failure;
    private long _writtenBytes; // since the last checkpoint began
    private bool _isReadBack;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The store is read-only, or a checkpoint is being written.</exception>
    /// <exception cref="StoreFailedException">An earlier write failed.</exception>
    public ICheckpointWriter BeginCheckpoint()
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        if (_isReadOnly)
        {
            throw new InvalidOperationException($"The store '{_store}' is open read-only: it takes no checkpoints.");
        }

        if (_isWriting)
        {
            throw new InvalidOperationException("A checkpoint is being written already.");
        }

        ThrowIfFailed();
        _isWriting = true;
        ChooseSealBytes();
        NoteReads();
        return new CheckpointWriter(this);
    }

    private void FindLeftovers(StoreManifest? older)
    {
        _highestFile = _manifest.HighestFile;
        if (!_fileSystem.DirectoryExists(_directory))
        {
            return; // it comes with the first page
        }

        foreach (string name in _fileSystem.List(_directory))
        {
            if (!PageFile.TryParse(name, out uint number) || _files.ContainsKey(number))
            {
                continue;
            }

            if (older?.Files.FirstOrDefault(entry => entry.Number == number) is { Number: not 0 } released)
            {
                PageFile file = _files[number] = new PageFile(_directory, number, released.TotalBytes) { IsSealed = true };
                Release(file, _manifest.Content.Generation);
            }
            else
            {
                _leftovers.Add(Path.Combine(_directory, name));
                _highestFile = Math.Max(_highestFile, number);
            }
        }
    }

    /// <summary>Finds out whether pages are read back since the checkpoint before. Where the cache of pages has all that is used, they are not, and the system needs no copy of what is written.</summary>
    private void NoteReads()
    {
        _isReadBack = _readBytes > _writtenBytes / ReadBackShare;
        (_readBytes, _writtenBytes) = (0, 0);
        if (_writer is { } writer)
        {
            writer.IsReadBack = _isReadBack;
        }
    }

    private PageId Append(ReadOnlySpan<byte> page, out uint file)
    {
        ThrowIfFailed();
        _writtenBytes += page.Length;
        try
        {
            PageFileWriter writer = WriterFor(page.Length);
            PageAddress address = writer.Add(page);
            file = address.File;
            _sealBytes = Math.Min(_pageFileBytes, _sealBytes + (page.Length / SealShare)); // what is added grows the store
            return address.ToId();
        }
        catch (Exception failure)
        {
            _failure = failure;
            throw;
        }
    }

    /// <summary>The file a page goes into: the current one if it has room, else the next. A page larger than a whole file gets one of its own.</summary>
    private PageFileWriter WriterFor(int bytes)
    {
        if (_writer is { } writer)
        {
            if (writer.Page.End + PageAddress.Aligned(bytes) <= _sealBytes)
            {
                return writer;
            }

            Seal(writer);
        }

        return BeginFile();
    }

    private static void Seal(PageFileWriter writer)
    {
        writer.Sync();
        writer.Page.IsSealed = true;
    }

    private PageFileWriter BeginFile()
    {
        uint number = checked(_highestFile + 1);
        PageFile page = new(_directory, number, end: 0) { FirstVersion = _firstVersion };
        if (!_fileSystem.DirectoryExists(_directory))
        {
            _fileSystem.CreateDirectory(_directory);
            _fileSystem.SyncDirectory(_store);
        }

        IFile file = _fileSystem.Open(page.Path, FileOpening.CreateNew);
        _highestFile = number;
        _hasNewFiles = true;
        PageFileWriter writer = new(page, _handles.Add(page, file), _manifest.StoreId, _pageFileBytes) { IsReadBack = _isReadBack };
        _files[number] = page;
        PageFileWriter? before = _writer;
        Volatile.Write(ref _writer, writer);
        before?.Dispose();
        DeleteLeftovers();
        return writer;
    }

    private void DeleteLeftovers()
    {
        if (_leftovers.Count == 0)
        {
            return;
        }

        // The new file, whose number is higher, is made durable first: if the crash comes behind it, the numbers of the leftovers stay taken.
        _fileSystem.SyncDirectory(_directory);
        foreach (string leftover in _leftovers)
        {
            _fileSystem.Delete(leftover);
        }

        _leftovers = [];
    }

    /// <summary>
    /// The order that makes a checkpoint atomic. If the crash comes before the manifest is durable, the manifest before it counts; its bytes are all
    /// there, because nothing is ever overwritten. The log is synced through the checkpoint already.
    /// </summary>
    private void Commit(Manifest content, Dictionary<uint, long> liveChanges, CancellationToken cancellationToken)
    {
        ThrowIfFailed();
        cancellationToken.ThrowIfCancellationRequested();
        StoreManifest next = Next(content, liveChanges);
        try
        {
            _writer?.Sync(); // 1. the pages; files sealed on the way are synced already
            if (_hasNewFiles)
            {
                _fileSystem.SyncDirectory(_directory); // 2. the names of the new files
                _hasNewFiles = false;
            }

            cancellationToken.ThrowIfCancellationRequested();
            ManifestFiles.Write(_fileSystem, _store, next); // 3. what makes them count
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            _failure = failure;
            throw;
        }

        foreach ((uint number, long change) in liveChanges)
        {
            _files[number].LiveBytes += change;
        }

        foreach (PageFile file in _files.Values.Where(file => file.ReleasedBy == 0 && IsDead(file, file.LiveBytes)))
        {
            Release(file, next.Content.Generation);
        }

        Volatile.Write(ref _manifest, next);
        Checkpointed?.Invoke();
    }

    private StoreManifest Next(Manifest content, Dictionary<uint, long> liveChanges) => _manifest with
    {
        HighestFile = _highestFile,
        Files =
        [
            .. _files.Values.OrderBy(file => file.Number)
                .Where(file => file.ReleasedBy == 0 && !IsDead(file, file.LiveBytes + liveChanges.GetValueOrDefault(file.Number)))
                .Select(file => new PageFileEntry(file.Number, file.IsSealed, file.End, file.LiveBytes + liveChanges.GetValueOrDefault(file.Number))),
        ],
        Content = content with { Generation = _manifest.Content.Generation + 1 },
    };

    /// <summary>What a checkpoint changes per file: what it adds less what is freed. The extents come from stored pages and are checked like them.</summary>
    private Dictionary<uint, long> LiveChanges(Dictionary<uint, long> added, IReadOnlyList<StoredExtent> freed)
    {
        Dictionary<uint, long> changes = new(added);
        foreach (StoredExtent extent in freed)
        {
            PageAddress address = PageAddress.Of(extent.Id);
            long bytes = PageAddress.Aligned(extent.Bytes);
            long change = changes.GetValueOrDefault(address.File) - bytes;
            if (!_files.TryGetValue(address.File, out PageFile? file)
                || extent.Bytes <= 0
                || address.Offset < PageFileHeaderLayout.SizeBytes
                || bytes > file.End - address.Offset
                || file.LiveBytes + change < 0)
            {
                throw new StateCorruptedException(PathOf(address.File), address.Offset, "freed page", "a live page", $"{extent.Bytes} bytes, of {file?.LiveBytes ?? 0} live ones in the file");
            }

            changes[address.File] = change;
        }

        return changes;
    }

    private void ThrowIfFailed()
    {
        if (_failure is not null)
        {
            throw new StoreFailedException(_store, _failure);
        }
    }

    private sealed class CheckpointWriter(PageFiles owner) : ICheckpointWriter
    {
        private readonly Dictionary<uint, long> _added = []; // live bytes by file
        private bool _ended;

        public PageId Add(ReadOnlySpan<byte> page)
        {
            ObjectDisposedException.ThrowIf(_ended, this);
            if (page.IsEmpty)
            {
                throw new ArgumentException("A page has at least one byte.", nameof(page));
            }

            PageId id = owner.Append(page, out uint file);
            _added[file] = _added.GetValueOrDefault(file) + PageAddress.Aligned(page.Length);
            return id;
        }

        public ValueTask CommitAsync(Manifest manifest, IReadOnlyList<StoredExtent> freed, CancellationToken cancellationToken)
        {
            ObjectDisposedException.ThrowIf(_ended, this);
            owner.Commit(manifest, owner.LiveChanges(_added, freed), cancellationToken);
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
            owner._isWriting = false;
        }
    }
}
