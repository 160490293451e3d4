using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Cairn.Tests.Cli;
using Cairn.Tests.Tidy;
using Xunit;

namespace Cairn.Tests.Examples;

/// <summary>The program of the market, by the commands of its README.</summary>
public sealed partial class PunksMarketProgramTests
{
    /// <summary>On a twenty-fifth of the punks, so that it takes a moment; <see cref="PunksMarketTests"/> imports them all and holds the root of the README to it.</summary>
    [Fact]
    public async Task Commands_OfTheReadme_DoWhatItSays()
    {
        string[] lines = [.. File.ReadLines(SharedData.PathOf("cryptopunks-sales-2017-2019.csv")).Where((line, index) => index == 0 || int.Parse(line.Split(',')[2]) % 50 is 46 or 18)];
        using TemporaryDirectory directory = new();
        await File.WriteAllLinesAsync(directory.PathOf("sales.csv"), lines, TestContext.Current.CancellationToken);
        string readme = SourceTree.All.Single(file => file.Path == "examples/PunksMarket/README.md").Text;
        List<string> output = [];
        foreach (Match command in Commands().Matches(readme))
        {
            string[] arguments = [.. command.Groups["arguments"].Value.Split(' ').Select(argument => argument.EndsWith(".csv", StringComparison.Ordinal) ? "sales.csv" : argument)];
            if (arguments[0] == "verify")
            {
                Assert.Equal(PunksMarketTests.LastRoot, arguments[1]);
                arguments[1] = output[0].TrimEnd()[^64..];
            }

            (int code, string text, string error) = await RunAsync(directory, arguments);
            Assert.True(code == 0, $"{command.Value}: {error}");
            output.Add(text);
        }

        Assert.Equal(7, output.Count);
        Assert.StartsWith($"{lines.Skip(1).Select(line => line.Split(',')[0]).Distinct().Count()} blocks, height {lines[^1].Split(',')[0]}, root ", output[0], StringComparison.Ordinal);
        Assert.Contains($"{lines.Length - 1} sales for ", output[1], StringComparison.Ordinal);
        Assert.StartsWith("punk 1146: 0xa374a95b8246cc6d9c5bb660a913571be8c2d8aa", output[2], StringComparison.Ordinal);
        Assert.StartsWith("punk 1146: 0x00d7c902fbbcd3c9db2da80a439c94486c50eb81", output[3], StringComparison.Ordinal);
        Assert.StartsWith("Sale in block 9192623 at 2019-12-31 20:56:09, called by 0xee402489d83e2b22d496910f8c810d35a3ad7b25, ", output[4], StringComparison.Ordinal);
        Assert.Equal(output[2].Split('\n')[0], output[6].TrimEnd());
    }

    [Fact]
    public async Task Commands_ThatAreWrong_SaySo()
    {
        using TemporaryDirectory directory = new();
        await File.WriteAllTextAsync(directory.PathOf("bad.csv"), "block,timestamp,punk_id,price_wei,from,to,tx\n1,2017-06-23T21:05:06Z,10000,1,0x,0x,0x\n", TestContext.Current.CancellationToken);
        await (await StateStore.OpenAsync(directory.PathOf("store"))).DisposeAsync();
        Assert.Contains("PunksMarket import STORE CSV", (await FailAsync(directory)), StringComparison.Ordinal);
        Assert.Contains("bad.csv:2: '1,2017", await FailAsync(directory, "import", "memory:", "bad.csv"), StringComparison.Ordinal);
        Assert.Contains("'10000' is no punk", await FailAsync(directory, "owner", "memory:", "10000"), StringComparison.Ordinal);
        Assert.Contains("The proof is refused", await FailAsync(directory, "verify", Hash256.EmptyRoot.ToString(), "1", "bad.csv"), StringComparison.Ordinal);
        Assert.Contains($"No call of transaction {Hash256.EmptyRoot}", await FailAsync(directory, "sale", "store", Hash256.EmptyRoot.ToString()), StringComparison.Ordinal);
        Assert.Contains("nowhere", await FailAsync(directory, "totals", "nowhere"), StringComparison.Ordinal);
    }

    private static async Task<string> FailAsync(TemporaryDirectory directory, params string[] arguments)
    {
        (int code, string text, string error) = await RunAsync(directory, arguments);
        Assert.Equal((1, ""), (code, text));
        return error;
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(TemporaryDirectory directory, params string[] arguments)
    {
        using CliProcess process = CliProcess.StartOther(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "PunksMarket.dll"), .. arguments]) { WorkingDirectory = directory.Path });
        (int code, byte[] output, string error) = await process.RunAsync();
        return (code, Encoding.UTF8.GetString(output), error);
    }

    [GeneratedRegex("^punks (?<arguments>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Commands();
}
