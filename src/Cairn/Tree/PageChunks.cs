using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Cairn.IO;

namespace Cairn.Tree;

/// <summary>
/// The native memory behind the pools of a store. It is cut into chunks of 64 KiB, and these into pieces of as many granules as a page needs; pieces that came back and lie side by side serve as one, so that what was taken from the
/// operating system stays close to what was in use at most, however sizes change and whoever needs them.
/// </summary>
/// <remarks>
/// Invariants, under the lock: a granule is handed out (in a piece or a run) or in the set of free ones of its chunk; a chunk is in the list of those with as many free granules, or, with few or when it was of no use a moment ago, in
/// none. Slabs, from which chunks are cut, live as long as this is reachable: every page refers to its pool and that to this, so they outlive the last page; and until every reader has left that was inside
/// then, because bytes of a page may be read when nothing refers to its object any more. Safe for any thread (one lock, held for a few instructions).
/// SAFETY: nobody touches free granules. A piece lies within its chunk, whose slab is freed by the finalizer alone.
/// </remarks>
internal sealed unsafe class PageChunks
{
    /// <summary>More than the largest page with its hashes takes.</summary>
    public const int ChunkBytes = 64 * 1024;

    /// <summary>What pieces are made of: small beside a page, and so that what is known of a chunk fits into a line of the processor's cache.</summary>
    public const int GranuleBytes = 256;

    /// <summary>The granules of a chunk.</summary>
    public const int ChunkGranules = ChunkBytes / GranuleBytes;

    /// <summary>Chunks with as many free granules are in the lists, by quarters; with fewer, next to nothing would fit.</summary>
    private const int LeastFree = ChunkGranules / 8;

    /// <summary>How many more must be free before a chunk is taken again that was of no use.</summary>
    private const int MoreFree = ChunkGranules / 16;

    /// <summary>Larger pieces come from empty chunks: looking for room elsewhere would mostly be in vain.</summary>
    private const int MostGranulesInGaps = ChunkGranules / 8;

    private const int Lists = 5;
    private const int EmptyList = 4;
    private const int FirstSlabBytes = 512 * 1024;
    private const int SlabBytes = 4 * SystemMemory.HugePageBytes;
    private const int ChunksPerSlab = SlabBytes / ChunkBytes;
    private const int None = -1;

    private readonly Lock _lock = new();
    private readonly List<nint> _slabs = [];
    private readonly List<Chunk[]> _chunks = []; // by slab
    private readonly int[] _lists = new int[Lists]; // the first chunk of each
    private long _reserved;
    private long? _unreachableAt;

    /// <summary>Takes nothing yet.</summary>
    public PageChunks() => _lists.AsSpan().Fill(None);

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

