using Cairn.Contracts.Namespaces;
using Cairn.Contracts.Namespaces.Access;
using Cairn.Contracts.Namespaces.Auditing;
using Cairn.Proofs;
using Xunit;

namespace Cairn.Tests.Contracts.Namespaces;

/// <summary>Who may do what, where.</summary>
public sealed class RoleTests : NamespaceTestBase
{
    /// <summary>What each role may do, as <c>docs/namespaces.md</c> has it.</summary>
    [Theory]
    [InlineData(Role.None, false, false, false)]
    [InlineData(Role.Reader, true, false, false)]
    [InlineData(Role.Writer, true, true, false)]
    [InlineData(Role.Admin, true, true, true)]
    public async Task Role_AllowsWhatTheTableSays(Role role, bool reads, bool writes, bool administers)
    {
        await using StateStore engine = await OpenAsync();
        using BlockDraft draft = Next(engine);
        NamespaceStore root = new(draft, Root);
        root.Namespaces.Create("org");
        root.Namespaces.Create("org/old");
        root.Set("org/k", Number(1));
        if (role != Role.None)
        {
            root.Roles.Grant("org", "ada", role);
        }

        NamespaceStore store = root.As(Ada);
        Assert.Equal(role, store.Roles.Of("org"));
        Assert.Equal(role >= Role.Writer, store.Roles.Has("org", Role.Writer));
        Action[] reading = [() => store.Get("org/k"), () => store.TryGet("org/none", out _), () => store.Exists("org/k"), () => store.List("org/"), () => store.Versions("org/k"), () => store.VersionCount("org/k"), () => store.CurrentVersion("org/k"), () => store.GetVersion("org/k", 1), () => store.Diff("org/k", 1, 1), () => store.GetTyped("org/k", StateType.Number), () => store.Namespaces.Get("org"), () => store.Namespaces.UsageOf("org"), () => store.Roles.List("org"), () => store.Roles.Require("org", Role.Reader)];
        Action[] writing = [() => store.Set("org/k", Number(2)), () => store.Set("org/k", Number(3), expectedVersion: 2), () => store.Apply([new("org/l", Number(1))]), () => store.DropVersions("org/k"), () => store.Delete("org/k"), () => store.Roles.Require("org", Role.Writer)];
        Action[] administering = [() => store.Roles.Grant("org", "bob", Role.Reader), () => store.Roles.Revoke("org", "bob"), () => store.Namespaces.Create("org/acme"), () => store.Namespaces.Change("org", new NamespaceChange { VersionsKept = 3 }), () => store.Namespaces.Migrate("org", []), () => store.Namespaces.Remove("org/old"), () => store.Audit.List(new AuditQuery { Namespace = "org" }), () => store.Roles.Of("org", "root")];
        Action[] never = [() => store.Set("k", Number(1)), () => store.Get("k"), () => store.Namespaces.Create("top"), () => store.Namespaces.Remove("org"), () => store.Accounts.Create("x"), () => store.Accounts.SetQuota("x", 1), () => store.Accounts.Remove("x"), () => store.Accounts.Get("root"), () => store.Audit.List(), () => store.Roles.Grant("global", "ada", Role.Admin)];
        foreach ((Action[] actions, bool isAllowed) in ((Action[], bool)[])[(reading, reads), (writing, writes), (administering, administers), (never, false)])
        {
            for (int i = 0; i < actions.Length; i++)
            {
                Exception? fault = Record.Exception(actions[i]);
                Assert.True(isAllowed ? fault is null : fault is AccessDeniedException, $"action {i} as {role}: {fault}");
            }
        }
    }

    [Fact]
    public async Task Roles_HoldInTheExactNamespace_UnlessItInherits()
    {
        await using StateStore engine = await OpenAsync();
        using BlockDraft draft = Next(engine);
        NamespaceStore root = new(draft, Root);
        root.Namespaces.Create("org");
        root.Namespaces.Create("org/own");
        root.Namespaces.Create("org/open", new NamespaceOptions { InheritsRoles = true });
        root.Namespaces.Create("org/open/deep", new NamespaceOptions { InheritsRoles = true });
        root.Roles.Grant("org", "ada", Role.Writer);
        root.Roles.Grant("org/open", "ada", Role.Reader);
        root.Roles.Grant("global", "bob", Role.Reader);
        NamespaceStore ada = root.As(Ada);
        Assert.Equal((Role.Writer, Role.None, Role.Writer, Role.Writer), (ada.Roles.Of("org"), ada.Roles.Of("org/own"), ada.Roles.Of("org/open"), ada.Roles.Of("org/open/deep")));
        Assert.Equal((Role.Reader, Role.None), (root.As(Bob).Roles.Of("global"), root.As(Bob).Roles.Of("org")));
        root.Namespaces.Change("org", new NamespaceChange { InheritsRoles = true });
        Assert.Equal(Role.Reader, root.As(Bob).Roles.Of("org/open/deep"));
        root.Namespaces.Change("org/open", new NamespaceChange { InheritsRoles = false });
        Assert.Equal((Role.Reader, Role.Reader, Role.None), (ada.Roles.Of("org/open"), ada.Roles.Of("org/open/deep"), root.As(Bob).Roles.Of("org/open/deep")));
        Assert.Equal(Role.Admin, root.Roles.Of("org/own"));
        Assert.Equal(Role.None, ada.Roles.Of("nowhere"));
        Assert.Equal(Role.None, root.As(Principal.Anonymous).Roles.Of("org"));
        AccessDeniedException fault = Assert.Throws<AccessDeniedException>(() => ada.Set("org/open/k", Number(1)));
        Assert.Equal(("ada", AuditAction.Write, "org/open", "org/open/k", Role.Writer, Role.Reader), (fault.Principal, fault.Action, fault.Namespace, fault.Key, fault.Required, fault.Found));
    }

