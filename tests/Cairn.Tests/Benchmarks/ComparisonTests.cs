using System.Diagnostics;
using System.Text.Json;
using Cairn.Benchmarks;
using Cairn.Benchmarks.Engines;
using Xunit;

namespace Cairn.Tests.Benchmarks;

/// <summary>The program that compares engines, run as people run it, on few keys. SQLite takes part where its library is.</summary>
public sealed class ComparisonTests
{
    [Fact]
    public async Task Compare_OfBlocks_WritesATableAndAFileWithRatios()
    {
        using TemporaryDirectory directory = new();
        string file = directory.PathOf("figures.json");
        string[] engines = EngineCatalog.Ready([EngineKind.Sqlite], rocksDb: null, _ => { }).Length > 0 ? ["Cairn", "SQLite"] : ["Cairn"];
        (int exitCode, string output, string errors) = await RunAsync(
            "compare", "--keys", "2000", "--runs", "1", "--blocks", "2", "--engines", "cairn,sqlite", "--phases", "load,commit", "--dir", directory.Path, "--json", file, "--markdown");
        Assert.True(exitCode == 0, errors);
        Assert.Contains($"| compare | {string.Join(" | ", engines)} |", output, StringComparison.Ordinal);
        Assert.Contains("| durable, blocks of 10,000: updates, 1/s | ", output, StringComparison.Ordinal);
        Assert.Equal([file], Directory.EnumerateFileSystemEntries(directory.Path)); // databases are gone

        using JsonDocument report = JsonDocument.Parse(await File.ReadAllTextAsync(file));
        JsonElement[] figures = [.. report.RootElement.GetProperty("figures").EnumerateArray()];
        Assert.Equal(engines, figures.Select(figure => figure.GetProperty("case").GetString()!).Distinct());
        Assert.All(figures, figure => Assert.Equal(1, figure.GetProperty("values").GetArrayLength()));
        Assert.Contains(figures, figure => figure.GetProperty("name").GetString() == "durable, blocks of 10: block, p99 without the sync");
        Assert.Equal(engines.Length > 1, report.RootElement.GetProperty("ratios").EnumerateArray().Any(ratio => ratio.GetProperty("peer").GetString() == "SQLite"));
        Assert.True(report.RootElement.GetProperty("machine").GetProperty("cores").GetInt32() > 0);
    }

    [Fact]
    public async Task Compare_WithAnUnknownEngine_SaysWhichThereAre()
    {
        (int exitCode, _, string errors) = await RunAsync("compare", "--engines", "cairn,berkeley");
        Assert.NotEqual(0, exitCode);
        Assert.Contains("'berkeley' is none of cairn, rocksdb, leveldb, lmdb, sqlite", errors, StringComparison.Ordinal);
    }

    private static async Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", [typeof(BenchmarkOptions).Assembly.Location, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        using Process program = Process.Start(start)!;
        Task<string> output = program.StandardOutput.ReadToEndAsync();
        Task<string> errors = program.StandardError.ReadToEndAsync();
        await program.WaitForExitAsync();
        return (program.ExitCode, await output, await errors);
    }
}
