using System.Runtime.InteropServices;
using Cairn.IO;

namespace Cairn.Tree;

/// <summary>
/// The native memory behind the pools of a store. Chunks of 64 KiB are cut into pieces of one size each; a chunk whose pieces have all come back serves any size again, so that what was taken from the
/// operating system stays close to what was in use at most, however sizes change and whoever needs them.
/// </summary>
/// <remarks>
/// Invariants, under the lock: a piece is handed out or in the set of free ones of its chunk; a chunk is empty (and in the list of those), partly free (and in the list of its
/// size), or full (and in none). Slabs, from which chunks are cut, live as long as this is reachable: every page refers to its pool and that to this, so they outlive the last page; and until every reader has left that was inside
/// then, because bytes of a page may be read when nothing refers to its object any more. Safe for any thread (one lock, held for a few instructions).
/// SAFETY: nobody touches free pieces. A piece is at least 64 bytes and lies within its chunk, whose slab is freed by the finalizer alone.
/// </remarks>
internal sealed unsafe class PageChunks
{
    /// <summary>More than the largest page with its hashes takes.</summary>
    public const int ChunkBytes = 64 * 1024;

    /// <summary>The most pieces a chunk is cut into.</summary>
    public const int MostPieces = 256;

    private const int PieceAlignment = 64;
    private const int FirstSlabBytes = 512 * 1024;
    private const int SlabBytes = 4 * SystemMemory.HugePageBytes;
    private const int None = -1;

    private readonly Lock _lock = new();
    private readonly List<nint> _slabs = [];
    private readonly int[] _partlyFree = new int[MostPieces + 1]; // by pieces a chunk: the first chunk of the list
    private Chunk[] _chunks = [];
    private int _chunkCount;
    private int _empty = None;
    private long _reserved;
    private long? _unreachableAt;

    /// <summary>Takes nothing yet.</summary>
    public PageChunks() => _partlyFree.AsSpan().Fill(None);

#pragma warning disable MA0055 // Pages of views that were never disposed may outlive the store; the memory goes with the last of them.
    ~PageChunks()
#pragma warning restore MA0055
    {
        long mark = _unreachableAt ??= ReaderEpochs.Mark();
        if (!ReaderEpochs.HavePassed(mark))
        {
            GC.ReRegisterForFinalize(this);
            return;
        }

        foreach (nint slab in _slabs)
        {
            NativeMemory.AlignedFree((void*)slab);
        }
    }

    /// <summary>The bytes taken from the operating system.</summary>
    public long ReservedBytes
    {
        get
        {
            lock (_lock)
            {
                return _reserved;
            }
        }
    }

