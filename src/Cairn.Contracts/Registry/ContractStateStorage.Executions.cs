using System.Diagnostics.CodeAnalysis;
using Cairn.Contracts.Execution;

namespace Cairn.Contracts.Registry;

/// <content>Executions and statistics.</content>
public sealed partial class ContractStateStorage
{
    /// <summary>Adds a record to the history. One with an id that is there already takes its place.</summary>
    /// <param name="record">The record.</param>
    /// <param name="cancellationToken">Honoured until the block is written.</param>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    /// <inheritdoc cref="SetStateAsync" path="/*[self::returns or self::exception]"/>
    public Task<CommittedBlock?> StoreExecutionAsync(ExecutionRecord record, CancellationToken cancellationToken = default) =>
        WriteAsync(draft => ExecutionHistory.Add(draft, record), cancellationToken);

    /// <summary>Finds a record by its id.</summary>
    /// <param name="id">The id.</param>
    /// <param name="record">The record; null when there is none.</param>
    /// <returns>Whether there is one.</returns>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    public bool TryGetExecution(ExecutionId id, [NotNullWhen(true)] out ExecutionRecord? record)
    {
        using StorageReading reading = OpenReading();
        return new ExecutionHistory(reading.Local).TryGet(id, out record);
    }

    /// <summary>Reads a page of the history, newest first.</summary>
    /// <param name="query">What is asked for; null for the newest executions of all contracts.</param>
    /// <exception cref="ArgumentException">The question makes no sense.</exception>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    public ExecutionPage GetExecutionHistory(ExecutionQuery? query = null)
    {
        using StorageReading reading = OpenReading();
        return new ExecutionHistory(reading.Local).List(query);
    }

    /// <summary>What the executions of a contract come to, and how it does.</summary>
    /// <param name="contract">The contract.</param>
    /// <exception cref="ArgumentException">The id is missing.</exception>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    public ContractStatistics GetStatistics(ContractId contract)
    {
        using StorageReading reading = OpenReading();
        return new ContractStatistics(new ExecutionHistory(reading.Local).TotalsOf(contract));
    }

    /// <summary>What the store holds, from the counters of its trees.</summary>
    public ContractStoreStatistics GetStats()
    {
        using StorageReading reading = OpenReading();
        return new ContractStoreStatistics
        {
            Contracts = reading.Registry.Count,
            Registry = reading.State.TotalsOf([RegistryKeys.First]),
            StateEntries = reading.State.TotalsOf([ContractStateKeys.Prefix]),
            SlotChunks = reading.State.TotalsOf([ContractKeys.SlotPrefix]),
            HistoryEntries = new ExecutionHistory(reading.Local).Count,
            History = reading.Local.TotalsOf([ExecutionKeys.First]),
        };
    }
}
