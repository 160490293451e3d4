namespace Cairn.IO;

/// <summary>
/// Open files by a number, a bounded count of them, the least recently used one closed first.
/// <list type="bullet">
/// <item>A file is closed only when nobody uses it: neither eviction nor disposing breaks a reader.</item>
/// <item>Safe for any thread; the table is guarded by its lock, which is never held during I/O.</item>
/// </list>
/// </summary>
internal sealed class OpenFileTable(int capacity) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, Handle> _open = [];
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

    /// <summary>Borrows a file if it is open.</summary>
    public bool TryBorrow(ulong number, out Lease lease)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            bool isOpen = _open.TryGetValue(number, out Handle? handle);
            lease = isOpen ? Use(handle!) : default;
            return isOpen;
        }
    }

    /// <summary>Takes over an open file and borrows it. Where another thread was first, that one's is borrowed and this one closed.</summary>
    public Lease Add(ulong number, IFile file)
    {
        IFile? surplus = file;
        Handle? evicted = null;
        try
        {
            lock (_gate)
            {
                if (!_closed && !_open.ContainsKey(number))
                {
                    evicted = MakeRoom();
                    _open.Add(number, new Handle(file));
                    surplus = null;
                }

                ObjectDisposedException.ThrowIf(_closed, this);
                return Use(_open[number]);
            }
        }
        finally
        {
            // Outside the lock: what was evicted, or what another thread had opened first.
            surplus?.Dispose();
            evicted?.File.Dispose();
        }
    }

    /// <summary>Closes a file, or leaves that to its last user.</summary>
    public void Close(ulong number)
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

    /// <summary>Takes the least recently used handle out when there are too many.</summary>
    /// <returns>The handle to close, null when there is none or its last user will close it.</returns>
    private Handle? MakeRoom()
    {
        if (_open.Count < capacity)
        {
            return null;
        }

        (ulong number, Handle oldest) = _open.MinBy(entry => entry.Value.LastUse);
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
    internal readonly struct Lease(OpenFileTable owner, Handle handle) : IDisposable
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
