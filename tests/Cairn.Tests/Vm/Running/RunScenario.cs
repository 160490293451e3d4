using System.Globalization;
using System.Text;
using Cairn.Contracts.Namespaces;
using Cairn.Contracts.Namespaces.Access;
using Cairn.Contracts.Namespaces.Auditing;
using Cairn.Contracts.Values;
using Cairn.Tests.Contracts.Namespaces;
using Cairn.Vm.Bytecode;
using Cairn.Vm.Machines;
using Cairn.Vm.Running;
using Xunit;

namespace Cairn.Tests.Vm.Running;

/// <summary>
/// Random programs of storage commands, run one after the other by several principals, and the same commands done to plain collections: stack, faults, values, versions, what accounts use, and the audit have to agree after each run.
/// </summary>
internal sealed class RunScenario
{
    private static readonly string[] Keys = ["a", "b", "org/x", "org/y", "org/z/deep", "org/none/k", "org/none/l", "closed/k"];
    private static readonly string[] Values = ["1", "-2.5", "40", "true", "null", "\"\"", "\"short\"", "\"a string of some length\"", "{\"k\":[1,2]}"];
    private static readonly string[] People = ["root", "ann", "ann", "bob"];

    private readonly Random _random;
    private readonly VmStore _store;
    private readonly StringBuilder _source = new();
    private readonly List<string> _stack = [];
    private readonly List<PlainNamespaces> _open = [];
    private PlainNamespaces _plain = new();
    private PlainNamespaces _committed = new();
    private int _refusedBefore;
    private int _refusedOpen;
    private bool _isBlockPerCommit;
    private string _by = "";
    private FaultKind? _fault;
    private int _setupRecords;

    private RunScenario(VmStore store, Random random)
    {
        _store = store;
        _random = random;
    }

    /// <summary>Runs a scenario.</summary>
    /// <param name="location">Where the store is.</param>
    /// <param name="random">Where everything comes from.</param>
    /// <param name="seen">Takes how programs ended.</param>
    /// <returns>The root in the end.</returns>
    public static async Task<Hash256> RunAsync(string location, Random random, HashSet<FaultKind?>? seen = null)
    {
        await using VmStore store = await VmStore.OpenAsync(location);
        RunScenario scenario = new(store, random);
        await scenario.PrepareAsync();
        int runs = 2 + random.Next(4);
        for (int i = 0; i < runs; i++)
        {
            await scenario.RunOneAsync();
            seen?.Add(scenario._fault);
        }

        return store.State.Root;
    }

    private async Task PrepareAsync()
    {
        ulong quota = (ulong)_random.Next(20, 90);
        ulong bytes = (ulong)_random.Next(40, 200);
        await _store.WriteAsync(draft =>
        {
            NamespaceStore keys = new(draft, VmStore.Root);
            keys.Namespaces.Create("org", new NamespaceOptions { VersionsKept = 3, Quota = new NamespaceQuota(bytes) });
            keys.Namespaces.Create("org/none", new NamespaceOptions { VersionsKept = 0, InheritsRoles = true });
            keys.Namespaces.Create("closed");
            keys.Roles.Grant("", "ann", Role.Writer);
            keys.Roles.Grant("org", "ann", Role.Writer);
            keys.Roles.Grant("", "bob", Role.Reader);
            keys.Roles.Grant("org", "bob", Role.Reader);
            keys.Accounts.Create("ann", quota);
        });
        _plain.Spaces[""] = new PlainNamespaces.Space("root", NamespaceLimits.DefaultVersionsKept, Inherits: false, MaxBytes: null, MaxKeys: null);
        _plain.Spaces["org"] = new PlainNamespaces.Space("root", 3, Inherits: false, bytes, MaxKeys: null);
        _plain.Spaces["org/none"] = new PlainNamespaces.Space("root", 0, Inherits: true, MaxBytes: null, MaxKeys: null);
        _plain.Spaces["closed"] = new PlainNamespaces.Space("root", NamespaceLimits.DefaultVersionsKept, Inherits: false, MaxBytes: null, MaxKeys: null);
        (_plain.Roles["|root"], _plain.Roles["|ann"], _plain.Roles["org|ann"], _plain.Roles["|bob"], _plain.Roles["org|bob"]) = (Role.Admin, Role.Writer, Role.Writer, Role.Reader, Role.Reader);
        _plain.Accounts["ann"] = (quota, 0);
        _plain.Height = 2;
        _setupRecords = ReadAudit().Count;
    }

