namespace Cairn.Tree;

/// <summary>The free granules of one chunk, in one hand. A value in one place; whoever holds it takes pieces of any size from it, one behind the other, and gives back what is left.</summary>
/// <param name="chunk">The number of the chunk.</param>
/// <param name="start">Its memory.</param>
/// <param name="free">Which of its granules they are.</param>
/// <remarks>SAFETY: as for <see cref="PageChunks"/>: the granules belong to the run alone until they are taken from it.</remarks>
internal unsafe struct PageRun(int chunk, nint start, GranuleSet free)
{
    private GranuleSet _free = free;
    private int _from;
    private int _triedFrom;

    /// <summary>The number of the chunk.</summary>
    public readonly int Chunk => chunk;

    /// <summary>Whether it is one, not the default.</summary>
    public readonly bool IsOne => start != 0;

    /// <summary>What is left.</summary>
    public readonly GranuleSet Free => _free;

    /// <summary>Whether most of the chunk has been gone through, or nothing fitted: taking it again soon would find little.</summary>
    public readonly bool IsSpent => _triedFrom is 0 or > PageChunks.ChunkGranules * 3 / 4;

    /// <summary>Takes a piece.</summary>
    /// <param name="granules">Its size.</param>
    /// <param name="memory">The piece.</param>
    /// <returns>False when none of that size is left; the run is of no use any more then.</returns>
    public bool TryTake(int granules, out PageMemory memory)
    {
        _triedFrom = _from;
        int granule = start == 0 ? -1 : _free.Take(ref _from, granules);
        memory = granule < 0 ? default : new PageMemory((byte*)start + ((nint)granule * PageChunks.GranuleBytes), granules * PageChunks.GranuleBytes, (chunk * PageChunks.ChunkGranules) + granule);
        return granule >= 0;
    }
}
