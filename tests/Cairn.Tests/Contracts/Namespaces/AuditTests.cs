using System.Text;
using Cairn.Contracts.Namespaces;
using Cairn.Contracts.Namespaces.Access;
using Cairn.Contracts.Namespaces.Auditing;
using Xunit;

namespace Cairn.Tests.Contracts.Namespaces;

/// <summary>What the audit has, who may read it, and that nothing of it can be changed unseen.</summary>
public sealed class AuditTests : NamespaceTestBase
{
    [Fact]
    public async Task Records_OfEveryKind_AreExportedAsLines()
    {
        await using StateStore engine = await OpenAsync();
        using (BlockDraft draft = Next(engine))
        {
            draft.TimeTicks = 2000;
            await DoOneOfEachAsync(draft);
            await engine.CommitAsync(draft);
        }

        using StateView view = engine.OpenView();
        NamespaceStore store = new(view, Root);
        using MemoryStream lines = new();
        long count = store.Audit.Export(lines);
        GoldenFile.CheckText("namespaces-audit.jsonl", Encoding.UTF8.GetString(lines.ToArray()));
        Assert.Equal((ulong)count, store.Audit.Head.Count);
        Assert.Equal(new AuditReport((ulong)count, store.Audit.Head, Fault: null), AuditChain.Verify(view));
        Assert.Equal(store.Audit.Head, AuditChain.HeadOf(view));
        Assert.Empty(Enum.GetValues<AuditAction>().Except(store.Audit.Read().Select(one => one.Action)).Except([AuditAction.AcceptCall]));
        using MemoryStream some = new();
        Assert.Equal(2, store.Audit.Export(some, new AuditQuery { Action = AuditAction.Delete }));
    }

    [Fact]
    public async Task Pages_AreNewestFirst_AndFiltered()
    {
        await using StateStore engine = await OpenAsync();
        for (int block = 2; block < 6; block++)
        {
            using BlockDraft draft = Next(engine);
            draft.TimeTicks = block == 4 ? null : block * 1000;
            NamespaceStore store = new(draft, Root);
            if (block == 2)
            {
                store.Namespaces.Create("org", new NamespaceOptions { Owner = "ada" });
            }

            store.As(Ada).Set("org/k", Number(block));
            store.Set("k", Number(block));
            Assert.Throws<AccessDeniedException>(() => store.As(Bob).Delete("k"));
            await engine.CommitAsync(draft);
        }

        using StateView view = engine.OpenView();
        AuditLog audit = new NamespaceStore(view, Root).Audit;
        Assert.Equal(14UL, audit.Head.Count);
        List<ulong> numbers = [];
        ulong? before = null;
        do
        {
            AuditPage page = audit.List(new AuditQuery { Limit = 4, Before = before });
            numbers.AddRange(page.Records.Select(one => one.Number));
            before = page.Next;
        }
        while (before is not null);
        Assert.Equal(Enumerable.Range(1, 14).Reverse().Select(one => (ulong)one), numbers);
        Assert.Equal([3, 6, 9, 12], Numbers(new AuditQuery { Principal = "ada" }));
        Assert.Equal([5, 8, 11, 14], Numbers(new AuditQuery { Outcome = AuditOutcome.Denied }));
        Assert.Equal([2, 3, 6, 9, 12], Numbers(new AuditQuery { Namespace = "org" }));
        Assert.Equal([4, 7, 10, 13], Numbers(new AuditQuery { Namespace = "global", Action = AuditAction.Write }));
        Assert.Equal([6, 7, 8], Numbers(new AuditQuery { FromTicks = 3000, ToTicks = 5000 }));
        Assert.Empty(audit.List(new AuditQuery { Limit = 0 }).Records);
        Assert.Throws<ArgumentOutOfRangeException>(() => audit.List(new AuditQuery { Limit = -1 }));
        AuditLog own = new NamespaceStore(view, Ada).Audit;
        Assert.Equal(5, own.List(new AuditQuery { Namespace = "org" }).Records.Count);
        Assert.Throws<AccessDeniedException>(() => own.List());
        Assert.Throws<AccessDeniedException>(() => own.Export(Stream.Null));
        Assert.Throws<AccessDeniedException>(() => own.List(new AuditQuery { Namespace = "none" }));

        int[] Numbers(AuditQuery query) => [.. audit.List(query).Records.Select(one => (int)one.Number).Order()];
    }

