namespace Cairn.History;

/// <summary>
/// Stands on an entry of a run and moves. Owned by one thread; keeps its memory from run to run, so that a look-up allocates nothing.
/// </summary>
internal sealed class RunSeeker
{
    private readonly byte[] _key = new byte[RunKey.MaxBytes];
    private readonly byte[] _held = new byte[RunKey.MaxBytes];
    private readonly byte[][] _nodes = new byte[RunHeader.MaxLevels + 1][];
    private readonly byte[]?[] _buffers = new byte[RunHeader.MaxLevels + 1][]; // for those who read once
    private readonly int[] _children = new int[RunHeader.MaxLevels + 1];
    private Run _run = null!;
    private RunHeader _header;
    private byte[] _block = [];
    private RunEntry _entry;
    private int _keyBytes;
    private int _index;
    private int _count;
    private int _end;
    private int _offset;

    /// <summary>Whether blocks are read without keeping them, into memory of the seeker: for those who read all of a run.</summary>
    public bool ReadsOnce { get; init; }

    /// <summary>The key of the entry.</summary>
    public ReadOnlySpan<byte> Key => _key.AsSpan(0, _keyBytes);

    /// <summary>The entry.</summary>
    public ref readonly RunEntry Entry => ref _entry;

    /// <summary>Whether it stands on an entry, after it was moved to one and then on.</summary>
    public bool HasEntry => _index < _count;

    /// <summary>The run.</summary>
    public Run Run => _run;

    /// <summary>The old value, if it is kept in the run. The memory is never changed; with <see cref="ReadsOnce"/> it is valid until the seeker moves.</summary>
    public ReadOnlyMemory<byte> Inline => _entry.InlineOffset == 0 ? default : _block.AsMemory(_entry.InlineOffset, _entry.OldBytes);

    /// <summary>Refers to no run any more, so that keeping the seeker keeps none.</summary>
    public void Forget() => _run = null!;

    /// <summary>Goes to the first entry of a run.</summary>
    /// <returns>False when it has none.</returns>
    public bool SeekFirst(Run run) => Seek(run, [], 0);

    /// <summary>Goes to the first entry at or behind a place.</summary>
    /// <param name="run">The run.</param>
    /// <param name="key">The key.</param>
    /// <param name="sequence">The sequence, of those of that key.</param>
    /// <returns>False when there is none.</returns>
    public bool Seek(Run run, ReadOnlySpan<byte> key, ulong sequence)
    {
        if (!Descend(run, key, sequence))
        {
            return false;
        }

        EnterChild();
        return SearchBlock(key, sequence);
    }

    /// <summary>Goes to the first entry of a key with at least a sequence; asks the filter first.</summary>
    /// <returns>False when there is none; where it stands is then undefined.</returns>
    public bool Find(Run run, ReadOnlySpan<byte> key, ulong hash, ulong sequence)
    {
        if (!Descend(run, key, sequence))
        {
            return false;
        }

        NodeChild child = NodeBlock.Child(_nodes[1], _children[1], _header);
        if (!RunFilter.MayHave(child.Filter, hash))
        {
            return NextChildBeginsWith(key) && EnterNextBlock();
        }

        EnterChild();
        return SearchBlock(key, sequence) && Key.SequenceEqual(key);
    }

    /// <summary>Goes to the last entry before a place.</summary>
    /// <returns>False when there is none.</returns>
    public bool SeekBefore(Run run, ReadOnlySpan<byte> key, ulong sequence)
    {
        // A child that begins exactly there has nothing before it. No entry has the sequence 0.
        if (!Descend(run, key, sequence == 0 ? 0 : sequence - 1))
        {
            return false;
        }

        EnterChild();
        int restart = SearchRestarts(key, sequence);
        if (restart < 0)
        {
            return false;
        }

        EnterRestart(restart);
        while (_index + 1 < _count)
        {
            (RunEntry Entry, int KeyBytes, int Index, int Offset) last = (_entry, _keyBytes, _index, _offset);
            Key.CopyTo(_held);
            ReadNext();
            if (!IsBefore(key, sequence))
            {
                _held.AsSpan(0, last.KeyBytes).CopyTo(_key);
                (_entry, _keyBytes, _index, _offset) = last;
                break;
            }
        }

        return true;
    }

