namespace Cairn.Proofs;

/// <summary>The wire form of pruned trees. See "Pruned trees" in docs/format.md.</summary>
internal static class PrunedTreeLayout
{
    /// <summary>The version that is written and read.</summary>
    public const byte Version = 1;

    /// <summary>Where the version stands.</summary>
    public const int VersionOffset = 0;

    /// <summary>The bytes of the version.</summary>
    public const int VersionBytes = 1;

    /// <summary>The bits of a node code.</summary>
    public const int CodeBits = 2;

    /// <summary>How many node codes share a byte.</summary>
    public const int CodesPerByte = 8 / CodeBits;

    /// <summary>The bytes the codes of a tree take.</summary>
    public static long CodeBytes(long terminals) => terminals == 0 ? 0 : ((2 * terminals) - 1 + CodesPerByte - 1) / CodesPerByte;

    /// <summary>The code of a node: the first node is in the top bits of the first byte.</summary>
    public static PrunedCode CodeAt(ReadOnlySpan<byte> codes, int node) => (PrunedCode)((codes[node / CodesPerByte] >> ShiftOf(node)) & 3);

    /// <summary>How far the code of a node stands from the low end of its byte.</summary>
    public static int ShiftOf(int node) => (CodesPerByte - 1 - (node % CodesPerByte)) * CodeBits;
}
