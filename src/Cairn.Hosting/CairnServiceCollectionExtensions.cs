using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Cairn.Hosting;

/// <summary>
/// Adds stores to a program with dependency injection. The store is a singleton, <see cref="StateStore"/>; the host opens it before any of its services starts and closes it after all have stopped. Wrong options end the start of
/// the host with an <see cref="OptionsValidationException"/> that names all of them.
/// </summary>
/// <remarks>Where there is no host, the store is opened when it is first asked for, and closed when the provider is disposed (<c>await using</c>: closing waits for the last checkpoint).</remarks>
public static class CairnServiceCollectionExtensions
{
    /// <summary>Adds the store of the program.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options; run when the store is opened. Further calls add to it.</param>
    /// <returns>For what stands on the store.</returns>
    public static CairnBuilder AddCairn(this IServiceCollection services, Action<CairnOptions> configure) => services.AddCairn(Options.DefaultName, configure);

    /// <summary>Adds the store of the program, with options from the configuration.</summary>
    /// <param name="services">The services.</param>
    /// <param name="section">The section: <c>Location</c>, <c>Preset</c>, <c>Store</c> with the options of <see cref="StateStoreOptions"/>, and <c>Contracts</c>. Read once, when the store is opened.</param>
    /// <param name="configure">Sets what the configuration does not, after it was read; null for nothing.</param>
    /// <returns>For what stands on the store.</returns>
    public static CairnBuilder AddCairn(this IServiceCollection services, IConfiguration section, Action<CairnOptions>? configure = null) => services.AddCairn(Options.DefaultName, section, configure);

    /// <summary>Adds a store with a name, one of several: <c>[FromKeyedServices("name")] StateStore store</c>.</summary>
    /// <param name="services">The services.</param>
    /// <param name="name">The name: the key of the service.</param>
    /// <param name="configure">Sets the options; run when the store is opened. Further calls add to it.</param>
    /// <returns>For what stands on the store.</returns>
    public static CairnBuilder AddCairn(this IServiceCollection services, string name, Action<CairnOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        CairnBuilder builder = Register(services, name);
        services.Configure(name, configure);
        return builder;
    }

    /// <summary>Adds a store with a name, one of several, with options from the configuration: <c>[FromKeyedServices("name")] StateStore store</c>.</summary>
    /// <param name="services">The services.</param>
    /// <param name="name">The name: the key of the service.</param>
    /// <param name="section">The section: <c>Location</c>, <c>Preset</c>, <c>Store</c> with the options of <see cref="StateStoreOptions"/>, and <c>Contracts</c>. Read once, when the store is opened.</param>
    /// <param name="configure">Sets what the configuration does not, after it was read; null for nothing.</param>
    /// <returns>For what stands on the store.</returns>
    public static CairnBuilder AddCairn(this IServiceCollection services, string name, IConfiguration section, Action<CairnOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(section);
        CairnBuilder builder = Register(services, name);
        services.Configure<CairnOptions>(name, options => ConfigurationReader.Read(section, options));
        if (configure is not null)
        {
            services.Configure(name, configure);
        }

        return builder;
    }

    private static CairnBuilder Register(IServiceCollection services, string name)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(name);
        CairnBuilder builder = new(services, name);
        if (services.Any(service => service.ImplementationInstance is StoreRegistration known && string.Equals(known.Name, name, StringComparison.Ordinal)))
        {
            return builder;
        }

        services.AddSingleton(new StoreRegistration(name));
        services.AddOptions<CairnOptions>(name).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<CairnOptions>, CairnOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, StoreLifetime>());
        services.AddKeyedSingleton(name, static (provider, key) =>
            new StoreOpener((string)key!, provider.GetRequiredService<IOptionsMonitor<CairnOptions>>(), provider.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance));
        builder.TryAddSingleton(static opener => opener.Open());
        return builder;
    }
}
