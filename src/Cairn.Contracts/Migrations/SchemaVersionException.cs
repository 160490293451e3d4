namespace Cairn.Contracts.Migrations;

/// <summary>What a contract holds is of another version of its schema than the program knows. Nothing was changed.</summary>
public sealed class SchemaVersionException : StateStoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="contract">The contract.</param>
    /// <param name="stored">The version that is stored.</param>
    /// <param name="known">The version that the program knows.</param>
    public SchemaVersionException(Address contract, uint stored, uint known)
        : base(
            $"Contract {contract} is stored with version {stored} of its schema, this program has version {known}: {(stored > known ? "use a newer program" : "migrate the contract in a block first")}.",
            RecoveryAction.FixTheCall)
    {
        Contract = contract;
        Stored = stored;
        Known = known;
    }

    /// <summary>The contract.</summary>
    public Address Contract { get; }

    /// <summary>The version that is stored; 0 when none was ever written.</summary>
    public uint Stored { get; }

    /// <summary>The version that the program knows.</summary>
    public uint Known { get; }
}
