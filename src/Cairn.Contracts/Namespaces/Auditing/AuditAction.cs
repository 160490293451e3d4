namespace Cairn.Contracts.Namespaces.Auditing;

/// <summary>What was done, or was tried. The numbers are those of records.</summary>
public enum AuditAction
{
    /// <summary>Reading: a value, whether there is a key, keys, versions, history, proofs, options. Only denied attempts, and only where that is asked for.</summary>
    Read = 1,

    /// <summary>Writing a key.</summary>
    Write = 2,

    /// <summary>Deleting a key.</summary>
    Delete = 3,

    /// <summary>Dropping the older versions of a key.</summary>
    DropVersions = 4,

    /// <summary>Making the first global admin.</summary>
    Initialize = 5,

    /// <summary>Creating a namespace.</summary>
    CreateNamespace = 6,

    /// <summary>Changing the options of a namespace.</summary>
    ChangeNamespace = 7,

    /// <summary>Removing a namespace.</summary>
    RemoveNamespace = 8,

    /// <summary>Bringing a namespace to another version of its schema.</summary>
    Migrate = 9,

    /// <summary>Granting a role.</summary>
    GrantRole = 10,

    /// <summary>Revoking a role.</summary>
    RevokeRole = 11,

    /// <summary>Asking for a role that has to be there.</summary>
    RequireRole = 12,

    /// <summary>Creating an account.</summary>
    CreateAccount = 13,

    /// <summary>Changing the quota of an account.</summary>
    ChangeAccount = 14,

    /// <summary>Removing an account.</summary>
    RemoveAccount = 15,

    /// <summary>Reading the audit. Only denied attempts.</summary>
    ReadAudit = 16,

    /// <summary>Accepting a signed call.</summary>
    AcceptCall = 17,
}
