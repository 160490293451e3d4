namespace Cairn.Contracts.Namespaces.Auditing;

/// <summary>The bytes of the end of the audit chain: see <c>docs/format.md</c>, "Audit head".</summary>
internal static class AuditHeadLayout
{
    public const int VersionOffset = 0;
    public const int CountOffset = 1;
    public const int HashOffset = 9;
    public const int SizeBytes = 41;

    public const byte Version = 1;
}
