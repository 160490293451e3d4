using System.Runtime.InteropServices;

namespace Cairn.Tree;

/// <summary>
/// Decides when the memory of a retired page can be given back: when every reader that was inside at the time of retiring has left. Reading enters and leaves a slot of its own
/// thread, two plain writes; there is no lock and no fence on that path, and readers never wait. Who wants to know who is inside has the fence run on all processors instead, seldom.
/// </summary>
/// <remarks>
/// Invariants: a page is unreachable before it is retired; a reader finds pages only between entering and leaving; the slot of a thread inside holds the epoch it entered at or an older one. A page
/// retired in epoch e is freed when every slot inside holds an epoch above e: such readers entered after the page had become unreachable. The slots are looked at after a barrier in all threads of the process: a reader
/// whose entering was not yet seen then finds pages only after the barrier, and so none that had become unreachable before it.
/// The slots belong to the process, the retired pages to the store.
/// </remarks>
internal sealed class ReaderEpochs
{
    private const long Outside = long.MaxValue;
    private const int CollectEvery = 1024;

    private static readonly Lock SlotsLock = new();
    private static WeakReference<Slot>[] _slots = [];
    private static long _globalEpoch = 1;

    [ThreadStatic]
    private static Slot? _threadSlot;

    private readonly Lock _lock = new();
    private readonly Queue<(long Epoch, Retired Retired)> _retired = new();
    private long _retiredBytes;
    private int _sinceCollect;

    /// <summary>The memory of pages that wait for readers to leave.</summary>
    public long RetiredBytes => Interlocked.Read(ref _retiredBytes);

    /// <summary>Enters; pages found until <see cref="Guard.Dispose"/> stay valid. Nests.</summary>
    public static Guard Enter()
    {
        Slot slot = _threadSlot ?? NewSlot();
        if (slot.Depth++ == 0)
        {
            Volatile.Write(ref slot.Epoch, Volatile.Read(ref _globalEpoch));
        }

        return new Guard(slot);
    }

    /// <summary>Takes a chain of pages that no reader can find any more; they are given back, objects and memory, as soon as no reader can hold one of them.</summary>
    /// <param name="first">The first of them.</param>
    /// <param name="count">How many they are.</param>
    /// <param name="bytes">The memory they take.</param>
    /// <param name="evicted">Handles of pages that were evicted before, which no reader can find either: they serve other pages when no reader can hold one of them.</param>
    /// <param name="spare">Takes these.</param>
    public void Retire(Page? first, int count, long bytes, List<PageReference>? evicted = null, SpareHandles? spare = null)
    {
        Interlocked.MemoryBarrier();
        bool isDue;
        lock (_lock)
        {
            _retired.Enqueue((Interlocked.Increment(ref _globalEpoch) - 1, new Retired(first, bytes, evicted, spare)));
            _retiredBytes += bytes;
            _sinceCollect += count + (evicted?.Count ?? 0);
            isDue = _sinceCollect >= CollectEvery;
        }

        if (isDue)
        {
            Collect();
        }
    }

    /// <summary>The epoch of this moment: marks made later are not below it.</summary>
    public static long Now => Volatile.Read(ref _globalEpoch);

    /// <summary>Marks this moment: <see cref="HavePassed"/> tells when everybody who is inside now has left.</summary>
    public static long Mark()
    {
        Interlocked.MemoryBarrier();
        return Interlocked.Increment(ref _globalEpoch) - 1;
    }

    /// <summary>Whether everybody who was inside at a mark has left.</summary>
    public static bool HavePassed(long mark) => mark < OldestInside();

    /// <summary>Gives back what can be given back now.</summary>
    public void Collect()
    {
        // What is retired from now on is not meant: somebody may enter and find it after the look at the slots.
        long now = Now;
        long before = Math.Min(now, OldestInside());
        while (TryTake(before, out Retired retired))
        {
            PagePool.FreeChain(retired.First);
            if (retired.Evicted is { } evicted)
            {
                GiveBack(evicted, retired.Spare!);
            }
        }
    }

    private static void GiveBack(List<PageReference> evicted, SpareHandles spare)
    {
        foreach (PageReference handle in evicted)
        {
            if (handle.TryGiveBackEvicted())
            {
                spare.Put(handle);
            }
        }
    }

    private static Slot NewSlot()
    {
        Slot slot = new();
        lock (SlotsLock)
        {
            _slots = [.. _slots.Where(static known => known.TryGetTarget(out _)), new WeakReference<Slot>(slot)];
        }

        _threadSlot = slot;
        return slot;
    }

    private static long OldestInside()
    {
        Interlocked.MemoryBarrierProcessWide();
        long oldest = Outside;
        foreach (WeakReference<Slot> known in Volatile.Read(ref _slots))
        {
            if (known.TryGetTarget(out Slot? slot))
            {
                oldest = Math.Min(oldest, Volatile.Read(ref slot.Epoch));
            }
        }

        return oldest;
    }

    /// <summary>Takes a chain retired before an epoch.</summary>
    private bool TryTake(long before, out Retired retired)
    {
        lock (_lock)
        {
            _sinceCollect = 0;
            retired = default;
            if (!_retired.TryPeek(out (long Epoch, Retired Retired) next) || next.Epoch >= before)
            {
                return false;
            }

            _retired.Dequeue();
            retired = next.Retired;
            _retiredBytes -= retired.Bytes;
            return true;
        }
    }

    /// <summary>What was retired together.</summary>
    private readonly record struct Retired(Page? First, long Bytes, List<PageReference>? Evicted, SpareHandles? Spare);

    /// <summary>One thread's slot, on cache lines of its own.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    internal sealed class Slot
    {
        [FieldOffset(128)]
        public long Epoch = Outside;

        [FieldOffset(136)]
        public int Depth;
    }

    /// <summary>Being inside; leaves when disposed, on the thread that entered.</summary>
    internal readonly ref struct Guard
    {
        private readonly Slot _slot;

        /// <summary>Made by <see cref="Enter"/>.</summary>
        public Guard(Slot slot) => _slot = slot;

        /// <summary>Leaves.</summary>
        public void Dispose()
        {
            if (--_slot.Depth == 0)
            {
                Volatile.Write(ref _slot.Epoch, Outside);
            }
        }
    }
}
