using Cairn.Contracts.Values;

namespace Cairn.Contracts.Namespaces;

/// <summary>A write of a batch.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The value; null deletes the key.</param>
/// <param name="ExpectedVersion">The version that has to be there, 0 for none; null for any.</param>
public sealed record NamespaceWrite(StatePath Key, StateValue? Value, ulong? ExpectedVersion = null);