    /// <summary>How many pieces a chunk for so many bytes is cut into: as many as fit.</summary>
    public static int PiecesFor(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, ChunkBytes);
        return Math.Min(MostPieces, ChunkBytes / Math.Max(PieceAlignment, (bytes + PieceAlignment - 1) & -PieceAlignment));
    }

    /// <summary>The bytes of a piece of a chunk with so many.</summary>
    public static int CapacityOf(int pieces) => ChunkBytes / pieces & -PieceAlignment;

    /// <summary>Hands out all free pieces of one chunk.</summary>
    public PageRun Take(int pieces)
    {
        lock (_lock)
        {
            int index = _partlyFree[pieces];
            if (index == None)
            {
                index = TakeChunk();
                _chunks[index].Begin(pieces);
            }
            else
            {
                Unlink(ref _partlyFree[pieces], index);
            }

            return _chunks[index].TakeAll(index);
        }
    }

    /// <summary>Takes pieces back. Nobody may use them any more.</summary>
    public void Give(ReadOnlySpan<PageMemory> freed)
    {
        lock (_lock)
        {
            foreach (PageMemory memory in freed)
            {
                Give(memory);
            }
        }
    }

    private void Give(PageMemory memory)
    {
        (int index, int piece) = Math.DivRem(memory.Piece, MostPieces);
        ref Chunk chunk = ref _chunks[index];
        if (chunk.FreePieces == 0)
        {
            Link(ref _partlyFree[chunk.Pieces], index);
        }

        chunk.Give(piece);
        if (chunk.FreePieces == chunk.Pieces)
        {
            Unlink(ref _partlyFree[chunk.Pieces], index);
            Link(ref _empty, index);
        }
    }

    /// <summary>Takes an empty chunk out of its list, cutting a new slab into chunks when there is none.</summary>
    private int TakeChunk()
    {
        if (_empty == None)
        {
            TakeSlab();
        }

        int index = _empty;
        Unlink(ref _empty, index);
        return index;
    }

    /// <summary>Takes memory from the operating system: little at first, for small stores, then in sizes that are worth huge pages.</summary>
    private void TakeSlab()
    {
        int bytes = _slabs.Count == 0 ? FirstSlabBytes : SlabBytes;
        byte* slab = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, (nuint)Math.Min(bytes, SystemMemory.HugePageBytes));
        if (bytes >= SystemMemory.HugePageBytes)
        {
            SystemMemory.PreferHugePages((nint)slab, bytes);
        }

        _slabs.Add((nint)slab);
        _reserved += bytes;
        int chunks = bytes / ChunkBytes;
        if (_chunkCount + chunks > _chunks.Length)
        {
            Array.Resize(ref _chunks, Math.Max(_chunkCount + chunks, 2 * _chunks.Length));
        }

        // The last one is linked first, so that memory is used from the start of the slab on.
        for (int chunk = chunks - 1; chunk >= 0; chunk--)
        {
            _chunks[_chunkCount + chunk] = new Chunk { Start = (nint)(slab + ((long)chunk * ChunkBytes)) };
            Link(ref _empty, _chunkCount + chunk);
        }

        _chunkCount += chunks;
    }

    private void Link(ref int first, int index)
    {
        ref Chunk chunk = ref _chunks[index];
        chunk.Previous = None;
        chunk.Next = first;
        if (first != None)
        {
            _chunks[first].Previous = index;
        }

        first = index;
    }

    private void Unlink(ref int first, int index)
    {
        ref Chunk chunk = ref _chunks[index];
        if (chunk.Previous == None)
        {
            first = chunk.Next;
        }
        else
        {
            _chunks[chunk.Previous].Next = chunk.Next;
        }

        if (chunk.Next != None)
        {
            _chunks[chunk.Next].Previous = chunk.Previous;
        }
    }

    /// <summary>The state of a chunk.</summary>
    private struct Chunk
    {
        /// <summary>Its memory.</summary>
        public nint Start;

        /// <summary>The chunks before and after it in its list.</summary>
        public int Previous;
        public int Next;

        /// <summary>How many pieces it is cut into.</summary>
        public int Pieces;

        /// <summary>How many of them are not handed out.</summary>
        public int FreePieces;

        private PieceSet _free;

        /// <summary>Cuts an empty chunk anew.</summary>
        public void Begin(int pieces)
        {
            Pieces = pieces;
            FreePieces = pieces;
            _free = default;
            _free.Fill(pieces);
        }

        /// <summary>Hands out what is free.</summary>
        public PageRun TakeAll(int index)
        {
            PageRun run = new(checked(index * MostPieces), Start, _free);
            FreePieces = 0;
            _free = default;
            return run;
        }

        public void Give(int piece)
        {
            _free.Add(piece);
            FreePieces++;
        }
    }
}

/// <summary>Free pieces of one chunk, in one hand. A value; whoever takes from it keeps what is left.</summary>
/// <param name="firstPiece">The number of the first piece of the chunk.</param>
/// <param name="start">The memory of the chunk.</param>
/// <param name="free">Which of its pieces they are.</param>
/// <remarks>SAFETY: as for <see cref="PageChunks"/>: the pieces belong to the run alone until they are taken from it.</remarks>
internal unsafe struct PageRun(int firstPiece, nint start, PieceSet free)
{
    private PieceSet _free = free;

    /// <summary>Takes a piece.</summary>
    /// <param name="capacity">The bytes of a piece of the chunk.</param>
    /// <param name="memory">The piece.</param>
    /// <returns>False when there is none left.</returns>
    public bool TryTake(int capacity, out PageMemory memory)
    {
        int piece = _free.Take();
        memory = piece < 0 ? default : new PageMemory((byte*)start + ((nint)piece * capacity), capacity, firstPiece + piece);
        return piece >= 0;
    }
}
