namespace Cairn.Contracts.Namespaces;

/// <summary>Whose quota, and of what.</summary>
public enum QuotaKind
{
    /// <summary>The value bytes that an account pays for.</summary>
    AccountBytes,

    /// <summary>The bytes of keys and values in and below a namespace.</summary>
    NamespaceBytes,

    /// <summary>The keys in and below a namespace.</summary>
    NamespaceKeys,
}
