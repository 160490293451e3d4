namespace Cairn.Contracts;

/// <summary>What an execution changed in the slots of a contract: runs of pages, in the order of their page ids. Immutable.</summary>
/// <param name="Contract">The contract.</param>
/// <param name="Runs">The runs. Pages that follow each other in a slot are one run.</param>
public sealed record StorageDelta(Address Contract, IReadOnlyList<StorageRun> Runs);
