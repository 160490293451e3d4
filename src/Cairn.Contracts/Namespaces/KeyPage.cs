namespace Cairn.Contracts.Namespaces;

/// <summary>A part of a list of keys.</summary>
/// <param name="Keys">The keys, in the order of their bytes.</param>
/// <param name="Next">What to go on after; null at the end.</param>
public sealed record KeyPage(IReadOnlyList<StatePath> Keys, StatePath? Next);
