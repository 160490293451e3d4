using Cairn.IO;

namespace Cairn.Tests.IO;

/// <summary>
/// A file system in memory that forgets, tears, fails and fills up. Paths are absolute with '/' (a missing leading one is added). Thread-safe.
/// </summary>
/// <remarks>
/// What <see cref="IFileSystem"/> promises, and no more, is durable: the bytes and the length of a file after <see cref="IFile.Sync"/>, the entries of a
/// directory after <see cref="SyncDirectory"/>. <see cref="Crash"/> keeps that and a random part of the rest: each 512-byte sector of each unsynced
/// write on its own (some of them torn: only their first bytes), each change of a length, each created, renamed or deleted entry (in their order;
/// a rename is atomic). A synced file whose entry is not durable may be gone, and an entry may lead to a file whose bytes are not there.
/// After a failed sync a random half of the sectors it should have written is never written by any later sync, though reading still shows them.
/// </remarks>
public sealed partial class SimulatedFileSystem : IFileSystem
{
    private readonly Lock _gate = new();
    private readonly SimulatedDirectoryNode _root;
    private readonly Random _random;
    private readonly long[] _counts = new long[Enum.GetValues<FileOperation>().Length];
    private readonly HashSet<SimulatedNode> _locked = [];
    private readonly List<string> _trace = [];
    private readonly List<Fault> _faults = [];
    private long _changeCount;
    private long _usedBytes;
    private int _openFiles;
    private bool _stopped;

    /// <summary>An empty file system with only the root directory.</summary>
    /// <param name="seed">Decides what failing writes and syncs leave behind.</param>
    public SimulatedFileSystem(int seed = 0)
        : this(new SimulatedDirectoryNode(), seed)
    {
    }

    private SimulatedFileSystem(SimulatedDirectoryNode root, int seed)
    {
        _root = root;
        _random = new Random(seed);
        _usedBytes = AllFiles(root, "").Select(file => file.Node).Distinct().Sum(node => node.Current.AllocatedBytes);
    }

    /// <summary>Whether operations are recorded for <see cref="TakeTrace"/>. Default: false.</summary>
    public bool Tracing { get; set; }

    /// <summary>Whether opening, reading, listing and locking are recorded too. Default: false.</summary>
    public bool TracingReads { get; set; }

    /// <summary>The changing operation (1 is the first ever) at which the machine stops; it is not completed. Default: never.</summary>
    public long StopAt { get; set; } = long.MaxValue;

    /// <summary>The most bytes the files may take, in pages of 4 KiB; beyond it writes fail, the last one in part. Holes take nothing. Default: no limit.</summary>
    public long CapacityBytes { get; set; } = long.MaxValue;

    /// <summary>The changing operation (1 is the first ever) from which on the disk is full: files that were deleted make room, others find none. Default: never.</summary>
    public long FullFrom { get; set; } = long.MaxValue;

    /// <summary>Whether overwriting needs room as well, as where every write goes to a new place. Default: false.</summary>
    public bool OverwritesNeedRoom { get; set; }

    /// <summary>Whether files can have two names. Default: true.</summary>
    public bool Linking { get; set; } = true;

    /// <summary>The bytes the files take, in pages of 4 KiB.</summary>
    public long UsedBytes => Locked(() => _usedBytes);

    /// <summary>How many files are open.</summary>
    public int OpenFiles => Locked(() => _openFiles);

    /// <summary>How many changing operations were begun.</summary>
    public long ChangeCount => Locked(() => _changeCount);

    /// <summary>How many operations of a kind were begun.</summary>
    public long Count(FileOperation kind) => Locked(() => _counts[(int)kind]);

    /// <summary>The recorded lines since the last call.</summary>
    public IReadOnlyList<string> TakeTrace() => Locked(() =>
    {
        string[] lines = [.. _trace];
        _trace.Clear();
        return lines;
    });

    /// <summary>Makes the n-th operation of a kind from now on (1 is the next) throw an <see cref="IOException"/>.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="nth">Which.</param>
    /// <param name="forever">Whether all later ones fail too.</param>
    /// <param name="path">Which files it concerns; null for all.</param>
    public void Fail(FileOperation kind, long nth = 1, bool forever = false, Predicate<string>? path = null) =>
        Locked(() => _faults.Add(new Fault(kind, path, forever) { Remaining = nth }));

    /// <summary>Ends all faults.</summary>
    public void Heal() => Locked(_faults.Clear);

    /// <summary>The machine stops now: every later operation on this instance throws <see cref="SimulatedCrashException"/>.</summary>
    public void Stop() => Locked(() => _stopped = true);

    /// <summary>What a power failure at this moment would leave, as a new file system without locks, faults, limits and open files. This one stays as it is.</summary>
    /// <param name="seed">What is kept of the unsynced: nothing for 0, 4, 8, …; everything for 1, 5, 9, …; else a random part.</param>
    public SimulatedFileSystem Crash(int seed) => Locked(() =>
    {
        Random random = new(seed);
        double keep = (seed & 3) switch { 0 => 0, 1 => 1, _ => random.NextDouble() };
        return new SimulatedFileSystem(_root.Crash(random, keep, []), seed);
    });

    /// <summary>An independent copy with the same unsynced changes, without locks, faults, limits and open files: the process died, the machine did not.</summary>
    public SimulatedFileSystem Clone() => Locked(() => new SimulatedFileSystem(_root.Clone([]), seed: 0));

