namespace Cairn.Contracts.Execution;

/// <summary>A parameter of a method.</summary>
/// <param name="Name">The name.</param>
/// <param name="Codec">How it is encoded.</param>
public sealed record ContractParameter(string Name, CallCodec Codec);
