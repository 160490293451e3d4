using System.Text.Json.Serialization;
using Cairn.Contracts;
using Cairn.Contracts.Namespaces;
using Cairn.Contracts.Namespaces.Access;
using Cairn.Contracts.Namespaces.Auditing;
using Cairn.Contracts.Values;
using Xunit;

namespace Cairn.Tests.Contracts.Namespaces;

/// <summary>Reading and writing keys, a rule a test.</summary>
public sealed partial class NamespaceStoreTests : NamespaceTestBase
{
    [Fact]
    public async Task Keys_ThatLookAlike_NeverMeet()
    {
        await using StateStore engine = await OpenAsync();
        using BlockDraft draft = Next(engine);
        NamespaceStore store = new(draft, Root);
        store.Set("a", Number(1));
        store.Set("a/b", Number(2));
        store.Set("ab", Number(3));
        Assert.Equal((1, 2, 3), (store.Get("a").Number, store.Get("a/b").Number, store.Get("ab").Number));
        Assert.Equal(["a/b"], Keys(store.List("a/")));
        Assert.Equal(["a", "a/b", "ab"], Keys(store.List("a")));
        Assert.Equal(["a", "a/b", "ab"], Keys(store.List()));
        store.Delete("a");
        Assert.Equal((false, true, true), (store.Exists("a"), store.Exists("a/b"), store.Exists("ab")));
        Assert.Equal(PathRule.Characters, Assert.Throws<InvalidPathException>(() => store.List("a*")).Rule);
        Assert.Equal(PathRule.SegmentNotEmpty, Assert.Throws<InvalidPathException>(() => store.List("/")).Rule);
        Assert.Empty(store.List("..").Keys);
    }

    [Fact]
    public async Task Values_KeepTheirTypes()
    {
        await using StateStore engine = await OpenAsync();
        using BlockDraft draft = Next(engine);
        NamespaceStore store = new(draft, Root);
        StateValue[] values = [Number(42), StateValue.FromText("42"), StateValue.True, StateValue.Null, StateValue.ParseObject("{ \"b\": 1, \"a\": [] }"u8), Number(double.NaN), StateValue.FromText("")];
        for (int i = 0; i < values.Length; i++)
        {
            store.Set($"k{i}", values[i]);
            Assert.Equal(values[i], store.Get($"k{i}"));
        }

        Assert.Equal("{\"a\":[],\"b\":1}", store.GetJson("k4"));
        Assert.Equal("\"42\"", store.GetJson("k1"));
        Assert.Throws<KeyMissingException>(() => store.Get("none"));
        Assert.False(store.TryGet("none", out StateValue none));
        Assert.Equal(StateValue.Null, none);
    }

    [Fact]
    public async Task TypedValues_OfAnotherType_AreRefused()
    {
        await using StateStore engine = await OpenAsync();
        using BlockDraft draft = Next(engine);
        NamespaceStore store = new(draft, Root);
        store.SetTyped("i", Number(7), StateType.Integer);
        store.SetTyped("n", Number(7.5), StateType.Number);
        store.SetTyped("s", StateValue.FromText("7"), StateType.String);
        store.SetTyped("b", StateValue.False, StateType.Boolean);
        store.SetTyped("o", StateValue.ParseObject("[]"u8), StateType.Object);
        store.SetTyped("z", StateValue.Null, StateType.Null);
        Assert.Equal(Number(7), store.GetTyped("i", StateType.Number));
        Assert.Equal(Number(7.5), store.GetTyped("n", StateType.Integer));
        ValueTypeException fault = Assert.Throws<ValueTypeException>(() => store.GetTyped("s", StateType.Number));
        Assert.Equal(("s", StateType.Number, ValueKind.String), (fault.Key, fault.Expected, fault.Found));
        Assert.Throws<ValueTypeException>(() => store.GetTyped("i", StateType.String));
        Assert.Throws<ValueTypeException>(() => store.GetTyped("z", StateType.Object));
        Assert.Throws<ValueTypeException>(() => store.SetTyped("i", Number(0.5), StateType.Integer));
        Assert.Throws<ValueTypeException>(() => store.SetTyped("i", Number(double.NaN), StateType.Integer));
        Assert.Throws<ValueTypeException>(() => store.SetTyped("i", Number(double.PositiveInfinity), StateType.Integer));
        Assert.Throws<ValueTypeException>(() => store.SetTyped("i", StateValue.True, StateType.Number));
        Assert.Throws<ArgumentOutOfRangeException>(() => store.SetTyped("i", StateValue.True, (StateType)9));
        Assert.Equal(1UL, store.VersionCount("i"));
    }

