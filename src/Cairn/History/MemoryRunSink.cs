namespace Cairn.History;

/// <summary>Keeps the blocks of a run in memory.</summary>
/// <param name="spare">Gives the memory.</param>
internal sealed class MemoryRunSink(SpareBlocks spare) : IRunSink
{
    private readonly List<byte[]> _blocks = [[]]; // in place of the header

    /// <inheritdoc/>
    public void Put(uint number, ReadOnlySpan<byte> block)
    {
        byte[] kept = spare.Rent();
        block.CopyTo(kept);
        _blocks.Add(kept);
    }

    /// <summary>The blocks by number; the first one stands for the header and is empty.</summary>
    public byte[][] ToBlocks() => [.. _blocks];

    /// <summary>Makes the run, which gives the memory back.</summary>
    public Run ToRun(RunHeader header) => new(header, ToBlocks(), spare);
}
