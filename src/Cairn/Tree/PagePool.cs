namespace Cairn.Tree;

/// <summary>
/// Hands out native memory for pages: one pool for each worker slot of the commit, one for pages that are read. A pool keeps free pieces of the sizes it was asked for at hand, at most a chunk of each, so that workers do not meet at
/// one lock; the memory behind it is shared by the pools of a store, so that what one gives back serves the others. Safe for any thread.
/// </summary>
internal sealed class PagePool
{
    /// <summary>What memory is overwritten with when it is given back and tests ask for it.</summary>
    public const byte Poison = 0xDD;

    private readonly Lock _lock = new();
    private readonly PageChunks _chunks;
    private readonly PageRun[] _runs = new PageRun[PageChunks.MostPieces + 1]; // by pieces a chunk
    private readonly bool _poison;
    private long _used;

    /// <summary>Makes a pool with memory of its own.</summary>
    /// <param name="poison">Overwrite freed pieces, so that a use after freeing shows (tests).</param>
    public PagePool(bool poison = false)
        : this(new PageChunks(), poison)
    {
    }

    private PagePool(PageChunks chunks, bool poison)
    {
        _chunks = chunks;
        _poison = poison;
    }

    /// <summary>The bytes this pool has handed out.</summary>
    public long UsedBytes => Interlocked.Read(ref _used);

    /// <summary>The bytes taken from the operating system, by all pools that share memory with this one.</summary>
    public long ReservedBytes => _chunks.ReservedBytes;

    /// <summary>A pool that shares memory with this one.</summary>
    public PagePool Another() => new(_chunks, _poison);

    /// <summary>Hands out memory of at least so many bytes, not cleared.</summary>
    public PageMemory Allocate(int bytes)
    {
        int pieces = PageChunks.PiecesFor(bytes);
        int capacity = PageChunks.CapacityOf(pieces);
        Interlocked.Add(ref _used, capacity);
        lock (_lock)
        {
            PageMemory memory;
            while (!_runs[pieces].TryTake(capacity, out memory))
            {
                _runs[pieces] = _chunks.Take(pieces);
            }

            return memory;
        }
    }

    /// <summary>Takes memory back that this pool handed out. Nobody may use it any more.</summary>
    public void Free(PageMemory memory)
    {
        if (_poison)
        {
            memory.Span.Fill(Poison);
        }

        Interlocked.Add(ref _used, -memory.Capacity);
        _chunks.Give(memory);
    }
}
