using Cairn.IO;
using Cairn.Manifests;

namespace Cairn.Pages;

/// <summary>
/// The open page files, a bounded number of them, the least recently used one closed first.
/// <list type="bullet">
/// <item>A handle is closed only when nobody uses it: neither eviction nor disposing breaks a reader.</item>
/// <item>The header of a file is checked whenever it is opened, so that a file of another store or number is never read.</item>
/// <item>Safe for any thread; the table is guarded by its lock, which is never held during I/O.</item>
/// </list>
/// </summary>
internal sealed class PageFileHandles(IFileSystem fileSystem, StoreId storeId) : IDisposable
{
    /// <summary>How many files stay open. Far below the 1024 that a process may have by default, and 32 GiB of pages at the default file size.</summary>
    public const int Capacity = 128;

    private readonly Lock _gate = new();
    private readonly Dictionary<uint, Handle> _open = [];
    private long _clock;
    private bool _closed;

    /// <summary>How many files are open and may be used again.</summary>
    public int OpenCount
    {
        get
        {
            lock (_gate)
            {
                return _open.Count;
            }
        }
    }

    /// <summary>Borrows the handle of a file, opening the file where needed.</summary>
    /// <exception cref="StateCorruptedException">The file is absent or its header wrong.</exception>
    /// <exception cref="IOException">Opening failed.</exception>
    public Lease Borrow(PageFile page)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            if (_open.TryGetValue(page.Number, out Handle? handle))
            {
                return Use(handle);
            }
        }

        return Add(page, Open(page));
    }

    /// <summary>Takes over a handle that is open already (the file being written) and borrows it.</summary>
    public Lease Add(PageFile page, IFile file)
    {
        IFile? surplus = file;
        Handle? evicted = null;
        try
        {
            lock (_gate)
            {
                if (!_closed && !_open.ContainsKey(page.Number))
                {
                    evicted = MakeRoom();
                    _open.Add(page.Number, new Handle(file));
                    surplus = null;
                }

                ObjectDisposedException.ThrowIf(_closed, this);
                return Use(_open[page.Number]);
            }
        }
        finally
        {
            // Outside the lock: what was evicted, or what another thread had opened first.
            surplus?.Dispose();
            evicted?.File.Dispose();
        }
    }

    /// <summary>Closes a file, or leaves that to its last user. It is opened again when it is asked for.</summary>
    public void Close(uint number)
    {
        Handle? handle;
        bool isIdle = false;
        lock (_gate)
        {
            if (_open.Remove(number, out handle))
            {
                handle.IsRetired = true;
                isIdle = handle.Users == 0;
            }
        }

        if (isIdle)
        {
            handle!.File.Dispose();
        }
    }

    /// <summary>Closes what nobody uses; the last user closes the rest.</summary>
    public void Dispose()
    {
        List<Handle> idle = [];
        lock (_gate)
        {
            _closed = true;
            foreach (Handle handle in _open.Values)
            {
                handle.IsRetired = true;
                if (handle.Users == 0)
                {
                    idle.Add(handle);
                }
            }

            _open.Clear();
        }

        idle.ForEach(handle => handle.File.Dispose());
    }

    private IFile Open(PageFile page)
    {
        IFile file;
        try
        {
            file = fileSystem.Open(page.Path, FileOpening.Read);
        }
        catch (FileNotFoundException absent)
        {
            throw new StateCorruptedException(page.Path, -1, "page file", $"a file of at least {page.End} bytes", "none", absent);
        }

        try
        {
            Span<byte> header = stackalloc byte[PageFileHeaderLayout.SizeBytes];
            PageFileHeader.Check(page.Path, header[..file.Read(0, header)], storeId, page.Number);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Takes the least recently used handle out when there are too many.</summary>
    /// <returns>The handle to close, null when there is none or its last user will close it.</returns>
    private Handle? MakeRoom()
    {
        if (_open.Count < Capacity)
        {
            return null;
        }

        (uint number, Handle oldest) = _open.MinBy(entry => entry.Value.LastUse);
        _open.Remove(number);
        oldest.IsRetired = true;
        return oldest.Users == 0 ? oldest : null;
    }

    private Lease Use(Handle handle)
    {
        handle.Users++;
        handle.LastUse = ++_clock;
        return new Lease(this, handle);
    }

    private void Return(Handle handle)
    {
        bool isLast;
        lock (_gate)
        {
            isLast = --handle.Users == 0 && handle.IsRetired;
        }

        if (isLast)
        {
            handle.File.Dispose();
        }
    }

    /// <summary>The use of an open file until it is disposed, once.</summary>
    internal readonly struct Lease(PageFileHandles owner, Handle handle) : IDisposable
    {
        /// <summary>The file; closed no earlier than the lease.</summary>
        public IFile File => handle.File;

        /// <inheritdoc/>
        public void Dispose() => owner.Return(handle);
    }

    /// <summary>An open file and its users. Guarded by the lock of the table.</summary>
    internal sealed class Handle(IFile file)
    {
        public IFile File { get; } = file;

        public int Users { get; set; }

        public long LastUse { get; set; }

        public bool IsRetired { get; set; }
    }
}
