using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cairn.Benchmarks.Results;

/// <summary>Figures for programs: the machine, the options, and every figure with the value of each run.</summary>
internal static class JsonReport
{
    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>Writes a file.</summary>
    public static void Write<T>(string path, T report) => File.WriteAllText(path, Text(report));

    /// <summary>The text of such a file.</summary>
    public static string Text<T>(T report) => JsonSerializer.Serialize(report, Format) + "\n";

    /// <summary>Reads a file that <see cref="Write"/> wrote.</summary>
    public static T Read<T>(string path) => JsonSerializer.Deserialize<T>(File.ReadAllText(path), Format) ?? throw new InvalidOperationException($"There is nothing in {path}.");
}
