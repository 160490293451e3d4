namespace Cairn.Contracts.Registry;

/// <summary>A key of a contract and its value.</summary>
/// <param name="Key">The key, without the contract.</param>
/// <param name="Value">The value.</param>
public sealed record StateEntry(byte[] Key, byte[] Value);
