using System.Buffers.Binary;

namespace Cairn.History;

/// <summary>Fills entry blocks. Owned by one thread.</summary>
internal sealed class EntryBlockBuilder(ulong firstSequence, ulong baseHeight)
{
    private readonly byte[] _lastKey = new byte[RunKey.MaxBytes];
    private readonly byte[] _firstKey = new byte[RunKey.MaxBytes];
    private readonly byte[] _entry = new byte[EntryBlock.MaxEntryBytes];
    private readonly List<ushort> _restarts = [];
    private readonly List<ulong> _hashes = [];
    private readonly byte[] _block = RunBlock.Begin(RunBlockKind.Entries);
    private int _used = HistoryBlockLayout.SizeBytes;
    private int _lastKeyBytes;
    private int _firstKeyBytes;

    /// <summary>How many entries the block has.</summary>
    public int Count { get; private set; }

    /// <summary>The sequence of its first entry.</summary>
    public ulong FirstSequence { get; private set; }

    /// <summary>The key of its first entry.</summary>
    public ReadOnlySpan<byte> FirstKey => _firstKey.AsSpan(0, _firstKeyBytes);

    /// <summary>The hashes of its keys, each once.</summary>
    public List<ulong> Hashes => _hashes;

    /// <summary>Adds an entry.</summary>
    /// <returns>False when there is no room for it; the block is as before.</returns>
    public bool TryAdd(ReadOnlySpan<byte> key, in RunEntry entry, ReadOnlySpan<byte> inline)
    {
        bool isRestart = Count % EntryBlock.RestartInterval == 0;
        int common = key.CommonPrefixLength(_lastKey.AsSpan(0, _lastKeyBytes));
        bool isNewKey = Count == 0 || common != key.Length || common != _lastKeyBytes;
        int bytes = EntryBlock.Write(_entry, key, isRestart ? 0 : common, entry, inline, firstSequence, baseHeight);
        int marks = _restarts.Count + (isRestart ? 1 : 0);
        if (_used + bytes + (marks * sizeof(ushort)) > RunBlock.SizeBytes)
        {
            return false;
        }

        if (isRestart)
        {
            _restarts.Add((ushort)_used);
        }

        if (isNewKey)
        {
            _hashes.Add(RunKey.Hash(key));
            key.CopyTo(_lastKey);
            _lastKeyBytes = key.Length;
        }

        if (Count == 0)
        {
            key.CopyTo(_firstKey);
            _firstKeyBytes = key.Length;
            FirstSequence = entry.Sequence;
        }

        _entry.AsSpan(0, bytes).CopyTo(_block.AsSpan(_used));
        _used += bytes;
        Count++;
        return true;
    }

    /// <summary>Ends the block. It, <see cref="FirstKey"/> and the like stay until <see cref="Begin"/>.</summary>
    public ReadOnlySpan<byte> Finish()
    {
        int at = RunBlock.SizeBytes - (_restarts.Count * sizeof(ushort));
        foreach (ushort restart in _restarts)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(_block.AsSpan(at), restart);
            at += sizeof(ushort);
        }

        RunBlock.Seal(_block, Count, _restarts.Count, _used);
        return _block;
    }

    /// <summary>Begins the next block.</summary>
    public void Begin()
    {
        RunBlock.Begin(_block, RunBlockKind.Entries);
        _used = HistoryBlockLayout.SizeBytes;
        _restarts.Clear();
        _hashes.Clear();
        _lastKeyBytes = 0;
        Count = 0;
    }
}
