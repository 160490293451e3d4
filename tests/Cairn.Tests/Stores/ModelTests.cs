using Xunit;
using Xunit.Sdk;

namespace Cairn.Tests.Stores;

/// <summary>
/// Random sequences of everything a store can do, held against the reference. A failure prints the shrunk sequence, which is then kept in
/// <see cref="KeptCases"/>.
/// </summary>
public sealed class ModelTests
{
    private const int ShrinkSeconds = 20;

    /// <summary>Sequences that once failed, shrunk, each with what had gone wrong.</summary>
    public static TheoryData<string, string> KeptCases() => new()
    {
        { "a store that is only opened", "Memory 1 20 o1 o2 o3" },
        { "an empty block, then a deletion of nothing", "Memory 1 20 c d0 c C o u" },
        { "pages of the local tree were taken for the state tree's when they were read again", "Memory 21 150 P287.86.32 P194.67.1024 c d33 P148.120.100 c p272.0.2 P40.4.1 r" },
    };

    [Theory]
    [MemberData(nameof(KeptCases))]
    public Task KeptCase_Passes(string what, string script)
    {
        Assert.NotEmpty(what);
        return StoreScriptRunner.RunAsync(StoreScript.Parse(script));
    }

    [Fact]
    public Task Sequences_InMemory_EqualTheReference() => RunManyAsync(HomeKind.Memory, count: 900);

    [Fact]
    public Task Sequences_InADirectory_EqualTheReference() => RunManyAsync(HomeKind.SimulatedDirectory, count: 900);

    [Fact]
    public Task Sequences_InJsonLines_EqualTheReference() => RunManyAsync(HomeKind.JsonLines, count: 250);

    [Fact]
    public void Script_AsTextAndBack_IsTheSame()
    {
        StoreScript script = StoreScript.Make(HomeKind.Memory, seed: 5);
        Assert.Equal(script.ToString(), StoreScript.Parse(script.ToString()).ToString());
    }

    private static async Task RunManyAsync(HomeKind home, int count)
    {
        foreach (int seed in SeededRandom.Seeds(count))
        {
            StoreScript script = StoreScript.Make(home, seed);
            if (await FailureOfAsync(script) is { } failure)
            {
                (StoreScript smallest, Exception cause) = await ShrinkAsync(script, failure);
                throw new XunitException($"Seed {seed} (CAIRN_SEED={seed} runs it alone). Shrunk to {smallest.Steps.Count} of {script.Steps.Count} steps:\n{smallest}\n{cause.Message}", cause);
            }
        }
    }

    private static async Task<Exception?> FailureOfAsync(StoreScript script)
    {
        try
        {
            await StoreScriptRunner.RunAsync(script);
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }

    /// <summary>Leaves out ever smaller runs of steps as long as the sequence still fails.</summary>
    private static async Task<(StoreScript Script, Exception Failure)> ShrinkAsync(StoreScript script, Exception failure)
    {
        long end = TimeProvider.System.GetTimestamp() + (ShrinkSeconds * TimeProvider.System.TimestampFrequency);
        for (int run = script.Steps.Count / 2; run > 0; run /= 2)
        {
            for (int at = 0; at < script.Steps.Count && TimeProvider.System.GetTimestamp() < end;)
            {
                StoreScript shorter = script with { Steps = [.. script.Steps.Take(at), .. script.Steps.Skip(at + run)] };
                if (await FailureOfAsync(shorter) is { } still)
                {
                    (script, failure) = (shorter, still);
                }
                else
                {
                    at += run;
                }
            }
        }

        return (script, failure);
    }
}
