namespace Cairn.Contracts.Migrations;

/// <summary>A step from one version of a contract's schema to a later one. It has to depend on nothing but the storage: every node runs it, and comes to the same root.</summary>
public interface IMigration
{
    /// <summary>The version that it begins at.</summary>
    uint From { get; }

    /// <summary>The version that is there after it.</summary>
    uint To { get; }

    /// <summary>Changes what is stored. What it throws ends the whole migration, of which nothing is kept.</summary>
    /// <param name="storage">The storage of the contract. The session's scopes and executions are not for the step to end.</param>
    void Apply(SlotStorage storage);
}
