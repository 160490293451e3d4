using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Exporters.Json;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Cairn.Benchmarks.Micro;

/// <summary>Measures small parts with BenchmarkDotNet, in this process: nothing is generated or built, so that it needs neither a project nor packages where it runs.</summary>
internal static class MicroBenchmarks
{
    private static readonly Type[] All = [typeof(HashBenchmarks), typeof(PageBenchmarks), typeof(LogBenchmarks), typeof(CommitBenchmarks)];

    /// <summary>Runs what the arguments of BenchmarkDotNet ask for; everything when there are none.</summary>
    public static int Run(IReadOnlyList<string> arguments)
    {
        string[] asked = arguments.Count == 0 ? ["--filter", "*"] : [.. arguments];
        return BenchmarkSwitcher.FromTypes(All).Run(asked, Configuration()).Any(summary => summary.HasCriticalValidationErrors) ? 1 : 0;
    }

    private static ManualConfig Configuration() => ManualConfig.CreateEmpty()
        .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
        .AddDiagnoser(MemoryDiagnoser.Default)
        .AddColumnProvider(DefaultColumnProviders.Instance)
        .AddLogger(ConsoleLogger.Default)
        .AddExporter(MarkdownExporter.GitHub, JsonExporter.Brief)
        .WithArtifactsPath(Path.Combine(Path.GetTempPath(), "cairn-micro"));
}
