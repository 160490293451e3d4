namespace Cairn.Contracts.Namespaces;

/// <summary>A namespace.</summary>
/// <param name="Path">Its path; <c>global</c> for the namespace around all others.</param>
/// <param name="Parent">The path of the namespace above it; null for <c>global</c>.</param>
/// <param name="Owner">Who owns it.</param>
/// <param name="VersionsKept">How many versions of a key are kept; 0 for the current one alone.</param>
/// <param name="InheritsRoles">Whether roles in the namespaces above it hold in it too.</param>
/// <param name="Quota">How much may lie in it and below it.</param>
/// <param name="Attributes">A JSON object in canonical form.</param>
/// <param name="SchemaVersion">The version of its schema; 0 before the first migration.</param>
/// <param name="Children">How many namespaces are directly below it.</param>
/// <param name="CreatedAt">The height at which it was created.</param>
public sealed record NamespaceInfo(
    string Path,
    string? Parent,
    string Owner,
    int VersionsKept,
    bool InheritsRoles,
    NamespaceQuota Quota,
    string Attributes,
    uint SchemaVersion,
    uint Children,
    BlockHeight CreatedAt);
