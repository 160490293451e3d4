namespace Cairn.Contracts.Registry;

/// <summary>The bytes that metadata has of code: see <c>docs/format.md</c>, "Contract code".</summary>
internal static class ContractCodeLayout
{
    public const int CodeLengthOffset = 0;
    public const int CodeHashOffset = 4;
    public const int AbiLengthOffset = 36;
    public const int AbiHashOffset = 40;
    public const int SizeBytes = 72;
}
