namespace Cairn;

/// <summary>An incremental snapshot does not go on from what is there. The store was left unchanged.</summary>
public sealed class SnapshotChainException : StateStoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="fault">What is wrong.</param>
    /// <param name="snapshot">The snapshot, as a file or name.</param>
    /// <param name="baseHeight">The height of the state it builds on.</param>
    /// <param name="baseRoot">Its root.</param>
    /// <param name="found">What is there, in words.</param>
    public SnapshotChainException(SnapshotChainFault fault, string snapshot, BlockHeight baseHeight, Hash256 baseRoot, string found)
        : base(MessageOf(fault, snapshot, baseHeight, baseRoot, found), RecoveryAction.FixTheCall)
    {
        Fault = fault;
        Snapshot = snapshot;
        BaseHeight = baseHeight;
        BaseRoot = baseRoot;
    }

    /// <summary>What is wrong.</summary>
    public SnapshotChainFault Fault { get; }

    /// <summary>The snapshot, as a file or name.</summary>
    public string Snapshot { get; }

    /// <summary>The height of the state it builds on.</summary>
    public BlockHeight BaseHeight { get; }

    /// <summary>The root of the state it builds on.</summary>
    public Hash256 BaseRoot { get; }

    private static string MessageOf(SnapshotChainFault fault, string snapshot, BlockHeight baseHeight, Hash256 baseRoot, string found) => fault switch
    {
        SnapshotChainFault.MissingBase => $"The snapshot '{snapshot}' builds on the state at height {baseHeight} with root {baseRoot}, which is missing: {found}. Nothing was changed; import the snapshot of that state first.",
        SnapshotChainFault.WrongBase => $"The snapshot '{snapshot}' builds on the state at height {baseHeight} with root {baseRoot}, but there is {found}. Nothing was changed; take the snapshot that goes on from there.",
        _ => $"The snapshot '{snapshot}' builds on the state at height {baseHeight} with root {baseRoot}, which is not before it: {found}. A chain of snapshots goes upwards. Nothing was changed.",
    };
}
