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
    /// <param name="includesArchives">Whether archives are searched when the store does not have it: all of them, from the newest.</param>
    /// <returns>Whether there is one.</returns>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    /// <exception cref="StateCorruptedException">An archive is damaged or missing.</exception>
    /// <exception cref="InvalidOperationException">Archives are asked for, and the options name none.</exception>
    public bool TryGetExecution(ExecutionId id, [NotNullWhen(true)] out ExecutionRecord? record, bool includesArchives = false)
    {
        using StorageReading reading = OpenReading();
        return new ExecutionHistory(reading.Local, _options.Archives).TryGet(id, out record, includesArchives);
    }

    /// <summary>Moves executions before a time to archives, each file in a block of its own (or all of them in the open one). They stay in the statistics, and <see cref="ExecutionQuery.IncludesArchives"/> finds them.</summary>
    /// <param name="beforeTicks">The time, in 100 ns ticks since 1970-01-01 UTC.</param>
    /// <param name="cancellationToken">Honoured between two archives, and until a block is written.</param>
    /// <returns>The archives that were made, oldest executions first.</returns>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    /// <exception cref="IOException">A file could not be written; what was not moved is in the store.</exception>
    /// <exception cref="InvalidOperationException">The options name no place for archives, or the store is read-only.</exception>
    /// <exception cref="ContractStorageBusyException">Somebody else is writing, and second writers are refused.</exception>
    public async Task<IReadOnlyList<ExecutionArchive>> ArchiveExecutionsAsync(long beforeTicks, CancellationToken cancellationToken = default)
    {
        ExecutionArchives archives = _options.Archives ?? throw new InvalidOperationException("The options of the storage name no place for archives (ContractStorageOptions.Archives).");
        List<ExecutionArchive> made = [];
        while (HasExecutionBefore(beforeTicks))
        {
            ExecutionArchive? archive = null;
            await WriteAsync(draft => archive = archives.Move(draft, beforeTicks), cancellationToken).ConfigureAwait(false);
            if (archive is null)
            {
                break;
            }

            made.Add(archive);
        }

        return made;
    }

    /// <summary>Lists the archives, in the order in which they were made.</summary>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    public IReadOnlyList<ExecutionArchive> ListArchives()
    {
        using StorageReading reading = OpenReading();
        return ExecutionArchives.List(reading.Local);
    }

    /// <summary>Reads a page of the history, newest first.</summary>
    /// <param name="query">What is asked for; null for the newest executions of all contracts.</param>
    /// <exception cref="ArgumentException">The question makes no sense.</exception>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    /// <exception cref="StateCorruptedException">An archive is damaged or missing.</exception>
    /// <exception cref="InvalidOperationException">Archives are asked for, and the options name none.</exception>
    public ExecutionPage GetExecutionHistory(ExecutionQuery? query = null)
    {
        using StorageReading reading = OpenReading();
        return new ExecutionHistory(reading.Local, _options.Archives).List(query);
    }

    /// <summary>What the executions of a contract come to, and how it does.</summary>
    /// <param name="contract">The contract.</param>
    /// <exception cref="ArgumentException">The id is missing.</exception>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    public ContractStatistics GetStatistics(ContractId contract)
    {
        using StorageReading reading = OpenReading();
        return new ContractStatistics(new ExecutionHistory(reading.Local, archives: null).TotalsOf(contract));
    }

    /// <summary>What the store holds, from the counters of its trees.</summary>
    public ContractStoreStatistics GetStats()
    {
        using StorageReading reading = OpenReading();
        List<ExecutionArchive> archives = ExecutionArchives.List(reading.Local);
        return new ContractStoreStatistics
        {
            Archives = archives.Count,
            ArchivedEntries = archives.Aggregate(0UL, static (sum, one) => sum + one.Records),
            ArchiveBytes = archives.Aggregate(0UL, static (sum, one) => sum + one.FileBytes),
            Contracts = reading.Registry.Count,
            Registry = reading.State.TotalsOf([RegistryKeys.First]),
            StateEntries = reading.State.TotalsOf([ContractStateKeys.Prefix]),
            SlotChunks = reading.State.TotalsOf([ContractKeys.SlotPrefix]),
            HistoryEntries = new ExecutionHistory(reading.Local, archives: null).Count,
            History = reading.Local.TotalsOf([ExecutionKeys.First]),
        };
    }

    private bool HasExecutionBefore(long beforeTicks)
    {
        using StorageReading reading = OpenReading();
        return new ExecutionHistory(reading.Local, archives: null).ReadOldest(beforeTicks, limit: 1).Count > 0;
    }
}
