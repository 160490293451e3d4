namespace Cairn.Contracts.Registry;

/// <summary>A part of the list of contracts.</summary>
/// <param name="Contracts">The contracts, in the order of their ids.</param>
/// <param name="Next">What to ask for the next page with; null when nothing is left.</param>
public sealed record RegistryPage(IReadOnlyList<ContractMetadata> Contracts, ContractId? Next);