    [Fact]
    public async Task RecordsOfAFormerTenant_AreShownToGlobalAdminsAlone()
    {
        await using StateStore engine = await OpenAsync();
        await BlockAsync(store => store.Namespaces.Create("t", new NamespaceOptions { Owner = "ada", VersionsKept = 0 }));
        await BlockAsync(store =>
        {
            store.As(Ada).Set("t/secret", Number(1));
            store.As(Ada).Delete("t/secret");
        });
        await BlockAsync(store => store.Namespaces.Remove("t"));
        await BlockAsync(store =>
        {
            store.Namespaces.Create("t", new NamespaceOptions { Owner = "bob" });
            store.As(Bob).Set("t/k", Number(1));
        });
        await BlockAsync(store => store.As(Bob).Set("t/k", Number(2)));

        using StateView view = engine.OpenView();
        AuditLog all = new NamespaceStore(view, Root).Audit;
        AuditLog own = new NamespaceStore(view, Bob).Audit;
        AuditQuery query = new() { Namespace = "t" };
        Assert.Equal(["bob", "bob", "root", "root", "ada", "ada", "root"], all.List(query).Records.Select(one => one.Principal));
        Assert.Equal([8, 7, 6], own.List(query).Records.Select(one => (int)one.Number));
        Assert.Equal([8, 7, 6], own.Read(query).Select(one => (int)one.Number));
        Assert.Empty(own.List(query with { Before = 6 }).Records);
        Assert.Empty(own.List(query with { Principal = "ada" }).Records);
        using MemoryStream lines = new();
        Assert.Equal(3, own.Export(lines, query));
        Assert.DoesNotContain("secret", Encoding.UTF8.GetString(lines.ToArray()), StringComparison.Ordinal);
        Assert.Equal(7, all.Export(Stream.Null, query));

        // At a height before that, the one who was admin then sees what came before.
        using StateView before = engine.ViewAt(new BlockHeight(3));
        Assert.Equal(3, new NamespaceStore(before, Ada).Audit.List(query).Records.Count);

        async Task BlockAsync(Action<NamespaceStore> change)
        {
            using BlockDraft draft = Next(engine);
            change(new NamespaceStore(draft, Root));
            await engine.CommitAsync(draft);
        }
    }

    [Fact]
    public async Task DeniedReads_AreRecorded_WhereThatIsAskedFor()
    {
        await using StateStore engine = await OpenAsync();
        NamespaceStoreOptions options = new() { AuditsDeniedReads = true };
        using (BlockDraft draft = Next(engine))
        {
            NamespaceStore quiet = new(draft, Ada);
            Assert.Throws<AccessDeniedException>(() => quiet.Get("k"));
            Assert.Equal(1UL, quiet.Audit.Head.Count);
            NamespaceStore store = new(draft, Ada, options);
            Assert.Throws<AccessDeniedException>(() => store.Get("k"));
            Assert.Throws<AccessDeniedException>(() => store.List("org/"));
            Assert.Throws<AccessDeniedException>(() => store.Audit.List());
            Assert.Equal([(AuditAction.Read, "k"), (AuditAction.Read, "org/"), (AuditAction.ReadAudit, "")], store.Attempts.Select(one => (one.Action, one.Key)));
            Assert.Equal(4UL, store.Audit.Head.Count);
            await engine.CommitAsync(draft);
            Assert.Throws<AccessDeniedException>(() => store.Get("k"));
        }

        using StateView view = engine.OpenView();
        NamespaceStore reader = new(view, Ada, options);
        Assert.Throws<AccessDeniedException>(() => reader.Get("k"));
        using BlockDraft next = Next(engine);
        NamespaceStore.RecordAttempts(next, reader.Attempts);
        Assert.Equal("k", new NamespaceStore(next, Root).Audit.List(new AuditQuery { Limit = 1 }).Records.Single().Key);
    }