    /// <summary>The granules of a piece for so many bytes: up to a sixteenth more, so that the gaps that pages leave are wide enough for those that come, which are mostly a little larger.</summary>
    public static int GranulesFor(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, ChunkBytes);
        int granules = Math.Max(1, (bytes + GranuleBytes - 1) / GranuleBytes);
        int step = 1 << Math.Max(0, BitOperations.Log2((uint)granules) - 3);
        return (granules + step - 1) & -step;
    }

    /// <summary>Hands out the free granules of a chunk in which a piece of some size may fit, and takes what is left of another run back.</summary>
    /// <param name="granules">The size of the piece.</param>
    /// <param name="run">What was handed out before, or the default; what is handed out now.</param>
    public void Exchange(int granules, ref PageRun run)
    {
        lock (_lock)
        {
            if (run.IsOne)
            {
                Give(run);
            }

            run = TakeChunk(granules);
        }
    }

    /// <summary>Takes pieces back. Nobody may use them any more.</summary>
    public void Give(ReadOnlySpan<PageMemory> freed)
    {
        lock (_lock)
        {
            // What is known of a chunk was mostly last used long ago.
            foreach (PageMemory memory in freed)
            {
                Prefetch(memory.Piece / ChunkGranules);
            }

            foreach (PageMemory memory in freed)
            {
                (int index, int granule) = Math.DivRem(memory.Piece, ChunkGranules);
                ref Chunk chunk = ref At(index);
                chunk.Give(granule, memory.Capacity / GranuleBytes);
                Enlist(ref chunk, index);
            }
        }
    }

    private void Give(in PageRun run)
    {
        ref Chunk chunk = ref At(run.Chunk);
        chunk.Give(run.Free);
        chunk.ListFrom = (short)(run.IsSpent ? Math.Min(chunk.FreeGranules + MoreFree, ChunkGranules) : LeastFree);
        Enlist(ref chunk, run.Chunk);
    }

    /// <summary>Chunks of which much is free come first, then empty ones; those with little only before memory is taken from the operating system.</summary>
    private PageRun TakeChunk(int granules)
    {
        int list = EmptyList;
        if (granules <= MostGranulesInGaps)
        {
            list = _lists[3] != None ? 3 : _lists[2] != None ? 2 : _lists[EmptyList] != None ? EmptyList : _lists[1] != None ? 1 : _lists[0] != None ? 0 : EmptyList;
        }

        if (_lists[list] == None)
        {
            TakeSlab();
        }

        int index = _lists[list];
        Unlink(index);
        return At(index).TakeAll(index);
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

        int first = _slabs.Count * ChunksPerSlab;
        _ = checked((first + ChunksPerSlab) * ChunkGranules); // pieces are numbered
        _slabs.Add((nint)slab);
        _chunks.Add(new Chunk[bytes / ChunkBytes]);
        _reserved += bytes;

        // The last one is linked first, so that memory is used from the start of the slab on.
        for (int index = (bytes / ChunkBytes) - 1; index >= 0; index--)
        {
            ref Chunk chunk = ref At(first + index);
            chunk = new Chunk((nint)(slab + ((long)index * ChunkBytes)));
            Enlist(ref chunk, first + index);
        }
    }

    private void Prefetch(int index)
    {
        if (Sse.IsSupported)
        {
            byte* chunk = (byte*)Unsafe.AsPointer(ref At(index)); // if the collector moves it now, other memory is asked for
            Sse.Prefetch0(chunk);
            Sse.Prefetch0(chunk + sizeof(Chunk) - 1);
        }
    }

    private ref Chunk At(int index) => ref _chunks[index / ChunksPerSlab][index % ChunksPerSlab];

    /// <summary>Puts a chunk into the list that it belongs to.</summary>
    private void Enlist(ref Chunk chunk, int index)
    {
        sbyte list = (sbyte)(chunk.FreeGranules < chunk.ListFrom ? None : chunk.FreeGranules * EmptyList / ChunkGranules);
        if (list == chunk.List)
        {
            return;
        }

        if (chunk.List != None)
        {
            Unlink(index);
        }

        if (list == None)
        {
            return;
        }

        chunk.List = list;
        chunk.Previous = None;
        chunk.Next = _lists[list];
        if (chunk.Next != None)
        {
            At(chunk.Next).Previous = index;
        }

        _lists[list] = index;
    }

    private void Unlink(int index)
    {
        ref Chunk chunk = ref At(index);
        if (chunk.Previous == None)
        {
            _lists[chunk.List] = chunk.Next;
        }
        else
        {
            At(chunk.Previous).Next = chunk.Next;
        }

        if (chunk.Next != None)
        {
            At(chunk.Next).Previous = chunk.Previous;
        }

        chunk.List = None;
    }

    /// <summary>The state of a chunk, all of it free at first.</summary>
    private struct Chunk
    {
        private readonly nint _start;
        private GranuleSet _free;

        public Chunk(nint start)
        {
            _start = start;
            _free.Fill();
            FreeGranules = ChunkGranules;
            ListFrom = LeastFree;
            List = None;
        }

        /// <summary>The list it is in, and the chunks before and after it there.</summary>
        public sbyte List;
        public int Previous;
        public int Next;

        /// <summary>How many granules are not handed out.</summary>
        public short FreeGranules;

        /// <summary>How many must be free for it to be in a list.</summary>
        public short ListFrom;

        /// <summary>Hands out what is free.</summary>
        public PageRun TakeAll(int index)
        {
            PageRun run = new(index, _start, _free);
            FreeGranules = 0;
            ListFrom = LeastFree;
            _free = default;
            return run;
        }

        public void Give(int granule, int count)
        {
            _free.Add(granule, count);
            FreeGranules += (short)count;
        }

        public void Give(in GranuleSet granules)
        {
            _free.Add(granules);
            FreeGranules += (short)granules.Count;
        }
    }
}
