namespace Cairn.Contracts.Registry;

/// <summary>Where the registry is in the state tree: see <c>docs/format.md</c>, "Registry".</summary>
internal static class RegistryKeys
{
    /// <summary>The first byte of all of them.</summary>
    public const byte First = 0x01;

    /// <summary>The metadata of each contract.</summary>
    public const byte Metadata = 0x01;

    /// <summary>The code of those that have some.</summary>
    public const byte Code = 0x02;

    /// <summary>The ABI of those that have one.</summary>
    public const byte Abi = 0x03;

    /// <summary>What all keys begin with: the first byte and one of those above.</summary>
    public const int PrefixBytes = 2;

    /// <summary>The key of a contract.</summary>
    public static byte[] Of(byte kind, ReadOnlySpan<byte> contract) => [First, kind, .. contract];
}
