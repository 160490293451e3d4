using System.Text.Json;
using System.Text.Json.Serialization;
using Cairn.Benchmarks.Machines;

namespace Cairn.Benchmarks.Results;

/// <summary>Writes figures for programs: the machine, the options, and every figure with the value of each run.</summary>
internal static class JsonReport
{
    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>Writes a file.</summary>
    public static void Write(string path, string verb, BenchmarkOptions options, MachineFacts machine, DateTimeOffset started, Usage usage, Figures figures)
    {
        var report = new { verb, started, machine, options, usage, figures = figures.All };
        File.WriteAllText(path, JsonSerializer.Serialize(report, Format) + "\n");
    }
}
