using Cairn.Benchmarks.Engines;
using Cairn.Benchmarks.Machines;
using Cairn.Benchmarks.Results;
using Cairn.Benchmarks.Workloads;
using Spectre.Console;

namespace Cairn.Benchmarks.Cases;

/// <summary>
/// Runs what a verb asks for, on a fresh store each run: loads, then the reads on exactly the loaded keys, then the commits, then reopening. One thread.
/// </summary>
internal sealed class Suite(BenchmarkOptions options)
{
    private readonly KeySpace _space = new(options.Seed);
    private readonly Figures _figures = new();

    /// <summary>Which cases to run.</summary>
    internal readonly record struct Plan(bool Load, bool Commit, bool Get, bool Scan, bool Reopen);

    /// <summary>Runs and reports.</summary>
    public async Task RunAsync(string verb, Plan plan)
    {
        if (plan is { Reopen: true, Load: false } && options.Home == HomeKind.Memory)
        {
            throw new InvalidOperationException("A store in memory cannot be reopened. Use --home directory.");
        }

        using StoreDirectory? directory = options.Home == HomeKind.Memory ? null : new StoreDirectory(options);
        MachineFacts machine = MachineFacts.Gather(directory?.Path);
        DateTimeOffset started = DateTimeOffset.UtcNow;
        TableReport.WriteHeader(options, machine);
        UsageMeter meter = new();
        for (int run = 1; run <= options.Runs; run++)
        {
            await RunOnceAsync(plan, directory?.Of($"run-{run}"));
            Console.Error.WriteLine($"run {run} of {options.Runs} done after {meter.Read().Wall.TotalSeconds:F0} s");
        }

        Usage usage = meter.Read();
        AnsiConsole.WriteLine($"noise: other processes used {usage.OtherCores:F2} of {machine.Cores} cores during the {usage.Wall.TotalSeconds:F0} s, this one {usage.OwnCores:F2}");
        TableReport.Write(_figures, options.Markdown);
        if (options.JsonFile is { } file)
        {
            JsonReport.Write(file, new { verb, started, machine, options, usage, figures = _figures.All });
        }
    }

    private async Task RunOnceAsync(Plan plan, string? directory)
    {
        if (plan.Load)
        {
            string? sorted = directory is null ? null : directory + "-sorted";
            await (await LoadCase.RunAsync(options, _space, EngineKind.Cairn, sorted, isSorted: true, _figures.In)).DisposeAsync();
            Delete(sorted);
            await LoadCase.RunRootAsync(options, _space, _figures.In);
        }

        ColumnOf loading = plan.Load ? _figures.In : new Figures().In;
        await using (EngineSession session = await LoadCase.RunAsync(options, _space, EngineKind.Cairn, directory, isSorted: false, loading))
        {
            session.Report(_figures.In);
            if (plan.Get)
            {
                GetCase.Run(session);
            }

            if (plan.Scan)
            {
                ScanCase.Run(session);
            }

            if (plan.Commit)
            {
                await CommitCase.RunAsync(session, "commit");
            }

            if (plan.Reopen && directory is not null)
            {
                await ReopenCase.RunAsync(session);
            }
        }

        Delete(directory);
    }

    private static void Delete(string? directory)
    {
        if (directory is not null)
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