    [Fact]
    public async Task DeniedAttempt_InWhatIsRolledBack_StaysInTheAudit()
    {
        await using StateStore engine = await OpenAsync();
        using BlockDraft draft = Next(engine);
        NamespaceStore store = new(draft, Root);
        store.Begin();
        store.Set("k", Number(1));
        store.Begin();
        Assert.Throws<AccessDeniedException>(() => store.As(Ada).Set("k", Number(2)));
        store.Rollback();
        Assert.Throws<AccessDeniedException>(() => store.As(Bob).Apply([new("k", Number(2))]));
        store.Rollback();
        Assert.Equal([("bob", AuditOutcome.Denied), ("ada", AuditOutcome.Denied), ("root", AuditOutcome.Done)], store.Audit.Read().Select(one => (one.Principal, one.Outcome)));
        Assert.True(AuditChain.Verify(draft).IsSound);
        Assert.Equal(2, store.Attempts.Count);
    }

    /// <summary>Every way to lie: each is found, and the record that is named is the first one that is not what it was.</summary>
    [Fact]
    public Task Chain_ThatWasTamperedWith_IsFoundOut() => SeededRandom.ForEachAsync(60, async random =>
    {
        await using StateStore engine = await OpenAsync();
        using BlockDraft draft = Next(engine);
        int count = WriteSome(draft, random);
        ulong one = (ulong)random.Next(1, count + 1);
        ulong other = (ulong)random.Next(1, count + 1);
        byte[] bytes = At(one);
        Tamper("changed", one, () =>
        {
            // Not in the hash of the record before: that would point to the link itself.
            int at = random.Next(2) == 0 ? random.Next(AuditRecordLayout.PreviousHashOffset) : random.Next(AuditRecordLayout.PreviousHashOffset + Hash256.SizeBytes, bytes.Length);
            bytes[at] ^= (byte)(1 << random.Next(8));
            Put(one, bytes);
        });
        Tamper("link changed", one, () =>
        {
            byte[] linked = At(one);
            linked[AuditRecordLayout.PreviousHashOffset + random.Next(Hash256.SizeBytes)] ^= 1;
            Put(one, linked);
        });
        Tamper("missing", one, () => draft.Local.Delete(KeyOf(one)));
        Tamper("cut off in front", 1, () => Enumerable.Range(1, (int)one).ToList().ForEach(number => draft.Local.Delete(KeyOf((ulong)number))));
        Tamper("cut off in the end", one, () => Enumerable.Range((int)one, count - (int)one + 1).ToList().ForEach(number => draft.Local.Delete(KeyOf((ulong)number))));
        if (one != other)
        {
            Tamper("swapped", Math.Min(one, other), () =>
            {
                byte[] first = At(one);
                Put(one, At(other));
                Put(other, first);
            });
            Tamper("repeated", other, () => Put(other, At(one)));
        }

        Tamper("added", (ulong)count + 1, () => Put((ulong)count + 1, At(one)));
        Tamper("cut short", one, () => Put(one, At(one)[..random.Next(At(one).Length)]));
        Tamper("renumbered", (ulong)count + 1, () => draft.Local.Put([.. NamespaceKeys.AuditRecords, 1, 2, 3, 4, 5, 6, 7, 8, 9], At(one)));
        Tamper("no head", 1, () => draft.Local.Delete(NamespaceKeys.AuditHead));
        Tamper("bad head", 0, () => draft.Local.Put(NamespaceKeys.AuditHead, [1, 2, 3]));

        byte[] At(ulong number) => draft.Local.Get(KeyOf(number))!;

        void Put(ulong number, byte[] value) => draft.Local.Put(KeyOf(number), value);

        void Tamper(string how, ulong expected, Action change)
        {
            draft.Begin();
            change();
            AuditReport report = AuditChain.Verify(draft);
            Assert.True(report.Fault is { } fault && fault.Number == expected, $"{how} at {one} of {count}, beside {other}: expected {expected}, found {report.Fault}");
            Assert.Equal(expected == 0 ? 0 : expected - 1, report.Records);
            draft.Rollback();
        }
    });

