namespace Cairn.Contracts.Namespaces;

/// <summary>A part of the accounts.</summary>
/// <param name="Accounts">The accounts, in the order of the bytes of their ids.</param>
/// <param name="Next">The id to go on after; null at the end.</param>
public sealed record AccountPage(IReadOnlyList<Account> Accounts, string? Next);
