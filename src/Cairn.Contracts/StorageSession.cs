namespace Cairn.Contracts;

/// <summary>
/// The buffer between contracts and a draft or view: what was read stays, what is written is gathered, chunk by chunk, until it is flushed into the draft. It serves one execution after the other, usually those of a block.
/// An execution ends with <see cref="Accept"/>, <see cref="Flush"/> or <see cref="Discard"/>; scopes divide it into parts that can fail on their own. For one thread at a time. While it is open, nothing else may
/// write the slots of its contracts into the draft, and a draft that is rolled back to before a flush needs a new session. What was touched stays in memory, about 400 bytes for 256 of a slot, what was only read up to 50 MB.
/// </summary>
public sealed partial class StorageSession
{
    private readonly ITreeReader? _reader;
    private readonly TreeDraft? _draft;
    private readonly Dictionary<Address, ContractSlots> _contracts = [];
    private readonly ChunkTable _chunks = new();
    private readonly List<Chunk> _dirty = [];

    /// <summary>Makes a session that reads and writes the state of a draft.</summary>
    /// <param name="draft">The draft; it has to stay open as long as the session is used.</param>
    /// <param name="profile">The rules of storage; null for <see cref="StorageProfile.L1"/>.</param>
    public StorageSession(BlockDraft draft, StorageProfile? profile = null)
        : this((draft ?? throw new ArgumentNullException(nameof(draft))).State, draft.State, profile)
    {
    }

    /// <summary>Makes a session that reads the state of a view.</summary>
    /// <param name="view">The view; it has to stay open as long as the session is used.</param>
    /// <param name="profile">The rules of storage; null for <see cref="StorageProfile.L1"/>.</param>
    public StorageSession(StateView view, StorageProfile? profile = null)
        : this((view ?? throw new ArgumentNullException(nameof(view))).State, draft: null, profile)
    {
    }

    /// <summary>Makes a session of its own, which begins empty and is not stored anywhere.</summary>
    internal StorageSession(StorageProfile profile)
        : this(reader: null, draft: null, profile)
    {
    }

    private StorageSession(ITreeReader? reader, TreeDraft? draft, StorageProfile? profile)
    {
        _reader = reader;
        _draft = draft;
        Profile = profile ?? StorageProfile.L1;
    }

    /// <summary>The rules of storage.</summary>
    public StorageProfile Profile { get; }

    /// <summary>Whether nothing can be written: the session is over a view.</summary>
    public bool IsReadOnly => _reader is not null && _draft is null;

    /// <summary>How many pages of 32 bytes an execution may write to; null, the default, for any number. The first write to a page counts, whatever it writes; further ones are free.</summary>
    public long? PageLimit { get; set; }

    /// <summary>How many pages of 32 bytes the execution has written to. What a scope wrote that was rolled back does not count.</summary>
    public long PagesCharged { get; private set; }

    /// <summary>How many chunks may be in the buffer when one that is only read is added. Beyond that, such chunks are read anew each time: whoever reads a slot from end to end must not fill the memory of the node.</summary>
    internal int ReadChunks { get; init; } = 1 << 17;

    /// <summary>How many chunks are in the buffer.</summary>
    internal int BufferedChunks => _chunks.Count;

    /// <summary>Opens the storage of a contract.</summary>
    /// <param name="contract">Its address.</param>
    /// <param name="access">What may be done with it. Locks of the contract hold for every storage that is opened.</param>
    public SlotStorage Open(Address contract, StorageAccess access = StorageAccess.ReadWrite)
    {
        if (!_contracts.TryGetValue(contract, out ContractSlots? slots))
        {
            slots = new ContractSlots(contract);
            _contracts.Add(contract, slots);
        }

        return new SlotStorage(this, slots, IsReadOnly && access == StorageAccess.ReadWrite ? StorageAccess.ReadOnly : access);
    }

