namespace Cairn.Hosting;

/// <summary>What a store of a host is opened with. Set while the host is built; checked, all together, when it starts.</summary>
public sealed class CairnOptions
{
    /// <summary>Where the store is: a path, or a URI (<c>dir:PATH</c>, <c>jsonl:PATH</c>, <c>memory:</c>). Required.</summary>
    public string? Location { get; set; }

    /// <summary>The options of the store. Default: those of <see cref="StateStoreOptions"/>. Begin with a preset where you can: <c>options.Store = CairnPresets.Production with { CacheBytes = 4L &lt;&lt; 30 }</c>.</summary>
    public StateStoreOptions Store { get; set; } = new();

    /// <summary>How the services of <see cref="CairnBuilder.AddContracts"/> work.</summary>
    public CairnContractOptions Contracts { get; } = new();

    /// <summary>What could not be read of the configuration.</summary>
    internal List<string> Faults { get; } = [];
}
