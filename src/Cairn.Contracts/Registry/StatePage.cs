namespace Cairn.Contracts.Registry;

/// <summary>A part of the state of a contract.</summary>
/// <param name="Entries">The entries, in the order of their keys.</param>
/// <param name="Next">The key to ask for the next page with; null when nothing is left.</param>
public sealed record StatePage(IReadOnlyList<StateEntry> Entries, byte[]? Next);
