namespace Cairn.Contracts.Namespaces.Auditing;

/// <summary>How it went. The numbers are those of records.</summary>
public enum AuditOutcome
{
    /// <summary>It was done.</summary>
    Done = 0,

    /// <summary>A role was missing.</summary>
    Denied = 1,

    /// <summary>A quota would have been exceeded.</summary>
    OverQuota = 2,
}