    private async Task RunOneAsync()
    {
        (_by, _isBlockPerCommit, _fault) = (People[_random.Next(People.Length)], _random.Next(3) == 0, null);
        _source.Clear();
        _stack.Clear();
        _open.Clear();
        _refusedBefore = _plain.Refused.Count;
        _plain.Height++;
        _plain.Time = _store.Options.Clock.GetUtcNow().UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks;
        _committed = _plain.Copy();
        int commands = _random.Next(1, 30);
        for (int i = 0; i < commands && _fault is null; i++)
        {
            Command();
        }

        while (_fault is null && _open.Count > 0 && _random.Next(12) > 0)
        {
            End();
        }

        int height = Settle();
        CompiledProgram program = VmStore.Compile(_source.ToString());
        program = _random.Next(2) == 0 ? program : BytecodeReader.Read(BytecodeWriter.Write(program), program.SourceName);
        RunSettings settings = VmStore.As(_by) with { BlockPerCommit = _isBlockPerCommit };
        RunResult simulated = _store.Runner.Simulate(program, settings);
        RunResult result = await _store.Runner.RunAsync(program, settings);
        Assert.True(_fault == result.Fault?.Kind, $"expected {_fault}, found {result.Fault} in\n{_source}");
        Assert.Equal(result.Fault?.Message, simulated.Fault?.Message);
        Assert.Equal(_stack, result.Stack.Take(_fault is null ? int.MaxValue : _stack.Count).Select(value => value.ToJson()));
        Assert.Equal(height, (int)_store.State.Height!.Value.Value);
        Compare();
    }

    private void Command()
    {
        string key = Keys[_random.Next(Keys.Length)];
        switch (_random.Next(14))
        {
            case < 5:
                string literal = Values[_random.Next(Values.Length)];
                StateValue value = StateValue.ParseJson(Encoding.UTF8.GetBytes(literal));
                _source.Append(CultureInfo.InvariantCulture, $"push {literal}\nstorep {key}\n");
                Write(key, value);
                break;
            case 5:
                _source.Append(CultureInfo.InvariantCulture, $"deletep {key}\n");
                Write(key, value: null);
                break;
            case 6:
                // A missing key would end most programs early.
                _source.Append(CultureInfo.InvariantCulture, $"keyexists {key}\nif:\n    loadp {key}\n");
                Read(key, versions => Push(versions is [.., { IsDeleted: false } newest] ? newest.Value : null));
                break;
            case 7:
                _source.Append(CultureInfo.InvariantCulture, $"listversionsp {key}\n");
                Read(key, versions => Push(StateValue.FromNumber(versions.Count)));
                break;
            case 8:
                int number = _random.Next(1, 5);
                _source.Append(CultureInfo.InvariantCulture, $"loadversionp {key} {number}\n");
                Read(key, versions => Push(versions.Find(version => version.Number == (ulong)number) is { } found ? found.Value : Fail(FaultKind.UnknownVersion)));
                break;
            case 9 or 10:
                _source.Append("begintx\n");
                _open.Add(_plain.Copy());
                _refusedOpen = _plain.Refused.Count;
                break;
            case 11 or 12:
                End();
                break;
            default:
                ListKeys();
                break;
        }
    }

