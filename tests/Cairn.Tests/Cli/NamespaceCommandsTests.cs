using System.Text.Json;
using Cairn.Cli;
using Cairn.Contracts.Namespaces;
using Cairn.Contracts.Namespaces.Access;
using Cairn.Contracts.Values;
using Xunit;

namespace Cairn.Tests.Cli;

/// <summary>ns, account, storage and audit: a store with namespaces from its first admin on, and everybody who may not.</summary>
public sealed class NamespaceCommandsTests : IDisposable
{
    private const string Time = "2026-05-04T03:02:01Z";

    private readonly TemporaryDirectory _directory = new();

    private string Store => _directory.PathOf("store");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Init_OnceInTheLifeOfAStore_MakesTheFirstAdmin()
    {
        CliRun first = (await RunAsync("ns", "init", "--admin", "alice", "--time", Time, "--json")).Fine();
        Assert.Equal(1, first.Json.GetProperty("height").GetInt64());
        Assert.Equal((await RunAsync("root")).Fine().Output.Split(' ')[1].Trim(), first.Json.GetProperty("root").GetString());
        (await RunAsync("ns", "init", "--admin", "bob")).Failed(ExitCode.Refused, "has its first global admin already");
        (await CliRun.RunAsync("ns", "init", "--store", _directory.PathOf("other"), "--admin", "anonymous")).Failed(ExitCode.Malformed, "'anonymous'");
        (await CliRun.RunAsync("ns", "list", "--store", _directory.PathOf("none"), "--as", "alice")).Failed(ExitCode.NotFound, "none");
    }

    [Fact]
    public async Task Init_SameTime_GivesTheSameRootInEveryHome()
    {
        await RunAsync("ns", "init", "--admin", "alice", "--time", Time);
        string root = (await RunAsync("root")).Fine().Output;
        string lines = "jsonl:" + _directory.PathOf("lines.jsonl");
        (await CliRun.RunAsync("ns", "init", "--store", lines, "--admin", "alice", "--time", Time)).Fine();
        Assert.Equal(root, (await CliRun.RunAsync("root", "--store", lines)).Fine().Output);
    }

    [Fact]
    public async Task Create_Namespaces_AreListedAndShown()
    {
        await InitAsync();
        (await RunAsync("ns", "create", "org/acme/x", "--as", "alice")).Failed(ExitCode.NotFound, "there is no namespace 'org/acme'");
        (await RunAsync("ns", "create", "org", "--as", "alice")).Fine();
        (await RunAsync("ns", "create", "org/acme", "--as", "alice", "--owner", "bob", "--quota-bytes", "100", "--quota-keys", "9", "--versions", "3", "--inherit", "--attributes", "{\"b\":1, \"a\":2}")).Fine();
        (await RunAsync("ns", "create", "org/acme", "--as", "alice")).Failed(ExitCode.Refused, "exists already");
        Assert.Equal("org\talice\t-\t64\n", (await RunAsync("ns", "list", "--as", "alice")).Fine().Output);
        Assert.Equal(["org\talice\t-\t64", "org/acme\tbob\t100\t3"], (await RunAsync("ns", "list", "--deep", "--as", "alice")).Fine().Lines);
        Assert.Equal("", (await RunAsync("ns", "list", "--as", "carol")).Fine().Output);

        JsonElement shown = (await RunAsync("ns", "show", "org/acme", "--as", "bob", "--json")).Fine().Json;
        Assert.Equal("{\"a\":2,\"b\":1}", shown.GetProperty("attributes").GetRawText());
        Assert.Equal("[{\"principal\":\"bob\",\"role\":\"admin\"}]", shown.GetProperty("roles").GetRawText());
        Assert.True(shown.GetProperty("inheritsRoles").GetBoolean());
        string table = (await RunAsync("ns", "show", "org/acme", "--as", "bob")).Fine().Output;
        Assert.Contains("bytes       0 of 100\n", table, StringComparison.Ordinal);
        Assert.Contains("admin       bob\n", table, StringComparison.Ordinal);

        (await RunAsync("ns", "set", "org/acme", "--as", "bob", "--versions", "0", "--inherit", "no")).Fine();
        (await RunAsync("ns", "quota", "org/acme", "--as", "bob", "--bytes", "1")).Failed(ExitCode.Refused, "'bob'");
        (await RunAsync("ns", "quota", "org/acme", "--as", "alice", "--keys", "5")).Fine();
        Assert.Equal("{\"keys\":0,\"bytes\":0,\"quotaBytes\":null,\"quotaKeys\":5}", (await RunAsync("ns", "usage", "org/acme", "--as", "bob", "--json")).Fine().Json.GetRawText());
        Assert.Equal("keys   0 of 5\nbytes  0\n", (await RunAsync("ns", "usage", "org/acme", "--as", "bob")).Fine().Output);
        (await RunAsync("ns", "remove", "org", "--as", "alice")).Failed(ExitCode.Refused, "1 namespaces below it");
        (await RunAsync("ns", "remove", "org/acme", "--as", "alice")).Fine();
        (await RunAsync("ns", "show", "org/acme", "--as", "alice")).Failed(ExitCode.NotFound, "There is no namespace 'org/acme'");
    }