    /// <summary>Goes to the next entry.</summary>
    /// <returns>False behind the last one.</returns>
    public bool Next()
    {
        if (_index + 1 < _count)
        {
            ReadNext();
            return true;
        }

        return EnterNextBlock();
    }

    /// <summary>Goes down to the node above the entry block that a place is in.</summary>
    private bool Descend(Run run, ReadOnlySpan<byte> key, ulong sequence)
    {
        _run = run;
        _header = run.Header;
        uint number = _header.RootBlock;
        if (number == 0)
        {
            return false;
        }

        for (int level = _header.Levels; level >= 1; level--)
        {
            byte[] node = ReadNode(number, level);
            int index = NodeBlock.Search(node, key, sequence, _header);
            _nodes[level] = node;
            _children[level] = index;
            number = NodeBlock.Child(node, index, _header).Block;
        }

        return true;
    }

    /// <summary>Whether the entry block behind the one at hand begins with a key.</summary>
    private bool NextChildBeginsWith(ReadOnlySpan<byte> key)
    {
        for (int level = 1; level <= _header.Levels; level++)
        {
            if (_children[level] + 1 < RunBlock.Count(_nodes[level]))
            {
                return NodeBlock.Child(_nodes[level], _children[level] + 1, _header).Key.SequenceEqual(key);
            }
        }

        return false;
    }

    private bool EnterNextBlock()
    {
        int level = 1;
        while (level <= _header.Levels && _children[level] + 1 == RunBlock.Count(_nodes[level]))
        {
            level++;
        }

        if (level > _header.Levels)
        {
            _index = _count;
            return false;
        }

        _children[level]++;
        while (level > 1)
        {
            uint number = NodeBlock.Child(_nodes[level], _children[level], _header).Block;
            level--;
            _nodes[level] = ReadNode(number, level);
            _children[level] = 0;
        }

        EnterChild();
        EnterRestart(0);
        return true;
    }

    private void EnterChild()
    {
        uint number = NodeBlock.Child(_nodes[1], _children[1], _header).Block;
        _block = ReadsOnce ? _run.ReadBlockOnce(number, RunBlockKind.Entries, level: 0, Buffer(0)) : _run.ReadBlock(number, RunBlockKind.Entries);
        _count = RunBlock.Count(_block);
        _end = RunBlock.End(_block);
    }

    private byte[] ReadNode(uint number, int level) =>
        ReadsOnce ? _run.ReadBlockOnce(number, RunBlockKind.Node, level, Buffer(level)) : _run.ReadBlock(number, RunBlockKind.Node, level);

    /// <summary>The memory for a block of a level that is read once; there is one at hand of each.</summary>
    private byte[] Buffer(int level) => _run.IsFile ? _buffers[level] ??= new byte[RunBlock.SizeBytes] : [];

    /// <summary>Goes to the first entry of the block at hand that is at or behind a place, or to the block behind it.</summary>
    private bool SearchBlock(ReadOnlySpan<byte> key, ulong sequence)
    {
        EnterRestart(Math.Max(0, SearchRestarts(key, sequence)));
        while (IsBefore(key, sequence))
        {
            if (_index + 1 == _count)
            {
                return EnterNextBlock();
            }

            ReadNext();
        }

        return true;
    }

    /// <summary>The last entry that stands alone and is before a place; −1 when there is none.</summary>
    private int SearchRestarts(ReadOnlySpan<byte> key, ulong sequence)
    {
        int low = 0;
        int high = RunBlock.Marks(_block);
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            EnterRestart(middle);
            if (IsBefore(key, sequence))
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low - 1;
    }

    private bool IsBefore(ReadOnlySpan<byte> key, ulong sequence)
    {
        int order = _key.AsSpan(0, _keyBytes).SequenceCompareTo(key);
        return order < 0 || (order == 0 && _entry.Sequence < sequence);
    }

    private void EnterRestart(int restart)
    {
        _index = (restart * EntryBlock.RestartInterval) - 1;
        _offset = RunBlock.Mark(_block, restart);
        ReadNext();
    }

    private void ReadNext()
    {
        _index++;
        _keyBytes = _index % EntryBlock.RestartInterval == 0 ? 0 : _keyBytes;
        if (!EntryBlock.TryRead(_block, _end, ref _offset, _header, _key, ref _keyBytes, out _entry))
        {
            throw _run.Damage(NodeBlock.Child(_nodes[1], _children[1], _header).Block, "entry", "one", "none");
        }
    }
}