    /// <summary>Whoever writes all of it anew, from some record on, is found out by an end of the chain that was kept elsewhere.</summary>
    [Fact]
    public Task Chain_ThatWasMadeAnew_IsFoundOutByAnEndKeptElsewhere() => SeededRandom.ForEachAsync(20, async random =>
    {
        await using StateStore engine = await OpenAsync();
        using BlockDraft draft = Next(engine);
        ulong count = (ulong)WriteSome(draft, random);
        AuditHead head = AuditChain.HeadOf(draft);
        Assert.True(AuditChain.Verify(draft, head).IsSound);
        for (ulong number = (ulong)random.Next(1, (int)count + 1); number <= count; number++)
        {
            byte[] forged = draft.Local.Get(KeyOf(number))!;
            forged[AuditRecordLayout.ActionOffset] = (byte)AuditAction.Delete;
            (number == 1 ? default : AuditChain.HashOf(draft.Local.Get(KeyOf(number - 1)))).CopyTo(forged.AsSpan(AuditRecordLayout.PreviousHashOffset));
            draft.Local.Put(KeyOf(number), forged);
        }

        byte[] end = new byte[AuditHeadLayout.SizeBytes];
        new AuditHead(count, AuditChain.HashOf(draft.Local.Get(KeyOf(count)))).Write(end);
        draft.Local.Put(NamespaceKeys.AuditHead, end);
        Assert.True(AuditChain.Verify(draft).IsSound);
        Assert.Equal(count, AuditChain.Verify(draft, head).Fault!.Number);
        Assert.False(AuditChain.Verify(draft, new AuditHead(count + 5, head.Hash)).IsSound);
    });

    /// <summary>Makes a chain.</summary>
    /// <returns>How many records it has.</returns>
    private static int WriteSome(BlockDraft draft, Random random)
    {
        NamespaceStore store = new(draft, Root);
        int count = random.Next(5, 30);
        for (int i = 2; i <= count; i++)
        {
            store.Set($"k{i % 3}", Number(i));
        }

        return count;
    }

    private static byte[] KeyOf(ulong number) => NamespaceKeys.AuditRecord(number, new byte[NamespaceKeys.AuditRecordBytes]).ToArray();

    /// <summary>Something of each action, done or denied.</summary>
    private static async Task DoOneOfEachAsync(BlockDraft draft)
    {
        await Task.CompletedTask;
        NamespaceStore store = new(draft, Root, new NamespaceStoreOptions { AuditsDeniedReads = true });
        NamespaceStore nobody = store.As(Principal.Anonymous);
        store.Namespaces.Create("org", new NamespaceOptions { Owner = "ada", Quota = new NamespaceQuota(100), InheritsRoles = true });
        store.Namespaces.Change("org", new NamespaceChange { Attributes = "{\"name\":\"Zoë's\"}" });
        store.Namespaces.Migrate("org", [new(1, "first", one => one.Set("org/k", Number(1)))]);
        store.Roles.Grant("org", "bob", Role.Writer);
        store.Roles.Revoke("org", "bob");
        store.Accounts.Create("ada", 10);
        store.Accounts.SetQuota("ada", null);
        store.Accounts.Remove("ada");
        store.As(Ada).Set("org/k", Number(2));
        store.DropVersions("org/k");
        Assert.Throws<QuotaExceededException>(() => store.Set("org/long", Text(200)));
        Assert.Throws<AccessDeniedException>(() => nobody.Get("org/k"));
        Assert.Throws<AccessDeniedException>(() => nobody.Delete("org/k"));
        Assert.Throws<AccessDeniedException>(() => nobody.Roles.Require("org", Role.Reader));
        Assert.Throws<AccessDeniedException>(() => nobody.Audit.List(new AuditQuery { Namespace = "org" }));
        Assert.Throws<AccessDeniedException>(() => nobody.Namespaces.Remove("org"));
        store.Delete("org/k");
        store.Namespaces.Remove("org");
    }
}
