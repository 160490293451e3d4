namespace Cairn.Contracts;

/// <summary>An entry of a store that belongs to contracts (metadata, an execution, a machine, a block) is not what was written: something else wrote the key, or the store is damaged.</summary>
public sealed class ContractRecordException : StateStoreException
{
    private readonly byte[] _key;

    /// <summary>Makes the exception.</summary>
    /// <param name="record">What the entry should be.</param>
    /// <param name="key">Its key. Copied.</param>
    /// <param name="expected">What should have been found.</param>
    /// <param name="found">What was found.</param>
    public ContractRecordException(string record, ReadOnlySpan<byte> key, string expected, string found)
        : base($"The {record} under key {Convert.ToHexStringLower(key)}: expected {expected}, found {found}. Run 'cairn check' on the store; if it is sound, another program wrote the key.", RecoveryAction.Restore)
    {
        Record = record;
        _key = key.ToArray();
        Expected = expected;
        Found = found;
    }

    /// <summary>What the entry should be.</summary>
    public string Record { get; }

    /// <summary>The key of the entry.</summary>
    public ReadOnlyMemory<byte> Key => _key;

    /// <summary>What should have been found.</summary>
    public string Expected { get; }

    /// <summary>What was found.</summary>
    public string Found { get; }
}
