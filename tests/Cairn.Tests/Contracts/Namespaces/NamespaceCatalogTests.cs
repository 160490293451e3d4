using Cairn.Contracts.Namespaces;
using Cairn.Contracts.Namespaces.Access;
using Cairn.Contracts.Namespaces.Auditing;
using Cairn.Contracts.Values;
using Xunit;

namespace Cairn.Tests.Contracts.Namespaces;

/// <summary>Creating, changing, listing, migrating and removing namespaces, and what may lie in them.</summary>
public sealed class NamespaceCatalogTests : NamespaceTestBase
{
    [Fact]
    public async Task Creating_TakesAParentAndItsAdmin()
    {
        await using StateStore engine = await OpenAsync();
        using BlockDraft draft = Next(engine);
        NamespaceStore store = new(draft, Root);
        Assert.Equal(NamespaceFault.ParentMissing, Assert.Throws<NamespaceException>(() => store.Namespaces.Create("org/acme")).Fault);
        Assert.Throws<AccessDeniedException>(() => store.As(Ada).Namespaces.Create("org"));
        store.Namespaces.Create("org", new NamespaceOptions { Owner = "ada", Attributes = "{ \"name\": \"Org\", \"a\": 1 }" });
        Assert.Equal(NamespaceFault.Exists, Assert.Throws<NamespaceException>(() => store.Namespaces.Create("org")).Fault);
        store.As(Ada).Namespaces.Create("org/acme");
        Assert.Throws<AccessDeniedException>(() => store.As(Bob).Namespaces.Create("org/other"));
        Assert.Throws<AccessDeniedException>(() => store.As(Principal.Anonymous).Namespaces.Create("org/other"));
        Assert.Equal(
            new NamespaceInfo("org", "global", "ada", 64, false, NamespaceQuota.None, "{\"a\":1,\"name\":\"Org\"}", 0, 1, new BlockHeight(2)),
            store.Namespaces.Get("org"));
        Assert.Equal(("org", "ada"), (store.Namespaces.Get("org/acme").Parent, store.Namespaces.Get("org/acme").Owner));
        Assert.Null(store.Namespaces.Get("global").Parent);
        Assert.False(store.Namespaces.TryGet("none", out _));
        Assert.Equal(NamespaceFault.Missing, Assert.Throws<NamespaceException>(() => store.Namespaces.Get("none")).Fault);
        Assert.Equal(PathRule.Reserved, Assert.Throws<InvalidPathException>(() => store.Namespaces.Create("global")).Rule);
        Assert.Equal(PathRule.Dots, Assert.Throws<InvalidPathException>(() => store.Namespaces.Create("../x")).Rule);
        Assert.Equal(PathRule.NotEmpty, Assert.Throws<InvalidPathException>(() => store.Namespaces.Create("")).Rule);
        Assert.Equal(NamespaceFault.BadOption, Assert.Throws<NamespaceException>(() => store.Namespaces.Create("x", new NamespaceOptions { VersionsKept = -1 })).Fault);
        Assert.Equal(NamespaceFault.BadOption, Assert.Throws<NamespaceException>(() => store.Namespaces.Create("x", new NamespaceOptions { VersionsKept = 4097 })).Fault);
        Assert.Equal(NamespaceFault.BadOption, Assert.Throws<NamespaceException>(() => store.Namespaces.Create("x", new NamespaceOptions { Attributes = "[]" })).Fault);
        Assert.Equal(NamespaceFault.BadOption, Assert.Throws<NamespaceException>(() => store.Namespaces.Create("x", new NamespaceOptions { Attributes = $"{{\"a\":\"{new string('x', 5000)}\"}}" })).Fault);
        Assert.Throws<ValueFormatException>(() => store.Namespaces.Create("x", new NamespaceOptions { Attributes = "{" }));
        Assert.Throws<ArgumentException>(() => store.Namespaces.Create("x", new NamespaceOptions { Owner = "a\n" }));
        Assert.Equal((1U, 0), (store.Namespaces.Get("").Children, store.TransactionDepth));
    }

    [Fact]
    public async Task Creating_BelowWhatDoesNotExist_TakesAdminOfTheNearestAbove()
    {
        await using StateStore engine = await OpenAsync();
        using BlockDraft draft = Next(engine);
        NamespaceStore store = new(draft, Root);
        store.Namespaces.Create("org", new NamespaceOptions { Owner = "ada" });
        Assert.Equal(NamespaceFault.ParentMissing, Assert.Throws<NamespaceException>(() => store.As(Ada).Namespaces.Create("org/none/x")).Fault);
        Assert.Empty(store.Attempts);
        NamespaceStore nobody = store.As(Principal.Anonymous);
        Assert.Equal(NamespaceFault.Missing, Assert.Throws<NamespaceException>(() => nobody.Namespaces.Get("none")).Fault);
        Assert.Equal("org", Assert.Throws<AccessDeniedException>(() => nobody.Namespaces.Get("org")).Namespace);
        Assert.Equal("org", nobody.NamespaceOf("org/k"));
        Assert.Equal("org", Assert.Throws<AccessDeniedException>(() => store.As(Bob).Namespaces.Create("org/none/x")).Namespace);
        Assert.Equal("global", Assert.Throws<AccessDeniedException>(() => store.As(Ada).Namespaces.Create("orgs/none/x")).Namespace);
        Assert.Equal(
            [("ada", "global", "orgs/none/x"), ("bob", "org", "org/none/x")],
            store.Audit.List(new() { Action = AuditAction.CreateNamespace, Outcome = AuditOutcome.Denied }).Records.Select(one => (one.Principal, one.Namespace, one.Key)));
    }