    /// <inheritdoc/>
    public IFile Open(string path, FileOpening mode) => Locked(() =>
    {
        FileOperation kind = mode == FileOpening.CreateNew ? FileOperation.Create : FileOperation.Open;
        (SimulatedDirectoryNode directory, string name, string full) = Resolve(path);
        Begin(kind, full, "");
        if (directory.Entries.TryGetValue(name, out SimulatedNode? node))
        {
            if (mode == FileOpening.CreateNew || node is not SimulatedFileNode)
            {
                throw new IOException($"The file '{full}' already exists, or is a directory.");
            }
        }
        else
        {
            if (mode != FileOpening.CreateNew)
            {
                throw new FileNotFoundException($"Could not find file '{full}'.", full);
            }

            directory.Add(name, node = new SimulatedFileNode());
            StopIfDue();
        }

        _openFiles++;
        return (IFile)new OpenFile(this, (SimulatedFileNode)node, path, full, canWrite: mode != FileOpening.Read);
    });

    /// <inheritdoc/>
    public bool FileExists(string path) => Locked(() =>
    {
        ThrowIfStopped();
        return Find(path) is SimulatedFileNode;
    });

    /// <inheritdoc/>
    public bool DirectoryExists(string path) => Locked(() =>
    {
        ThrowIfStopped();
        return Find(path) is SimulatedDirectoryNode;
    });

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string directory) => Locked(() =>
    {
        Begin(FileOperation.List, Normalise(directory), "");
        return (IReadOnlyList<string>)[.. FindDirectory(directory).Entries.Keys.Order(StringComparer.Ordinal)];
    });

    /// <inheritdoc/>
    public void CreateDirectory(string path) => Locked(() =>
    {
        (SimulatedDirectoryNode parent, string name, string full) = Resolve(path);
        if (parent.Entries.TryGetValue(name, out SimulatedNode? node))
        {
            ThrowIfStopped();
            _ = node as SimulatedDirectoryNode ?? throw new IOException($"'{full}' is a file.");
            return;
        }

        Begin(FileOperation.CreateDirectory, full, "");
        parent.Add(name, new SimulatedDirectoryNode());
        StopIfDue();
    });

    /// <inheritdoc/>
    public void Delete(string path) => Locked(() =>
    {
        (SimulatedDirectoryNode directory, string name, string full) = Resolve(path);
        if (!directory.Entries.TryGetValue(name, out SimulatedNode? node))
        {
            ThrowIfStopped();
            return;
        }

        Begin(FileOperation.Delete, full, "");
        if (node is not SimulatedFileNode file)
        {
            throw new IOException($"'{full}' is a directory.");
        }

        directory.Remove(name);
        GiveRoomBack(file);
        StopIfDue();
    });

    /// <inheritdoc/>
    public void Rename(string source, string target) => Locked(() =>
    {
        (SimulatedDirectoryNode directory, string name, string full) = Resolve(source);
        (SimulatedDirectoryNode targetDirectory, string targetName, string targetFull) = Resolve(target);
        Begin(FileOperation.Rename, full, $" -> {targetFull}");
        if (directory != targetDirectory)
        {
            throw new ArgumentException($"'{targetFull}' is not in the directory of '{full}'.", nameof(target));
        }

        if (!directory.Entries.ContainsKey(name))
        {
            throw new FileNotFoundException($"Could not find file '{full}'.", full);
        }

        SimulatedNode? replaced = targetName == name ? null : directory.Entries.GetValueOrDefault(targetName);
        directory.Rename(name, targetName);
        if (replaced is not null)
        {
            GiveRoomBack((SimulatedFileNode)replaced);
        }

        StopIfDue();
    });

    /// <inheritdoc/>
    public bool TryLink(string source, string target) => Locked(() =>
    {
        SimulatedFileNode node = FindFile(source);
        (SimulatedDirectoryNode directory, string name, string full) = Resolve(target);
        Begin(FileOperation.Link, Normalise(source), $" -> {full}");
        if (directory.Entries.ContainsKey(name))
        {
            throw new IOException($"The file '{full}' already exists, or is a directory.");
        }

        if (!Linking)
        {
            return false;
        }

        directory.Add(name, node);
        StopIfDue();
        return true;
    });

    /// <inheritdoc/>
    public long AvailableBytes(string directory) => Locked(() =>
    {
        ThrowIfStopped();
        return CapacityBytes == long.MaxValue && FullFrom == long.MaxValue ? long.MaxValue : Math.Max(0, CapacityBytes - _usedBytes);
    });

    /// <inheritdoc/>
    public void SyncDirectory(string path) => Locked(() =>
    {
        SimulatedDirectoryNode directory = FindDirectory(path);
        Begin(FileOperation.SyncDirectory, Normalise(path), "");
        StopIfDue();
        directory.Sync();
    });

    /// <inheritdoc/>
    public IDisposable? TryLock(string path) => Locked(() =>
    {
        (SimulatedDirectoryNode directory, string name, string full) = Resolve(path);
        Begin(FileOperation.Lock, full, "");
        if (!directory.Entries.TryGetValue(name, out SimulatedNode? node))
        {
            directory.Add(name, node = new SimulatedFileNode());
        }

        return _locked.Add(node) ? (IDisposable)new HeldLock(this, node) : null;
    });
}
