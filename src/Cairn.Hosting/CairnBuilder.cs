using Cairn.Contracts.Execution;
using Cairn.Contracts.Registry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Cairn.Hosting;

/// <summary>Adds what stands on a store to the services of a program.</summary>
public sealed class CairnBuilder
{
    internal CairnBuilder(IServiceCollection services, string name)
    {
        Services = services;
        Name = name;
    }

    /// <summary>The services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>The name of the store, the key of its services; empty for the one without.</summary>
    public string Name { get; }

    /// <summary>
    /// Adds the services of contracts over the store, singletons with the same key as it: <see cref="ContractExecutor"/> and <see cref="ContractPrograms"/>, <see cref="ContractStateStorage"/>, <see cref="ContractSessions"/>.
    /// A store has one writer: of the executor and the storage use one at a time.
    /// </summary>
    /// <param name="configure">Sets how they work; null for the defaults and what the configuration says.</param>
    /// <returns>The same builder.</returns>
    public CairnBuilder AddContracts(Action<CairnContractOptions>? configure = null)
    {
        if (configure is not null)
        {
            Services.Configure<CairnOptions>(Name, options => configure(options.Contracts));
        }

        TryAddSingleton(static opener => new ContractSessions(opener.Open(), opener.Options.Contracts.Profile));
        TryAddSingleton(static opener => new ContractStateStorage(opener.Open(), opener.Options.Contracts.Storage));
        TryAddSingleton(static opener => opener.Options.Contracts.Programs);
        TryAddSingleton(static opener => new ContractExecutor(opener.Open(), opener.Options.Contracts.Programs, opener.Options.Contracts.ExecutorOptions()));
        return this;
    }

    /// <summary>Adds a service on the store: keyed where the store has a name.</summary>
    internal void TryAddSingleton<T>(Func<StoreOpener, T> make)
        where T : class
    {
        string name = Name;
        if (name.Length == 0)
        {
            Services.TryAddSingleton(provider => make(provider.GetRequiredKeyedService<StoreOpener>(name)));
        }
        else
        {
            Services.TryAddKeyedSingleton(name, (provider, _) => make(provider.GetRequiredKeyedService<StoreOpener>(name)));
        }
    }
}
