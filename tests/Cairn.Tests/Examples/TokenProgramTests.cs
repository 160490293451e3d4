using System.Diagnostics;
using System.Text;
using Cairn.Tests.Cli;
using Xunit;

namespace Cairn.Tests.Examples;

/// <summary>The program of the token example, as its README starts it.</summary>
public sealed class TokenProgramTests
{
    [Fact]
    public async Task Program_RunTwice_FindsItsToken()
    {
        using TemporaryDirectory directory = new();
        string[] first = await RunProgramAsync(directory);
        Assert.Equal(["create: done", "mint: done", "transfer: done", "transfer too much: the balance is too low", "approve: done", "transfer for alice: done"], first[..6].Select(line => line.Split(", ")[0]));
        Assert.Equal("alice has 50, bob 50", first[7]);
        string[] second = await RunProgramAsync(directory);
        Assert.StartsWith("create: the token exists already", second[0], StringComparison.Ordinal);
        Assert.Equal("alice has 100, bob 100", second[7]);
    }

    private static async Task<string[]> RunProgramAsync(TemporaryDirectory directory)
    {
        using CliProcess process = CliProcess.StartOther(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Token.dll"), "my-store"]) { WorkingDirectory = directory.Path });
        (int code, byte[] output, string error) = await process.RunAsync();
        Assert.True(code == 0, error);
        return Encoding.UTF8.GetString(output).Split('\n');
    }
}
