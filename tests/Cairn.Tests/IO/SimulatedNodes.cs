namespace Cairn.Tests.IO;

/// <summary>A simulated file or directory: what the running process sees, what is durable, and the changes between the two. Guarded by the file system's lock.</summary>
internal abstract class SimulatedNode
{
    /// <summary>What a crash leaves of it; a node with several names once.</summary>
    public abstract SimulatedNode Crash(Random random, double keep, Dictionary<SimulatedNode, SimulatedNode> left);

    /// <summary>An independent copy, unsynced changes included; of a node with several names one.</summary>
    public abstract SimulatedNode Clone(Dictionary<SimulatedNode, SimulatedNode> copies);

    /// <summary>What was made of a node before, or is made now.</summary>
    protected static SimulatedNode Once(SimulatedNode node, Dictionary<SimulatedNode, SimulatedNode> made, Func<SimulatedNode> make) =>
        made.TryGetValue(node, out SimulatedNode? known) ? known : made[node] = make();
}

/// <summary>A file. Unsynced changes are writes (lost and torn sector by sector) and changes of the length, kept in their order.</summary>
internal sealed class SimulatedFileNode : SimulatedNode
{
    private const int SectorBytes = 512;

    private List<Change> _pending = [];

    public SparseBytes Current { get; private init; } = new();

    public SparseBytes Durable { get; private init; } = new();

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        if (offset + bytes.Length > Current.Length)
        {
            SetLength(offset + bytes.Length);
        }

        Current.Write(offset, bytes);
        _pending.Add(new Change(offset, bytes.ToArray()));
    }

    public void SetLength(long length)
    {
        Current.SetLength(length);
        _pending.Add(new Change(length, Bytes: null));
    }

    public void Sync()
    {
        foreach (Change change in _pending)
        {
            Apply(Durable, change);
        }

        _pending.Clear();
    }

    /// <summary>
    /// A sync that failed: the operating system marks the pages clean although some never reached the disk, so that reading still shows them, no later
    /// sync writes them, and a crash loses them. Lengths are metadata and stay pending.
    /// </summary>
    public void FailSync(Random random) =>
        _pending = [.. _pending.SelectMany(Sectors).Where(change => change.Bytes is null || random.Next(2) == 0)];

    public override SimulatedFileNode Crash(Random random, double keep, Dictionary<SimulatedNode, SimulatedNode> left)
    {
        SparseBytes image = Durable.Clone();
        foreach (Change change in _pending.SelectMany(Sectors))
        {
            if (random.NextDouble() < keep)
            {
                bool tear = change.Bytes is { Length: > 1 } && keep < 1 && random.Next(8) == 0;
                Apply(image, tear ? change with { Bytes = change.Bytes![..random.Next(1, change.Bytes!.Length)] } : change);
            }
        }

        return new SimulatedFileNode { Current = image, Durable = image.Clone() };
    }

    public override SimulatedFileNode Clone(Dictionary<SimulatedNode, SimulatedNode> copies) => new() { Current = Current.Clone(), Durable = Durable.Clone(), _pending = [.. _pending] };

    private static void Apply(SparseBytes image, Change change)
    {
        if (change.Bytes is null)
        {
            image.SetLength(change.Offset);
        }
        else
        {
            image.Write(change.Offset, change.Bytes);
        }
    }

    private static IEnumerable<Change> Sectors(Change change)
    {
        if (change.Bytes is not { } bytes)
        {
            yield return change;
            yield break;
        }

        for (int done = 0; done < bytes.Length;)
        {
            long offset = change.Offset + done;
            int part = (int)Math.Min(bytes.Length - done, SectorBytes - (offset % SectorBytes));
            yield return new Change(offset, bytes[done..(done + part)]);
            done += part;
        }
    }

    /// <summary>A write, or (without bytes) a new length.</summary>
    private readonly record struct Change(long Offset, byte[]? Bytes);
}

/// <summary>A directory. Unsynced changes are entries that appeared, disappeared or were renamed.</summary>
internal sealed class SimulatedDirectoryNode : SimulatedNode
{
    private readonly Dictionary<string, SimulatedNode> _durable = new(StringComparer.Ordinal);
    private readonly List<Change> _pending = [];

    public Dictionary<string, SimulatedNode> Entries { get; } = new(StringComparer.Ordinal);

    public void Add(string name, SimulatedNode node) => Do(new Change(Removed: null, name, node));

    public void Remove(string name) => Do(new Change(name, Added: null, Node: null));

    public void Rename(string source, string target) => Do(new Change(source, target, Entries[source]));

    public void Sync()
    {
        foreach (Change change in _pending)
        {
            Apply(_durable, change);
        }

        _pending.Clear();
    }

    public override SimulatedDirectoryNode Crash(Random random, double keep, Dictionary<SimulatedNode, SimulatedNode> left)
    {
        Dictionary<string, SimulatedNode> image = new(_durable, StringComparer.Ordinal);
        foreach (Change change in _pending)
        {
            if (random.NextDouble() < keep)
            {
                Apply(image, change);
            }
        }

        SimulatedDirectoryNode directory = new();
        foreach ((string name, SimulatedNode node) in image.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            directory.Add(name, Once(node, left, () => node.Crash(random, keep, left)));
        }

        directory.Sync();
        return directory;
    }

    public override SimulatedDirectoryNode Clone(Dictionary<SimulatedNode, SimulatedNode> copies)
    {
        SimulatedNode Copy(SimulatedNode node) => Once(node, copies, () => node.Clone(copies));
        SimulatedDirectoryNode clone = new();
        foreach ((string name, SimulatedNode node) in Entries)
        {
            clone.Entries.Add(name, Copy(node));
        }

        foreach ((string name, SimulatedNode node) in _durable)
        {
            clone._durable.Add(name, Copy(node));
        }

        clone._pending.AddRange(_pending.Select(change => change with { Node = change.Node is null ? null : Copy(change.Node) }));
        return clone;
    }

    private static void Apply(Dictionary<string, SimulatedNode> entries, Change change)
    {
        if (change.Removed is not null)
        {
            entries.Remove(change.Removed);
        }

        if (change.Added is not null)
        {
            entries[change.Added] = change.Node!;
        }
    }

    private void Do(Change change)
    {
        Apply(Entries, change);
        _pending.Add(change);
    }

    private readonly record struct Change(string? Removed, string? Added, SimulatedNode? Node);
}
