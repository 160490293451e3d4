namespace Cairn.Contracts.Namespaces.Auditing;

/// <summary>A part of the audit.</summary>
/// <param name="Records">The records, newest first.</param>
/// <param name="Next">What <see cref="AuditQuery.Before"/> has to be to go on; null at the end.</param>
public sealed record AuditPage(IReadOnlyList<AuditRecord> Records, ulong? Next);
