namespace Cairn.Contracts.Namespaces;

/// <summary>A step that brings the keys of a namespace from one version of its schema to the next.</summary>
/// <param name="ToVersion">The version it brings them to; the first one brings them to 1.</param>
/// <param name="Name">What it does, for the audit.</param>
/// <param name="Apply">Does it, as the principal that runs the migrations. It has to do the same on every node.</param>
public sealed record NamespaceMigration(uint ToVersion, string Name, Action<NamespaceStore> Apply);
