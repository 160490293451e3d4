namespace Cairn.Contracts.Namespaces;

/// <summary>The bytes of what is known of the current version of a key: see <c>docs/format.md</c>, "Head of versions".</summary>
internal static class VersionHeadLayout
{
    public const int VersionOffset = 0;
    public const int FlagsOffset = 1;
    public const int NumberOffset = 2;
    public const int OldestOffset = 10;
    public const int ContentLengthOffset = 18;
    public const int HeightOffset = 22;
    public const int TimeOffset = 30;
    public const int SizeBytes = 38;

    public const byte Version = 1;
    public const byte DeletedFlag = 1;
    public const byte TimeFlag = 2;
}
