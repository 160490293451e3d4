using Cairn.Cli;
using Cairn.Proofs;
using Xunit;

namespace Cairn.Tests.Cli;

/// <summary>prove and prove-range, and what verify-proof and verify-range say of them.</summary>
public sealed class ProveCommandTests
{
    public static TheoryData<string> Homes => TestStore.Homes;

    [Theory]
    [MemberData(nameof(Homes))]
    public async Task Prove_PresentAndAbsent_IsVerifiedByTheRootAlone(string home)
    {
        using TestStore store = await TestStore.CreateAsync(home);
        using TemporaryDirectory directory = new();
        string root = (await CliRun.RunAsync("root", "--store", store.Path)).Fine().Output.Trim().Split(' ')[1];
        string hex = directory.PathOf("proof.hex");
        CliRun proved = (await CliRun.RunAsync("prove", "--store", store.Path, "a/1")).Fine();
        Assert.Matches("^[0-9a-f]+\n$", proved.Output);
        await File.WriteAllTextAsync(hex, proved.Output, TestContext.Current.CancellationToken);
        (await CliRun.RunAsync("verify-proof", "--root", root, "--proof", hex, "--key-hex", "612f31", "--value-hex", "6f6e65")).Fine();
        (await CliRun.RunAsync("verify-proof", "--root", root, "--proof", hex, "--key-hex", "612f31", "--value-hex", "6f6e66")).Failed(ExitCode.ProofRefused, "refused");

        string raw = directory.PathOf("proof.bin");
        Assert.Equal($"9 {root}\n", (await CliRun.RunAsync("prove", "--store", store.Path, "--key-hex", "00fe", "--spec", "hash", "--out", raw)).Fine().Output);
        (await CliRun.RunAsync("verify-proof", "--root", root, "--proof", raw, "--key-hex", "00fe", "--spec", "hash")).Fine();
        (await CliRun.RunAsync("prove", "--store", store.Path, "a/1", "--out", raw)).Failed(ExitCode.Refused, "is there already");
    }

    [Theory]
    [MemberData(nameof(Homes))]
    public async Task Prove_AtAnOldHeight_IsOfThatHeight(string home)
    {
        using TestStore store = await TestStore.CreateAsync(home);
        using TemporaryDirectory directory = new();
        string root = (await CliRun.RunAsync("root", "--store", store.Path, "--at", "4")).Fine().Output.Trim().Split(' ')[1];
        string file = directory.PathOf("proof.bin");
        Assert.Equal($"3 {root}\n", (await CliRun.RunAsync("prove", "--store", store.Path, "a/2", "--at", "4", "--out", file)).Fine().Output);
        (await CliRun.RunAsync("verify-proof", "--root", root, "--proof", file, "--key-hex", "612f32", "--value-hex", "74776f")).Fine();
        (await CliRun.RunAsync("prove", "--store", store.Path, "a/2", "--at", "2")).Failed(ExitCode.Refused, "2");
    }

    [Fact]
    public async Task Prove_AsJson_TellsWhatItIsOf()
    {
        using TestStore store = await TestStore.CreateAsync("jsonl");
        CliRun run = (await CliRun.RunAsync("prove", "--store", store.Path, "a/9", "--spec", "hash", "--json")).Fine();
        Assert.Equal(9, run.Json.GetProperty("height").GetInt32());
        Assert.Equal("a/9", run.Json.GetProperty("key").GetString());
        Assert.False(run.Json.GetProperty("present").GetBoolean());
        Assert.Equal("hash", run.Json.GetProperty("spec").GetString());
        byte[] proof = Convert.FromHexString(run.Json.GetProperty("proof").GetString()!);
        Assert.Equal(proof.Length, run.Json.GetProperty("proofBytes").GetInt32());
        ProofResult result = ProofVerifier.VerifyAbsence(ProofSpec.ByValueHash, Hash256.Parse(run.Json.GetProperty("root").GetString()!), proof, "a/9"u8);
        Assert.True(result.IsVerified);
        Assert.Equal(result.Depth, run.Json.GetProperty("depth").GetInt32());
    }

    [Fact]
    public async Task Prove_WhatCannotBe_IsRefused()
    {
        using TestStore store = await TestStore.CreateAsync("jsonl");
        (await CliRun.RunAsync("prove", "--store", store.Path, "b")).Failed(ExitCode.Refused, "by value hash");
        (await CliRun.RunAsync("prove", "--store", store.Path)).Failed(ExitCode.Malformed, "the key is missing");
        (await CliRun.RunAsync("prove", "--store", store.Path, "b", "--key-hex", "62")).Failed(ExitCode.Malformed, "given twice");
        (await CliRun.RunAsync("prove", "--store", store.Path, "--key-hex", "6")).Failed(ExitCode.Malformed, "hexadecimal");
        (await CliRun.RunAsync("prove", "--store", store.Path + "-none", "b")).Failed(ExitCode.NotFound, "no store");
    }

    [Theory]
    [InlineData("--prefix", "a/")]
    [InlineData("--from", "a/1", "--to", "b")]
    [InlineData("--from", "b")]
    [InlineData("--to", "b")]
    [InlineData]
    [InlineData("--key", "a/1", "--key", "a/7", "--key", "z")]
    [InlineData("--prefix", "612f", "--key-hex")]
    [InlineData("--prefix", "a/", "--namespace")]
    public async Task ProveRange_EveryKind_IsVerifiedWithTheSameOptions(params string[] options)
    {
        using TestStore store = await TestStore.CreateAsync("directory");
        using TemporaryDirectory directory = new();
        foreach (string[] at in (string[][])[[], ["--at", "5"]])
        {
            string file = directory.PathOf($"range{at.Length}.bin");
            CliRun proved = (await CliRun.RunAsync([.. (string[])["prove-range", "--store", store.Path, "--out", file], .. at, .. options])).Fine();
            CliRun verified = (await CliRun.RunAsync([.. (string[])["verify-range", "--root", proved.Output.Trim().Split(' ')[1], "--proof", file], .. options])).Fine();
            Assert.NotEmpty(verified.Lines);
            CliRun json = (await CliRun.RunAsync([.. (string[])["prove-range", "--store", store.Path, "--json"], .. at, .. options])).Fine();
            Assert.Equal(Convert.ToHexStringLower(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken)), json.Json.GetProperty("proof").GetString());
            if (json.Json.TryGetProperty("entries", out System.Text.Json.JsonElement entries))
            {
                Assert.Equal(verified.Lines.Length, entries.GetInt32());
            }
        }
    }

    [Fact]
    public async Task ProveRange_WrongOptions_AreRefused()
    {
        using TestStore store = await TestStore.CreateAsync("jsonl");
        (await CliRun.RunAsync("prove-range", "--store", store.Path, "--prefix", "a", "--from", "a")).Failed(ExitCode.Malformed, "exclude each other");
        (await CliRun.RunAsync("prove-range", "--store", store.Path, "--namespace")).Failed(ExitCode.Malformed, "needs --prefix");
        (await CliRun.RunAsync("prove-range", "--store", store.Path, "--to", "")).Failed(ExitCode.Malformed, "empty key");
    }
}
