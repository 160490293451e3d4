namespace Cairn;

/// <summary>What can need log before the floor.</summary>
public enum PruneObstacleKind
{
    /// <summary>A named hold. Release it, or wait for whoever placed it.</summary>
    Hold,

    /// <summary>An open view of an old height, or another reader of the past. It ends when they are closed.</summary>
    View,

    /// <summary>A backup that is running.</summary>
    Backup,

    /// <summary>Recovery: the log behind the newest checkpoint. Only a dry run tells of it: pruning writes a checkpoint first.</summary>
    Recovery,
}
