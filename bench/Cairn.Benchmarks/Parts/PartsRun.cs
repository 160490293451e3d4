using Cairn.Benchmarks.Cases;
using Cairn.Benchmarks.Machines;
using Cairn.Benchmarks.Results;

namespace Cairn.Benchmarks.Parts;

/// <summary>What measurements of parts have in common: a directory that goes afterwards, the facts of the machine before, the tables in the end.</summary>
internal static class PartsRun
{
    /// <summary>Measures and reports.</summary>
    /// <param name="options">The options of the program.</param>
    /// <param name="measure">Measures, with a directory of its own, and adds figures.</param>
    public static async Task RunAsync(BenchmarkOptions options, Func<BenchmarkOptions, string, Figures, Task> measure)
    {
        Figures figures = new();
        using (StoreDirectory directory = new(options))
        {
            TableReport.WriteHeader(options, MachineFacts.Gather(directory.Path));
            await measure(options, directory.Path, figures);
        }

        TableReport.Write(figures, options.Markdown);
    }
}
