using System.Text.Json;
using System.Text.Json.Serialization;
using Cairn.Contracts.Values;

namespace Cairn.Tests.Vm.Machines;

/// <summary>What a file of vectors has: a command and cases of it.</summary>
internal sealed record CommandVectors
{
    public required string Command { get; init; }

    public required IReadOnlyList<CommandVector> Cases { get; init; }

    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    /// <summary>Reads a file; a field that is not known is an error.</summary>
    public static CommandVectors Read(string path) => JsonSerializer.Deserialize<CommandVectors>(File.ReadAllText(path), Options)!;
}

/// <summary>One case: what is stored before, a program, and what is there afterwards, or the fault. What is not named is not looked at, except that a program with a fault changes nothing.</summary>
internal sealed record CommandVector
{
    public required string Name { get; init; }

    public Dictionary<string, JsonElement> Before { get; init; } = [];

    public string As { get; init; } = "root";

    public string Missing { get; init; } = "error";

    public bool BlockPerCommit { get; init; }

    public Dictionary<string, long> Limits { get; init; } = [];

    public required IReadOnlyList<string> Program { get; init; }

    public IReadOnlyList<JsonElement>? Stack { get; init; }

    public Dictionary<string, JsonElement>? Storage { get; init; }

    public Dictionary<string, IReadOnlyList<JsonElement>>? Versions { get; init; }

    public IReadOnlyList<string>? Emitted { get; init; }

    public IReadOnlyList<IReadOnlyList<string>>? Events { get; init; }

    /// <summary>The gas of the storage: what is used beyond the price of the program.</summary>
    public ulong? Gas { get; init; }

    public int? Blocks { get; init; }

    public VectorFault? Fault { get; init; }

    /// <summary>A value: as in JSON, but an object or array as <c>{"object": …}</c>, and a number that JSON does not have as <c>{"number": "NaN"}</c>.</summary>
    public static StateValue ValueOf(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            return StateValue.ParseJson(System.Text.Encoding.UTF8.GetBytes(json.GetRawText()));
        }

        JsonProperty only = json.EnumerateObject().Single();
        return only.Name switch
        {
            "object" => StateValue.ParseObject(System.Text.Encoding.UTF8.GetBytes(only.Value.GetRawText())),
            "number" when NumberText.TryParse(only.Value.GetString(), out double number) => StateValue.FromNumber(number),
            _ => throw new JsonException($"'{json.GetRawText()}' is no value of a vector."),
        };
    }
}

/// <summary>A fault that is expected.</summary>
internal sealed record VectorFault(string Kind, int Line, int Column, string Text);
