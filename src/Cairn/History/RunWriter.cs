using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Cairn.Homes;
using Cairn.Manifests;

namespace Cairn.History;

/// <summary>
/// Makes a run: first the entries in order, then the records in order. Needs no more memory than one block a level, whatever the length of the run. Owned by one thread.
/// </summary>
internal sealed class RunWriter
{
    private readonly IRunSink _sink;
    private readonly ulong _baseHeight;
    private readonly LogPosition _before;
    private readonly EntryBlockBuilder _entries;
    private readonly List<Node> _nodes = [];
    private readonly List<PastRewind> _rewinds = [];
    private readonly byte[] _filter = new byte[RunFilter.BytesFor(RunBlock.SizeBytes)];
    private readonly byte[] _records = new byte[RunBlock.SizeBytes];
    private int _recordCount;
    private LogPosition _after;
    private ulong _entryCount;
    private uint _next = 1;
    private uint _root;
    private int _levels;
    private uint _firstRecordBlock;

    /// <summary>Begins a run.</summary>
    /// <param name="sink">Takes the blocks.</param>
    /// <param name="before">The place before its first record.</param>
    /// <param name="baseHeight">A height that none of its blocks is below.</param>
    public RunWriter(IRunSink sink, LogPosition before, ulong baseHeight)
    {
        _sink = sink;
        _before = before;
        _after = before;
        _baseHeight = baseHeight;
        _entries = new EntryBlockBuilder(before.Sequence + 1, baseHeight);
    }

    /// <summary>Adds an entry: above the one before.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="inline">Its old value, where that is to be kept in the run; <see cref="RunEntry.InlineOffset"/> is then not 0.</param>
    public void Add(ReadOnlySpan<byte> key, in RunEntry entry, ReadOnlySpan<byte> inline)
    {
        if (!_entries.TryAdd(key, entry, inline))
        {
            EndEntryBlock();
            if (!_entries.TryAdd(key, entry, inline))
            {
                throw new InvalidOperationException($"An entry of {key.Length} bytes does not fit into a block.");
            }
        }

        _entryCount++;
    }

    /// <summary>Adds a record: the one behind the one before. No entry may follow.</summary>
    public void Add(in RecordRow row)
    {
        if (_firstRecordBlock == 0)
        {
            EndEntries();
            _firstRecordBlock = _next;
        }

        if (_recordCount == 0)
        {
            RunBlock.Begin(_records, RunBlockKind.Records);
        }

        row.Write(_records.AsSpan(RecordRow.OffsetOf(_recordCount++)));
        _after = row.After;
        if (row.Kind == RecordKind.Rewind)
        {
            _rewinds.Add(new PastRewind(row.After.Sequence, row.AbandonedFrom));
        }

        if (_recordCount == RecordRow.PerBlock)
        {
            EndRecordBlock();
        }
    }

    /// <summary>Ends the run; it has at least one record.</summary>
    /// <returns>The header, which is not in the sink.</returns>
    public RunHeader Finish(StoreId storeId)
    {
        EndRecordBlock();
        uint firstRewindBlock = _next;
        foreach (PastRewind[] chunk in _rewinds.Chunk(RewindTable.PerBlock))
        {
            Put(RewindTable.ToBlock(chunk));
        }

        return new RunHeader
        {
            StoreId = storeId,
            Before = _before,
            After = _after,
            BaseHeight = _baseHeight,
            EntryCount = _entryCount,
            BlockCount = _next,
            RootBlock = _root,
            Levels = _levels,
            FirstRecordBlock = _firstRecordBlock,
            FirstRewindBlock = firstRewindBlock,
            RewindCount = (uint)_rewinds.Count,
        };
    }

    private uint Put(ReadOnlySpan<byte> block)
    {
        _sink.Put(_next, block);
        return checked(_next++);
    }

    private void EndEntryBlock()
    {
        uint number = Put(_entries.Finish());
        Span<byte> filter = _filter.AsSpan(0, RunFilter.BytesFor(_entries.Hashes.Count));
        filter.Clear();
        RunFilter.Fill(CollectionsMarshal.AsSpan(_entries.Hashes), filter);
        AddChild(level: 1, new NodeChild { Key = _entries.FirstKey, Sequence = _entries.FirstSequence, Block = number, Filter = filter });
        _entries.Begin();
    }

    private void AddChild(int level, in NodeChild child)
    {
        if (_nodes.Count < level)
        {
            _nodes.Add(new Node(level));
        }

        Node node = _nodes[level - 1];
        if (!node.TryAdd(child, _before.Sequence + 1))
        {
            EndNode(node);
            node.TryAdd(child, _before.Sequence + 1);
        }
    }

    private void EndNode(Node node)
    {
        uint number = Put(node.Finish());
        AddChild(node.Level + 1, new NodeChild { Key = node.FirstKey, Sequence = node.FirstSequence, Block = number });
        node.Begin();
    }

    /// <summary>Ends the last block of each level; the last of them is the root. A single entry block has a node above it too, for its filter.</summary>
    private void EndEntries()
    {
        if (_entryCount == 0)
        {
            return;
        }

        EndEntryBlock();

        // Ending a node may begin a level above it.
        for (int level = 1; level < _nodes.Count; level++)
        {
            EndNode(_nodes[level - 1]);
        }

        _root = Put(_nodes[^1].Finish());
        _levels = _nodes.Count;
    }

    private void EndRecordBlock()
    {
        if (_recordCount > 0)
        {
            RunBlock.Seal(_records, _recordCount, marks: 0, RecordRow.OffsetOf(_recordCount));
            Put(_records);
            _recordCount = 0;
        }
    }

    /// <summary>The node that is being filled at a level.</summary>
    private sealed class Node(int level)
    {
        private readonly List<ushort> _marks = [];
        private readonly byte[] _firstKey = new byte[RunKey.MaxBytes];
        private readonly byte[] _child = new byte[RunBlock.SizeBytes * 2];
        private readonly byte[] _block = RunBlock.Begin(RunBlockKind.Node, level);
        private int _used = HistoryBlockLayout.SizeBytes;
        private int _firstKeyBytes;

        public int Level => level;

        public int Count => _marks.Count;

        public ulong FirstSequence { get; private set; }

        public ReadOnlySpan<byte> FirstKey => _firstKey.AsSpan(0, _firstKeyBytes);

        public bool TryAdd(in NodeChild child, ulong first)
        {
            int bytes = NodeBlock.Write(_child, child, first);
            if (_used + bytes + ((Count + 1) * sizeof(ushort)) > RunBlock.SizeBytes)
            {
                return false;
            }

            if (Count == 0)
            {
                child.Key.CopyTo(_firstKey);
                _firstKeyBytes = child.Key.Length;
                FirstSequence = child.Sequence;
            }

            _marks.Add((ushort)_used);
            _child.AsSpan(0, bytes).CopyTo(_block.AsSpan(_used));
            _used += bytes;
            return true;
        }

        public ReadOnlySpan<byte> Finish()
        {
            int at = RunBlock.SizeBytes - (Count * sizeof(ushort));
            foreach (ushort mark in _marks)
            {
                BinaryPrimitives.WriteUInt16LittleEndian(_block.AsSpan(at), mark);
                at += sizeof(ushort);
            }

            RunBlock.Seal(_block, Count, Count, _used);
            return _block;
        }

        public void Begin()
        {
            RunBlock.Begin(_block, RunBlockKind.Node, level);
            _used = HistoryBlockLayout.SizeBytes;
            _marks.Clear();
        }
    }
}