    [Fact]
    public async Task Roles_AreListedByPage_AndTheLastGlobalAdminStays()
    {
        await using StateStore engine = await OpenAsync();
        using BlockDraft draft = Next(engine);
        NamespaceStore store = new(draft, Root);
        store.Roles.Grant("global", "bob", Role.Reader);
        store.Roles.Grant("", "ada", Role.Writer);
        Assert.Equal([new("ada", Role.Writer), new("bob", Role.Reader), new("root", Role.Admin)], store.Roles.List("global").Grants);
        RolePage page = store.Roles.List("global", limit: 2);
        Assert.Equal("bob", page.Next);
        Assert.Equal([new("root", Role.Admin)], store.Roles.List("global", page.Next).Grants);
        Assert.Equal(NamespaceFault.LastAdmin, Assert.Throws<NamespaceException>(() => store.Roles.Revoke("global", "root")).Fault);
        Assert.Equal(NamespaceFault.LastAdmin, Assert.Throws<NamespaceException>(() => store.Roles.Grant("global", "root", Role.Writer)).Fault);
        store.Roles.Grant("global", "ada", Role.Admin);
        Assert.True(store.Roles.Revoke("global", "root"));
        Assert.Throws<AccessDeniedException>(() => store.Roles.Revoke("global", "bob"));
        Assert.False(store.As(Ada).Roles.Revoke("global", "root"));
        Assert.Throws<ArgumentException>(() => store.As(Ada).Roles.Grant("global", "x", Role.None));
        Assert.Throws<NamespaceException>(() => store.As(Ada).Roles.Grant("none", "x", Role.Reader));
        Assert.Throws<NamespaceException>(() => store.As(Ada).Roles.Require("none", Role.Reader));
    }

    [Fact]
    public async Task Lists_LeaveOutWhatMayNotBeRead()
    {
        await using StateStore engine = await OpenAsync();
        using BlockDraft draft = Next(engine);
        NamespaceStore root = new(draft, Root);
        foreach (string path in (string[])["org", "org/a", "org/a!", "org/b", "org/b/deep"])
        {
            root.Namespaces.Create(path);
        }

        foreach (string key in (string[])["k", "org/1", "org/a", "org/a!x", "org/a!/k", "org/a/1", "org/a/2", "org/b", "org/b/1", "org/b/deep/1", "org/c", "z"])
        {
            root.Set(key, Number(1));
        }

        root.Roles.Grant("org/b/deep", "ada", Role.Reader);
        root.Roles.Grant("org/a!", "ada", Role.Reader);
        root.Roles.Grant("org", "bob", Role.Reader);
        Assert.Equal(["org/a!/k", "org/b/deep/1"], Keys(root.As(Ada).List()));
        Assert.Equal(["org/1", "org/a!x", "org/c"], Keys(root.As(Bob).List()));
        Assert.Equal(["org/b/deep/1"], Keys(root.As(Ada).List("org/b/")));
        Assert.Equal(12, root.List().Keys.Count);
        Assert.Throws<AccessDeniedException>(() => root.As(Ada).List("org/a/"));
        Assert.Throws<AccessDeniedException>(() => root.As(Bob).List("org/b/deep/"));
        Assert.Throws<AccessDeniedException>(() => root.As(Principal.Anonymous).List());
    }

