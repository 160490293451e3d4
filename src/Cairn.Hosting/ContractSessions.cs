using Cairn.Contracts;

namespace Cairn.Hosting;

/// <summary>Opens contract storage over the blocks of a store, all with the same rules (<see cref="CairnContractOptions.Profile"/>). For any thread; the sessions are for one thread each.</summary>
public sealed class ContractSessions
{
    internal ContractSessions(StateStore store, StorageProfile profile)
    {
        Store = store;
        Profile = profile;
    }

    /// <summary>The store.</summary>
    public StateStore Store { get; }

    /// <summary>The rules of storage.</summary>
    public StorageProfile Profile { get; }

    /// <summary>Opens the storage of contracts in a draft, for reading and writing.</summary>
    /// <param name="draft">The draft; it has to stay open as long as the session is used.</param>
    public StorageSession Open(BlockDraft draft) => new(draft, Profile);

    /// <summary>Opens the storage of contracts in a view, for reading.</summary>
    /// <param name="view">The view; it has to stay open as long as the session is used.</param>
    public StorageSession Open(StateView view) => new(view, Profile);
}
