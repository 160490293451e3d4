using Cairn.Contracts.Namespaces;
using Cairn.Contracts.Namespaces.Access;
using Cairn.Contracts.Namespaces.Auditing;
using Cairn.Contracts.Values;
using Xunit;

namespace Cairn.Tests.Contracts.Namespaces;

/// <summary>The known answers of the rules that take no program.</summary>
public sealed class KnownAnswerTests : NamespaceTestBase
{
    [Fact]
    public async Task Treasury_WrittenInTransaction_HasOneKeyAndTwoVersions()
    {
        await using StateStore engine = await OpenAsync();
        using BlockDraft draft = engine.CreateDraft(new BlockHeight(2));
        NamespaceStore store = new(draft, Root);
        store.Set("org/treasury/balance", Number(100));
        store.Begin();
        store.Set("org/treasury/balance", Number(90));
        store.Set("org/projects/funding", Number(10));
        store.Commit();

        Assert.Equal(["org/treasury/balance"], Keys(store.List("org/treasury/")));
        Assert.Equal(Number(90), store.Get("org/treasury/balance"));
        Assert.Equal([Number(100), Number(90)], store.Versions("org/treasury/balance").Select(one => one.Value));
    }

    [Fact]
    public async Task DataKey_Differences_AreThoseOfVersions()
    {
        await using StateStore engine = await OpenAsync();
        using BlockDraft draft = engine.CreateDraft(new BlockHeight(2));
        NamespaceStore store = new(draft, Root);
        foreach (double value in (double[])[10, 15, 25, 50])
        {
            store.Set("data_key", Number(value));
        }

        Assert.Equal(4UL, store.VersionCount("data_key"));
        Assert.Equal([5, 40, 10, 25], ((ulong, ulong)[])[(1, 2), (1, 4), (2, 3), (3, 4)] is var pairs ? pairs.Select(pair => store.Diff("data_key", pair.Item1, pair.Item2).Number) : []);
        Assert.Equal(5, store.Diff("data_key", 2, 1).Number);
    }

    [Fact]
    public async Task ProductKey_Versions_AreReadByNumber()
    {
        await using StateStore engine = await OpenAsync();
        using BlockDraft draft = engine.CreateDraft(new BlockHeight(2));
        NamespaceStore store = new(draft, Root);
        store.Set("product_key", Number(100));
        Assert.Equal(Number(100), store.Get("product_key"));
        store.Set("product_key", Number(200));
        store.Set("product_key", Number(300));
        Assert.Equal(4UL, store.Set("product_key", Number(400)));
        Assert.Equal(Number(400), store.Get("product_key"));
        Assert.Equal([100, 200, 300, 400], Enumerable.Range(1, 4).Select(number => store.GetVersion("product_key", (ulong)number).Value.Number));
        VersionNotFoundException missing = Assert.Throws<VersionNotFoundException>(() => store.GetVersion("product_key", 5));
        Assert.Equal(("product_key", 5UL, 1UL, 4UL), (missing.Key, missing.Version, missing.Oldest, missing.Newest));
    }

    [Fact]
    public async Task OuterRollback_UndoesInnerCommit()
    {
        await using StateStore engine = await OpenAsync();
        using BlockDraft draft = engine.CreateDraft(new BlockHeight(2));
        NamespaceStore store = new(draft, Root);
        store.Begin();
        store.Set("a", Number(1));
        store.Begin();
        store.Set("b", Number(2));
        store.Commit();
        store.Rollback();
        Assert.False(store.Exists("a"));
        Assert.False(store.Exists("b"));

        store.Begin();
        store.Set("a", Number(1));
        store.Begin();
        store.Set("a", Number(2));
        store.Rollback();
        store.Commit();
        Assert.Equal(Number(1), store.Get("a"));
        Assert.Equal("There is no active transaction to commit.", Assert.Throws<InvalidOperationException>(store.Commit).Message);
        Assert.Equal("There is no active transaction to roll back.", Assert.Throws<InvalidOperationException>(store.Rollback).Message);
    }

    [Fact]
    public async Task Rollback_OverVersionsAndQuota_LeavesThemAsBefore()
    {
        await using StateStore engine = await OpenAsync();
        using BlockDraft draft = engine.CreateDraft(new BlockHeight(2));
        NamespaceStore store = new(draft, Root);
        store.Accounts.Create("root", 1000);
        store.Set("key", StateValue.FromText("v1"));
        ulong used = store.Accounts.Get("root").Used;
        store.Begin();
        store.Set("key", StateValue.FromText("version two"));
        store.Rollback();
        Assert.Equal([StateValue.FromText("v1")], store.Versions("key").Select(one => one.Value));
        Assert.Equal((2UL, 2UL), (used, store.Accounts.Get("root").Used));
    }

    [Fact]
    public async Task Quota_OfFiftyBytes_RefusesWhatWouldPassIt()
    {
        await using StateStore engine = await OpenAsync();
        using BlockDraft draft = engine.CreateDraft(new BlockHeight(2));
        NamespaceStore store = new(draft, Root);
        store.Accounts.Create("root", 50);
        store.Set("k1", Text(30));
        QuotaExceededException refused = Assert.Throws<QuotaExceededException>(() => store.Set("k2", Text(30)));
        Assert.Equal((QuotaKind.AccountBytes, "root", 30UL, 30UL, 50UL), (refused.Kind, refused.Name, refused.Used, refused.Asked, refused.Limit));
        Assert.False(store.Exists("k2"));
        store.Set("k1", Text(10));
        store.Set("k2", Text(30));
        Assert.Equal(40UL, store.Accounts.Get("root").Used);
        Assert.Equal(AuditOutcome.OverQuota, store.Audit.List(new AuditQuery { Outcome = AuditOutcome.OverQuota }).Records.Single().Outcome);
        Assert.True(AuditChain.Verify(draft).IsSound);
    }

    [Fact]
    public async Task Counter_AddedToFiveTimes_IsFifteen()
    {
        await using StateStore engine = await OpenAsync();
        using (BlockDraft draft = engine.CreateDraft(new BlockHeight(2)))
        {
            NamespaceStore store = new(draft, Root);
            store.Set("counter", Number(10));
            for (int i = 0; i < 5; i++)
            {
                store.Set("counter", Number(store.Get("counter").Number + 1));
            }

            await engine.CommitAsync(draft);
        }

        using StateView view = engine.OpenView();
        NamespaceStore reader = new(view, Root);
        Assert.Equal(Number(15), reader.Get("counter"));
        Assert.Equal(6UL, reader.VersionCount("counter"));
        Assert.Throws<AccessDeniedException>(() => new NamespaceStore(view, Principal.Anonymous).Get("counter"));
    }
}
