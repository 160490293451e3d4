namespace Cairn.Contracts.Registry;

/// <summary>What a second writer meets while the first one is at work.</summary>
public enum BusyBehavior
{
    /// <summary>It waits for its turn.</summary>
    Wait,

    /// <summary>It is refused with a <see cref="ContractStorageBusyException"/>.</summary>
    Refuse,
}