    [Fact]
    public async Task ProofsAndHistory_ObeyReadingRights()
    {
        await using StateStore engine = await OpenAsync();
        for (int i = 1; i <= 3; i++)
        {
            using BlockDraft draft = Next(engine);
            NamespaceStore store = new(draft, Root);
            if (i == 1)
            {
                store.Namespaces.Create("org");
                store.Roles.Grant("org", "ada", Role.Reader);
                store.Set("org/a", Number(1));
                store.Set("org/c", Number(1));
                store.Set("other", Number(1));
            }

            store.Set("org/k", Number(i));
            await engine.CommitAsync(draft);
        }

        using StateView view = engine.OpenView();
        NamespaceStore ada = new(view, Ada);
        CommitmentProof proof = ada.Prove("org/k", ProofSpec.ByValueHash);
        Assert.True(ProofVerifier.VerifyMembership(ProofSpec.ByValueHash, view.Root, proof.Encode(), "org/k"u8, Number(3).Encode()).IsVerified);
        ada.Prove("org/b", ProofSpec.ByValueHash);
        Assert.Throws<AccessDeniedException>(() => ada.Prove("other", ProofSpec.ByValueHash));

        // Beside these places lie entries of others.
        Assert.Throws<AccessDeniedException>(() => ada.Prove("org/0", ProofSpec.ByValueHash));
        Assert.Throws<AccessDeniedException>(() => ada.Prove("org/z", ProofSpec.ByValueHash));
        new NamespaceStore(view, Root).Prove("org/0", ProofSpec.ByValueHash);
        Assert.Equal([new ValueChange(new BlockHeight(2), null, Number(1)), new(new BlockHeight(3), Number(1), Number(2)), new(new BlockHeight(4), Number(2), Number(3))], ada.History(engine, "org/k"));
        using StateView old = engine.ViewAt(new BlockHeight(3));
        Assert.Equal(2, new NamespaceStore(old, Ada).History(engine, "org/k", to: new BlockHeight(99)).Count());
        Assert.Throws<AccessDeniedException>(() => ada.History(engine, "other"));
        using BlockDraft next = Next(engine);
        Assert.Throws<InvalidOperationException>(() => new NamespaceStore(next, Ada).Prove("org/k", ProofSpec.ByValueHash));
        Assert.Throws<InvalidOperationException>(() => new NamespaceStore(next, Ada).History(engine, "org/k"));
    }

    [Fact]
    public async Task OlderHeight_DecidesByItsOwnRights_AndTheHeadByThoseOfNow()
    {
        await using StateStore engine = await OpenAsync();
        for (int i = 0; i < 2; i++)
        {
            using BlockDraft draft = Next(engine);
            NamespaceStore store = new(draft, Root);
            store.Roles.Grant("global", i == 0 ? "ada" : "bob", Role.Reader);
            store.Roles.Revoke("global", i == 0 ? "bob" : "ada");
            store.Set("k", Number(i));
            await engine.CommitAsync(draft);
        }

        using StateView old = engine.ViewAt(new BlockHeight(2));
        using StateView head = engine.OpenView();
        Assert.Equal(Number(0), new NamespaceStore(old, Ada).Get("k"));
        Assert.Throws<AccessDeniedException>(() => new NamespaceStore(head, Ada).Exists("k"));
        Assert.Throws<AccessDeniedException>(() => new NamespaceStore(old, Bob).Get("k"));
        Assert.True(new NamespaceStore(head, Bob).Exists("k"));
    }

    [Fact]
    public async Task Accounts_AreMadeByGlobalAdmins_AndSeenByTheirOwners()
    {
        await using StateStore engine = await OpenAsync();
        using BlockDraft draft = Next(engine);
        NamespaceStore store = new(draft, Root);
        store.Roles.Grant("global", "ada", Role.Writer);
        store.As(Ada).Set("before", Text(9));
        store.Accounts.Create("ada", 20);
        store.Accounts.Create("bob");
        store.Accounts.Create("cyd", 0);
        Assert.Equal(NamespaceFault.Exists, Assert.Throws<NamespaceException>(() => store.Accounts.Create("ada")).Fault);
        Assert.Equal(NamespaceFault.Missing, Assert.Throws<NamespaceException>(() => store.Accounts.SetQuota("dan", 1)).Fault);
        Assert.Equal(NamespaceFault.Missing, Assert.Throws<NamespaceException>(() => store.Accounts.Remove("dan")).Fault);
        NamespaceStore ada = store.As(Ada);
        ada.Set("k", Text(20));
        Assert.Throws<QuotaExceededException>(() => ada.Set("l", Text(1)));
        store.Set("k", Text(3));
        Assert.Equal(20UL, ada.Accounts.Get("ada").Used);
        ada.Delete("before");
        Assert.Equal(11UL, ada.Accounts.Get("ada").Used);
        store.Set("k", Text(50));
        ada.Delete("k");
        Assert.Equal(0UL, ada.Accounts.Get("ada").Used);
        ada.Set("k", Text(15));
        store.Accounts.SetQuota("ada", 10);
        ada.Set("k", Text(14));
        Assert.Throws<QuotaExceededException>(() => ada.Set("k", Text(15)));
        store.Accounts.SetQuota("ada", null);
        ada.Set("k", Text(150));
        Assert.Equal([new Account("ada", null, 150), new("bob", null, 0), new("cyd", 0, 0)], store.Accounts.List().Accounts);
        Assert.Equal(["ada"], ada.Accounts.List().Accounts.Select(one => one.Id));
        Assert.Equal("bob", store.Accounts.List(after: "ada", limit: 1).Next);
        Assert.Throws<AccessDeniedException>(() => ada.Accounts.Get("bob"));
        ada.Delete("k");
        store.As(Ada).Set("k", Text(100));
        store.Roles.Grant("global", "bob", Role.Writer);
        store.As(Bob).Set("mine", Text(30));
        store.As(Bob).Delete("k");
        Assert.Equal((100UL, 0UL), (store.Accounts.Get("ada").Used, store.Accounts.Get("bob").Used));
        store.Accounts.Remove("ada");
        ada.Set("k", Text(5000));
        Assert.False(ada.Accounts.TryGet("ada", out _));
    }
}
