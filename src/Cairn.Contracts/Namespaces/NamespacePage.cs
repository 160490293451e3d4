namespace Cairn.Contracts.Namespaces;

/// <summary>A part of a list of namespaces.</summary>
/// <param name="Namespaces">The namespaces, in the order of the bytes of their paths.</param>
/// <param name="Next">The path to go on after; null at the end.</param>
public sealed record NamespacePage(IReadOnlyList<NamespaceInfo> Namespaces, string? Next);
