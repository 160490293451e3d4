using System.Collections.Concurrent;
using System.Diagnostics;

namespace Cairn.IO;

/// <summary>
/// Open files by a number, a bounded count of them, the least recently used one closed first.
/// <list type="bullet">
/// <item>A file is closed only when nobody uses it: neither eviction nor disposing breaks a reader.</item>
/// <item>Safe for any thread. Borrowing an open file and giving it back takes no lock, since every read of a page does it; whatever changes the table does, and never during I/O.</item>
/// </list>
/// </summary>
internal sealed class OpenFileTable(int capacity) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<ulong, Handle> _open = new();
    private volatile bool _closed;

    /// <summary>How many files are open and may be used again.</summary>
    public int OpenCount => _open.Count;

    /// <summary>Borrows a file if it is open.</summary>
    public bool TryBorrow(ulong number, out Lease lease)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        bool isOpen = _open.TryGetValue(number, out Handle? handle) && handle.TryUse();
        lease = isOpen ? new Lease(handle!) : default;
        return isOpen;
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
                    _open[number] = new Handle(file);
                    surplus = null;
                }

                // Handles end only when they are no longer in the table, which the lock keeps as it is.
                ObjectDisposedException.ThrowIf(_closed, this);
                Handle handle = _open[number];
                bool isOpen = handle.TryUse();
                Debug.Assert(isOpen, "What is in the table is open.");
                return new Lease(handle);
            }
        }
        finally
        {
            // Outside the lock: what was evicted, or what another thread had opened first.
            surplus?.Dispose();
            evicted?.Retire();
        }
    }

    /// <summary>Closes a file, or leaves that to its last user.</summary>
    public void Close(ulong number)
    {
        Handle? handle;
        lock (_gate)
        {
            _open.TryRemove(number, out handle);
        }

        handle?.Retire();
    }

    /// <summary>Closes what nobody uses; the last user closes the rest.</summary>
    public void Dispose()
    {
        Handle[] open;
        lock (_gate)
        {
            _closed = true;
            open = [.. _open.Values];
            _open.Clear();
        }

        Array.ForEach(open, static handle => handle.Retire());
    }

    /// <summary>Takes the least recently used handle out when there are too many.</summary>
    /// <returns>The handle to retire; null when there is none.</returns>
    private Handle? MakeRoom()
    {
        if (_open.Count < capacity)
        {
            return null;
        }

        ulong number = _open.MinBy(static entry => entry.Value.LastUse).Key;
        return _open.TryRemove(number, out Handle? oldest) ? oldest : null;
    }

    /// <summary>The use of an open file until it is disposed, once.</summary>
    internal readonly struct Lease(Handle handle) : IDisposable
    {
        /// <summary>The file; closed no earlier than the lease.</summary>
        public IFile File => handle.File;

        /// <inheritdoc/>
        public void Dispose() => handle.Return();
    }

    /// <summary>
    /// An open file and its users. It ends once: when it is retired and nobody uses it, by whoever comes last to either; both write first what the other one looks at.
    /// </summary>
    internal sealed class Handle(IFile file)
    {
        private const int Ended = -1;

        private volatile bool _isRetired;
        private int _users;
        private long _lastUse = Stopwatch.GetTimestamp();

        public IFile File { get; } = file;

        /// <summary>When it was borrowed last.</summary>
        public long LastUse => Volatile.Read(ref _lastUse);

        /// <summary>Adds a user, unless the file is closed.</summary>
        public bool TryUse()
        {
            int users = Volatile.Read(ref _users);
            int seen;
            while (users != Ended && (seen = Interlocked.CompareExchange(ref _users, users + 1, users)) != users)
            {
                users = seen;
            }

            Volatile.Write(ref _lastUse, Stopwatch.GetTimestamp());
            return users != Ended;
        }

        /// <summary>A user is done.</summary>
        public void Return()
        {
            if (Interlocked.Decrement(ref _users) == 0 && _isRetired)
            {
                EndIfIdle();
            }
        }

        /// <summary>Closes the file, or leaves that to its last user.</summary>
        public void Retire()
        {
            _isRetired = true;
            EndIfIdle();
        }

        private void EndIfIdle()
        {
            if (Interlocked.CompareExchange(ref _users, Ended, 0) == 0)
            {
                File.Dispose();
            }
        }
    }
}
