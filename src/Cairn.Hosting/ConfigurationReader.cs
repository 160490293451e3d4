using System.Globalization;
using System.Numerics;
using Cairn.Contracts;
using Cairn.Contracts.Registry;
using Microsoft.Extensions.Configuration;

namespace Cairn.Hosting;

/// <summary>
/// Reads <see cref="CairnOptions"/> from a section of the configuration, name by name: nothing is found by reflection, so that trimmed programs read the same. A name that is not known and a value that is none are faults, which
/// the validation reports together with all others.
/// </summary>
internal static class ConfigurationReader
{
    private const string PresetName = "Preset";

    /// <summary>The options of a store that a section can set, each with how its text changes the options.</summary>
    private static readonly Dictionary<string, Reader> StoreOptions = new(StringComparer.OrdinalIgnoreCase)
    {
        [nameof(StateStoreOptions.Durability)] = Name<Durability>(static (store, value) => store with { Durability = value }),
        [nameof(StateStoreOptions.GroupedBlocks)] = Number<int>(static (store, value) => store with { GroupedBlocks = value }),
        [nameof(StateStoreOptions.ReadOnly)] = Flag(static (store, value) => store with { ReadOnly = value }),
        [nameof(StateStoreOptions.CreateIfMissing)] = Flag(static (store, value) => store with { CreateIfMissing = value }),
        [nameof(StateStoreOptions.DirtyBytes)] = Number<long>(static (store, value) => store with { DirtyBytes = value }),
        [nameof(StateStoreOptions.ReplayBytes)] = Number<long>(static (store, value) => store with { ReplayBytes = value }),
        [nameof(StateStoreOptions.CacheBytes)] = Number<long>(static (store, value) => store with { CacheBytes = value }),
        [nameof(StateStoreOptions.EvictionPolicy)] = Name<EvictionPolicy>(static (store, value) => store with { EvictionPolicy = value }),
        [nameof(StateStoreOptions.RecentViewBytes)] = Number<long>(static (store, value) => store with { RecentViewBytes = value }),
        [nameof(StateStoreOptions.RebuildBytes)] = Number<long>(static (store, value) => store with { RebuildBytes = value }),
        [nameof(StateStoreOptions.ApplyWorkers)] = Number<int>(static (store, value) => store with { ApplyWorkers = value }),
        [nameof(StateStoreOptions.SegmentBytes)] = Number<int>(static (store, value) => store with { SegmentBytes = value }),
        [nameof(StateStoreOptions.PageFileBytes)] = Number<int>(static (store, value) => store with { PageFileBytes = value }),
        [nameof(StateStoreOptions.RetainBlocks)] = Number<long>(static (store, value) => store with { RetainBlocks = value }),
        [nameof(StateStoreOptions.RetainAll)] = Flag(static (store, value) => store with { RetainAll = value }),
        [nameof(StateStoreOptions.ReserveBytes)] = Number<long>(static (store, value) => store with { ReserveBytes = value }),
        [nameof(StateStoreOptions.CleaningBytesPerSecond)] = Number<long>(static (store, value) => store with { CleaningBytesPerSecond = value }),
        [nameof(StateStoreOptions.HistoryBytes)] = Number<long>(static (store, value) => store with { HistoryBytes = value }),
    };

    /// <summary>Changes options as a text says.</summary>
    /// <returns>What is wrong with the text; null when it was taken.</returns>
    private delegate string? Reader(string text, ref StateStoreOptions store);

    /// <summary>The names that can stand below <c>Store</c>.</summary>
    public static IEnumerable<string> StoreOptionNames => StoreOptions.Keys;

    /// <summary>Takes what a section says over into the options. What it does not name stays.</summary>
    public static void Read(IConfiguration section, CairnOptions options)
    {
        // The preset first, wherever it stands: what the section says below Store is said on top of it.
        if (section[PresetName] is { } preset)
        {
            ReadPreset(preset, PathOf(section, PresetName), options);
        }

        foreach (IConfigurationSection child in section.GetChildren())
        {
            switch (child.Key.ToUpperInvariant())
            {
                case "LOCATION":
                    options.Location = child.Value;
                    break;
                case "PRESET":
                    break;
                case "CONTRACTS":
                    ReadContracts(child, options);
                    break;
                case "STORE":
                    ReadStore(child, options);
                    break;
                default:
                    options.Faults.Add($"{child.Path}: there is no such option. Known are {nameof(CairnOptions.Location)}, {PresetName}, {nameof(CairnOptions.Store)} and {nameof(CairnOptions.Contracts)}.");
                    break;
            }
        }
    }

