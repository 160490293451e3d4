namespace Cairn.Contracts.Namespaces;

/// <summary>An account: what a principal uses, and may use.</summary>
/// <param name="Id">The id of the principal.</param>
/// <param name="Quota">The most value bytes; null for any number.</param>
/// <param name="Used">The value bytes it has paid for, less what it was credited; never below 0.</param>
public sealed record Account(string Id, ulong? Quota, ulong Used);