    [Fact]
    public async Task Grant_AndRevoke_ChangeWhoMay()
    {
        await InitAsync();
        (await RunAsync("ns", "create", "org", "--as", "alice")).Fine();
        (await RunAsync("ns", "show", "org", "--as", "bob")).Failed(ExitCode.Refused, "'bob'");
        (await RunAsync("ns", "grant", "org", "bob", "reader", "--as", "alice")).Fine();
        (await RunAsync("ns", "show", "org", "--as", "bob")).Fine();
        (await RunAsync("ns", "grant", "org", "carol", "writer", "--as", "bob")).Failed(ExitCode.Refused, "it takes role admin");
        (await RunAsync("ns", "grant", "org", "carol", "boss", "--as", "alice")).Failed(ExitCode.Malformed, "ROLE is one of reader, writer, admin, not 'boss'");
        (await RunAsync("ns", "revoke", "org", "bob", "--as", "alice")).Fine();
        (await RunAsync("ns", "revoke", "org", "bob", "--as", "alice")).Failed(ExitCode.NotFound, "'bob' has no role in 'org'");
        (await RunAsync("ns", "show", "org", "--as", "bob")).Failed(ExitCode.Refused, "'bob'");
        (await RunAsync("ns", "revoke", "global", "alice", "--as", "alice")).Failed(ExitCode.Refused, "only global admin");
        (await RunAsync("ns", "create", "vote")).Failed(ExitCode.Refused, "Nobody in particular asked: --as says who does");
        (await RunAsync("ns", "create", "a\\b", "--as", "alice")).Failed(ExitCode.Malformed, "breaks a rule at index 1");
        (await RunAsync("ns", "create", "vote", "--as", "a\u0007b")).Failed(ExitCode.Malformed, "is no id of a principal");
    }

    [Fact]
    public async Task Account_QuotaAndUsage_AreShown()
    {
        await InitAsync();
        (await RunAsync("account", "create", "bob", "--quota", "50", "--as", "alice")).Fine();
        (await RunAsync("account", "create", "bob", "--as", "alice")).Failed(ExitCode.Refused, "has an account already");
        (await RunAsync("account", "create", "carol", "--as", "bob")).Failed(ExitCode.Refused, "'bob'");
        Assert.Equal("bob\t0\t50\n", (await RunAsync("account", "show", "bob", "--as", "bob")).Fine().Output);
        (await RunAsync("account", "quota", "bob", "--as", "alice")).Fine();
        Assert.Equal("{\"id\":\"bob\",\"quota\":null,\"used\":0}", (await RunAsync("account", "list", "--as", "alice", "--json")).Fine().Json.GetRawText());
        Assert.Equal("", (await RunAsync("account", "list", "--as", "alice2")).Fine().Output);
        (await RunAsync("account", "remove", "bob", "--as", "alice")).Fine();
        (await RunAsync("account", "show", "bob", "--as", "alice")).Failed(ExitCode.NotFound, "has no account");
    }