    [Fact]
    public async Task ValuesThatAreNone_OfThoseWhoMayNotWrite_AreDeniedAndRecorded()
    {
        await using StateStore engine = await OpenAsync();
        using BlockDraft draft = Next(engine);
        NamespaceStore store = new(draft, Root);
        store.Roles.Grant("global", "bob", Role.Reader);
        Assert.Throws<AccessDeniedException>(() => store.As(Ada).SetTyped("k", Number(0.5), StateType.Integer));
        Assert.Throws<AccessDeniedException>(() => store.As(Bob).SetTyped("k", StateValue.True, StateType.Number));
        Assert.Throws<AccessDeniedException>(() => store.As(Ada).SetJson("k", "{"u8));
        Assert.Equal(
            [("ada", AuditAction.Write, AuditOutcome.Denied, "k"), ("bob", AuditAction.Write, AuditOutcome.Denied, "k"), ("ada", AuditAction.Write, AuditOutcome.Denied, "k")],
            store.Audit.List(new() { Limit = 3 }).Records.Select(one => (one.Principal, one.Action, one.Outcome, one.Key)));
        Assert.Equal(3, store.Attempts.Count);
        using StateView view = engine.OpenView();
        Assert.Throws<InvalidOperationException>(() => new NamespaceStore(view, Ada).SetTyped("k", StateValue.True, StateType.Number));
    }

    [Fact]
    public async Task Numbers_AreReadWithoutAllocation()
    {
        await using StateStore engine = await OpenAsync();
        StatePath key = "org/treasury/balance";
        StatePath none = "org/treasury/none";
        using BlockDraft draft = Next(engine);
        NamespaceStore root = new(draft, Root);
        root.Namespaces.Create("org", new NamespaceOptions { Owner = "ada" });
        NamespaceStore writer = root.As(Ada);
        writer.Set(key, Number(42));
        AssertReads(writer);
        await engine.CommitAsync(draft);
        using StateView view = engine.OpenView();
        AssertReads(new NamespaceStore(view, Ada));
        using BlockDraft next = Next(engine);
        AssertReads(new NamespaceStore(next, Ada));

        void AssertReads(NamespaceStore store)
        {
            double sum = 0;
            Read();
            sum = 0;
            Allocations.AssertNone(Read);
            Assert.True(sum > 0 && sum % 4200 == 0, $"{sum}");

            void Read()
            {
                for (int i = 0; i < 100; i++)
                {
                    sum += store.TryGet(key, out StateValue value) && !store.TryGet(none, out _) && store.Exists(key) ? value.Number : double.NaN;
                }
            }
        }
    }

    [Fact]
    public async Task Json_OfObjects_IsReadAsItWasWritten()
    {
        await using StateStore engine = await OpenAsync();
        using BlockDraft draft = Next(engine);
        NamespaceStore store = new(draft, Root);
        store.SetJson("cart", new Cart("tea", 3), CartJson.Default.Cart);
        Assert.Equal("{\"Count\":3,\"Item\":\"tea\"}", store.Get("cart").Text);
        Assert.Equal(new Cart("tea", 3), store.GetJson("cart", CartJson.Default.Cart));
        store.SetJson("cart", "12"u8);
        Assert.Equal(Number(12), store.Get("cart"));
        Assert.Throws<ValueFormatException>(() => store.SetJson("cart", "{"u8));
        Assert.Equal(2UL, store.VersionCount("cart"));
    }

