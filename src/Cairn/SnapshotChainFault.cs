namespace Cairn;

/// <summary>Why incremental snapshots do not lead to a state.</summary>
public enum SnapshotChainFault
{
    /// <summary>The state it builds on is not there: the store is empty, or the snapshot with it is missing.</summary>
    MissingBase,

    /// <summary>Another state is there than the one it builds on.</summary>
    WrongBase,

    /// <summary>It builds on itself, or on something later.</summary>
    Cycle,
}
