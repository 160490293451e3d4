namespace Cairn.Contracts.Namespaces;

/// <summary>How a namespace begins.</summary>
public sealed record NamespaceOptions
{
    /// <summary>Who owns it and becomes its admin; null, the default, for whoever creates it.</summary>
    public string? Owner { get; init; }

    /// <summary>How many versions of a key are kept, the current one included; 0 for the current one alone. <see cref="NamespaceLimits.DefaultVersionsKept"/> by default.</summary>
    public int VersionsKept { get; init; } = NamespaceLimits.DefaultVersionsKept;

    /// <summary>Whether roles in the namespaces above it hold in it too; false by default.</summary>
    public bool InheritsRoles { get; init; }

    /// <summary>How much may lie in it and below it; no limit by default.</summary>
    public NamespaceQuota Quota { get; init; } = NamespaceQuota.None;

    /// <summary>What else there is to say of it: a JSON object, kept in canonical form; empty by default.</summary>
    public string Attributes { get; init; } = "{}";
}
