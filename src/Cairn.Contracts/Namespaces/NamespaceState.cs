using Cairn.Contracts.Namespaces.Access;

namespace Cairn.Contracts.Namespaces;

/// <summary>
/// A namespace as a session knows it. True as long as its generation is the session's: creating, changing or removing a namespace, granting, revoking, and taking such things back begin another one.
/// </summary>
internal sealed class NamespaceState(object generation, byte[] path, NamespaceRecord? record, NamespaceState? parent, UsageCell usage)
{
    private Principal? _askedFor;
    private Role _role;

    public object Generation { get; } = generation;

    public byte[] Path { get; } = path;

    /// <summary>The namespace above it; null for the one around all others.</summary>
    public NamespaceState? Parent { get; } = parent;

    /// <summary>The record; null only for the namespace around all others in a store without its first admin.</summary>
    public NamespaceRecord? Record { get; } = record;

    public UsageCell Usage { get; } = usage;

    public int VersionsKept { get; } = record?.VersionsKept ?? 0;

    public bool HasChildren { get; } = record is { Children: > 0 };

    /// <summary>Whether it or a namespace above it has a quota.</summary>
    public bool IsLimited { get; } = record is { Quota.IsNone: false } || parent is { IsLimited: true };

    /// <summary>The role that was found last, if it was for this principal.</summary>
    public bool TryGetRole(Principal principal, out Role role)
    {
        role = _role;
        return ReferenceEquals(_askedFor, principal);
    }

    /// <summary>Remembers a role.</summary>
    public Role Remember(Principal principal, Role role)
    {
        _askedFor = principal;
        _role = role;
        return role;
    }
}
