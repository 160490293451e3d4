namespace Cairn.Contracts.Namespaces.Auditing;

/// <summary>The bytes of an audit record: see <c>docs/format.md</c>, "Audit record".</summary>
internal static class AuditRecordLayout
{
    public const int VersionOffset = 0;
    public const int ActionOffset = 1;
    public const int OutcomeOffset = 2;
    public const int FlagsOffset = 3;
    public const int HeightOffset = 4;
    public const int TimeOffset = 12;
    public const int KeyVersionOffset = 20;
    public const int PreviousHashOffset = 28;
    public const int PrincipalLengthOffset = 60;
    public const int NamespaceLengthOffset = 61;
    public const int KeyLengthOffset = 62;
    public const int DetailsLengthOffset = 63;
    public const int SizeBytes = 65;

    public const byte Version = 1;
    public const byte TimeFlag = 1;
    public const int MaxBytes = SizeBytes + NamespaceLimits.MaxPrincipalBytes + (2 * NamespaceLimits.MaxPathBytes) + NamespaceLimits.MaxDetailBytes;
}