    [Fact]
    public async Task CompareAndSet_OfAnotherVersion_NamesBoth()
    {
        await using StateStore engine = await OpenAsync();
        using BlockDraft draft = Next(engine);
        NamespaceStore store = new(draft, Root);
        Assert.Equal(1UL, store.Set("k", Number(1), expectedVersion: 0));
        Assert.Equal(2UL, store.Set("k", Number(2), expectedVersion: 1));
        VersionConflictException fault = Assert.Throws<VersionConflictException>(() => store.Set("k", Number(3), expectedVersion: 1));
        Assert.Equal(("k", 1UL, 2UL), (fault.Key, fault.Expected, fault.Found));
        Assert.Throws<VersionConflictException>(() => store.Delete("k", expectedVersion: 1));
        Assert.Equal(3UL, store.Delete("k", expectedVersion: 2));
        Assert.Throws<VersionConflictException>(() => store.Set("k", Number(4), expectedVersion: 0));
        Assert.Equal(4UL, store.Set("k", Number(4), expectedVersion: 3));
        Assert.Throws<VersionConflictException>(() => store.Set("new", Number(4), expectedVersion: 1));
        Assert.Equal([false, false, true, false], store.Versions("k").Select(one => one.IsDeleted));
        Assert.Equal((StateValue.Null, 4UL), (store.GetVersion("k", 3).Value, store.VersionCount("k")));
    }

    [Fact]
    public async Task Versions_SayWhoWhenAndWhat_AndTheOldestGo()
    {
        await using StateStore engine = await OpenAsync();
        using (BlockDraft draft = Next(engine))
        {
            draft.TimeTicks = 77;
            NamespaceStore store = new(draft, Root);
            store.Namespaces.Create("org", new NamespaceOptions { VersionsKept = 3, Owner = "ada" });
            store.As(Ada).Set("org/k", Number(1));
            for (int i = 2; i <= 70; i++)
            {
                store.Set("wide", Number(i));
                store.Set("org/k", Number(i));
            }

            await engine.CommitAsync(draft);
        }

        using BlockDraft next = Next(engine);
        NamespaceStore again = new(next, Root);
        again.Delete("org/k");
        Assert.Equal(
            [new ValueVersion(69, "root", new BlockHeight(2), 77, false, Number(69)), new ValueVersion(70, "root", new BlockHeight(2), 77, false, Number(70)), new ValueVersion(71, "root", new BlockHeight(3), null, true, StateValue.Null)],
            again.Versions("org/k"));
        Assert.Equal((64UL, 69UL), (again.VersionCount("wide"), again.CurrentVersion("wide")));
        Assert.Equal(6UL, again.Versions("wide").First().Number);
        Assert.Throws<VersionNotFoundException>(() => again.GetVersion("wide", 5));
        VersionNotFoundException none = Assert.Throws<VersionNotFoundException>(() => again.GetVersion("nothing", 1));
        Assert.Equal((0UL, 0UL), (none.Oldest, none.Newest));
        Assert.Equal(3UL, again.DropVersions("org/k"));
        Assert.Equal((0UL, 0UL), (again.VersionCount("org/k"), again.DropVersions("org/k")));
        Assert.Equal(1UL, again.Set("org/k", Number(5)));
        again.Namespaces.Change("org", new NamespaceChange { VersionsKept = 0 });
        again.Set("org/k", Number(6));
        Assert.Equal([2UL], again.Versions("org/k").Select(one => one.Number));
        Assert.Equal(0UL, again.Delete("org/k"));
        Assert.Equal(1UL, again.Set("org/k", Number(7), expectedVersion: 0));
    }

