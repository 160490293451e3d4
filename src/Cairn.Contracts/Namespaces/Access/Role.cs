namespace Cairn.Contracts.Namespaces.Access;

/// <summary>What a principal may do in a namespace. Each includes the ones before it.</summary>
public enum Role
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Read keys, their versions, their history and proofs of them.</summary>
    Reader = 1,

    /// <summary>Write and delete keys.</summary>
    Writer = 2,

    /// <summary>Create namespaces below, grant and revoke roles, change options, read the audit. In the namespace <c>global</c>: everything everywhere.</summary>
    Admin = 3,
}
