namespace Cairn.Contracts.Machines;

/// <summary>The bytes of a block header, which its hash is of: see <c>docs/format.md</c>, "Block header".</summary>
internal static class BlockHeaderLayout
{
    public const int VersionOffset = 0;
    public const int HeightOffset = 1;
    public const int PreviousHashOffset = 9;
    public const int StateRootOffset = 41;
    public const int ContentHashOffset = 73;
    public const int TimeOffset = 105;
    public const int ProposerOffset = 113;
    public const int ExtraLengthOffset = 133;
    public const int SizeBytes = 135;

    public const byte Version = 1;
}
