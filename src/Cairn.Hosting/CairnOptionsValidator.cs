using Microsoft.Extensions.Options;

namespace Cairn.Hosting;

/// <summary>Checks all options of a store, so that a host with wrong ones does not start and says everything that is wrong.</summary>
internal sealed class CairnOptionsValidator : IValidateOptions<CairnOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, CairnOptions options)
    {
        List<string> faults = [.. options.Faults];
        if (string.IsNullOrWhiteSpace(options.Location))
        {
            faults.Add($"{nameof(CairnOptions.Location)}: it is missing. Name a path, or a URI such as 'memory:'.");
        }

        faults.AddRange(options.Contracts.Faults().Select(fault => $"{nameof(CairnOptions.Contracts)}.{fault.Option}: {fault.Message}"));
        if (options.Store is null)
        {
            faults.Add($"{nameof(CairnOptions.Store)}: null is no set of options.");
        }
        else if (FaultsOf(options.Store) is { } fault)
        {
            faults.Add(fault);
        }

        string store = string.IsNullOrEmpty(name) ? "" : $"Store '{name}': ";
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults.Select(fault => store + fault));
    }

    /// <summary>What the engine says of its options: it checks all of them before it opens anything, so it is given a store in memory to open.</summary>
    private static string? FaultsOf(StateStoreOptions store)
    {
        try
        {
            Task<StateStore> opening = StateStore.OpenAsync("memory:", store with { OnEvent = null, FileSystem = null, ReadOnly = false, CreateIfMissing = true });
            opening.GetAwaiter().GetResult().DisposeAsync().AsTask().GetAwaiter().GetResult(); // in memory: nothing is waited for
            return null;
        }
        catch (StoreOptionsException exception)
        {
            return $"{nameof(CairnOptions.Store)}.{exception.Message}";
        }
    }
}
