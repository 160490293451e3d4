namespace Cairn.Cli.Input;

/// <summary>One block of the input of <c>apply</c>. Its memory is valid until the next line is read.</summary>
internal sealed class BlockLine
{
    /// <summary>The number of the line in its file, 1 for the first.</summary>
    public required long Line { get; init; }

    /// <summary>The height of the block.</summary>
    public required BlockHeight Height { get; init; }

    /// <summary>The time of the block in 100 ns ticks since 1970; null when the line has none.</summary>
    public long? TimeTicks { get; init; }

    /// <summary>What the block puts and deletes, in the order of the line; no key twice in one tree.</summary>
    public required IReadOnlyList<BlockLineChange> Changes { get; init; }

    /// <summary>The payload; null when the line has none.</summary>
    public ReadOnlyMemory<byte>? Payload { get; init; }

    /// <summary>The state root the block has to have; null when the line does not say.</summary>
    public Hash256? Root { get; init; }
}

/// <summary>One change of a block.</summary>
/// <param name="Tree">The tree.</param>
/// <param name="Key">The key, 1 to 320 bytes.</param>
/// <param name="Value">The value; null deletes the key.</param>
internal readonly record struct BlockLineChange(TreeKind Tree, ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte>? Value);
