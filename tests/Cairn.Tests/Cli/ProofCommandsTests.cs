using System.Text;
using System.Text.Json;
using Cairn.Cli;
using Cairn.Proofs;
using Cairn.Tests.Proofs;
using Xunit;

namespace Cairn.Tests.Cli;

/// <summary>The commands that verify proofs and print the spec: they need no store.</summary>
public sealed class ProofCommandsTests
{
    private static readonly ReferenceProver Prover = new(new[] { "org/acme/a", "org/acme/b", "org/beta/a", "other" }.Select(key => KeyValuePair.Create(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes("of " + key))));

    [Theory]
    [InlineData("value", false)]
    [InlineData("value", true)]
    [InlineData("hash", false)]
    [InlineData("hash", true)]
    public async Task VerifyProof_OfAPresentKey_AcceptsItsValueOnly(string spec, bool asHex)
    {
        using TemporaryDirectory folder = new();
        byte[] key = Prover.Entries[1].Key;
        string[] arguments = ["verify-proof", "--root", Prover.Root.ToString(), "--spec", spec, "--proof", Write(folder, Prover.ProveOne(Spec(spec), key).Encode(), asHex), "--key-hex", Convert.ToHexStringLower(key)];
        Assert.Equal("verified: org/acme/b has this value; depth 3\n", (await CliRun.RunAsync([.. arguments, "--value-hex", Hex("of org/acme/b")])).Fine().Output);
        JsonElement json = (await CliRun.RunAsync([.. arguments, "--value-hex", Hex("of org/acme/b"), "--json"])).Fine().Json;
        Assert.Equal((true, true, 3), (json.GetProperty("verified").GetBoolean(), json.GetProperty("present").GetBoolean(), json.GetProperty("depth").GetInt32()));
        (await CliRun.RunAsync([.. arguments, "--value-hex", Hex("of other")])).Failed(ExitCode.ProofRefused, "refused: the proof is about another value");
        (await CliRun.RunAsync(arguments)).Failed(ExitCode.ProofRefused, "refused: the proof is of another kind");
        (await CliRun.RunAsync([.. arguments, "--value-hex", ""])).Failed(ExitCode.ProofRefused, "another value");
        arguments[4] = spec == "value" ? "hash" : "value";
        (await CliRun.RunAsync([.. arguments, "--value-hex", Hex("of org/acme/b")])).Failed(ExitCode.ProofRefused, "leaf operation");
    }

    [Fact]
    public async Task VerifyProof_OfAnAbsentKey_IsAbsence()
    {
        using TemporaryDirectory folder = new();
        byte[] key = "org/b"u8.ToArray();
        string proof = Write(folder, Prover.ProveOne(ProofSpec.ByValue, key).Encode(), asHex: true);
        string[] arguments = ["verify-proof", "--root", Prover.Root.ToString(), "--proof", proof, "--key-hex"];
        Assert.StartsWith("verified: org/b is absent; depth ", (await CliRun.RunAsync([.. arguments, Hex("org/b")])).Fine().Output, StringComparison.Ordinal);
        CliRun other = await CliRun.RunAsync([.. arguments, Hex("org/c"), "--json"]);
        Assert.Equal((ExitCode.ProofRefused, ""), (other.Code, other.Error));
        Assert.Equal((false, "wrongKey"), (other.Json.GetProperty("verified").GetBoolean(), other.Json.GetProperty("outcome").GetString()));
        (await CliRun.RunAsync("verify-proof", "--root", Hash256.EmptyRoot.ToString(), "--proof", proof, "--key-hex", Hex("org/b"))).Failed(ExitCode.ProofRefused, "another root");
        CliRun piped = await CliRun.RunAsync(["verify-proof", "--root", Prover.Root.ToString(), "--proof", "-", "--key-hex", Hex("org/b")], await File.ReadAllTextAsync(proof));
        piped.Fine();
    }

    [Theory]
    [InlineData("--root is a state root", "--root", "12", "--proof", "p", "--key-hex", "61")]
    [InlineData("'--proof' is required", "--root", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "--key-hex", "61")]
    [InlineData("--key-hex 'zz' does not consist", "--root", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "--proof", "p", "--key-hex", "zz")]
    [InlineData("--value-hex '1' does not consist", "--root", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "--proof", "p", "--key-hex", "61", "--value-hex", "1")]
    [InlineData("there is no file 'nothing-there'", "--root", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "--proof", "nothing-there", "--key-hex", "61")]
    [InlineData("--spec is one of value, hash, not 'both'", "--root", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "--proof", "p", "--key-hex", "61", "--spec", "both")]
    public async Task VerifyProof_WrongUsage_IsMalformed(string reason, params string[] arguments) =>
        (await CliRun.RunAsync(["verify-proof", .. arguments])).Failed(ExitCode.Malformed, reason);

