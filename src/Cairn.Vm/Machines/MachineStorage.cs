using Cairn.Contracts.Execution;
using Cairn.Contracts.Namespaces;
using Cairn.Contracts.Namespaces.Access;
using Cairn.Contracts.Values;

namespace Cairn.Vm.Machines;

/// <summary>
/// The storage as a program sees it: charges gas, says when a block is due, and notes what was done for a trace. What may be done, and what becomes of it, the <see cref="NamespaceStore"/> decides. For one thread at a time.
/// </summary>
/// <param name="store">The store of the block that is being written, or of a view.</param>
/// <param name="canWrite">Whether the store is over a block.</param>
/// <param name="names">How many names the program has.</param>
internal sealed class MachineStorage(NamespaceStore store, bool canWrite, int names)
{
    private const int PageKeys = 1_000;

    private readonly StatePath?[] _paths = new StatePath?[names];
    private NamespaceStore _store = store;
    private GasMeter _gas = null!;
    private MissingKey _missing;
    private bool _isBlockPerCommit;
    private int _maxDepth;
    private List<StorageEffect>? _effects;

    /// <summary>Who runs the program.</summary>
    public string Caller => _store.Principal.Id;

    /// <summary>Takes what a machine has to say before its first step.</summary>
    public void Attach(GasMeter gas, MachineSettings settings)
    {
        _gas = gas;
        _missing = settings.Missing;
        _isBlockPerCommit = settings.BlockPerCommit;
        _maxDepth = settings.Limits.TransactionDepth;
        _effects = settings.Trace is null ? null : [];
    }

    /// <summary>Goes on in the next block.</summary>
    public void Continue(NamespaceStore store) => _store = store;

    /// <summary>Ends the run: nothing may be left open.</summary>
    public void End()
    {
        if (canWrite && _store.TransactionDepth is var depth and > 0)
        {
            throw new FaultSignal(FaultKind.UnclosedTransaction, $"The program has ended with {depth} transaction{(depth == 1 ? "" : "s")} open. End each 'begintx' with 'committx' or 'rollbacktx'.");
        }
    }

    /// <summary>The key of a command, checked once.</summary>
    public StorageKey KeyOf(int name, string text) => new(text, name);

    /// <summary>Begins a transaction.</summary>
    public void Begin()
    {
        ThrowIfReadOnly("begintx");
        if (_store.TransactionDepth >= _maxDepth)
        {
            throw FaultSignal.Passed(MachineLimit.TransactionDepth, (ulong)_maxDepth, $"There would be {_store.TransactionDepth + 1} transactions inside of each other");
        }

        _store.Begin();
        Note(StorageEffectKind.Begin);
    }

    /// <summary>Commits the innermost transaction.</summary>
    /// <returns>Whether a block is due.</returns>
    public bool Commit()
    {
        ThrowIfNone("commit");
        _store.Commit();
        Note(StorageEffectKind.Commit);
        return IsBlockDue;
    }

    /// <summary>Rolls the innermost transaction back.</summary>
    public void Rollback()
    {
        ThrowIfNone("roll back");
        _store.Rollback();
        Note(StorageEffectKind.Rollback);
    }

    /// <summary>Writes a value.</summary>
    /// <returns>Whether a block is due.</returns>
    public bool Store(in StorageKey key, in StateValue value, StateType? type)
    {
        ThrowIfReadOnly("storep");
        StatePath path = PathOf(key);
        _gas.ChargeWrites(1, path.Utf8.Length + value.EncodedBytes);
        if (value.EncodedBytes > NamespaceLimits.MaxValueBytes)
        {
            throw new FaultSignal(FaultKind.OutOfRange, $"The value for key '{key.Text}' has {value.EncodedBytes} bytes; {NamespaceLimits.MaxValueBytes} are allowed.");
        }

        if (type is { } typed)
        {
            _store.SetTyped(path, value, typed);
        }
        else
        {
            _store.Set(path, value);
        }

        Note(StorageEffectKind.Write, key.Text, value);
        return IsBlockDue;
    }

    /// <summary>Removes a key.</summary>
    /// <returns>Whether a block is due.</returns>
    public bool Delete(in StorageKey key)
    {
        ThrowIfReadOnly("deletep");
        StatePath path = PathOf(key);
        _gas.ChargeWrites(1, path.Utf8.Length);
        _store.Delete(path);
        Note(StorageEffectKind.Delete, key.Text);
        return IsBlockDue;
    }

    /// <summary>Reads a value; one that is not there as the option for it says.</summary>
    public StateValue Load(in StorageKey key, StateType? type)
    {
        StatePath path = PathOf(key);
        if (!_store.TryGet(path, out StateValue value))
        {
            _gas.Charge(ReadCost(path.Utf8.Length));
            value = _missing switch
            {
                MissingKey.Zero => StateValue.FromNumber(0),
                MissingKey.Null => StateValue.Null,
                _ => throw new FaultSignal(FaultKind.MissingKey, $"Key '{key.Text}' has no value. Store one first, ask 'keyexists', or run with missing keys as zero or null.", new KeyMissingException(key.Text)),
            };
        }
        else
        {
            _gas.Charge(ReadCost(path.Utf8.Length + value.EncodedBytes));
        }

        if (type is { } typed && !StoredTypes.IsOf(value, typed))
        {
            throw new ValueTypeException(key.Text, typed, value);
        }

        Note(StorageEffectKind.Read, key.Text, value);
        return value;
    }

