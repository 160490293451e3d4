using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Cairn.IO;

namespace Cairn.Tree;

/// <summary>
/// A piece of native memory that holds one page. Owned by the <see cref="Page"/> made on it; given back to its pool by that page's retirement, never by readers.
/// </summary>
/// <remarks>
/// SAFETY: the pointer comes from the pool and stays valid until <see cref="PagePool.Free"/>, which is called only after every reader that could have found the page has left
/// (<see cref="ReaderEpochs"/>). All access goes through <see cref="Span"/>, which carries the length, so that bounds are checked everywhere else.
/// </remarks>
internal readonly unsafe struct PageMemory(byte* start, int capacity)
{
    private readonly byte* _start = start;

    /// <summary>How many bytes there are.</summary>
    public int Capacity { get; } = capacity;

    /// <summary>The address, for the pool.</summary>
    public nint Address => (nint)_start;

    /// <summary>All the bytes.</summary>
    public Span<byte> Span
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(_start, Capacity);
    }
}

/// <summary>
/// Native memory for pages, in size classes with free lists over large slabs. Invariants: a piece is either handed out or in exactly one free list; slabs live as long as the pool is
/// reachable. Every page refers to its pool, so the slabs outlive the last page. Safe for any thread (one lock, held for a few instructions).
/// </summary>
/// <remarks>SAFETY: the first eight bytes of a free piece hold the address of the next free one; only this class touches free pieces, under the lock.</remarks>
internal sealed unsafe class PagePool
{
    /// <summary>What memory is overwritten with when it is given back and tests ask for it.</summary>
    public const byte Poison = 0xDD;

    private const int FirstSlabBytes = 1 << 20;
    private const int SlabBytes = 4 * SystemMemory.HugePageBytes;
    private const int ClassBytes = 256;
    private const int LargestPooledBytes = 128 * 1024;

    private readonly Lock _lock = new();
    private readonly nint[] _free = new nint[(LargestPooledBytes / ClassBytes) + 1];
    private readonly List<nint> _slabs = [];
    private readonly bool _poison;
    private byte* _slab;
    private int _slabBytes;
    private int _slabUsed;
    private long _used;
    private long _reserved;

    /// <summary>Makes a pool.</summary>
    /// <param name="poison">Overwrite freed pieces, so that a use after freeing shows (tests).</param>
    public PagePool(bool poison = false) => _poison = poison;

#pragma warning disable MA0055 // Pages of views that were never disposed may outlive the store; the memory goes with the last of them.
    ~PagePool()
#pragma warning restore MA0055
    {
        foreach (nint slab in _slabs)
        {
            NativeMemory.AlignedFree((void*)slab);
        }
    }

    /// <summary>A pool of the same kind with memory of its own.</summary>
    public PagePool Another() => new(_poison);

    /// <summary>The bytes handed out.</summary>
    public long UsedBytes
    {
        get
        {
            lock (_lock)
            {
                return _used;
            }
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

    /// <summary>Hands out memory of at least so many bytes, not cleared.</summary>
    public PageMemory Allocate(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, LargestPooledBytes);
        int index = (bytes + ClassBytes - 1) / ClassBytes;
        int capacity = index * ClassBytes;
        lock (_lock)
        {
            _used += capacity;
            nint piece = _free[index];
            if (piece != 0)
            {
                _free[index] = *(nint*)piece;
                return new PageMemory((byte*)piece, capacity);
            }

            if (_slabUsed + capacity > _slabBytes)
            {
                KeepRestOfSlab();
                TakeSlab();
            }

            byte* start = _slab + _slabUsed;
            _slabUsed += capacity;
            return new PageMemory(start, capacity);
        }
    }

    /// <summary>Takes memory back. Nobody may use it any more.</summary>
    public void Free(PageMemory memory)
    {
        if (_poison)
        {
            memory.Span.Fill(Poison);
        }

        lock (_lock)
        {
            _used -= memory.Capacity;
            Push(memory.Address, memory.Capacity / ClassBytes);
        }
    }

    /// <summary>Takes memory from the operating system: little at first, for small stores, then in sizes that are worth huge pages.</summary>
    private void TakeSlab()
    {
        _slabBytes = _slabs.Count == 0 ? FirstSlabBytes : SlabBytes;
        _slab = (byte*)NativeMemory.AlignedAlloc((nuint)_slabBytes, (nuint)Math.Min(_slabBytes, SystemMemory.HugePageBytes));
        if (_slabBytes >= SystemMemory.HugePageBytes)
        {
            SystemMemory.PreferHugePages((nint)_slab, _slabBytes);
        }

        _slabs.Add((nint)_slab);
        _reserved += _slabBytes;
        _slabUsed = 0;
    }

    private void KeepRestOfSlab()
    {
        int rest = (_slabBytes - _slabUsed) / ClassBytes;
        if (_slab != null && rest > 0)
        {
            Push((nint)(_slab + _slabUsed), Math.Min(rest, _free.Length - 1));
        }
    }

    private void Push(nint piece, int index)
    {
        *(nint*)piece = _free[index];
        _free[index] = piece;
    }
}
