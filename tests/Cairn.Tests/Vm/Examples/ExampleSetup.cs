using System.Text.Json;
using System.Text.Json.Serialization;
using Cairn.Contracts.Namespaces;
using Cairn.Contracts.Namespaces.Access;

namespace Cairn.Tests.Vm.Examples;

/// <summary>What the file <c>setup.json</c> of an example says: who is there, who may do what, and which programs are run by whom.</summary>
internal sealed record ExampleSetup
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    public required string Admin { get; init; }

    public IReadOnlyList<ExampleNamespace> Namespaces { get; init; } = [];

    public IReadOnlyList<ExampleGrant> Grants { get; init; } = [];

    public required IReadOnlyList<ExampleRun> Runs { get; init; }

    public static ExampleSetup Read(string folder) => JsonSerializer.Deserialize<ExampleSetup>(File.ReadAllText(Path.Combine(folder, "setup.json")), Options)!;

    /// <summary>Makes the first block.</summary>
    public void Prepare(BlockDraft draft)
    {
        Principal admin = new(Admin);
        NamespaceStore.Initialize(draft, admin);
        NamespaceStore keys = new(draft, admin);
        foreach (ExampleNamespace one in Namespaces)
        {
            keys.Namespaces.Create(one.Path, new NamespaceOptions { Owner = one.Owner, InheritsRoles = one.InheritsRoles, Quota = new NamespaceQuota(one.QuotaBytes) });
        }

        foreach (ExampleGrant grant in Grants)
        {
            keys.Roles.Grant(grant.Namespace, grant.Principal, Enum.Parse<Role>(grant.Role, ignoreCase: true));
        }
    }
}

/// <summary>A namespace of an example.</summary>
internal sealed record ExampleNamespace(string Path, string? Owner = null, bool InheritsRoles = false, ulong? QuotaBytes = null);

/// <summary>A role in an example.</summary>
internal sealed record ExampleGrant(string Principal, string Role, string Namespace);

/// <summary>A run of an example.</summary>
internal sealed record ExampleRun(string Program, string As, string Missing = "error", bool BlockPerCommit = false);
