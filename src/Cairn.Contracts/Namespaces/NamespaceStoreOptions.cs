namespace Cairn.Contracts.Namespaces;

/// <summary>How a store of namespaces works on this node; the state does not depend on it.</summary>
public sealed class NamespaceStoreOptions
{
    /// <summary>Whether denied attempts to read are in the audit too; false by default.</summary>
    public bool AuditsDeniedReads { get; init; }

    /// <summary>The defaults.</summary>
    internal static NamespaceStoreOptions Default { get; } = new();
}
