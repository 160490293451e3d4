using System.Numerics;

namespace Cairn.Contracts;

/// <summary>The chunks of a session by slot and index: open addressing, nothing is ever removed. The hash is seeded, since contracts choose offsets.</summary>
internal sealed class ChunkTable
{
    private const int FirstCapacity = 8;

    private Chunk?[] _places = new Chunk?[FirstCapacity];
    private int _count;

    public int Count => _count;

    public Chunk? Find(int slot, uint index)
    {
        Chunk?[] places = _places;
        for (int at = HashCode.Combine(slot, index) & (places.Length - 1); ; at = (at + 1) & (places.Length - 1))
        {
            Chunk? chunk = places[at];
            if (chunk is null || (chunk.Slot == slot && chunk.Index == index))
            {
                return chunk;
            }
        }
    }

    /// <summary>Adds a chunk that is not there.</summary>
    public void Add(Chunk chunk)
    {
        if (4 * (_count + 1) > 3 * _places.Length)
        {
            Grow();
        }

        Place(_places, chunk);
        _count++;
    }

    private static void Place(Chunk?[] places, Chunk chunk)
    {
        int at = HashCode.Combine(chunk.Slot, chunk.Index) & (places.Length - 1);
        while (places[at] is not null)
        {
            at = (at + 1) & (places.Length - 1);
        }

        places[at] = chunk;
    }

    private void Grow()
    {
        Chunk?[] places = new Chunk?[(int)BitOperations.RoundUpToPowerOf2((uint)_places.Length * 2)];
        foreach (Chunk? chunk in _places)
        {
            if (chunk is not null)
            {
                Place(places, chunk);
            }
        }

        _places = places;
    }
}
