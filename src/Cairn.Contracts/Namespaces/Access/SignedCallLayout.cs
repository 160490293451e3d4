namespace Cairn.Contracts.Namespaces.Access;

/// <summary>The bytes that are signed: see <c>docs/format.md</c>, "Signed call".</summary>
internal static class SignedCallLayout
{
    public const int TagOffset = 0;
    public const int NonceOffset = 16;
    public const int LastHeightOffset = 24;
    public const int DigestOffset = 32;
    public const int DomainLengthOffset = 64;
    public const int SizeBytes = 65;

    public static ReadOnlySpan<byte> Tag => "cairn call v1\0\0\0"u8;
}
