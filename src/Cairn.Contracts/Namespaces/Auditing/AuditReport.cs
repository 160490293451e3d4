namespace Cairn.Contracts.Namespaces.Auditing;

/// <summary>What verifying an audit chain came to.</summary>
/// <param name="Records">How many records are sound, from the first one on.</param>
/// <param name="Head">The end of the chain as the store has it.</param>
/// <param name="Fault">The first record that is not sound; null when all are.</param>
public sealed record AuditReport(ulong Records, AuditHead Head, AuditFault? Fault)
{
    /// <summary>Whether all records are sound.</summary>
    public bool IsSound => Fault is null;
}
