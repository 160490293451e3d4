namespace Cairn.Contracts.Namespaces.Access;

/// <summary>A role that was granted.</summary>
/// <param name="Principal">To whom.</param>
/// <param name="Role">Which.</param>
public sealed record RoleGrant(string Principal, Role Role);
