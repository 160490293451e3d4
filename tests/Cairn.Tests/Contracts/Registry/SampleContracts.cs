using Cairn.Contracts;
using Cairn.Contracts.Registry;

namespace Cairn.Tests.Contracts.Registry;

/// <summary>Contracts for tests.</summary>
internal static class SampleContracts
{
    public static ContractMetadata Wasm { get; } = new()
    {
        Id = ContractId.FromText("wasm"),
        Type = new ContractType.Wasm(new byte[] { 0, 0x61, 0x73, 0x6d, 1 }, "[]"),
        Name = "Zähler",
        Description = "counts",
        Owner = Address.Parse("0x0102030405060708090a0b0c0d0e0f1011121314"),
        DeploymentTransaction = Hash256.EmptyRoot,
        DeployedAtTicks = 17_000_000_000_000_001,
    };

    /// <summary>One of each type, with what is absent and what is empty.</summary>
    public static ContractMetadata[] All { get; } =
    [
        Wasm,
        Wasm with { Id = ContractId.FromText("wasm-no-abi"), Type = new ContractType.Wasm(new byte[] { 7 }), DeploymentTransaction = null },
        Wasm with { Id = ContractId.FromText("wasm-empty"), Type = new ContractType.Wasm(ReadOnlyMemory<byte>.Empty, ""), Name = "", Description = "", IsActive = false },
        Wasm with { Id = ContractId.FromText("circuit"), Type = new ContractType.PrivacyEnhanced("circuit-1"), DeployedAtTicks = long.MinValue },
        Wasm with { Id = ContractId.FromText("built-in"), Type = new ContractType.BuiltIn("bank", new byte[] { 1, 2, 3 }), DeploymentTransaction = default(Hash256) },
        Wasm with { Id = ContractId.FromText("built-in-empty"), Type = new ContractType.BuiltIn("bank", ReadOnlyMemory<byte>.Empty) },
        Wasm with { Id = ContractId.FromText("built-in-none"), Type = new ContractType.BuiltIn("") },
    ];

    /// <summary>Something else in every field, of a few ids, sometimes with large code.</summary>
    public static ContractMetadata Next(Random random, ContractId id) => new()
    {
        Id = id,
        Type = random.Next(3) switch
        {
            0 => new ContractType.Wasm(Bytes(random, random.Next(3) == 0 ? 5000 : 20), random.Next(3) switch { 0 => null, 1 => "", _ => new string('a', random.Next(2000)) }),
            1 => new ContractType.PrivacyEnhanced($"c{random.Next(5)}"),
            _ => new ContractType.BuiltIn($"b{random.Next(5)}", random.Next(2) == 0 ? null : Bytes(random, random.Next(3000))),
        },
        Name = new string('ñ', random.Next(ContractMetadata.MaxNameBytes / 2)),
        Description = new string('d', random.Next(4) == 0 ? random.Next(ContractMetadata.MaxDescriptionBytes) : 3),
        Owner = random.Next(2) == 0 ? default : Wasm.Owner,
        DeploymentTransaction = random.Next(3) switch { 0 => null, 1 => default(Hash256), _ => Hash256.EmptyRoot },
        DeployedAtTicks = random.NextInt64(),
        IsActive = random.Next(4) != 0,
    };

    private static byte[] Bytes(Random random, int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
