using System.Diagnostics;
using Cairn.Benchmarks.Engines;
using Cairn.Benchmarks.Machines;
using Cairn.Benchmarks.Results;
using Spectre.Console;

namespace Cairn.Benchmarks.Cases;

/// <summary>Compares engines: in each run all of them one after the other, each in a process and a directory of its own, so that what changes on the machine meanwhile meets all. Shows Cairn's ratios to the others.</summary>
internal sealed class Comparison(BenchmarkOptions options)
{
    private readonly Figures _figures = new();

    /// <summary>Runs and reports.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync()
    {
        EngineKind[] engines = EngineCatalog.Ready(options.Engines, options.RocksDb, Console.Error.WriteLine);
        if (engines.Length == 0)
        {
            await Console.Error.WriteLineAsync("None of the engines is here.");
            return 1;
        }

        using StoreDirectory directory = new(options);
        MachineFacts machine = MachineFacts.Gather(directory.Path);
        DateTimeOffset started = DateTimeOffset.UtcNow;
        TableReport.WriteHeader(options, machine);
        string[] builds = [.. engines.Select(kind => EngineCatalog.Describe(kind, options.RocksDb))];
        Array.ForEach(builds, AnsiConsole.WriteLine);
        UsageMeter meter = new(directory.Path);
        for (int run = 1; run <= options.Runs; run++)
        {
            foreach (EngineKind kind in engines)
            {
                await RunAsync(kind, directory.Of($"{kind}-{run}"));
            }

            await Console.Error.WriteLineAsync($"run {run} of {options.Runs} done after {meter.Read().Wall.TotalSeconds:F0} s");
        }

        CheckContents();
        Usage usage = meter.Read();
        IReadOnlyList<Ratio> ratios = Ratio.Of(_figures.All, EngineCatalog.NameOf(EngineKind.Cairn));
        AnsiConsole.WriteLine($"noise: other processes used {usage.OtherCores:F2} of {machine.Cores} cores during the {usage.Wall.TotalSeconds:F0} s, this one {usage.OwnCores:F2}");
        AnsiConsole.WriteLine("Medians of the runs; a ratio is the median of those within the runs, and above 1 Cairn is the better one.");
        TableReport.Write(_figures, ratios, options.Markdown);
        if (options.JsonFile is { } file)
        {
            JsonReport.Write(file, new { verb = "compare", started, machine, options, builds, usage, figures = _figures.All, ratios });
        }

        return 0;
    }

    private async Task RunAsync(EngineKind kind, string directory)
    {
        string file = directory + ".json";
        using Process process = OwnProcess.Start(options, readsOutput: false, EngineRun.Verb, $"{kind}", directory, file);
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{EngineCatalog.NameOf(kind)} failed with exit code {process.ExitCode}; what it said is above.");
        }

        _figures.Add(JsonReport.Read<Figure[]>(file));
        Directory.Delete(directory, recursive: true);
    }

    /// <summary>Engines that were given the same blocks hold the same.</summary>
    private void CheckContents()
    {
        foreach (IGrouping<string, Figure> contents in _figures.All.Where(figure => figure.Name.EndsWith(EngineRun.Content, StringComparison.Ordinal)).GroupBy(figure => figure.Name))
        {
            if (contents.SelectMany(figure => figure.Values).Distinct().Count() > 1)
            {
                throw new InvalidOperationException("The engines hold different entries after the same blocks: " + string.Join(", ", contents.Select(figure => $"{figure.Case} {string.Join(' ', figure.Values)}")));
            }
        }
    }
}
