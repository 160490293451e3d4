using Cairn.Contracts;
using Cairn.Contracts.Registry;

namespace Cairn.Hosting;

/// <summary>How the services of <see cref="CairnBuilder.AddContracts"/> work.</summary>
public sealed class CairnContractOptions
{
    /// <summary>The rules of contract storage. Default: <see cref="StorageProfile.L1"/>.</summary>
    public StorageProfile Profile { get; set; } = StorageProfile.L1;

    /// <summary>How the registry and storage of contracts works. Default: a second writer waits.</summary>
    public ContractStorageOptions Storage { get; set; } = new();
}
