namespace Cairn.Contracts.Namespaces.Access;

/// <summary>A part of the roles of a namespace.</summary>
/// <param name="Grants">The roles, in the order of the bytes of their principals.</param>
/// <param name="Next">The principal to go on after; null at the end.</param>
public sealed record RolePage(IReadOnlyList<RoleGrant> Grants, string? Next);
