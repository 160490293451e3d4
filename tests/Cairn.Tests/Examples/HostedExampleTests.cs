using System.Diagnostics;
using System.Text;
using Cairn.Tests.Cli;
using Xunit;

namespace Cairn.Tests.Examples;

/// <summary>The hosted example as its README starts it, and what its table says.</summary>
public sealed class HostedExampleTests
{
    [Fact]
    public async Task Example_RunTwice_GoesOnWhereItWas()
    {
        using TemporaryDirectory directory = new();
        (int code, string[] first) = await RunAsync(directory);
        Assert.Equal(0, code);
        Assert.Equal(5, first.Count(line => line.StartsWith("block ", StringComparison.Ordinal)));
        Assert.Equal(["5 beats, the newest at 00:05", "  echo: 1", "  worker: 4", "health: Healthy"], first.Where(line => !line.StartsWith("block ", StringComparison.Ordinal) && IsOutput(line)));
        (code, string[] second) = await RunAsync(directory, "--Blocks", "4");
        Assert.Equal(0, code);
        Assert.Equal("block 6", second.First(line => line.StartsWith("block ", StringComparison.Ordinal))[..7]);
        Assert.Contains("9 beats, the newest at 00:09", second);
        Assert.Contains(second, line => line.Contains("(created: False, 0 blocks replayed)", StringComparison.Ordinal));
        Assert.Contains(second, line => line.Contains("Cairn.StateStore[16]", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Example_InOtherHomes_HasTheSameRoots()
    {
        using TemporaryDirectory directory = new();
        (_, string[] stored) = await RunAsync(directory);
        (_, string[] inMemory) = await RunAsync(directory, "--Cairn:Location", "memory:");
        (_, string[] lines) = await RunAsync(directory, "--Cairn:Location", "jsonl:hosted-lines", "--Logging:LogLevel:Cairn", "Information");
        string[] roots = [.. stored.Where(line => line.StartsWith("block ", StringComparison.Ordinal))];
        Assert.Equal(5, roots.Length);
        Assert.Equal(roots, inMemory.Where(line => line.StartsWith("block ", StringComparison.Ordinal)));
        Assert.Equal(roots, lines.Where(line => line.StartsWith("block ", StringComparison.Ordinal)));
        Assert.True(File.Exists(Path.Combine(directory.PathOf("hosted-lines"), "blocks.jsonl")));
        Assert.Contains(stored, line => line.Contains("Cairn.StateStore[2]", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Contains("Cairn.StateStore[2]", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Example_WithWrongOptions_DoesNotStartAndNamesThem()
    {
        using TemporaryDirectory directory = new();
        (int code, string[] lines) = await RunAsync(directory, "--Cairn:Store:CacheBytes", "1", "--Cairn:Store:Retain", "7");
        Assert.NotEqual(0, code);
        Assert.Contains(lines, line => line.Contains("Cairn:Store:Retain: there is no such option.", StringComparison.Ordinal) && line.Contains("CacheBytes: 1 is less than", StringComparison.Ordinal));
        Assert.False(Directory.Exists(directory.PathOf("hosted-store")));
    }

    private static bool IsOutput(string line) => line.Length > 0 && !line.Contains("Cairn.StateStore", StringComparison.Ordinal) && !line.StartsWith("      ", StringComparison.Ordinal);

    private static async Task<(int Code, string[] Lines)> RunAsync(TemporaryDirectory directory, params string[] arguments)
    {
        using CliProcess process = CliProcess.StartOther(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Hosted.dll"), .. arguments]) { WorkingDirectory = directory.Path });
        (int code, byte[] output, string error) = await process.RunAsync();
        return (code, (Encoding.UTF8.GetString(output) + error).Split('\n'));
    }
}
