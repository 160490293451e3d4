namespace Cairn.Contracts.Namespaces;

/// <summary>The bytes of an account: see <c>docs/format.md</c>, "Account".</summary>
internal static class AccountLayout
{
    public const int VersionOffset = 0;
    public const int FlagsOffset = 1;
    public const int QuotaOffset = 2;
    public const int UsedOffset = 10;
    public const int SizeBytes = 18;

    public const byte Version = 1;
    public const byte QuotaFlag = 1;
}
