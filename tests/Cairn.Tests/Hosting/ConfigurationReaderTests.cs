using System.Reflection;
using Cairn.Contracts;
using Cairn.Contracts.Registry;
using Cairn.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace Cairn.Tests.Hosting;

/// <summary>Options out of the configuration: every option can be set, and what is wrong is named, all of it.</summary>
public sealed class ConfigurationReaderTests
{
    /// <summary>What only code can set.</summary>
    private static readonly string[] InCodeOnly = [nameof(StateStoreOptions.OnEvent), nameof(StateStoreOptions.TimeProvider), nameof(StateStoreOptions.FileSystem)];

    [Fact]
    public void StoreOptions_All_CanBeSet()
    {
        PropertyInfo[] properties = [.. typeof(StateStoreOptions).GetProperties(BindingFlags.Instance | BindingFlags.Public).Where(property => !InCodeOnly.Contains(property.Name))];
        Assert.Equal(properties.Select(property => property.Name).Order(), ConfigurationReader.StoreOptionNames.Order());
        StateStoreOptions defaults = new();
        foreach (PropertyInfo property in properties)
        {
            object value = property.GetValue(defaults) switch
            {
                bool flag => !flag,
                int number => number + 1,
                long number => number + 1,
                Durability => Durability.Grouped,
                EvictionPolicy => EvictionPolicy.Fifo,
                object other => throw new NotSupportedException($"{property.Name}: {other}"),
                null => throw new NotSupportedException(property.Name),
            };
            CairnOptions options = Read(($"Store:{property.Name}", $"{value}"));
            Assert.Empty(options.Faults);
            Assert.Equal(value, property.GetValue(options.Store));
            Assert.All(properties.Where(other => other != property), other => Assert.Equal(other.GetValue(defaults), other.GetValue(options.Store)));
        }
    }

    [Fact]
    public void Section_WithAPreset_SetsStoreOptionsOnTopOfIt()
    {
        CairnOptions options = Read(("location", "memory:"), ("Store:CacheBytes", "12345678"), ("preset", "staging"), ("Contracts:profile", "l2"), ("contracts:WhenBusy", "refuse"), ("Store:durability", "grouped"));
        Assert.Empty(options.Faults);
        Assert.Equal("memory:", options.Location);
        Assert.Same(StorageProfile.L2, options.Contracts.Profile);
        Assert.Equal(BusyBehavior.Refuse, options.Contracts.Storage.WhenBusy);
        Assert.Equal(CairnPresets.Staging with { CacheBytes = 12_345_678, Durability = Durability.Grouped }, options.Store);
    }

    [Fact]
    public void Section_WithAPreset_KeepsWhatOnlyCodeCanSet()
    {
        Action<StoreEvent> handler = static _ => { };
        CairnOptions options = new() { Store = new StateStoreOptions { OnEvent = handler } };
        ConfigurationReader.Read(Section(("Preset", "Production")), options);
        Assert.Equal(StateStoreOptions.Production with { OnEvent = handler }, options.Store);
    }

    [Fact]
    public async Task Section_WithFaults_NamesAllOfThemWhenTheStoreIsAskedFor()
    {
        ServiceCollection services = new();
        services.AddCairn(
            Section(
                ("Preset", "Prodution"), ("Stor", "x"), ("Contracts:Profile", "L3"), ("Contracts:WhenBusy", "1"), ("Contracts:Busy", "Wait"), ("Store:CacheByte", "1"), ("Store:CacheBytes", "1 GiB"), ("Store:Durability", "1"), ("Store:ReadOnly", "yes"), ("Store:ApplyWorkers", "-1"),
                ("Store:SegmentBytes", "99999999999")),
            options => options.Store = options.Store with { DirtyBytes = 7 });
        await using ServiceProvider provider = services.BuildServiceProvider();
        OptionsValidationException exception = Assert.Throws<OptionsValidationException>(provider.GetRequiredService<StateStore>);
        string[] expected =
        [
            "Ledger:Preset: 'Prodution' is no preset. Known are Development, Staging and Production.",
            "Ledger:Stor: there is no such option.",
            "Ledger:Contracts:Profile: 'L3' is no profile",
            "Ledger:Contracts:WhenBusy: '1' is none of Wait, Refuse.",
            "Ledger:Contracts:Busy: there is no such option.",
            "Ledger:Store:CacheByte: there is no such option.",
            "Ledger:Store:CacheBytes: '1 GiB' is no whole number",
            "Ledger:Store:Durability: '1' is none of Durable, Grouped, DangerNoSync.",
            "Ledger:Store:ReadOnly: 'yes' is neither true nor false.",
            "Ledger:Store:SegmentBytes: '99999999999' is no whole number",
            "Location: it is missing.",
            "ApplyWorkers: -1 is not between",
            "DirtyBytes: 7 is less than",
        ];
        Assert.All(expected, part => Assert.Contains(part, exception.Message, StringComparison.Ordinal));
        Assert.Equal(12, exception.Failures.Count()); // those of the engine are one
    }

    [Fact]
    public async Task Section_OfANamedStore_IsReadBeforeCode()
    {
        ServiceCollection services = new();
        services.AddCairn("main", Section(("Location", "memory:"), ("Store:RetainBlocks", "5")), options => options.Store = options.Store with { RetainBlocks = options.Store.RetainBlocks + 1 });
        await using ServiceProvider provider = services.BuildServiceProvider();
        Assert.Equal(6, provider.GetRequiredService<IOptionsMonitor<CairnOptions>>().Get("main").Store.RetainBlocks);
        Assert.Equal("memory:", provider.GetRequiredKeyedService<StateStore>("main").Location);
    }

    [Theory]
    [InlineData("Development", nameof(CairnPresets.Development))]
    [InlineData("STAGING", nameof(CairnPresets.Staging))]
    [InlineData("Production", nameof(CairnPresets.Production))]
    [InlineData("Test", nameof(CairnPresets.Production))]
    [InlineData("", nameof(CairnPresets.Production))]
    public void Preset_OfAnEnvironment_IsThatOfItsNameOrProduction(string environment, string preset) =>
        Assert.Same(typeof(CairnPresets).GetProperty(preset)!.GetValue(obj: null), CairnPresets.ForEnvironment(environment));

    [Fact]
    public void Presets_ButDevelopment_AreDurable()
    {
        Assert.Equal(Durability.Durable, CairnPresets.Staging.Durability);
        Assert.Equal(Durability.Durable, CairnPresets.Production.Durability);
        Assert.Equal(Durability.Durable, new CairnOptions().Store.Durability);
    }

    private static CairnOptions Read(params (string Name, string Value)[] values)
    {
        CairnOptions options = new();
        ConfigurationReader.Read(Section(values), options);
        return options;
    }

    private static IConfigurationSection Section(params (string Name, string Value)[] values) =>
        new ConfigurationBuilder().AddInMemoryCollection(values.Select(value => KeyValuePair.Create($"Ledger:{value.Name}", (string?)value.Value))).Build().GetSection("Ledger");
}
