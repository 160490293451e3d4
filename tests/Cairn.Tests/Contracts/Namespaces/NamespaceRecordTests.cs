using System.Text;
using Cairn.Contracts;
using Cairn.Contracts.Namespaces;
using Cairn.Contracts.Namespaces.Access;
using Cairn.Contracts.Namespaces.Auditing;
using Cairn.Contracts.Values;
using Xunit;

namespace Cairn.Tests.Contracts.Namespaces;

/// <summary>The bytes of the records, frozen; and that other bytes are typed errors, wherever they are met.</summary>
public sealed class NamespaceRecordTests : NamespaceTestBase
{
    [Fact]
    public async Task Entries_OfASmallState_AreTheseBytes()
    {
        await using StateStore engine = await OpenAsync();
        using (BlockDraft draft = await WriteAsync(engine))
        {
            StringBuilder text = new();
            Dump("state", draft.State, text);
            Dump("local", draft.Local, text);
            text.Append("root ").Append(draft.ComputeRoot()).Append('\n');
            GoldenFile.CheckText("namespaces-entries.txt", text.ToString());
            await engine.CommitAsync(draft);
        }
    }

    [Fact]
    public Task Entries_OfAnyOtherBytes_AreTypedErrors() => SeededRandom.ForEachAsync(400, async random =>
    {
        await using StateStore engine = await OpenAsync();
        using (BlockDraft draft = await WriteAsync(engine))
        {
            await engine.CommitAsync(draft);
        }

        // One entry is damaged; a fresh store over a draft then meets it or not, and never fails in another way.
        using BlockDraft damaged = Next(engine);
        bool isState = random.Next(4) > 0;
        TreeDraft tree = isState ? damaged.State : damaged.Local;
        List<(byte[] Key, byte[] Value)> entries = [];
        foreach (EntryScan entry in tree.Prefix(default))
        {
            entries.Add((entry.Key.ToArray(), entry.Value.ToArray()));
        }

        (byte[] key, byte[] value) = entries[random.Next(entries.Count)];
        byte[] bytes = random.Next(5) switch
        {
            0 => value[..random.Next(value.Length)],
            1 => [.. value, (byte)random.Next(256)],
            2 => [],
            _ => Flip(value, random),
        };
        tree.Put(key, bytes);
        NamespaceStore store = new(damaged, Root);
        Action[] uses =
        [
            () => store.List(), () => store.Get("org/k"), () => store.Versions("org/k").Count(), () => store.Diff("org/k", 1, 2), () => store.Set("org/k", Number(9)), () => store.Delete("org/k"), () => store.DropVersions("org/k"),
            () => store.Namespaces.List(isDeep: true), () => store.Namespaces.Get("org"), () => store.Namespaces.UsageOf("org"), () => store.Namespaces.Change("org", new NamespaceChange { VersionsKept = 2 }), () => store.Namespaces.Create("org/x"),
            () => store.Roles.List("org"), () => store.Roles.Of("org", "ada"), () => store.Roles.Grant("org", "bob", Role.Reader), () => store.Accounts.List(), () => store.As(Ada).Set("org/k", Text(3)), () => store.Audit.List(), () => AuditChain.Verify(damaged), () => store.Audit.Export(Stream.Null),
        ];
        foreach (Action use in uses)
        {
            Exception? fault = Record.Exception(use);
            Assert.True(fault is null or StateStoreException, $"{Convert.ToHexStringLower(key)} = {Convert.ToHexStringLower(bytes)}: {fault}");
        }

        Assert.Equal(0, store.TransactionDepth);
        Assert.Equal(0, damaged.SavepointDepth);
    });

    [Fact]
    public void Records_WithFieldsOutOfRange_AreRefused()
    {
        byte[] space = new NamespaceRecord { Owner = "ada", VersionsKept = 64 }.Encode();
        Refused(bytes => NamespaceRecord.Read(bytes, "k"u8), space, (0, 2), (1, 8), (3, 0xff), (12, 1), (20, 1), (36, 0), (36, 4), (37, 9), (39, 0x01), (42, (byte)'['));
        byte[] head = new byte[VersionHead.MaxBytes];
        head = head[..new VersionHead(5, 3, false, 4, new BlockHeight(9), null).Write("ada"u8, head)];
        Refused(bytes => VersionHead.Read(bytes, "k"u8, out _), head, (0, 0), (1, 4), (1, 1), (2, 2), (10, 6), (10, 0), (11, 1), (21, 0x80), (30, 1));
        byte[] older = new byte[100];
        older = older[..OlderVersion.Write(new VersionHead(5, 3, false, 4, new BlockHeight(9), 7), "ada"u8, Number(1).Encode(), older)];
        Refused(bytes => OlderVersion.Read(1, bytes, "k"u8), older, (0, 2), (1, 0), (1, 3), (1, 4), (18, 0), (18, 65), (18, 200), (22, 9), (19, 0xff));
        byte[] account = new byte[AccountLayout.SizeBytes];
        new AccountRecord(5, 6).Write(account);
        Refused(bytes => AccountRecord.Read(bytes, "k"u8), account, (0, 2), (1, 0), (1, 2), (17, 0x80));
        Refused(bytes => NamespaceSession.DecodeRole("k"u8, bytes), [1], (0, 0), (0, 4));

        static void Refused(Action<byte[]> read, byte[] sound, params (int At, byte Value)[] changes)
        {
            read(sound);
            foreach ((int at, byte value) in changes)
            {
                byte[] bytes = [.. sound];
                bytes[at] = value;
                Assert.True(Record.Exception(() => read(bytes)) is ContractRecordException, $"byte {at} as {value}");
            }

            for (int length = 0; length < sound.Length; length++)
            {
                Exception? fault = Record.Exception(() => read(sound[..length]));
                Assert.True(fault is null or ContractRecordException, $"{length} bytes: {fault}");
            }
        }
    }

    private static byte[] Flip(byte[] value, Random random)
    {
        byte[] bytes = [.. value];
        if (bytes.Length > 0)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        }

        return bytes;
    }

    private static Task<BlockDraft> WriteAsync(StateStore engine)
    {
        BlockDraft draft = Next(engine);
        draft.TimeTicks = 5000;
        NamespaceStore store = new(draft, Root);
        store.Namespaces.Create("org", new NamespaceOptions { Owner = "ada", VersionsKept = 3, InheritsRoles = true, Quota = new NamespaceQuota(1000, 10), Attributes = "{\"name\":\"ı\"}" });
        store.Namespaces.Create("org/acme");
        store.Roles.Grant("org", "bob", Role.Reader);
        store.Accounts.Create("ada", 500);
        store.Accounts.Create("bob");
        store.As(Ada).Set("org/k", Number(0.1));
        store.Set("org/k", StateValue.FromText("ü"));
        store.Set("org/k", StateValue.ParseObject("{\"b\":[1,2.5],\"a\":null}"u8));
        store.Set("org/gone", StateValue.True);
        store.Delete("org/gone");
        store.Set("org/gone", StateValue.Null);
        store.Set("plain", Number(-0.0));
        store.Delete("plain");
        Assert.Throws<AccessDeniedException>(() => store.As(Bob).Set("org/k", Number(1)));
        return Task.FromResult(draft);
    }

    private static void Dump(string name, TreeDraft tree, StringBuilder text)
    {
        foreach (EntryScan entry in tree.Prefix(default))
        {
            text.Append(name).Append(' ').Append(Convert.ToHexStringLower(entry.Key)).Append(" = ").Append(Convert.ToHexStringLower(entry.Value)).Append('\n');
        }
    }
}
