namespace Cairn.Contracts.Namespaces;

/// <summary>The bytes of an older version of a key: see <c>docs/format.md</c>, "Older version".</summary>
internal static class OlderVersionLayout
{
    public const int VersionOffset = 0;
    public const int FlagsOffset = 1;
    public const int HeightOffset = 2;
    public const int TimeOffset = 10;
    public const int AuthorLengthOffset = 18;
    public const int SizeBytes = 19;

    public const byte Version = 1;
}
