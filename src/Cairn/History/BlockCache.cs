using System.Collections.Concurrent;

namespace Cairn.History;

/// <summary>
/// Checked blocks of run files in memory, a bounded number of them; which one leaves, a clock with a second chance decides.
/// <list type="bullet">
/// <item>A block is never changed: whoever has one may keep it, whether it is still here or not.</item>
/// <item>Looking up takes no lock; adding takes one, never during I/O.</item>
/// </list>
/// </summary>
internal sealed class BlockCache(long bytes)
{
    private const int MinBlocks = 8;

    private readonly int _capacity = (int)Math.Clamp(bytes / RunBlock.SizeBytes, MinBlocks, int.MaxValue / 2);
    private readonly ConcurrentDictionary<ulong, Slot> _blocks = new();
    private readonly List<Slot> _ring = [];
    private readonly Lock _gate = new();
    private int _hand;
    private long _misses;

    /// <summary>The memory that the blocks take.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate)
            {
                return (long)_ring.Count * RunBlock.SizeBytes;
            }
        }
    }

    /// <summary>The blocks that were not here when they were looked up.</summary>
    public long Misses => Interlocked.Read(ref _misses);

    /// <summary>Looks a block up.</summary>
    public bool TryGet(int run, uint number, out byte[] block)
    {
        if (_blocks.TryGetValue(KeyOf(run, number), out Slot? slot))
        {
            slot.IsUsed = true;
            block = slot.Block;
            return true;
        }

        block = [];
        return false;
    }

    /// <summary>Adds a block that was looked up in vain.</summary>
    public void Add(int run, uint number, byte[] block)
    {
        Interlocked.Increment(ref _misses);
        Slot slot = new(KeyOf(run, number), block);
        if (!_blocks.TryAdd(slot.Key, slot))
        {
            return;
        }

        lock (_gate)
        {
            if (_ring.Count < _capacity)
            {
                _ring.Add(slot);
                return;
            }

            while (_ring[_hand].IsUsed)
            {
                _ring[_hand].IsUsed = false;
                _hand = (_hand + 1) % _ring.Count;
            }

            _blocks.TryRemove(_ring[_hand].Key, out _);
            _ring[_hand] = slot;
            _hand = (_hand + 1) % _ring.Count;
        }
    }

    private static ulong KeyOf(int run, uint number) => ((ulong)(uint)run << 32) | number;

    private sealed class Slot(ulong key, byte[] block)
    {
        public ulong Key => key;

        public byte[] Block => block;

        public bool IsUsed { get; set; }
    }
}
