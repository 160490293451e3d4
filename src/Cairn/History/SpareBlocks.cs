using Cairn.Tree;

namespace Cairn.History;

/// <summary>
/// Blocks of runs in memory that nobody reads any more, for the runs to come: such runs live long enough to become old for the garbage collector, and are then merged or written to a file. Safe for any thread.
/// </summary>
/// <param name="poison">Overwrite what comes back, so that a use after that shows (tests).</param>
internal sealed class SpareBlocks(bool poison = false)
{
    /// <summary>The most that are held, 8 MiB: about what is merged or written at once.</summary>
    private const int MostBlocks = (8 << 20) / RunBlock.SizeBytes;

    private readonly Lock _lock = new();
    private readonly Stack<byte[]> _blocks = new();

    /// <summary>How many there are.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _blocks.Count;
            }
        }
    }

    /// <summary>Gives memory for a block; what is in it is to be overwritten.</summary>
    public byte[] Rent()
    {
        lock (_lock)
        {
            if (_blocks.TryPop(out byte[]? block))
            {
                return block;
            }
        }

        return GC.AllocateUninitializedArray<byte>(RunBlock.SizeBytes);
    }

    /// <summary>Takes the blocks of a run that nobody reads any more.</summary>
    /// <param name="blocks">The blocks by number; the first one stands for the header and is empty.</param>
    public void Return(ReadOnlySpan<byte[]> blocks)
    {
        lock (_lock)
        {
            foreach (byte[] block in blocks[1..])
            {
                if (_blocks.Count == MostBlocks)
                {
                    return;
                }

                block.AsSpan(0, poison ? block.Length : 0).Fill(PagePool.Poison);
                _blocks.Push(block);
            }
        }
    }
}