    [Fact]
    public async Task Lists_GiveChildren_NeverWhatLooksAlike()
    {
        await using StateStore engine = await OpenAsync();
        using BlockDraft draft = Next(engine);
        NamespaceStore store = new(draft, Root);
        foreach (string path in (string[])["government", "gov", "gov/a", "gov/a/x", "gov/a!", "gov/b", "gov!", "government/c"])
        {
            store.Namespaces.Create(path);
        }

        Assert.Equal(["gov/a", "gov/a!", "gov/b"], store.Namespaces.List("gov").Namespaces.Select(one => one.Path));
        Assert.Equal(["gov", "gov!", "government"], store.Namespaces.List().Namespaces.Select(one => one.Path));
        Assert.Equal(["gov/a", "gov/a!", "gov/a/x", "gov/b"], store.Namespaces.List("gov", isDeep: true).Namespaces.Select(one => one.Path));
        Assert.Empty(store.Namespaces.List("gov/b").Namespaces);
        Assert.Throws<NamespaceException>(() => store.Namespaces.List("none"));
        NamespacePage page = store.Namespaces.List("gov", limit: 2);
        Assert.Equal(("gov/a!", 2), (page.Next, page.Namespaces.Count));
        page = store.Namespaces.List("gov", after: page.Next, limit: 2);
        Assert.Equal((null, 1), (page.Next, page.Namespaces.Count));
        store.Roles.Grant("gov/a", "ada", Role.Reader);
        Assert.Equal(["gov/a"], store.As(Ada).Namespaces.List("gov", isDeep: true).Namespaces.Select(one => one.Path));
        Assert.Empty(store.As(Ada).Namespaces.List().Namespaces);
        Assert.Throws<AccessDeniedException>(() => store.As(Ada).Namespaces.Get("gov"));
    }

    [Fact]
    public async Task NamespaceQuota_CountsKeysAndValuesInAndBelow()
    {
        await using StateStore engine = await OpenAsync();
        using BlockDraft draft = Next(engine);
        NamespaceStore store = new(draft, Root);
        store.Set("org/early", Text(9));
        store.Namespaces.Create("org", new NamespaceOptions { Quota = new NamespaceQuota(60, 3), Owner = "ada" });
        store.Namespaces.Create("org/acme");
        Assert.Equal(new TreeTotals(1, 19), store.Namespaces.UsageOf("org"));
        store.Set("org/acme/k", Text(20));
        Assert.Equal(new TreeTotals(2, 50), store.Namespaces.UsageOf("org"));
        Assert.Equal(new TreeTotals(1, 31), store.Namespaces.UsageOf("org/acme"));
        QuotaExceededException fault = Assert.Throws<QuotaExceededException>(() => store.Set("org/acme/l", Text(5)));
        Assert.Equal((QuotaKind.NamespaceBytes, "org", 50UL, 16UL, 60UL), (fault.Kind, fault.Name, fault.Used, fault.Asked, fault.Limit));
        store.Set("org", StateValue.Null);
        fault = Assert.Throws<QuotaExceededException>(() => store.Set("org/x", StateValue.Null));
        Assert.Equal((QuotaKind.NamespaceKeys, "org", 3UL, 1UL, 3UL), (fault.Kind, fault.Name, fault.Used, fault.Asked, fault.Limit));
        Assert.Throws<AccessDeniedException>(() => store.As(Ada).Namespaces.Change("org", new NamespaceChange { Quota = NamespaceQuota.None }));
        store.Namespaces.Change("org", new NamespaceChange { Quota = new NamespaceQuota(10) });
        store.Set("org/acme/k", Text(19));
        Assert.Throws<QuotaExceededException>(() => store.Set("org/acme/k", Text(20)));
        store.Namespaces.Change("global", new NamespaceChange { Quota = new NamespaceQuota(null, 4) });
        store.Set("one", Number(1));
        Assert.Equal("global", Assert.Throws<QuotaExceededException>(() => store.Set("two", Number(1))).Name);
        Assert.Equal(4UL, store.Namespaces.UsageOf("global").Entries);
    }

