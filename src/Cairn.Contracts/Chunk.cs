namespace Cairn.Contracts;

/// <summary>
/// A chunk of a slot in the buffer of a session. Which of its eight words are <i>saved</i> says whether the journal can restore them to what they were when the scope <see cref="Scope"/> began.
/// </summary>
internal sealed class Chunk
{
    public const int Bytes = ContractKeys.ChunkBytes;
    public const int WordBytes = 32;
    public const int Words = Bytes / WordBytes;

    public Chunk(int slot, uint index)
    {
        Slot = slot;
        Index = index;
    }

    /// <summary>The number of the slot in the session.</summary>
    public int Slot { get; }

    public uint Index { get; }

    public byte[] Data { get; } = new byte[Bytes];

    /// <summary>The words written since the execution began.</summary>
    public byte Written { get; set; }

    /// <summary>The words saved in <see cref="Scope"/>.</summary>
    public byte Saved { get; set; }

    /// <summary>The scope that saved last.</summary>
    public ulong Scope { get; set; }

    /// <summary>Whether it is in the list of chunks to be flushed.</summary>
    public bool IsDirty { get; set; }

    /// <summary>The last count of changes that it was part of.</summary>
    public ulong CountedIn { get; set; }

    /// <summary>How many bytes the entry of the state has: all up to the last one that is not zero.</summary>
    public int Length => Data.AsSpan().LastIndexOfAnyExcept((byte)0) + 1;

    public Span<byte> Word(int word) => Data.AsSpan(word * WordBytes, WordBytes);
}
