namespace Cairn.Contracts.Namespaces.Auditing;

/// <summary>What to read of the audit; what is null does not matter.</summary>
public sealed record AuditQuery
{
    /// <summary>Who it was; <c>anonymous</c> for nobody.</summary>
    public string? Principal { get; init; }

    /// <summary>The namespace it was in, exactly; <c>global</c> for the one around all others. Takes admin there, who reads what came after its creation; without it, global admin.</summary>
    public string? Namespace { get; init; }

    /// <summary>What was done or tried.</summary>
    public AuditAction? Action { get; init; }

    /// <summary>How it went.</summary>
    public AuditOutcome? Outcome { get; init; }

    /// <summary>The earliest time of a block, in 100 ns ticks since 1970-01-01 UTC. Blocks without a time are left out.</summary>
    public long? FromTicks { get; init; }

    /// <summary>The time of a block before which it has to be.</summary>
    public long? ToTicks { get; init; }

    /// <summary>Only records with lower numbers, as <see cref="AuditPage.Next"/> says.</summary>
    public ulong? Before { get; init; }

    /// <summary>The most records to give.</summary>
    public int Limit { get; init; } = 100;

    internal bool Matches(AuditRecord record) =>
        (Principal is null || string.Equals(Principal, record.Principal, StringComparison.Ordinal))
        && (Namespace is null || string.Equals(Namespace.Length == 0 ? NamespacePath.Global : Namespace, record.Namespace, StringComparison.Ordinal))
        && (Action is null || Action == record.Action)
        && (Outcome is null || Outcome == record.Outcome)
        && (FromTicks is null || record.TimeTicks >= FromTicks)
        && (ToTicks is null || record.TimeTicks < ToTicks);
}
