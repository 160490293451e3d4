using Cairn.Contracts.Registry;

namespace Cairn.Contracts.Execution;

/// <summary>Which part of the history of executions is asked for. Everything, by default.</summary>
public sealed record ExecutionQuery
{
    /// <summary>The most records of a page unless said otherwise.</summary>
    public const int DefaultLimit = 100;

    /// <summary>The executions of this contract; null, the default, for those of all contracts.</summary>
    public ContractId? Contract { get; init; }

    /// <summary>The earliest time, in 100 ns ticks since 1970-01-01 UTC; null, the default, for no bound.</summary>
    public long? FromTicks { get; init; }

    /// <summary>The time after the latest one, in 100 ns ticks since 1970-01-01 UTC; null, the default, for no bound.</summary>
    public long? ToTicks { get; init; }

    /// <summary>The end of the page before: <see cref="ExecutionPage.Next"/>. Null, the default, for the beginning.</summary>
    public HistoryPosition? After { get; init; }

    /// <summary>How many records to pass over at the beginning; 0 by default. A page far behind is cheaper with <see cref="After"/>.</summary>
    public long Skip { get; init; }

    /// <summary>The most records of a page; <see cref="DefaultLimit"/> by default.</summary>
    public int Limit { get; init; } = DefaultLimit;

    /// <summary>Whether executions that were moved to archives are part of the answer; false by default. Needs a history that knows where the archives are.</summary>
    public bool IncludesArchives { get; init; }

    /// <summary>Checks that the question makes sense.</summary>
    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(Skip);
        ArgumentOutOfRangeException.ThrowIfNegative(Limit);
        Contract?.CheckedBytes(nameof(Contract));
    }

    /// <summary>Whether a position lies in the times that are asked for, and behind the page before.</summary>
    internal bool Has(HistoryPosition position) =>
        !(position.TimeTicks < FromTicks) && !(position.TimeTicks >= ToTicks) && (After is not { } after || position > after);
}
