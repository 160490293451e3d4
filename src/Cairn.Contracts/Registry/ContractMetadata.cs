namespace Cairn.Contracts.Registry;

/// <summary>What the registry knows of a contract.</summary>
public sealed record ContractMetadata
{
    /// <summary>The longest name, of a contract, a circuit or something built in, in bytes of UTF-8.</summary>
    public const int MaxNameBytes = 256;

    /// <summary>The longest description in bytes of UTF-8.</summary>
    public const int MaxDescriptionBytes = 4096;

    /// <summary>The longest parameters of a built-in contract in bytes.</summary>
    public const int MaxParametersBytes = 64 * 1024;

    /// <summary>The longest code, and the longest ABI, in bytes: each is one value of the state.</summary>
    public const int MaxCodeBytes = StateLimits.MaxValueBytes;

    /// <summary>What names the contract.</summary>
    public required ContractId Id { get; init; }

    /// <summary>What runs when it is called.</summary>
    public required ContractType Type { get; init; }

    /// <summary>What people call it; empty by default. Up to <see cref="MaxNameBytes"/> bytes.</summary>
    public string Name { get; init; } = "";

    /// <summary>What it is for; empty by default. Up to <see cref="MaxDescriptionBytes"/> bytes.</summary>
    public string Description { get; init; } = "";

    /// <summary>Whose it is; the zero address, the default, for nobody.</summary>
    public Address Owner { get; init; }

    /// <summary>The hash of the transaction that deployed it; null, the default, for none.</summary>
    public Hash256? DeploymentTransaction { get; init; }

    /// <summary>When it was deployed, in 100 ns ticks since 1970-01-01 UTC.</summary>
    public long DeployedAtTicks { get; init; }

    /// <summary>Whether it may be called; true by default.</summary>
    public bool IsActive { get; init; } = true;
}
