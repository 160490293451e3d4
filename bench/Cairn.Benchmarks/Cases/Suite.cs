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

        string? directory = options.Home == HomeKind.Memory ? null : NewDirectory();
        MachineFacts machine = MachineFacts.Gather(directory);
        DateTimeOffset started = DateTimeOffset.UtcNow;
        TableReport.WriteHeader(options, machine);
        UsageMeter meter = new();
        try
        {
            for (int run = 1; run <= options.Runs; run++)
            {
                await RunOnceAsync(plan, directory is null ? null : Path.Combine(directory, $"run-{run}"));
                Console.Error.WriteLine($"run {run} of {options.Runs} done after {meter.Read().Wall.TotalSeconds:F0} s");
            }
        }
        finally
        {
            if (directory is not null)
            {
                Directory.Delete(directory, recursive: true);
            }
        }

        Usage usage = meter.Read();
        AnsiConsole.WriteLine($"noise: other processes used {usage.OtherCores:F2} of {machine.Cores} cores during the {usage.Wall.TotalSeconds:F0} s, this one {usage.OwnCores:F2}");
        TableReport.Write(_figures, options.Markdown);
        if (options.JsonFile is { } file)
        {
            JsonReport.Write(file, verb, options, machine, started, usage, _figures);
        }
    }

    private async Task RunOnceAsync(Plan plan, string? directory)
    {
        if (plan.Load)
        {
            await LoadCase.RunSortedAsync(options, _space, directory is null ? null : directory + "-sorted", _figures);
            await LoadCase.RunRootAsync(options, _space, _figures);
        }

        StoreSession session = await LoadCase.RunRandomAsync(options, _space, directory, plan.Load ? _figures : null);
        try
        {
            if (plan.Get)
            {
                GetCase.Run(options, _space, session, _figures);
            }

            if (plan.Scan)
            {
                ScanCase.Run(_space, session, _figures);
            }

            if (plan.Commit)
            {
                await CommitCase.RunAsync(options, _space, session, _figures);
            }
        }
        finally
        {
            await session.DisposeAsync();
        }

        if (plan.Reopen && directory is not null)
        {
            await ReopenCase.RunAsync(options, _space, directory, _figures);
        }

        if (directory is not null)
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private string NewDirectory()
    {
        string parent = Path.GetFullPath(options.Directory ?? Path.GetTempPath());
        string directory = Path.Combine(parent, $"cairn-bench-{Environment.ProcessId}");
        Directory.CreateDirectory(directory);
        return directory;
    }
}
