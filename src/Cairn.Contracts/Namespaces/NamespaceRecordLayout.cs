namespace Cairn.Contracts.Namespaces;

/// <summary>The bytes of a namespace: see <c>docs/format.md</c>, "Namespace".</summary>
internal static class NamespaceRecordLayout
{
    public const int VersionOffset = 0;
    public const int FlagsOffset = 1;
    public const int VersionsKeptOffset = 2;
    public const int SchemaVersionOffset = 4;
    public const int ChildrenOffset = 8;
    public const int MaxBytesOffset = 12;
    public const int MaxKeysOffset = 20;
    public const int CreatedAtOffset = 28;
    public const int OwnerLengthOffset = 36;
    public const int AttributesLengthOffset = 37;
    public const int SizeBytes = 39;

    public const byte Version = 1;
    public const byte InheritsFlag = 1;
    public const byte MaxBytesFlag = 2;
    public const byte MaxKeysFlag = 4;
}