    [Fact]
    public async Task Diff_OfAnythingButNumbers_IsAnObject()
    {
        await using StateStore engine = await OpenAsync();
        using BlockDraft draft = Next(engine);
        NamespaceStore store = new(draft, Root);
        store.Set("k", StateValue.FromText("a\"b"));
        store.Set("k", Number(double.PositiveInfinity));
        store.Set("k", StateValue.ParseObject("{\"x\":[1]}"u8));
        store.Delete("k");
        store.Set("k", StateValue.FromText("a\"b"));
        Assert.Equal("{\"changed\":true,\"from\":\"a\\\"b\",\"fromType\":\"string\",\"to\":\"inf\",\"toType\":\"number\"}", store.Diff("k", 1, 2).Text);
        Assert.Equal("{\"changed\":true,\"from\":{\"x\":[1]},\"fromType\":\"object\",\"to\":null,\"toType\":\"deleted\"}", store.Diff("k", 3, 4).Text);
        Assert.Equal("{\"changed\":false,\"from\":\"a\\\"b\",\"fromType\":\"string\",\"to\":\"a\\\"b\",\"toType\":\"string\"}", store.Diff("k", 1, 5).Text);
        Assert.Equal(6UL, Assert.Throws<VersionNotFoundException>(() => store.Diff("k", 1, 6)).Version);
    }

    [Fact]
    public async Task Values_OfAnyLength_AreKeptInVersionsToo()
    {
        await using StateStore engine = await OpenAsync();
        StateValue[] values = [Text(10), Text(1023), Text(5000), Text(3_000_000), Text(0)];
        using (BlockDraft draft = Next(engine))
        {
            NamespaceStore store = new(draft, Root);
            foreach (StateValue value in values)
            {
                store.Set("k", value);
                Assert.Equal(value, store.Get("k"));
            }

            Assert.Throws<ArgumentException>(() => store.Set("k", Text(NamespaceLimits.MaxValueBytes)));
            store.Set("most", Text(NamespaceLimits.MaxValueBytes - 1));
            store.Set("most", Number(1));
            Assert.Equal(NamespaceLimits.MaxValueBytes - 1, store.GetVersion("most", 1).Value.Text.Length);
            await engine.CommitAsync(draft);
        }

        using StateView view = engine.OpenView();
        Assert.Equal(values, new NamespaceStore(view, Root).Versions("k").Select(one => one.Value));
    }

    [Fact]
    public async Task Batch_IsDoneWholeOrNotAtAll()
    {
        await using StateStore engine = await OpenAsync();
        using BlockDraft draft = Next(engine);
        NamespaceStore store = new(draft, Root);
        store.Accounts.Create("root", 50);
        store.Set("k1", Text(40));
        Assert.Throws<QuotaExceededException>(() => store.Apply([new("k2", Text(20)), new("k3", Text(1))]));
        Assert.Equal(["k1"], Keys(store.List()));

        // What comes first may be too much as long as all of it is not.
        store.Apply([new("k2", Text(30)), new("k1", Value: null), new("k2", Text(45))]);
        Assert.Equal((45UL, 2UL), (store.Accounts.Get("root").Used, store.VersionCount("k2")));
        Assert.Throws<KeyMissingException>(() => store.Apply([new("k4", Text(1)), new("k1", Value: null)]));
        Assert.Throws<VersionConflictException>(() => store.Apply([new("k4", Text(1)), new("k2", Text(1), ExpectedVersion: 1)]));
        Assert.False(store.Exists("k4"));
        Assert.Equal((45UL, 0), (store.Accounts.Get("root").Used, store.TransactionDepth));
    }

    [Fact]
    public async Task Store_OverAView_ReadsItsHeightAndChangesNothing()
    {
        await using StateStore engine = await OpenAsync();
        using (BlockDraft draft = Next(engine))
        {
            new NamespaceStore(draft, Root).Set("k", Number(1));
            await engine.CommitAsync(draft);
        }

        using StateView view = engine.OpenView();
        using (BlockDraft draft = Next(engine))
        {
            new NamespaceStore(draft, Root).Set("k", Number(2));
            await engine.CommitAsync(draft);
        }

        NamespaceStore store = new(view, Root);
        Assert.Equal(Number(1), store.Get("k"));
        Assert.Throws<InvalidOperationException>(() => store.Set("k", Number(3)));
        Assert.Throws<InvalidOperationException>(() => store.Delete("k"));
        Assert.Throws<InvalidOperationException>(store.Begin);
        Assert.Throws<InvalidOperationException>(() => store.Namespaces.Create("org"));
        Assert.Throws<InvalidOperationException>(() => store.Roles.Grant("global", "ada", Role.Admin));
        Assert.Throws<InvalidOperationException>(() => store.Accounts.Create("ada"));
        Assert.Throws<InvalidOperationException>(() => store.Apply([new("k", Number(3))]));
        using StateView old = engine.ViewAt(new BlockHeight(3));
        Assert.Equal(Number(2), new NamespaceStore(old, Root).Get("k"));
    }

