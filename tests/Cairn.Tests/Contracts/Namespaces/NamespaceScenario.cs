using Cairn.Contracts.Namespaces;
using Cairn.Contracts.Namespaces.Access;
using Cairn.Contracts.Namespaces.Auditing;
using Cairn.Contracts.Values;
using Cairn.Tests.Stores;
using Xunit;

namespace Cairn.Tests.Contracts.Namespaces;

/// <summary>A random life of a state with namespaces, held to <see cref="PlainNamespaces"/>: blocks that are committed or given up, nested transactions, reopening.</summary>
internal sealed partial class NamespaceScenario(HomeKind kind, Random random)
{
    private static readonly string[] Paths = ["a", "ab", "a/b", "org", "org/acme", "org/acme!", "org/acme/m", "org/acme/member/1", "org/acme/deep/x", "org/other", "gov/x", "government/x", "zürich/i\u0307"];
    private static readonly string[] Spaces = ["org", "org/acme", "org/acme/deep", "gov", "government", "a", "org/acme!"];
    private static readonly string[] Prefixes = ["", "a", "a/", "org/", "org/acme", "org/acme/", "org/acme/m", "gov", "gov/", "nothing/"];
    private static readonly Principal[] People = [new("root"), new("ada"), new("bob"), new("çem"), Principal.Anonymous];

    private readonly Stack<(PlainNamespaces Model, int Refused)> _open = [];
    private PlainNamespaces _model = new();
    private NamespaceStore _store = null!;

    /// <summary>Lives it.</summary>
    /// <returns>The roots of its blocks.</returns>
    public async Task<List<Hash256>> RunAsync()
    {
        using TestHome home = TestHome.Create(kind);
        StateStore engine = await home.OpenAsync(StoreSettings.Tight);
        List<Hash256> roots = [];
        for (int block = 0; block < 5; block++)
        {
            await LiveBlockAsync(engine, isFirst: block == 0);
            roots.Add(engine.Root);
            using (StateView view = engine.OpenView())
            {
                CompareAll(view);
            }

            if (random.Next(3) == 0)
            {
                await home.CloseAsync(engine);
                engine = await home.OpenAsync(StoreSettings.Tight);
            }
        }

        await home.CloseAsync(engine);
        return roots;
    }

    private async Task LiveBlockAsync(StateStore engine, bool isFirst)
    {
        PlainNamespaces before = _model.Copy();
        int refused = _model.Refused.Count;
        Hash256 root = engine.Root;
        using (BlockDraft draft = Next(engine))
        {
            if (isFirst)
            {
                NamespaceStore.Initialize(draft, People[0]);
                _model.Spaces[""] = new("root", NamespaceLimits.DefaultVersionsKept, Inherits: false, null, null);
                _model.Roles["|root"] = Role.Admin;
                _model.Note("root", AuditAction.Initialize, "");
            }

            _store = new NamespaceStore(draft, People[0]);
            for (int step = random.Next(5, 25); step > 0; step--)
            {
                Step();
                if (random.Next(6) == 0)
                {
                    CompareSome();
                }
            }

            bool isGivenUp = !isFirst && random.Next(5) == 0;
            while (_open.Count > 0)
            {
                End(isGivenUp || random.Next(2) == 0);
            }

            if (!isGivenUp)
            {
                CompareSome();
                CompareAudit(_store);
                Assert.True(AuditChain.Verify(draft).IsSound);
                await engine.CommitAsync(draft);
                return;
            }
        }

        // A block that is given up leaves nothing but what was refused in it, in a block of its own.
        List<AuditAttempt> attempts = [.. _model.Refused.Skip(refused)];
        Assert.Equal(attempts.Select(Short), _store.Attempts.Select(Short));
        _model = before.WithRefused(refused);
        using BlockDraft after = Next(engine);
        NamespaceStore.RecordAttempts(after, _store.Attempts);
        await engine.CommitAsync(after);
        Assert.Equal(root, engine.Root);
    }

    private BlockDraft Next(StateStore engine)
    {
        BlockDraft draft = engine.CreateDraft(new BlockHeight((engine.Height?.Value ?? 0) + (ulong)random.Next(1, 4)));
        draft.TimeTicks = random.Next(4) == 0 ? null : (long)draft.Height.Value * 1000;
        _model.Height = draft.Height.Value;
        _model.Time = draft.TimeTicks;
        return draft;
    }

    private void Step()
    {
        Principal who = People[random.Next(2) == 0 ? 0 : random.Next(People.Length)];
        NamespaceStore store = _store.As(who);
        switch (random.Next(20))
        {
            case < 7:
                Write(store, Pick(Paths), NextValue(), random.Next(5) == 0 ? (ulong)random.Next(4) : null);
                break;
            case < 9:
                Write(store, Pick(Paths), value: null, expected: null);
                break;
            case 9:
                List<(string Key, StateValue? Value)> writes = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => (Pick(Paths), random.Next(4) == 0 ? (StateValue?)null : NextValue()))];
                ApplyBatch(store, writes);
                break;
            case 10 or 11 when _open.Count < 4:
                _store.Begin();
                _open.Push((_model.Copy(), _model.Refused.Count));
                break;
            case 12 or 13 when _open.Count > 0:
                End(random.Next(2) == 0);
                break;
            case 14:
                CreateSpace(store, Pick(Spaces));
                break;
            case 15:
                ChangeSpace(store, Pick(Spaces));
                break;
            case 16:
                RemoveSpace(store, Pick(Spaces));
                break;
            case 17:
                Grant(store, random.Next(4) == 0 ? "" : Pick(Spaces), People[random.Next(1, 4)].Id);
                break;
            case 18:
                ChangeAccount(store, People[random.Next(4)].Id);
                break;
            default:
                Drop(store, Pick(Paths));
                break;
        }
    }

    private void End(bool isRollback)
    {
        (PlainNamespaces model, int refused) = _open.Pop();
        if (isRollback)
        {
            _store.Rollback();
            model.Height = _model.Height;
            model.Time = _model.Time;
            _model = model.WithRefused(refused);
        }
        else
        {
            _store.Commit();
        }

        Assert.Equal(_open.Count, _store.TransactionDepth);
    }

    private StateValue NextValue() => random.Next(6) switch
    {
        0 => StateValue.Null,
        1 => StateValue.FromBoolean(random.Next(2) == 0),
        2 => StateValue.FromNumber(random.NextDouble() * 1000),
        3 => StateValue.FromText(new string('ı', random.Next(30))),
        4 => StateValue.FromText(new string('x', random.Next(15) == 0 ? 5000 : random.Next(40))),
        _ => StateValue.ParseObject("{\"b\":1.5,\"a\":[null]}"u8),
    };

    private string Pick(string[] from) => from[random.Next(from.Length)];

    private static (string, AuditAction, AuditOutcome, string, string) Short(AuditAttempt attempt) => (attempt.Principal, attempt.Action, attempt.Outcome, attempt.Namespace, attempt.Key);
}