    /// <summary>Ends an execution and keeps what it wrote, for the next one and for <see cref="Flush"/>.</summary>
    /// <exception cref="InvalidOperationException">A scope is open, or an executor runs a call.</exception>
    public void Accept()
    {
        ThrowIfHeld();
        ThrowIfScopeIsOpen();
        _journal.Clear();
        PagesCharged = 0;
        NextScope();
    }

    /// <summary>Ends an execution and takes back what it wrote, in all scopes.</summary>
    /// <exception cref="InvalidOperationException">An executor runs a call.</exception>
    public void Discard()
    {
        ThrowIfHeld();
        while (ScopeDepth > 0)
        {
            Rollback();
        }

        RollbackFrom(mark: 0);
        PagesCharged = 0;
        NextScope();
    }

    /// <summary>Ends an execution, and writes what it and the accepted ones before it have changed into the draft.</summary>
    /// <exception cref="InvalidOperationException">A scope is open, an executor runs a call, the session is not over a draft, or the draft can no longer be changed.</exception>
    /// <exception cref="BlockTooLargeException">The block would become too large.</exception>
    public void Flush()
    {
        ThrowIfHeld();
        ThrowIfScopeIsOpen();
        if (_draft is null)
        {
            throw new InvalidOperationException("Only a session over a draft can be flushed.");
        }

        Span<byte> key = stackalloc byte[ContractKeys.ChunkKeyBytes];
        foreach (Chunk chunk in _dirty)
        {
            WriteKey(chunk.Slot, chunk.Index, key);
            int length = chunk.Length;
            if (length == 0)
            {
                _draft.Delete(key);
            }
            else
            {
                _draft.Put(key, chunk.Data.AsSpan(0, length));
            }
        }

        foreach (Chunk chunk in _dirty)
        {
            chunk.IsDirty = false;
        }

        _dirty.Clear();
        Accept();
    }

    /// <summary>Reads bytes of a slot.</summary>
    internal void Read(int slot, uint offset, Span<byte> destination)
    {
        ThrowIfBeyondEnd(slot, offset, destination.Length);
        int at = (int)(offset % Chunk.Bytes);
        if (at + destination.Length <= Chunk.Bytes)
        {
            ChunkToRead(slot, offset / Chunk.Bytes).Data.AsSpan(at, destination.Length).CopyTo(destination);
            return;
        }

        uint index = offset / Chunk.Bytes;
        while (!destination.IsEmpty)
        {
            int length = Math.Min(Chunk.Bytes - at, destination.Length);
            ChunkToRead(slot, index++).Data.AsSpan(at, length).CopyTo(destination);
            destination = destination[length..];
            at = 0;
        }
    }

    /// <summary>Writes bytes of a slot.</summary>
    internal void Write(int slot, uint offset, ReadOnlySpan<byte> source)
    {
        ThrowIfBeyondEnd(slot, offset, source.Length);
        ThrowIfLocked(slot);
        int at = (int)(offset % Chunk.Bytes);
        uint index = offset / Chunk.Bytes;
        if (at + source.Length <= Chunk.Bytes)
        {
            if (!source.IsEmpty)
            {
                WriteChunk(ChunkAt(slot, index), at, source);
            }

            return;
        }

        ThrowIfAbovePageLimit(slot, offset, source.Length);
        while (!source.IsEmpty)
        {
            int length = Math.Min(Chunk.Bytes - at, source.Length);
            WriteChunk(ChunkAt(slot, index++), at, source[..length]);
            source = source[length..];
            at = 0;
        }
    }

    private static int WordsOf(int at, int length)
    {
        int first = at / Chunk.WordBytes;
        int last = (at + length - 1) / Chunk.WordBytes;
        return ((2 << last) - 1) & ~((1 << first) - 1);
    }

    private void WriteChunk(Chunk chunk, int at, ReadOnlySpan<byte> source)
    {
        int words = WordsOf(at, source.Length);
        int unsaved = chunk.Scope == _scope ? words & ~chunk.Saved : words;
        if (unsaved != 0)
        {
            Prepare(chunk, words, unsaved);
        }

        source.CopyTo(chunk.Data.AsSpan(at));
    }

