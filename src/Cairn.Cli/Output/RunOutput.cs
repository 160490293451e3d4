using System.Globalization;
using System.Text.Json;
using Cairn.Cli.Commands;
using Cairn.Contracts.Values;
using Cairn.Vm.Machines;
using Cairn.Vm.Running;

namespace Cairn.Cli.Output;

/// <summary>What a run came to, for people or for programs.</summary>
internal static class RunOutput
{
    /// <summary>Writes the result of a run.</summary>
    /// <param name="output">Where it goes.</param>
    /// <param name="program">The program.</param>
    /// <param name="result">The result.</param>
    /// <param name="asJson">Whether as an object.</param>
    public static void Write(OutputStream output, string program, RunResult result, bool asJson)
    {
        if (asJson)
        {
            JsonLine.Write(output, writer => WriteFields(writer, program, result));
            return;
        }

        WriteEmitted(output, result);
        output.WriteLine($"stack [{string.Join(", ", result.Stack.Select(static value => value.ToJson()))}]");
        if (result.IsSuccess)
        {
            output.WriteLine(Summary(result));
        }
    }

    /// <summary>Writes the texts and events that a run emitted.</summary>
    public static void WriteEmitted(OutputStream output, RunResult result)
    {
        foreach (string text in result.Emitted)
        {
            output.WriteLine(text);
        }

        foreach (ProgramEvent happened in result.Events)
        {
            output.WriteLine($"event {ContractArguments.OneLine(happened.Category)}: {ContractArguments.OneLine(happened.Message)}");
        }
    }

    /// <summary>Where the chain is, and what it cost.</summary>
    public static string Summary(RunResult result)
    {
        string cost = string.Create(CultureInfo.InvariantCulture, $"gas {result.GasUsed}, steps {result.Steps}");
        string root = $"root {result.Root}";
        return (result.IsSimulated, result.Blocks.Count) switch
        {
            (true, _) => $"simulated, nothing is committed; {root}, {cost}",
            (_, 0) => $"no block; {root}, {cost}",
            (_, 1) => $"block {result.Height}, {root}, {cost}",
            (_, var count) => $"blocks {result.Blocks[0].Height} to {result.Height}, {count} of them; {root}, {cost}",
        };
    }

    private static void WriteFields(Utf8JsonWriter writer, string program, RunResult result)
    {
        writer.WriteString("program", program);
        writer.WriteBoolean("success", result.IsSuccess);
        writer.WriteBoolean("simulated", result.IsSimulated);
        writer.WriteStartArray("stack");
        foreach (StateValue value in result.Stack)
        {
            writer.WriteStartObject();
            writer.Value(value);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("emitted");
        foreach (string text in result.Emitted)
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("events");
        foreach (ProgramEvent happened in result.Events)
        {
            writer.WriteStartObject();
            writer.WriteString("category", happened.Category);
            writer.WriteString("message", happened.Message);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("blocks");
        foreach (RunBlock block in result.Blocks)
        {
            writer.WriteStartObject();
            writer.WriteNumber("height", block.Height.Value);
            writer.WriteString("root", block.Root.ToString());
            writer.WriteNumber("gas", block.GasUsed);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.Height("height", result.Height);
        writer.WriteString("root", result.Root.ToString());
        writer.WriteNumber("gas", result.GasUsed);
        writer.WriteNumber("steps", result.Steps);
        writer.Height("auditHeight", result.AuditHeight);
        WriteError(writer, result);
    }

    private static void WriteError(Utf8JsonWriter writer, RunResult result)
    {
        if (result.Fault is not { } fault)
        {
            writer.WriteNull("error");
            return;
        }

        writer.WriteStartObject("error");
        writer.WriteString("kind", fault.Kind.ToString());
        writer.WriteString("message", result.Error);
        writer.WriteString("file", fault.File);
        writer.WriteNumber("line", fault.Line);
        writer.WriteNumber("column", fault.Column);
        writer.WriteString("function", fault.Function);
        writer.WriteString("command", fault.Command);
        writer.WriteString("limit", fault.Limit?.ToString());
        writer.NumberOrNull("allowed", fault.Allowed);
        writer.WriteEndObject();
    }
}
