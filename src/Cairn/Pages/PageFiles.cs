using System.Collections.Concurrent;
using Cairn.Homes;
using Cairn.IO;
using Cairn.Manifests;

namespace Cairn.Pages;

/// <summary>
/// The page store of the directory home: append-only page files below <c>pages/</c>, listed by the manifest.
/// <list type="bullet">
/// <item>Bytes that a durable manifest covers are never overwritten, and file numbers are never used twice: every opening for writing begins a new file
/// at its first page, numbered above every file on disk and above every number the manifest knows.</item>
/// <item>The files below <c>pages/</c> that the manifest does not list are leftovers of an interrupted checkpoint. They are deleted when the first
/// page after opening is written: by then whoever opened the store has found it sound.</item>
/// <item>A commit makes things durable in this order: the pages, the directory with the new files, the manifest. See <c>PageFiles.Checkpoint.cs</c>.</item>
/// <item>Reading is safe on any thread. One thread at a time writes a checkpoint (or refreshes a read-only store). A failed write ends writing for good.</item>
/// </list>
/// </summary>
internal sealed partial class PageFiles : IPageStore
{
    /// <summary>The directory of the page files within a store.</summary>
    public const string DirectoryName = "pages";

    private readonly IFileSystem _fileSystem;
    private readonly string _store;
    private readonly string _directory;
    private readonly bool _isReadOnly;
    private readonly PageFileHandles _handles;
    private readonly ConcurrentDictionary<uint, PageFile> _files = [];
    private StoreManifest _manifest;
    private volatile bool _closed;
    private long _readBytes; // since the last checkpoint began, about: threads may overwrite each other's

    private PageFiles(IFileSystem fileSystem, string store, StoreManifest manifest, int pageFileBytes, bool isReadOnly)
    {
        _fileSystem = fileSystem;
        _store = store;
        _directory = Path.Combine(store, DirectoryName);
        _isReadOnly = isReadOnly;
        _handles = new PageFileHandles(fileSystem, manifest.StoreId);
        _pageFileBytes = pageFileBytes;
        _manifest = manifest;
        Take(manifest);
    }

    /// <inheritdoc/>
    public Manifest Manifest => Volatile.Read(ref _manifest).Content;

    /// <inheritdoc/>
    public long StoredBytes => _files.Values.Sum(file => file.End);

    /// <inheritdoc/>
    public long LiveBytes => _files.Values.Sum(file => file.LiveBytes);

    /// <summary>Opens the page files a manifest lists. Writes nothing.</summary>
    /// <param name="fileSystem">Where the store is.</param>
    /// <param name="store">The directory of the store.</param>
    /// <param name="manifest">The manifest that counts.</param>
    /// <param name="pageFileBytes">The size at which a file is sealed.</param>
    /// <param name="isReadOnly">Whether checkpoints are refused.</param>
    /// <param name="older">The manifest before, on which opening would fall back if the newest were damaged: the files of it stay until it is overwritten. Null when there is none.</param>
    /// <exception cref="StateCorruptedException">A listed file is absent, too short, or not of this store.</exception>
    /// <exception cref="StoreFormatException">A listed file is of a version, or with features, that are not known.</exception>
    public static PageFiles Open(IFileSystem fileSystem, string store, StoreManifest manifest, int pageFileBytes, bool isReadOnly, StoreManifest? older = null)
    {
        PageFiles files = new(fileSystem, store, manifest, pageFileBytes, isReadOnly);
        try
        {
            foreach (PageFileEntry entry in manifest.Files)
            {
                PageFilesCheck.CheckFile(files._handles, files._files[entry.Number], entry);
            }

            if (!isReadOnly)
            {
                files.FindLeftovers(older);
            }

            return files;
        }
        catch
        {
            files.Close();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Read(PageId id, Span<byte> destination)
    {
        _readBytes += destination.Length;
        ReadExtent(id, destination);
    }

    private void ReadExtent(PageId id, Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        PageAddress address = PageAddress.Of(id);
        if (!_files.TryGetValue(address.File, out PageFile? page))
        {
            throw Absent(address.File, new StateCorruptedException(PathOf(address.File), address.Offset, "page file", "one that the manifest lists", $"number {address.File}"));
        }

        long end = page.End;
        if (address.Offset < PageFileHeaderLayout.SizeBytes || destination.Length > end - address.Offset)
        {
            throw new StateCorruptedException(page.Path, address.Offset, "page", $"{PageFileHeaderLayout.SizeBytes} to {end}", $"{destination.Length} bytes");
        }

        if (Volatile.Read(ref _writer) is { } writer && writer.Page == page && writer.TryRead(address.Offset, destination))
        {
            return;
        }

        try
        {
            using OpenFileTable.Lease handle = _handles.Borrow(page);
            int read = handle.File.Read(address.Offset, destination);
            if (read != destination.Length)
            {
                throw new StateCorruptedException(page.Path, address.Offset + read, "page", $"{destination.Length} bytes", $"the end of the file after {read}");
            }
        }
        catch (StateCorruptedException absent) when (_isReadOnly && absent.InnerException is FileNotFoundException)
        {
            throw Absent(page.Number, absent);
        }
    }

    /// <inheritdoc/>
    public (string File, long Offset) Locate(PageId id)
    {
        PageAddress address = PageAddress.Of(id);
        return (PathOf(address.File), address.Offset);
    }

    /// <inheritdoc/>
    /// <remarks>Nothing to do: the system's own read-ahead works on files.</remarks>
    public ValueTask PrefetchAsync(ReadOnlyMemory<PageId> ids, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Close();
        return ValueTask.CompletedTask;
    }

    /// <summary>Closes all files; the last reader of one closes it. Pages of a checkpoint that is not committed count for nothing.</summary>
    public void Close()
    {
        if (!_closed)
        {
            _closed = true;
            _writer?.Dispose();
            _handles.Dispose();
        }
    }

    private string PathOf(uint number) => Path.Combine(_directory, PageFile.NameOf(number));

    /// <summary>Takes over the file table of a manifest. Nothing is ever appended to a file that an earlier opening wrote.</summary>
    private void Take(StoreManifest manifest)
    {
        foreach (PageFileEntry entry in manifest.Files)
        {
            PageFile file = _files.GetOrAdd(entry.Number, number => new PageFile(_directory, number, entry.TotalBytes));
            file.End = entry.TotalBytes;
            file.LiveBytes = entry.LiveBytes;
            file.IsSealed = true;
            file.ReleasedBy = 0;
        }
    }
}