    [Fact]
    public async Task Storage_KeysValuesAndVersions_AreReadByWhoMay()
    {
        await InitAsync();
        (await RunAsync("ns", "create", "org", "--as", "alice")).Fine();
        await WriteAsync("alice", ("org/balance", StateValue.FromNumber(100)), ("org/balance", StateValue.FromNumber(90)), ("org/name", StateValue.FromText("Acme\n1")), ("org/x", StateValue.ParseObject("{\"b\":[1],\"a\":null}"u8)), ("top", StateValue.Null));
        Assert.Equal(["org/balance", "org/name", "org/x", "top"], (await RunAsync("storage", "list-keys", "--as", "alice")).Fine().Lines);
        Assert.Equal("org/name\n", (await RunAsync("storage", "list-keys", "org/n", "--as", "alice")).Fine().Output);
        Assert.Equal(2, (await RunAsync("storage", "list-keys", "org/", "--limit", "2", "--as", "alice", "--json")).Fine().Lines.Length);
        (await RunAsync("storage", "list-keys", "org/", "--as", "bob")).Failed(ExitCode.Refused, "'bob'");

        Assert.Equal("90\n", (await RunAsync("storage", "get-value", "org/balance", "--as", "alice")).Fine().Output);
        Assert.Equal("100\n", (await RunAsync("storage", "get-value", "org/balance", "--version", "1", "--as", "alice")).Fine().Output);
        Assert.Equal("{\"key\":\"org/x\",\"version\":1,\"type\":\"object\",\"value\":{\"a\":null,\"b\":[1]}}", (await RunAsync("storage", "get-value", "org/x", "--as", "alice", "--json")).Fine().Json.GetRawText());
        (await RunAsync("storage", "get-value", "org/none", "--as", "alice")).Failed(ExitCode.NotFound, "'org/none' has no value");
        (await RunAsync("storage", "get-value", "org/balance", "--version", "7", "--as", "alice")).Failed(ExitCode.NotFound, "7");
        (await RunAsync("storage", "get-value", "../x", "--as", "alice")).Failed(ExitCode.Malformed, "\"../x\"");
        (await RunAsync("storage", "get-value", "org/balance", "--as", "bob")).Failed(ExitCode.Refused, "'bob'");

        Assert.Equal([$"1\t3\t{Time}\talice\t100", $"2\t3\t{Time}\talice\t90"], (await RunAsync("storage", "versions", "org/balance", "--as", "alice")).Fine().Lines);
        Assert.Equal($"1\t3\t{Time}\talice\t\"Acme\\n1\"\n", (await RunAsync("storage", "versions", "org/name", "--as", "alice")).Fine().Output);
        Assert.False((await RunAsync("storage", "versions", "org/x", "--as", "alice", "--json")).Fine().Json.GetProperty("deleted").GetBoolean());
        (await RunAsync("storage", "versions", "org/none", "--as", "alice")).Failed(ExitCode.NotFound, "org/none");
    }

    [Fact]
    public async Task Audit_WhatWasDoneAndRefused_IsThereAndVerifies()
    {
        await InitAsync();
        (await RunAsync("ns", "create", "org", "--as", "alice", "--time", Time)).Fine();
        (await RunAsync("ns", "create", "org/b", "--as", "bob", "--time", Time, "--height", "18446744073709551615")).Failed(ExitCode.Refused, "'bob'");
        string[] lines = (await RunAsync("audit", "--as", "alice")).Fine().Lines;
        Assert.Matches("^3\t3\t[^\t]+\tbob\tcreate-namespace\tdenied\torg\torg/b\ttakes admin$", lines[0]); // neither the height nor the time that whoever may do nothing wanted
        Assert.DoesNotContain(Time, lines[0], StringComparison.Ordinal);
        Assert.Equal(3, lines.Length);
        Assert.Single((await RunAsync("audit", "--as", "alice", "--outcome", "denied", "--json")).Fine().Lines);
        Assert.Equal(2, (await RunAsync("audit", "--as", "alice", "--principal", "alice")).Fine().Lines.Length);
        Assert.Single((await RunAsync("audit", "--as", "alice", "--limit", "1")).Fine().Lines);
        Assert.Equal("", (await RunAsync("audit", "--as", "alice", "--from", "2027-01-01T00:00:00Z")).Fine().Output);
        (await RunAsync("audit", "--as", "alice", "--from", "yesterday")).Failed(ExitCode.Malformed, "RFC 3339");
        (await RunAsync("audit", "--as", "alice", "--action", "fly")).Failed(ExitCode.Malformed, "--action is one of read, write");
        (await RunAsync("audit", "--as", "bob")).Failed(ExitCode.Refused, "'bob'");

        CliRun sound = (await RunAsync("audit", "--verify", "--json")).Fine();
        string head = sound.Json.GetProperty("head").GetString()!;
        (await RunAsync("ns", "create", "vote", "--as", "alice")).Fine();
        Assert.StartsWith("4 records, sound; the chain ends at 4:", (await RunAsync("audit", "--verify", "--known", head)).Fine().Output, StringComparison.Ordinal);
        (await RunAsync("audit", "--verify", "--known", "3:" + new string('0', 64))).Failed(ExitCode.Damaged, "record 3");
        (await RunAsync("audit", "--verify", "--known", "x")).Failed(ExitCode.Malformed, "N:HASH");
        string[] exported = (await RunAsync("audit", "--as", "alice", "--export")).Fine().Lines;
        Assert.Equal(4, exported.Length);
        Assert.Equal(head, $"3:{JsonDocument.Parse(exported[2]).RootElement.GetProperty("hash").GetString()}");
    }

