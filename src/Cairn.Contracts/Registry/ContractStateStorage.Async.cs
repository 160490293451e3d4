using Cairn.Contracts.Execution;

namespace Cairn.Contracts.Registry;

/// <content>Reads for those who await everything. What is local is read on the calling thread: the tasks are complete when they are returned.</content>
public sealed partial class ContractStateStorage
{
    /// <summary>Reads what is known of a contract, without its code.</summary>
    /// <returns>What is known; null when there is none.</returns>
    /// <inheritdoc cref="TryGetMetadata" path="/*[not(self::returns)]"/>
    public ValueTask<ContractMetadata?> GetMetadataAsync(ContractId contract, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(TryGetMetadata(contract, out ContractMetadata? metadata) ? metadata : null);
    }

    /// <inheritdoc cref="GetCode"/>
    public ValueTask<byte[]?> GetCodeAsync(ContractId contract, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(GetCode(contract));
    }

    /// <inheritdoc cref="GetAbi"/>
    public ValueTask<string?> GetAbiAsync(ContractId contract, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(GetAbi(contract));
    }

    /// <inheritdoc cref="ListContracts"/>
    public ValueTask<RegistryPage> ListContractsAsync(ReadOnlyMemory<byte> prefix = default, ContractId? from = null, int limit = ContractRegistry.DefaultLimit, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(ListContracts(prefix.Span, from, limit));
    }

    /// <inheritdoc cref="GetState"/>
    public ValueTask<byte[]?> GetStateAsync(ContractId contract, ReadOnlyMemory<byte> key, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(GetState(contract, key.Span));
    }

    /// <inheritdoc cref="ListState"/>
    public ValueTask<StatePage> ListStateAsync(
        ContractId contract, ReadOnlyMemory<byte> keyPrefix = default, ReadOnlyMemory<byte> from = default, int limit = DefaultLimit, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(ListState(contract, keyPrefix.Span, from.Span, limit));
    }

    /// <summary>Finds a record by its id.</summary>
    /// <returns>The record; null when there is none.</returns>
    /// <inheritdoc cref="TryGetExecution" path="/*[not(self::returns)]"/>
    public ValueTask<ExecutionRecord?> GetExecutionAsync(ExecutionId id, bool includesArchives = false, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(TryGetExecution(id, out ExecutionRecord? record, includesArchives) ? record : null);
    }

    /// <inheritdoc cref="GetExecutionHistory"/>
    public ValueTask<ExecutionPage> GetExecutionHistoryAsync(ExecutionQuery? query = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(GetExecutionHistory(query));
    }

    /// <inheritdoc cref="GetStatistics"/>
    public ValueTask<ContractStatistics> GetStatisticsAsync(ContractId contract, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(GetStatistics(contract));
    }

    /// <inheritdoc cref="GetStats"/>
    public ValueTask<ContractStoreStatistics> GetStatsAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(GetStats());
    }

    /// <summary>Walks the state of a contract in the order of the keys.</summary>
    /// <param name="contract">The contract.</param>
    /// <param name="keyPrefix">What the keys begin with; empty, the default, for all. Copied.</param>
    /// <returns>The entries, read as they are asked for.</returns>
    /// <inheritdoc cref="EnumerateState" path="/exception"/>
    public IAsyncEnumerable<StateEntry> EnumerateStateAsync(ContractId contract, ReadOnlySpan<byte> keyPrefix = default) => EnumerateState(contract, keyPrefix).ToAsyncEnumerable();
}
