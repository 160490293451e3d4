namespace Cairn.Contracts.Registry;

/// <summary>The bytes of metadata: see <c>docs/format.md</c>, "Contract metadata".</summary>
internal static class ContractMetadataLayout
{
    public const int VersionOffset = 0;
    public const int FlagsOffset = 1;
    public const int TypeOffset = 2;
    public const int OwnerOffset = 3;
    public const int DeployedAtOffset = 23;
    public const int TransactionOffset = 31;
    public const int NameLengthOffset = 63;
    public const int DescriptionLengthOffset = 65;
    public const int SizeBytes = 67;

    public const byte Version = 1;
    public const byte ActiveFlag = 1;
    public const byte TransactionFlag = 2;
    public const byte OptionFlag = 4;

    public const byte WasmType = 1;
    public const byte PrivacyEnhancedType = 2;
    public const byte BuiltInType = 3;
}
