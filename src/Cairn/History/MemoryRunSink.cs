namespace Cairn.History;

/// <summary>Keeps the blocks of a run in memory.</summary>
internal sealed class MemoryRunSink : IRunSink
{
    private readonly List<byte[]> _blocks = [[]]; // in place of the header

    /// <inheritdoc/>
    public void Put(uint number, ReadOnlySpan<byte> block) => _blocks.Add(block.ToArray());

    /// <summary>The blocks by number; the first one stands for the header and is empty.</summary>
    public byte[][] ToBlocks() => [.. _blocks];
}
