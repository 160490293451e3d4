namespace Cairn.Contracts;

/// <summary>A slot may not be read or written. Nothing was changed; the execution around it can go on.</summary>
public sealed class SlotForbiddenException : StateStoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="contract">The contract.</param>
    /// <param name="slot">The slot.</param>
    /// <param name="obstacle">Why.</param>
    public SlotForbiddenException(Address contract, SlotId slot, SlotObstacle obstacle)
        : base($"Slot {slot} of contract {contract}: {Reason(obstacle)}.", RecoveryAction.FixTheCall)
    {
        Contract = contract;
        Slot = slot;
        Obstacle = obstacle;
    }

    /// <summary>The contract.</summary>
    public Address Contract { get; }

    /// <summary>The slot.</summary>
    public SlotId Slot { get; }

    /// <summary>Why.</summary>
    public SlotObstacle Obstacle { get; }

    private static string Reason(SlotObstacle obstacle) => obstacle switch
    {
        SlotObstacle.Locked => "it is locked, and the sender is no upgrader of the contract",
        SlotObstacle.ReadOnly => "the storage is open for reading only",
        _ => "this execution has no permission to use storage",
    };
}
