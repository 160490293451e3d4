namespace Cairn.Contracts.Registry;

/// <summary>What a store holds of contracts, from the counters of its trees: nothing is walked. Bytes are those of keys and values.</summary>
public sealed record ContractStoreStatistics
{
    /// <summary>How many contracts are in the registry.</summary>
    public ulong Contracts { get; init; }

    /// <summary>Their metadata, code and ABIs.</summary>
    public TreeTotals Registry { get; init; }

    /// <summary>The keys and values of contracts.</summary>
    public TreeTotals StateEntries { get; init; }

    /// <summary>The chunks of slots of contracts.</summary>
    public TreeTotals SlotChunks { get; init; }

    /// <summary>How many executions the history in the store has.</summary>
    public ulong HistoryEntries { get; init; }

    /// <summary>The history with its indexes and totals.</summary>
    public TreeTotals History { get; init; }

    /// <summary>How many archives of executions there are.</summary>
    public int Archives { get; init; }

    /// <summary>How many executions they have.</summary>
    public ulong ArchivedEntries { get; init; }

    /// <summary>How long their files are together.</summary>
    public ulong ArchiveBytes { get; init; }

    /// <summary>What is in the store together, in bytes.</summary>
    public ulong Bytes => Registry.Bytes + StateEntries.Bytes + SlotChunks.Bytes + History.Bytes;
}
