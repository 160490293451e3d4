using Cairn.Contracts.Values;

namespace Cairn.Vm.Machines;

/// <summary>One executed command.</summary>
public sealed record TraceStep
{
    /// <summary>The most values of the stack that a step shows.</summary>
    public const int MaxStackValues = 16;

    /// <summary>Which step of the run it is, from 1.</summary>
    public required long Number { get; init; }

    /// <summary>The name of the program, as it was compiled: in most cases its file.</summary>
    public required string File { get; init; }

    /// <summary>The line of the command, from 1; 0 when it is not known.</summary>
    public required int Line { get; init; }

    /// <summary>The column of the command, from 1; 0 when it is not known.</summary>
    public required int Column { get; init; }

    /// <summary>The function it is in; null for the program itself.</summary>
    public required string? Function { get; init; }

    /// <summary>The command, as it is written in source.</summary>
    public required string Command { get; init; }

    /// <summary>How many values the stack has afterwards.</summary>
    public required int StackCount { get; init; }

    /// <summary>Those on top of the stack afterwards, up to <see cref="MaxStackValues"/>, the top last.</summary>
    public required IReadOnlyList<StateValue> Stack { get; init; }

    /// <summary>What it did with the storage.</summary>
    public required IReadOnlyList<StorageEffect> Effects { get; init; }

    /// <summary>The step as a line: <c>3 pay.cairn:4:5 add [1, 5] write org/a = 5</c>.</summary>
    public override string ToString() =>
        $"{Number} {File}:{Line}:{Column}{(Function is { } function ? $" {function}" : "")} {Command} [{(StackCount > Stack.Count ? "…, " : "")}{string.Join(", ", Stack.Select(value => value.ToJson()))}]{string.Concat(Effects.Select(effect => "  " + effect))}";
}