    [Fact]
    public async Task Storage_AtAnOlderHeight_TakesTheRightOfNowToo()
    {
        await InitAsync();
        (await RunAsync("ns", "create", "p", "--as", "alice")).Fine();
        (await RunAsync("ns", "grant", "p", "bob", "reader", "--as", "alice")).Fine();
        await WriteAsync("alice", ("p/secret", StateValue.FromNumber(1)), ("open", StateValue.FromNumber(2)));
        string[] old = ["--at", "4", "--as", "bob"];
        (await RunAsync(["storage", "get-value", "p/secret", .. old])).Fine();
        (await RunAsync("ns", "revoke", "p", "bob", "--as", "alice")).Fine();
        (await RunAsync(["storage", "get-value", "p/secret", .. old])).Failed(ExitCode.Refused, "'bob'");
        (await RunAsync(["storage", "versions", "p/secret", .. old])).Failed(ExitCode.Refused, "'bob'");
        Assert.Equal("", (await RunAsync(["storage", "list-keys", "p/", .. old])).Fine().Output);
        (await RunAsync(["ns", "show", "p", .. old])).Failed(ExitCode.Refused, "'bob'");
        Assert.Equal("", (await RunAsync(["ns", "list", .. old])).Fine().Output);
        Assert.Equal("1\n", (await RunAsync("storage", "get-value", "p/secret", "--at", "4", "--as", "alice")).Fine().Output);
    }

    [Fact]
    public async Task Storage_DropVersions_LeavesTheValue()
    {
        await InitAsync();
        await WriteAsync("alice", ("a", StateValue.FromNumber(1)), ("a", StateValue.FromNumber(2)));
        (await RunAsync("storage", "drop-versions", "a", "--as", "bob")).Failed(ExitCode.Refused, "'bob'");
        (await RunAsync("storage", "drop-versions", "a", "--as", "alice")).Fine();
        Assert.Equal($"2\t2\t{Time}\talice\t2\n", (await RunAsync("storage", "versions", "a", "--as", "alice")).Fine().Output);
    }

    [Fact]
    public async Task Ns_HighestHeight_IsNeitherPassedNorWrapped()
    {
        await InitAsync();
        (await RunAsync("ns", "create", "x", "--as", "alice", "--height", "18446744073709551615")).Fine();
        (await RunAsync("ns", "create", "y", "--as", "alice")).Failed(ExitCode.Refused, "the highest there is");
        string program = _directory.PathOf("a.cairn");
        await File.WriteAllTextAsync(program, "push 1\n", TestContext.Current.CancellationToken);
        (await RunAsync("run", program, "--as", "alice")).Failed(ExitCode.Refused, "highest");
    }

    private async Task InitAsync() => (await RunAsync("ns", "init", "--admin", "alice", "--time", Time)).Fine();

    private Task<CliRun> RunAsync(params string[] arguments) => CliRun.RunAsync([.. arguments, "--store", Store]);

    private async Task WriteAsync(string principal, params (string Key, StateValue Value)[] writes)
    {
        await using StateStore store = await StateStore.OpenAsync(Store, cancellationToken: TestContext.Current.CancellationToken);
        using BlockDraft draft = store.CreateDraft(new BlockHeight(store.Height!.Value.Value + 1));
        draft.TimeTicks = DateTimeOffset.Parse(Time, System.Globalization.CultureInfo.InvariantCulture).UtcTicks - DateTime.UnixEpoch.Ticks;
        NamespaceStore namespaces = new(draft, new Principal(principal));
        foreach ((string key, StateValue value) in writes)
        {
            namespaces.Set(key, value);
        }

        await store.CommitAsync(draft, TestContext.Current.CancellationToken);
    }
}