    /// <summary>Whether a key is there.</summary>
    public bool Exists(in StorageKey key)
    {
        StatePath path = PathOf(key);
        _gas.Charge(ReadCost(path.Utf8.Length));
        bool exists = _store.Exists(path);
        Note(StorageEffectKind.Ask, key.Text, StateValue.FromBoolean(exists));
        return exists;
    }

    /// <summary>The keys under a prefix in the order of their bytes, read as they are asked for.</summary>
    public IEnumerable<StatePath> List(StorageKey prefix)
    {
        Note(StorageEffectKind.List, prefix.Text);
        StatePath? after = null;
        do
        {
            KeyPage page = _store.List(prefix.Text, after, PageKeys);
            foreach (StatePath key in page.Keys)
            {
                _gas.Charge(ReadCost(key.Utf8.Length));
                yield return key;
            }

            after = page.Next;
        }
        while (after is not null);
    }

    /// <summary>Reads a version of a key.</summary>
    public StateValue LoadVersion(in StorageKey key, long version)
    {
        StatePath path = PathOf(key);
        StateValue value = _store.GetVersion(path, (ulong)version).Value;
        _gas.Charge(ReadCost(path.Utf8.Length + value.EncodedBytes));
        Note(StorageEffectKind.Read, key.Text, value);
        return value;
    }

    /// <summary>How many versions of a key there are.</summary>
    public double CountVersions(in StorageKey key)
    {
        StatePath path = PathOf(key);
        _gas.Charge(ReadCost(path.Utf8.Length));
        double count = _store.VersionCount(path);
        Note(StorageEffectKind.Ask, key.Text, StateValue.FromNumber(count));
        return count;
    }

    /// <summary>How two versions of a key differ.</summary>
    public StateValue DiffVersions(in StorageKey key, long from, long to)
    {
        StatePath path = PathOf(key);
        StateValue difference = _store.Diff(path, (ulong)from, (ulong)to);
        _gas.Charge(ReadCost(path.Utf8.Length + difference.EncodedBytes));
        Note(StorageEffectKind.Ask, key.Text, difference);
        return difference;
    }

    /// <summary>Whether the principal has a role: <c>ROLE</c> in the namespace around all others, <c>ROLE@NAMESPACE</c> in another one.</summary>
    public bool HasRole(string text)
    {
        (Role role, string at) = RoleOf(text);
        return _store.Roles.Has(at, role);
    }

    /// <summary>Refuses to go on unless the principal has a role, written as in <see cref="HasRole"/>.</summary>
    public void RequireRole(string text)
    {
        (Role role, string at) = RoleOf(text);
        _store.Roles.Require(at, role);
    }

    /// <summary>Gives out all keys that there are, with their values.</summary>
    public void Dump(MachineOutput output)
    {
        foreach (StatePath key in List(new StorageKey("")))
        {
            StateValue value = _store.Get(key);
            _gas.Charge(ReadCost(value.EncodedBytes));
            output.Emit($"{key} = {value.ToJson()}");
        }
    }

    /// <summary>What was done since this was called last.</summary>
    public IReadOnlyList<StorageEffect> TakeEffects()
    {
        if (_effects is not { Count: > 0 })
        {
            return [];
        }

        StorageEffect[] taken = [.. _effects];
        _effects.Clear();
        return taken;
    }

    private bool IsBlockDue => _isBlockPerCommit && _store.TransactionDepth == 0;

    private StatePath PathOf(in StorageKey key)
    {
        if (key.Name < 0)
        {
            return StatePath.Parse(key.Text);
        }

        return _paths[key.Name] ??= StatePath.Parse(key.Text);
    }

    private ulong ReadCost(int bytes) => _gas.Schedule.InputByteGas * (ulong)bytes;

    private void Note(StorageEffectKind kind, string key = "", in StateValue? value = null) => _effects?.Add(new StorageEffect(kind, key, value));

    private void ThrowIfReadOnly(string word)
    {
        if (!canWrite)
        {
            throw new FaultSignal(FaultKind.ReadOnly, $"'{word}' changes the storage, and the program runs on a view, which cannot be changed. Run it as a block.");
        }
    }

    private void ThrowIfNone(string what)
    {
        if (!canWrite || _store.TransactionDepth == 0)
        {
            throw new FaultSignal(FaultKind.NoTransaction, $"There is no active transaction to {what}. Begin one with 'begintx'.");
        }
    }

    private static (Role Role, string Namespace) RoleOf(string text)
    {
        int at = text.IndexOf('@');
        Role? role = (at < 0 ? text : text[..at]) switch
        {
            "reader" => Role.Reader,
            "writer" => Role.Writer,
            "admin" => Role.Admin,
            _ => null,
        };
        return role is { } known
            ? (known, at < 0 ? "" : text[(at + 1)..])
            : throw new FaultSignal(FaultKind.OutOfRange, $"'{text}' is no role. The roles are reader, writer and admin; 'admin@org/acme' is one in a namespace, 'admin' alone in that around all others.");
    }
}
