namespace Cairn.Contracts;

/// <summary>Why a slot may not be touched.</summary>
public enum SlotObstacle
{
    /// <summary>The slot is locked and the sender is no upgrader of the contract.</summary>
    Locked,

    /// <summary>The storage was opened for reading.</summary>
    ReadOnly,

    /// <summary>The storage was opened without permission.</summary>
    NoPermission,
}