    [Fact]
    public async Task VerifyRange_PrintsAllEntriesOfTheRange()
    {
        using TemporaryDirectory folder = new();
        string proof = Write(folder, Prover.Prefix("org/"u8.ToArray()), asHex: false);
        string[] arguments = ["verify-range", "--root", Prover.Root.ToString(), "--proof", proof];
        Assert.Equal("org/acme/a\tof org/acme/a\norg/acme/b\tof org/acme/b\norg/beta/a\tof org/beta/a\n", (await CliRun.RunAsync([.. arguments, "--prefix", "org/"])).Fine().Output);
        Assert.Equal("org/acme/b\tof org/acme/b\n", (await CliRun.RunAsync([.. arguments, "--from", Hex("org/acme/b"), "--to", Hex("org/b"), "--key-hex"])).Fine().Output);
        Assert.Equal("org/acme/a\tof org/acme/a\norg/b\n", (await CliRun.RunAsync([.. arguments, "--key", "org/acme/a", "--key", "org/b"])).Fine().Output);
        Assert.Equal("", (await CliRun.RunAsync([.. arguments, "--to", ""])).Fine().Output);
        CliRun json = (await CliRun.RunAsync([.. arguments, "--from", "org/beta/", "--to", "org/c", "--json"])).Fine();
        Assert.Equal("{\"key\":\"org/beta/a\",\"value\":\"of org/beta/a\"}", json.Lines[0]);
        Assert.True(json.Json.GetProperty("verified").GetBoolean());
        CliRun whole = (await CliRun.RunAsync(arguments)).Failed(ExitCode.ProofRefused, "does not show all"); // 'other' is there without its value
        Assert.Equal("", whole.Output);
        (await CliRun.RunAsync([.. arguments, "--key", "other"])).Failed(ExitCode.ProofRefused, "does not show all");
        (await CliRun.RunAsync("verify-range", "--root", Hash256.EmptyRoot.ToString(), "--proof", proof)).Failed(ExitCode.ProofRefused, "another root");
        (await CliRun.RunAsync([.. arguments, "--prefix", "a", "--key", "b"])).Failed(ExitCode.Malformed, "exclude each other");
        (await CliRun.RunAsync([.. arguments, "--namespace"])).Failed(ExitCode.Malformed, "--namespace needs --prefix");
    }

    [Fact]
    public async Task VerifyRange_Namespace_IsItsRoot()
    {
        using TemporaryDirectory folder = new();
        byte[] prefix = "org/acme/"u8.ToArray();
        string[] arguments = ["verify-range", "--root", Prover.Root.ToString(), "--proof", Write(folder, Prover.Cover(prefix), asHex: true), "--namespace", "--prefix"];
        Assert.Equal($"2 {Prover.NamespaceRoot(prefix)}\n", (await CliRun.RunAsync([.. arguments, "org/acme/"])).Fine().Output);
        JsonElement json = JsonDocument.Parse((await CliRun.RunAsync([.. arguments, "org/acme/", "--json"])).Fine().Lines[0]).RootElement;
        Assert.Equal(Prover.NamespaceRoot(prefix).ToString(), json.GetProperty("namespaceRoot").GetString());
        Assert.Equal("", (await CliRun.RunAsync([.. arguments, "org/acme/c"])).Fine().Output);
        (await CliRun.RunAsync([.. arguments, "other"])).Failed(ExitCode.ProofRefused, "does not show all");
    }

    [Fact]
    public async Task VerifyProofAndRange_OfAnyFile_AreRefused()
    {
        using TemporaryDirectory folder = new();
        string file = Path.Combine(folder.Path, "proof");
        Random random = new(5);
        byte[][] contents = [[], "hello"u8.ToArray(), "0a0"u8.ToArray(), "\n"u8.ToArray(), "0100\n"u8.ToArray(), .. Enumerable.Range(0, 40).Select(_ => ProofSamples.Bytes(random, random.Next(100)))];
        foreach (byte[] content in contents)
        {
            await File.WriteAllBytesAsync(file, content);
            (await CliRun.RunAsync("verify-proof", "--root", Prover.Root.ToString(), "--proof", file, "--key-hex", "61")).Failed(ExitCode.ProofRefused, "refused: ");
            (await CliRun.RunAsync("verify-range", "--root", Prover.Root.ToString(), "--proof", file)).Failed(ExitCode.ProofRefused, "refused: ");
        }
    }

    [Fact]
    public async Task ProofSpec_IsTheMessageInBothForms()
    {
        using TemporaryDirectory folder = new();
        foreach (ProofSpec spec in new[] { ProofSpec.ByValue, ProofSpec.ByValueHash })
        {
            string[] arguments = ["proof-spec", "--spec", spec.Name];
            CliRun json = (await CliRun.RunAsync(arguments)).Fine();
            Assert.Equal(spec.ToJson() + "\n", json.Output);
            Assert.Equal(ProofLimits.MaxDepth, json.Json.GetProperty("maxDepth").GetInt32());
            Assert.Equal(json.Output, (await CliRun.RunAsync([.. arguments, "--json"])).Fine().Output);
            Assert.Equal(Convert.ToHexStringLower(spec.ToProtobuf()) + "\n", (await CliRun.RunAsync([.. arguments, "--format", "protobuf"])).Fine().Output);
            string file = Path.Combine(folder.Path, spec.Name);
            Assert.Equal("", (await CliRun.RunAsync([.. arguments, "--format", "protobuf", "--out", file])).Fine().Output);
            Assert.Equal(spec.ToProtobuf(), await File.ReadAllBytesAsync(file));
            (await CliRun.RunAsync([.. arguments, "--out", file])).Failed(ExitCode.Refused, "is there already");
        }

        (await CliRun.RunAsync("proof-spec", "--json", "--format", "protobuf")).Failed(ExitCode.Malformed, "exclude each other");
    }

    private static ProofSpec Spec(string name) => name == "hash" ? ProofSpec.ByValueHash : ProofSpec.ByValue;

    private static string Hex(string text) => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text));

    private static string Write(TemporaryDirectory folder, byte[] proof, bool asHex)
    {
        string path = Path.Combine(folder.Path, "proof");
        File.WriteAllBytes(path, asHex ? Encoding.ASCII.GetBytes(Convert.ToHexStringLower(proof) + "\n") : proof);
        return path;
    }
}