    /// <summary>Only who may read everything lists: what others see of a list is the concern of the tests of namespaces.</summary>
    private void ListKeys()
    {
        if (_by != "root")
        {
            return;
        }

        string prefix = _random.Next(2) == 0 ? "" : "org/";
        _source.Append(CultureInfo.InvariantCulture, $"listkeys \"{prefix}\"\n");
        string[] found = [.. _plain.Keys.Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal) && !pair.Value[^1].IsDeleted).Select(pair => pair.Key)];
        Array.ForEach(found, key => Push(StateValue.FromText(key)));
        Push(StateValue.FromNumber(found.Length));
    }

    private void End()
    {
        bool commits = _random.Next(2) == 0;
        _source.Append(commits ? "committx\n" : "rollbacktx\n");
        if (_open.Count == 0)
        {
            Fail(FaultKind.NoTransaction);
            return;
        }

        _plain = commits ? _plain : _open[^1].WithRefused(_refusedOpen);
        _open.RemoveAt(_open.Count - 1);
        if (commits)
        {
            Block();
        }
    }

    private void Write(string key, StateValue? value)
    {
        string outcome = _plain.Write(_by, key, value, expected: null);
        if (outcome != "done")
        {
            Fail(outcome == "denied" ? FaultKind.AccessDenied : outcome == "missing" ? FaultKind.MissingKey : FaultKind.QuotaExceeded);
            return;
        }

        Block();
    }

    private void Read(string key, Action<List<ValueVersion>> read)
    {
        if (_plain.RoleOf(_plain.SpaceOf(key), _by) < Role.Reader)
        {
            Fail(FaultKind.AccessDenied);
            return;
        }

        read(_plain.Keys.GetValueOrDefault(key) ?? []);
    }

    private void Push(StateValue? value)
    {
        if (value is { } one && _fault is null)
        {
            _stack.Add(one.ToJson());
        }
    }

    private StateValue? Fail(FaultKind kind)
    {
        _fault = kind;
        return null;
    }

    /// <summary>What was done so far is a block, where every transaction is one.</summary>
    private void Block()
    {
        if (_isBlockPerCommit && _open.Count == 0)
        {
            _refusedBefore = _plain.Refused.Count;
            _plain.Height++;
            _committed = _plain.Copy();
        }
    }

    /// <summary>What the run leaves behind.</summary>
    /// <returns>The height of the store.</returns>
    private int Settle()
    {
        _fault ??= _open.Count > 0 ? FaultKind.UnclosedTransaction : null;
        if (_fault is not null)
        {
            bool isAudited = _committed.Refused.Count > _refusedBefore;
            _plain = _committed.WithRefused(_refusedBefore);
            _plain.Height -= isAudited ? 0U : 1;
        }
        else if (_isBlockPerCommit)
        {
            _plain.Height--;
        }

        return (int)_plain.Height;
    }

    private void Compare()
    {
        using StateView view = _store.State.OpenView();
        NamespaceStore keys = new(view, VmStore.Root);
        Assert.Equal(_plain.Keys.Where(pair => !pair.Value[^1].IsDeleted).Select(pair => pair.Key), keys.List().Keys.Select(key => key.ToString()));
        foreach (string key in Keys)
        {
            Assert.Equal(_plain.Keys.GetValueOrDefault(key) ?? [], keys.Versions(key));
        }

        Assert.Equal(_plain.Accounts["ann"].Used, keys.Accounts.Get("ann").Used);
        Assert.True(AuditChain.Verify(view).IsSound);
        Assert.Equal(_plain.Audit, ReadAudit().Skip(_setupRecords));
    }

    private List<(string Principal, AuditAction Action, AuditOutcome Outcome, string Namespace, string Key, ulong Version)> ReadAudit()
    {
        using StateView view = _store.State.OpenView();
        return [.. new NamespaceStore(view, VmStore.Root).Audit.Read().Reverse().Select(record => (record.Principal, record.Action, record.Outcome, record.Namespace, record.Key, record.KeyVersion))];
    }
}