    private static void ReadPreset(string name, string path, CairnOptions options)
    {
        if (CairnPresets.TryGet(name, out StateStoreOptions preset))
        {
            options.Store = preset with { OnEvent = options.Store.OnEvent, TimeProvider = options.Store.TimeProvider, FileSystem = options.Store.FileSystem };
            return;
        }

        options.Faults.Add($"{path}: '{name}' is no preset. Known are {nameof(CairnPresets.Development)}, {nameof(CairnPresets.Staging)} and {nameof(CairnPresets.Production)}.");
    }

    private static void ReadContracts(IConfigurationSection section, CairnOptions options)
    {
        foreach (IConfigurationSection child in section.GetChildren())
        {
            switch (child.Key.ToUpperInvariant())
            {
                case "PROFILE":
                    ReadProfile(child.Value, child.Path, options);
                    break;
                case "WHENBUSY":
                    if (TryFindName(child.Value, out BusyBehavior behavior))
                    {
                        options.Contracts.Storage = options.Contracts.Storage with { WhenBusy = behavior };
                    }
                    else
                    {
                        options.Faults.Add($"{child.Path}: {NoName<BusyBehavior>(child.Value)}");
                    }

                    break;
                default:
                    options.Faults.Add($"{child.Path}: there is no such option. Known are {nameof(CairnContractOptions.Profile)} and {nameof(ContractStorageOptions.WhenBusy)}.");
                    break;
            }
        }
    }

    private static void ReadProfile(string? name, string path, CairnOptions options)
    {
        StorageProfile? profile = Array.Find([StorageProfile.L1, StorageProfile.L2], profile => string.Equals(profile.Name, name, StringComparison.OrdinalIgnoreCase));
        if (profile is null)
        {
            options.Faults.Add($"{path}: '{name}' is no profile of contract storage. Known are {StorageProfile.L1.Name} and {StorageProfile.L2.Name}.");
            return;
        }

        options.Contracts.Profile = profile;
    }

    private static void ReadStore(IConfigurationSection section, CairnOptions options)
    {
        StateStoreOptions store = options.Store;
        foreach (IConfigurationSection child in section.GetChildren())
        {
            string? fault = StoreOptions.TryGetValue(child.Key, out Reader? reader)
                ? reader(child.Value ?? "", ref store)
                : "there is no such option. The names are those of StateStoreOptions.";
            if (fault is not null)
            {
                options.Faults.Add($"{child.Path}: {fault}");
            }
        }

        options.Store = store;
    }

    private static string PathOf(IConfiguration section, string name) => section is IConfigurationSection { Path.Length: > 0 } named ? ConfigurationPath.Combine(named.Path, name) : name;

    private static Reader Number<T>(Func<StateStoreOptions, T, StateStoreOptions> change)
        where T : struct, IBinaryInteger<T>, IMinMaxValue<T> =>
        (string text, ref StateStoreOptions store) =>
        {
            if (!T.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out T value))
            {
                return $"'{text}' is no whole number from {T.MinValue} to {T.MaxValue}.";
            }

            store = change(store, value);
            return null;
        };

    private static Reader Flag(Func<StateStoreOptions, bool, StateStoreOptions> change) =>
        (string text, ref StateStoreOptions store) =>
        {
            if (!bool.TryParse(text, out bool value))
            {
                return $"'{text}' is neither true nor false.";
            }

            store = change(store, value);
            return null;
        };

    private static Reader Name<T>(Func<StateStoreOptions, T, StateStoreOptions> change)
        where T : struct, Enum =>
        (string text, ref StateStoreOptions store) =>
        {
            if (!TryFindName(text, out T value))
            {
                return NoName<T>(text);
            }

            store = change(store, value);
            return null;
        };

    /// <summary>Finds a value by its name. The framework would take numbers, too.</summary>
    private static bool TryFindName<T>(string? text, out T value)
        where T : struct, Enum
    {
        string? name = Array.Find(Enum.GetNames<T>(), name => string.Equals(name, text, StringComparison.OrdinalIgnoreCase));
        value = name is null ? default : Enum.Parse<T>(name);
        return name is not null;
    }

    private static string NoName<T>(string? text)
        where T : struct, Enum => $"'{text}' is none of {string.Join(", ", Enum.GetNames<T>())}.";
}
