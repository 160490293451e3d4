namespace Cairn.Contracts.Migrations;

/// <summary>There is no step from the version of the schema that is stored to the one that the program has. No step was run.</summary>
public sealed class MigrationMissingException : StateStoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="contract">The contract.</param>
    /// <param name="stored">The version that is stored.</param>
    /// <param name="known">The version that the program has.</param>
    /// <param name="missing">The version that no step begins at.</param>
    public MigrationMissingException(Address contract, uint stored, uint known, uint missing)
        : base($"Contract {contract} is stored with version {stored} of its schema, this program has version {known}, and no step that begins at version {missing}. Add the step, or migrate with a program that has it.", RecoveryAction.FixTheCall)
    {
        Contract = contract;
        Stored = stored;
        Known = known;
        Missing = missing;
    }

    /// <summary>The contract.</summary>
    public Address Contract { get; }

    /// <summary>The version that is stored.</summary>
    public uint Stored { get; }

    /// <summary>The version that the program has.</summary>
    public uint Known { get; }

    /// <summary>The version that no step begins at.</summary>
    public uint Missing { get; }
}
