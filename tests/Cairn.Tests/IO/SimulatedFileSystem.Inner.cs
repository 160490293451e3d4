using Cairn.IO;

namespace Cairn.Tests.IO;

/// <content>Counting, tracing, failing and stopping; paths; open files.</content>
public sealed partial class SimulatedFileSystem
{
    private T Locked<T>(Func<T> action)
    {
        lock (_gate)
        {
            return action();
        }
    }

    private void Locked(Action action)
    {
        lock (_gate)
        {
            action();
        }
    }

    private void ThrowIfStopped()
    {
        if (_stopped)
        {
            throw new SimulatedCrashException();
        }
    }

    /// <summary>Counts and records an operation, and throws when it is to fail. Returns only when it is to be done.</summary>
    private void Begin(FileOperation kind, string path, string detail, Action? whenFailing = null)
    {
        ThrowIfStopped();
        _counts[(int)kind]++;
        _changeCount += kind >= FileOperation.Create ? 1 : 0;
        if (_changeCount >= FullFrom)
        {
            CapacityBytes = Math.Min(CapacityBytes, _usedBytes);
        }

        if (Tracing && (kind >= FileOperation.Create || TracingReads))
        {
            _trace.Add($"{Name(kind)} {path}{detail}");
        }

        foreach (Fault fault in _faults)
        {
            if (fault.Kind == kind && (fault.Path is null || fault.Path(path)) && (--fault.Remaining == 0 || (fault.Forever && fault.Remaining < 0)))
            {
                whenFailing?.Invoke();
                throw new IOException($"{Name(kind)} of '{path}' failed: simulated fault.");
            }
        }
    }

    /// <summary>
    /// Stops the machine within the operation just begun, if this is the one. Called after a change was noted as unsynced (the crash keeps it or not),
    /// and before a sync does its work (the crash keeps any part of what it should have made durable).
    /// </summary>
    private void StopIfDue()
    {
        if (_changeCount >= StopAt)
        {
            _stopped = true;
            throw new SimulatedCrashException();
        }
    }

    private static string Name(FileOperation kind) => kind switch
    {
        FileOperation.SetLength => "length",
        FileOperation.CreateDirectory => "mkdir",
        FileOperation.SyncDirectory => "syncdir",
        _ => kind.ToString().ToLowerInvariant(),
    };

    private static string Normalise(string path) => "/" + string.Join('/', Parts(path));

    private static string[] Parts(string path) => path.Split(['/', Path.DirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries);

    private SimulatedNode? Find(string path)
    {
        SimulatedNode? node = _root;
        foreach (string part in Parts(path))
        {
            node = (node as SimulatedDirectoryNode)?.Entries.GetValueOrDefault(part);
        }

        return node;
    }

    private SimulatedDirectoryNode FindDirectory(string path) =>
        Find(path) as SimulatedDirectoryNode ?? throw new DirectoryNotFoundException($"Could not find the directory '{Normalise(path)}'.");

    private SimulatedFileNode FindFile(string path) =>
        Find(path) as SimulatedFileNode ?? throw new FileNotFoundException($"Could not find file '{Normalise(path)}'.", path);

    private (SimulatedDirectoryNode Directory, string Name, string Path) Resolve(string path)
    {
        string[] parts = Parts(path);
        return (FindDirectory(string.Join('/', parts[..^1])), parts[^1], Normalise(path));
    }

    private static IEnumerable<(string Path, SimulatedFileNode Node)> AllFiles(SimulatedDirectoryNode directory, string prefix)
    {
        foreach ((string name, SimulatedNode node) in directory.Entries.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            if (node is SimulatedFileNode file)
            {
                yield return ($"{prefix}/{name}", file);
            }
            else
            {
                foreach ((string, SimulatedFileNode) inner in AllFiles((SimulatedDirectoryNode)node, $"{prefix}/{name}"))
                {
                    yield return inner;
                }
            }
        }
    }

    /// <summary>A name of a file is gone; the last one takes its bytes along.</summary>
    private void GiveRoomBack(SimulatedFileNode node)
    {
        if (AllFiles(_root, "").All(file => file.Node != node))
        {
            _usedBytes -= node.Current.AllocatedBytes;
        }
    }

    private void Write(SimulatedFileNode node, string path, long offset, ReadOnlySpan<byte> bytes)
    {
        byte[] copy = bytes.ToArray();
        Locked(() =>
        {
            Begin(FileOperation.Write, path, $" @{offset} +{copy.Length}", () => WritePart(_random.Next(copy.Length + 1)));
            int fitting = OverwritesNeedRoom
                ? (int)Math.Clamp(CapacityBytes - _usedBytes, 0, copy.Length)
                : node.Current.Fitting(offset, copy.Length, (CapacityBytes - _usedBytes) / SparseBytes.PageBytes);
            WritePart(fitting);
            StopIfDue();
            if (fitting < copy.Length)
            {
                throw new DiskFullException(path, duringSync: false);
            }
        });

        void WritePart(int count)
        {
            if (count > 0)
            {
                Resize(node, () => node.Write(offset, copy.AsSpan(0, count)));
            }
        }
    }

    private void Resize(SimulatedFileNode node, Action change)
    {
        long before = node.Current.AllocatedBytes;
        change();
        _usedBytes += node.Current.AllocatedBytes - before;
    }

    private sealed class Fault(FileOperation kind, Predicate<string>? path, bool forever)
    {
        public FileOperation Kind => kind;

        public Predicate<string>? Path => path;

        public bool Forever => forever;

        public long Remaining { get; set; }
    }

    private sealed class HeldLock(SimulatedFileSystem owner, SimulatedNode node) : IDisposable
    {
        public void Dispose() => owner.Locked(() => owner._locked.Remove(node));
    }

    private sealed class OpenFile(SimulatedFileSystem owner, SimulatedFileNode node, string path, string full, bool canWrite) : IFile
    {
        private bool _disposed;

        public string Path => path;

        public long Length => owner.Locked(() =>
        {
            owner.ThrowIfStopped();
            ObjectDisposedException.ThrowIf(_disposed, this);
            return node.Current.Length;
        });

        public int Read(long offset, Span<byte> buffer)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(offset);
            lock (owner._gate)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                owner.Begin(FileOperation.Read, full, $" @{offset} +{buffer.Length}");
                return node.Current.Read(offset, buffer);
            }
        }

        public void Write(long offset, ReadOnlySpan<byte> bytes)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(offset);
            CheckWritable();
            owner.Write(node, full, offset, bytes);
        }

        public void SetLength(long length)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(length);
            CheckWritable();
            owner.Locked(() =>
            {
                owner.Begin(FileOperation.SetLength, full, $" ={length}");
                owner.Resize(node, () => node.SetLength(length));
                owner.StopIfDue();
            });
        }

        public void Sync()
        {
            CheckWritable();
            owner.Locked(() =>
            {
                owner.Begin(FileOperation.Sync, full, "", () => node.FailSync(owner._random));
                owner.StopIfDue();
                node.Sync();
            });
        }

        public void Dispose() => owner.Locked(() =>
        {
            owner._openFiles -= _disposed ? 0 : 1;
            _disposed = true;
        });

        private void CheckWritable()
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!canWrite)
            {
                throw new UnauthorizedAccessException($"'{full}' was opened for reading only.");
            }
        }
    }
}
