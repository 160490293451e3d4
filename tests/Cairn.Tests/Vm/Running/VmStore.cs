using Cairn.Contracts.Namespaces;
using Cairn.Contracts.Namespaces.Access;
using Cairn.Contracts.Namespaces.Auditing;
using Cairn.Contracts.Values;
using Cairn.Vm.Bytecode;
using Cairn.Vm.Language;
using Cairn.Vm.Running;

namespace Cairn.Tests.Vm.Running;

/// <summary>A store with namespaces to run programs on: <c>root</c> is the global admin, the principals <c>admin</c>, <c>writer</c> and <c>reader</c> have that role in the global namespace, <c>stranger</c> has none.</summary>
internal sealed class VmStore : IAsyncDisposable
{
    public static readonly Principal Root = new("root");

    private VmStore(StateStore state, RunnerOptions? options)
    {
        State = state;
        Options = options ?? new RunnerOptions { Clock = new SteadyClock() };
        Runner = new ProgramRunner(state, Options);
    }

    public StateStore State { get; }

    public RunnerOptions Options { get; }

    public ProgramRunner Runner { get; }

    /// <summary>A new store in memory.</summary>
    public static Task<VmStore> NewAsync(RunnerOptions? options = null) => OpenAsync("memory:", options);

    /// <summary>Opens a store, and prepares it if it is empty.</summary>
    public static async Task<VmStore> OpenAsync(string location, RunnerOptions? options = null, StateStoreOptions? stateOptions = null)
    {
        VmStore store = new(await StateStore.OpenAsync(location, stateOptions), options);
        if (store.State.Height is null)
        {
            await store.WriteAsync(draft =>
            {
                NamespaceStore.Initialize(draft, Root);
                NamespaceStore keys = new(draft, Root);
                keys.Roles.Grant("", "admin", Role.Admin);
                keys.Roles.Grant("", "writer", Role.Writer);
                keys.Roles.Grant("", "reader", Role.Reader);
            });
        }

        return store;
    }

    /// <summary>Compiles a program.</summary>
    public static CompiledProgram Compile(string source) => Compiler.Compile(source, "test.cairn");

    /// <summary>Makes a block that is no run.</summary>
    public async Task WriteAsync(Action<BlockDraft> write)
    {
        using BlockDraft draft = State.CreateDraft(new BlockHeight((State.Height?.Value ?? 0) + 1));
        draft.TimeTicks = 0;
        write(draft);
        await State.CommitAsync(draft);
    }

    /// <summary>Runs source text as root, unless said otherwise.</summary>
    public Task<RunResult> RunAsync(string source, RunSettings? settings = null) => Runner.RunAsync(Compile(source), settings ?? As("root"));

    /// <summary>Settings with a principal.</summary>
    public static RunSettings As(string id) => new() { Principal = id == "anonymous" ? Principal.Anonymous : id == "root" ? Root : new Principal(id) };

    /// <summary>The keys and values that are there.</summary>
    public SortedDictionary<string, StateValue> Read() => Read("");

    /// <summary>The keys and values under a prefix.</summary>
    public SortedDictionary<string, StateValue> Read(string prefix)
    {
        using StateView view = State.OpenView();
        NamespaceStore keys = new(view, Root);
        SortedDictionary<string, StateValue> found = new(StringComparer.Ordinal);
        foreach (StatePath key in keys.List(prefix, limit: NamespaceLimits.MaxPageLimit).Keys)
        {
            found.Add(key.ToString(), keys.Get(key));
        }

        return found;
    }

    /// <summary>The values of the versions of a key, the oldest first; null for a deletion.</summary>
    public List<StateValue> Versions(string key)
    {
        using StateView view = State.OpenView();
        return [.. new NamespaceStore(view, Root).Versions(key).Select(version => version.Value)];
    }

    /// <summary>The denied attempts in the audit, the newest first, as texts; checks the chain on the way.</summary>
    public List<string> Denied()
    {
        using StateView view = State.OpenView();
        NamespaceStore keys = new(view, Root);
        CheckAudit(view);
        return [.. keys.Audit.Read().Where(record => record.Outcome != AuditOutcome.Done).Select(record => $"{record.Principal} {record.Action} {record.Key} {record.Outcome}")];
    }

    /// <summary>Checks the chain of the audit.</summary>
    public void CheckAudit()
    {
        using StateView view = State.OpenView();
        CheckAudit(view);
    }

    public ValueTask DisposeAsync() => State.DisposeAsync();

    private static void CheckAudit(StateView view) => Xunit.Assert.True(AuditChain.Verify(view).IsSound);
}