    [Fact]
    public async Task Stores_OverOneDraft_ShareWhatTheyKnow()
    {
        await using StateStore engine = await OpenAsync();
        using BlockDraft draft = Next(engine);
        NamespaceStore first = new(draft, Root);
        NamespaceStore second = new(draft, Ada);
        Assert.Throws<AccessDeniedException>(() => second.Set("k", Number(1)));
        first.Roles.Grant("global", "ada", Role.Writer);
        second.Set("k", Number(1));
        first.Begin();
        Assert.Equal(1, second.TransactionDepth);
        second.Set("k", Number(2));
        first.Roles.Revoke("global", "ada");
        Assert.Throws<AccessDeniedException>(() => second.Get("k"));
        first.Rollback();
        Assert.Equal(Number(1), second.Get("k"));
        draft.Begin();
        first.Begin();
        draft.Begin();
        Assert.Throws<InvalidOperationException>(first.Commit);
        draft.Rollback();
        first.Commit();
        draft.Rollback();
    }

    [Fact]
    public async Task Draft_OnADraft_GoesOnWhereItEnded()
    {
        await using StateStore engine = await OpenAsync();
        using BlockDraft below = Next(engine);
        new NamespaceStore(below, Root).Set("k", Number(1));
        using BlockDraft draft = engine.CreateDraft(new BlockHeight(below.Height.Value + 1), below);
        NamespaceStore store = new(draft, Root);
        Assert.Equal(2UL, store.Set("k", Number(2)));
        Assert.Equal(3UL, store.Audit.Head.Count);
        Assert.True(AuditChain.Verify(draft).IsSound);
        Assert.Throws<InvalidOperationException>(() => new NamespaceStore(below, Root).Set("k", Number(3)));
    }

    [Fact]
    public async Task State_WithoutItsFirstAdmin_AllowsNothingToAnybody()
    {
        await using StateStore engine = await StateStore.OpenAsync("memory:");
        using BlockDraft draft = engine.CreateDraft(new BlockHeight(1));
        NamespaceStore store = new(draft, Root);
        Assert.False(store.IsInitialized);
        Assert.Throws<AccessDeniedException>(() => store.Set("k", Number(1)));
        Assert.Throws<AccessDeniedException>(() => store.Get("k"));
        Assert.Throws<AccessDeniedException>(() => store.List());
        Assert.Throws<AccessDeniedException>(() => store.Namespaces.Create("org"));
        Assert.Throws<InvalidOperationException>(() => NamespaceStore.Initialize(draft, Principal.Anonymous));
        NamespaceStore.Initialize(draft, Root);
        Assert.True(store.IsInitialized);
        store.Set("k", Number(1));
        Assert.Throws<InvalidOperationException>(() => NamespaceStore.Initialize(draft, Ada));
        Assert.Throws<InvalidOperationException>(() => NamespaceStore.Initialize(draft, Root));
    }

    [Fact]
    public async Task Value_ThatIsNone_IsATypedError()
    {
        await using StateStore engine = await OpenAsync();
        using BlockDraft draft = Next(engine);
        NamespaceStore store = new(draft, Root);
        store.Set("k", Number(1));
        draft.State.Put("k"u8, [9, 9]);
        Assert.Throws<ContractRecordException>(() => store.Get("k"));
        draft.State.Put("k"u8, default);
        Assert.Throws<ContractRecordException>(() => store.Get("k"));
        draft.State.Delete("k"u8);
        Assert.Throws<ContractRecordException>(() => store.GetVersion("k", 1));
        draft.State.Put("a//b"u8, [0]);
        Assert.Throws<ContractRecordException>(() => store.List());
    }

    internal sealed record Cart(string Item, int Count);

    [JsonSerializable(typeof(Cart))]
    internal sealed partial class CartJson : JsonSerializerContext;
}
