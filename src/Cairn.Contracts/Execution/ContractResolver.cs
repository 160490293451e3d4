using Cairn.Contracts.Registry;

namespace Cairn.Contracts.Execution;

/// <summary>
/// Finds what runs at an address: a program put there for good, or what the registry in the state says. The registry may change in the middle of a block, so its entry is read for every call; what it came to is remembered for as
/// long as it has the same bytes. For one thread.
/// </summary>
internal sealed class ContractResolver(ITreeReader state, ContractPrograms programs)
{
    private const int StackBytes = 1024;
    private readonly Dictionary<Address, Entry> _entries = [];

    /// <summary>Finds what runs at an address.</summary>
    /// <param name="contract">The address.</param>
    /// <param name="program">The program; null when there is none.</param>
    /// <param name="parameters">What it was set up with; null for nothing.</param>
    /// <returns>Why nothing can be run there.</returns>
    /// <exception cref="ContractRecordException">What the registry says is damaged.</exception>
    public ExecutionFailure Find(Address contract, out ContractProgram? program, out ReadOnlyMemory<byte>? parameters)
    {
        parameters = null;
        if (programs.TryFindAt(contract, out program))
        {
            return ExecutionFailure.None;
        }

        byte[] key = _entries.TryGetValue(contract, out Entry? entry) ? entry.Key : RegistryKeys.Of(RegistryKeys.Metadata, contract.ToArray());
        if (!state.TryGetLength(key, out int length))
        {
            return ExecutionFailure.UnknownContract;
        }

        Span<byte> metadata = length <= StackBytes ? stackalloc byte[StackBytes] : new byte[length];
        metadata = metadata[..length];
        state.TryGet(key, metadata, out _);
        if (entry is null || !metadata.SequenceEqual(entry.Metadata))
        {
            entry = Read(contract, key, metadata.ToArray());
            _entries[contract] = entry;
        }

        (program, parameters) = (entry.Program, entry.Parameters);
        return entry.Failure;
    }

    private Entry Read(Address contract, byte[] key, byte[] bytes)
    {
        ContractMetadata metadata = ContractMetadataCodec.Read(contract, bytes, key);
        ContractType.BuiltIn? type = metadata.Type as ContractType.BuiltIn;
        ContractProgram? program = null;
        ExecutionFailure failure = !metadata.IsActive ? ExecutionFailure.InactiveContract
            : type is null || !programs.TryFind(type.Name, out program) ? ExecutionFailure.UnknownContract
            : ExecutionFailure.None;
        return new Entry(key, bytes, failure, failure == ExecutionFailure.None ? program : null, type?.Parameters);
    }

    private sealed record Entry(byte[] Key, byte[] Metadata, ExecutionFailure Failure, ContractProgram? Program, ReadOnlyMemory<byte>? Parameters);
}