    /// <summary>Charges and saves words that are written for the first time in the scope.</summary>
    private void Prepare(Chunk chunk, int words, int unsaved)
    {
        int unwritten = words & ~chunk.Written;
        int pages = int.PopCount(unwritten);
        if (PagesCharged + pages > PageLimit)
        {
            throw new PageLimitException(PageLimit.Value);
        }

        _journal.Save(chunk, unsaved, _scope);
        chunk.Written |= (byte)unwritten;
        PagesCharged += pages;
        if (!chunk.IsDirty && _draft is not null)
        {
            chunk.IsDirty = true;
            _dirty.Add(chunk);
        }
    }

    /// <summary>Checks the limit for all of a write over several chunks, before any of it is done.</summary>
    private void ThrowIfAbovePageLimit(int slot, uint offset, int length)
    {
        if (PageLimit is not { } limit)
        {
            return;
        }

        long pages = PagesCharged;
        for (ulong at = offset; at < (ulong)offset + (ulong)length;)
        {
            int within = (int)(at % Chunk.Bytes);
            int part = (int)Math.Min((ulong)(Chunk.Bytes - within), offset + (ulong)length - at);
            pages += int.PopCount(WordsOf(within, part) & ~ChunkToRead(slot, (uint)(at / Chunk.Bytes)).Written);
            at += (ulong)part;
        }

        if (pages > limit)
        {
            throw new PageLimitException(limit);
        }
    }

    /// <summary>The chunk to be written: it stays.</summary>
    private Chunk ChunkAt(int slot, uint index) => _chunks.Find(slot, index) ?? Load(slot, index, stays: true);

    /// <summary>The chunk to be read: it stays as long as there is room.</summary>
    private Chunk ChunkToRead(int slot, uint index) => _chunks.Find(slot, index) ?? Load(slot, index, stays: _chunks.Count < ReadChunks);

    private Chunk Load(int slot, uint index, bool stays)
    {
        Chunk chunk = new(slot, index);
        if (_reader is not null)
        {
            Fill(chunk);
        }

        if (stays)
        {
            _chunks.Add(chunk);
        }

        return chunk;
    }

    /// <summary>Reads a chunk from the store. What fails there must be known to whoever runs contracts, which might go on as if nothing had been.</summary>
    private void Fill(Chunk chunk)
    {
        Span<byte> key = stackalloc byte[ContractKeys.ChunkKeyBytes];
        WriteKey(chunk.Slot, chunk.Index, key);
        int length = 0;
        try
        {
            _reader!.TryGet(key, chunk.Data, out _);
            return;
        }
        catch (ArgumentException) when (_reader!.TryGetLength(key, out length) && length > Chunk.Bytes)
        {
            // No chunk: said below.
        }
        catch (Exception fault) when (Note(fault))
        {
            throw;
        }

        throw new StorageLayoutException(
            _slots[chunk.Slot].Contract.Address, _slots[chunk.Slot].Id, chunk.Index * Chunk.Bytes, $"the entry of the state has {length} bytes, a chunk at most {Chunk.Bytes}");
    }

    private void WriteKey(int slot, uint index, Span<byte> key) => ContractKeys.WriteChunkKey(_slots[slot].Contract.Address, _slots[slot].Id, index, key);

    private void ThrowIfBeyondEnd(int slot, uint offset, int length)
    {
        if (offset + (ulong)length > Profile.SlotBytes)
        {
            throw new SlotOverflowException(_slots[slot].Id, offset, (ulong)length, Profile.SlotBytes);
        }
    }

    private void ThrowIfLocked(int slot)
    {
        if (_slots[slot].IsLocked)
        {
            throw new SlotForbiddenException(_slots[slot].Contract.Address, _slots[slot].Id, SlotObstacle.Locked);
        }
    }
}
