namespace Cairn.Contracts.Namespaces;

/// <summary>What to change of a namespace; what is null stays as it is.</summary>
public sealed record NamespaceChange
{
    /// <summary>Who owns it from now on, and becomes its admin. Who owned it before keeps the role.</summary>
    public string? Owner { get; init; }

    /// <summary>How many versions of a key are kept. What is too much goes with the next write of each key.</summary>
    public int? VersionsKept { get; init; }

    /// <summary>Whether roles in the namespaces above it hold in it too.</summary>
    public bool? InheritsRoles { get; init; }

    /// <summary>How much may lie in it and below it. For admins of the namespace above it alone. What lies there may be more already: then nothing may be added.</summary>
    public NamespaceQuota? Quota { get; init; }

    /// <summary>The attributes: a JSON object.</summary>
    public string? Attributes { get; init; }
}
