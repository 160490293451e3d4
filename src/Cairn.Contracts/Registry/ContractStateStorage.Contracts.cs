using System.Diagnostics.CodeAnalysis;

namespace Cairn.Contracts.Registry;

/// <content>The registry of contracts.</content>
public sealed partial class ContractStateStorage
{
    /// <summary>Adds a contract.</summary>
    /// <param name="metadata">The contract, with its code at hand when it has some, which must not be changed until the task ends.</param>
    /// <param name="cancellationToken">Honoured until the block is written.</param>
    /// <exception cref="ContractRegistryException">There is one with that id, or a field is too long.</exception>
    /// <inheritdoc cref="SetStateAsync" path="/*[self::returns or self::exception]"/>
    public Task<CommittedBlock?> DeployAsync(ContractMetadata metadata, CancellationToken cancellationToken = default) =>
        WriteAsync(draft => new ContractRegistry(draft).Deploy(metadata), cancellationToken);

    /// <summary>Adds a contract, or replaces what is known of it, active or not.</summary>
    /// <param name="metadata">The contract, with its code at hand unless it stays as it is.</param>
    /// <param name="cancellationToken">Honoured until the block is written.</param>
    /// <exception cref="ContractRegistryException">A field is too long.</exception>
    /// <inheritdoc cref="SetStateAsync" path="/*[self::returns or self::exception]"/>
    public Task<CommittedBlock?> StoreMetadataAsync(ContractMetadata metadata, CancellationToken cancellationToken = default) =>
        WriteAsync(draft => new ContractRegistry(draft).Store(metadata), cancellationToken);

    /// <summary>Replaces what is known of an active contract.</summary>
    /// <param name="metadata">The contract, with its code at hand unless it stays as it is.</param>
    /// <param name="cancellationToken">Honoured until the block is written.</param>
    /// <exception cref="ContractRegistryException">There is none, it is not active, or a field is too long.</exception>
    /// <inheritdoc cref="SetStateAsync" path="/*[self::returns or self::exception]"/>
    public Task<CommittedBlock?> UpdateAsync(ContractMetadata metadata, CancellationToken cancellationToken = default) =>
        WriteAsync(draft => new ContractRegistry(draft).Update(metadata), cancellationToken);

    /// <summary>Makes a contract inactive; no change when it is.</summary>
    /// <param name="contract">The contract.</param>
    /// <param name="cancellationToken">Honoured until the block is written.</param>
    /// <exception cref="ContractRegistryException">There is none.</exception>
    /// <inheritdoc cref="SetStateAsync" path="/*[self::returns or self::exception]"/>
    public Task<CommittedBlock?> DeactivateAsync(ContractId contract, CancellationToken cancellationToken = default) =>
        WriteAsync(draft => new ContractRegistry(draft).Deactivate(contract), cancellationToken);

    /// <summary>Makes an inactive contract active again; no change when it is.</summary>
    /// <param name="contract">The contract.</param>
    /// <param name="cancellationToken">Honoured until the block is written.</param>
    /// <exception cref="ContractRegistryException">There is none.</exception>
    /// <inheritdoc cref="SetStateAsync" path="/*[self::returns or self::exception]"/>
    public Task<CommittedBlock?> ActivateAsync(ContractId contract, CancellationToken cancellationToken = default) =>
        WriteAsync(draft => new ContractRegistry(draft).Activate(contract), cancellationToken);

    /// <summary>Reads what is known of a contract, without its code.</summary>
    /// <param name="contract">The contract.</param>
    /// <param name="metadata">What is known; null when there is none.</param>
    /// <returns>Whether there is one, active or not.</returns>
    /// <exception cref="ArgumentException">The id is missing.</exception>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    public bool TryGetMetadata(ContractId contract, [NotNullWhen(true)] out ContractMetadata? metadata)
    {
        using StorageReading reading = OpenReading();
        return reading.Registry.TryGet(contract, out metadata);
    }

    /// <summary>Reads the code of a contract and compares it with its hash.</summary>
    /// <param name="contract">The contract.</param>
    /// <returns>The code; null when it has none, or is not there.</returns>
    /// <exception cref="ArgumentException">The id is missing.</exception>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    public byte[]? GetCode(ContractId contract)
    {
        using StorageReading reading = OpenReading();
        return reading.Registry.TryGetCode(contract, out byte[]? code) ? code : null;
    }

    /// <summary>Reads the ABI of a contract and compares it with its hash.</summary>
    /// <param name="contract">The contract.</param>
    /// <returns>The ABI; null when it has none, or is not there.</returns>
    /// <exception cref="ArgumentException">The id is missing.</exception>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    public string? GetAbi(ContractId contract)
    {
        using StorageReading reading = OpenReading();
        return reading.Registry.TryGetAbi(contract, out string? abi) ? abi : null;
    }

    /// <summary>Lists contracts in the order of their ids.</summary>
    /// <param name="prefix">What the ids begin with; empty, the default, for all.</param>
    /// <param name="from">The first id to give: <see cref="RegistryPage.Next"/> of the page before; null, the default, for the beginning.</param>
    /// <param name="limit">The most contracts to give.</param>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    public RegistryPage ListContracts(ReadOnlySpan<byte> prefix = default, ContractId? from = null, int limit = ContractRegistry.DefaultLimit)
    {
        using StorageReading reading = OpenReading();
        return reading.Registry.List(prefix, from, limit);
    }
}