    /// <summary>What a namespace holds is known by the writes since it was read, so a removal that is taken back puts back the sum that was there.</summary>
    [Fact]
    public async Task RemovalTakenBack_WithinWritesTakenBack_LeavesTheUsage()
    {
        await using StateStore engine = await OpenAsync();
        using (BlockDraft draft = Next(engine))
        {
            new NamespaceStore(draft, Root).Namespaces.Create("org", new NamespaceOptions { Quota = new NamespaceQuota(1000) });
            await engine.CommitAsync(draft);
        }

        using BlockDraft next = Next(engine);
        NamespaceStore store = new(next, Root);
        store.Begin();
        store.Set("org/k", Number(1));
        store.Begin();
        store.Delete("org/k");
        store.Namespaces.Remove("org");
        store.Rollback();
        Assert.Equal(1UL, store.Namespaces.UsageOf("org").Entries);
        store.Rollback();
        Assert.Equal(default, store.Namespaces.UsageOf("org"));
    }

    [Fact]
    public async Task Removing_TakesRolesAndOldVersions_AndNothingThatIsThere()
    {
        await using StateStore engine = await OpenAsync();
        using BlockDraft draft = Next(engine);
        NamespaceStore store = new(draft, Root);
        TreeTotals before = draft.State.Totals;
        store.Namespaces.Create("org", new NamespaceOptions { Owner = "ada" });
        store.Namespaces.Create("org/acme");
        store.Set("org/k", Number(1));
        store.Set("org/k", Number(2));
        store.Set("org", Number(3));
        Assert.Equal(NamespaceFault.NotEmpty, Assert.Throws<NamespaceException>(() => store.Namespaces.Remove("org")).Fault);
        store.Namespaces.Remove("org/acme");
        Assert.Equal(NamespaceFault.NotEmpty, Assert.Throws<NamespaceException>(() => store.Namespaces.Remove("org")).Fault);
        store.Delete("org/k");
        store.Delete("org");
        Assert.Throws<AccessDeniedException>(() => store.As(Ada).Namespaces.Remove("org"));
        store.Namespaces.Remove("org");
        Assert.Equal(before, draft.State.Totals);
        Assert.Equal(NamespaceFault.NotEmpty, Assert.Throws<NamespaceException>(() => store.Namespaces.Remove("global")).Fault);
        Assert.Equal(NamespaceFault.Missing, Assert.Throws<NamespaceException>(() => store.Namespaces.Remove("org")).Fault);
        store.Namespaces.Create("org");
        Assert.Equal(Role.None, store.As(Ada).Roles.Of("org"));
        Assert.Equal(0UL, store.VersionCount("org/k"));
    }

    [Fact]
    public async Task Migrations_RunOnceInOrder()
    {
        await using StateStore engine = await OpenAsync();
        List<string> ran = [];
        NamespaceMigration[] migrations =
        [
            new(1, "names", store => Run("names", store, "org/name")),
            new(2, "sizes", store => Run("sizes", store, "org/size")),
            new(3, "fails", _ => throw new InvalidOperationException("no")),
        ];
        using (BlockDraft draft = Next(engine))
        {
            NamespaceStore store = new(draft, Root);
            store.Namespaces.Create("org");
            Assert.Equal(1, store.Namespaces.Migrate("org", migrations[..1]));
            Assert.Equal(0, store.Namespaces.Migrate("org", migrations[..1]));
            await engine.CommitAsync(draft);
        }

        using BlockDraft next = Next(engine);
        NamespaceStore again = new(next, Root);
        Assert.Throws<InvalidOperationException>(() => again.Namespaces.Migrate("org", migrations));
        Assert.Equal((1U, false), (again.Namespaces.Get("org").SchemaVersion, again.Exists("org/size")));
        Assert.Equal(1, again.Namespaces.Migrate("org", migrations[..2]));
        Assert.Equal(["names", "sizes", "sizes"], ran);
        Assert.Equal((2U, true), (again.Namespaces.Get("org").SchemaVersion, again.Exists("org/size")));
        Assert.Equal(NamespaceFault.BadMigration, Assert.Throws<NamespaceException>(() => again.Namespaces.Migrate("org", migrations[..1])).Fault);
        Assert.Equal(NamespaceFault.BadMigration, Assert.Throws<NamespaceException>(() => again.Namespaces.Migrate("org", migrations[1..])).Fault);
        Assert.Throws<AccessDeniedException>(() => again.As(Ada).Namespaces.Migrate("org", migrations));
        Assert.Throws<InvalidOperationException>(() => again.Namespaces.Migrate("org", [.. migrations[..2], new(3, "open", store => store.Begin())]));
        Assert.Equal(["to 2: sizes"], again.Audit.List(new AuditQuery { Namespace = "org", Action = AuditAction.Migrate, Outcome = AuditOutcome.Done, Limit = 1 }).Records.Select(one => one.Details));

        void Run(string name, NamespaceStore store, string key)
        {
            ran.Add(name);
            store.Set(key, StateValue.FromText(name));
        }
    }
}
