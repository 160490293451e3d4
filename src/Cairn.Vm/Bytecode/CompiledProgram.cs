using System.Collections.Immutable;
using Cairn.Contracts.Values;

namespace Cairn.Vm.Bytecode;

/// <summary>
/// A program that was compiled or read from bytecode, and verified. Immutable, for any number of threads. What holds of every one:
/// <list type="bullet">
/// <item>every opcode is known, every index is one of the table it points into, every number is in its range;</item>
/// <item>blocks nest, and every <see cref="Instruction.Target"/> names the instruction that its <see cref="Opcode"/> says; no block is empty but the body of a <see cref="Opcode.While"/> and the value of a <see cref="Opcode.Match"/>;</item>
/// <item><see cref="Opcode.Break"/> and <see cref="Opcode.Continue"/> are inside of loops, <see cref="Opcode.Return"/> is inside of functions, no block leaves its function;</item>
/// <item>constants and names are in the order of their first use, none twice and none unused, so that equal programs have equal bytes.</item>
/// </list>
/// </summary>
public sealed class CompiledProgram
{
    /// <summary>The name of the main program among the functions; no definition can have it.</summary>
    public const string MainName = "";

    private int _bytecodeBytes;

    /// <summary>Makes a program of parts that are verified.</summary>
    internal CompiledProgram(string sourceName, ImmutableArray<StateValue> constants, ImmutableArray<string> names, ImmutableArray<ProgramFunction> functions, ImmutableArray<Instruction> code)
    {
        SourceName = sourceName;
        Constants = constants;
        Names = names;
        Functions = functions;
        Code = code;
    }

    /// <summary>The file it came from, for messages. No part of the bytecode.</summary>
    public string SourceName { get; }

    /// <summary>The values that <see cref="Opcode.Push"/> and <see cref="Opcode.Case"/> name.</summary>
    public ImmutableArray<StateValue> Constants { get; }

    /// <summary>Names of variables, functions and parameters, keys, prefixes, roles and texts.</summary>
    public ImmutableArray<string> Names { get; }

    /// <summary>The functions: first the main program, then the others in the order of their definitions.</summary>
    public ImmutableArray<ProgramFunction> Functions { get; }

    /// <summary>The instructions of all functions, in the order of the functions.</summary>
    public ImmutableArray<Instruction> Code { get; }

    /// <summary>The main program.</summary>
    public ProgramFunction Main => Functions[0];

    /// <summary>How many bytes the bytecode of the program has; the same whether it came from source or from bytecode.</summary>
    public int BytecodeBytes => _bytecodeBytes != 0 ? _bytecodeBytes : _bytecodeBytes = BytecodeWriter.Write(this).Length;

    /// <summary>Whether another program does the same with the same instructions; where they stand in the source does not count.</summary>
    internal bool HasCodeOf(CompiledProgram other) =>
        Constants.SequenceEqual(other.Constants)
        && Names.SequenceEqual(other.Names, StringComparer.Ordinal)
        && Functions.SequenceEqual(other.Functions, IsSame)
        && Code.SequenceEqual(other.Code, static (one, another) => one with { Position = default } == another with { Position = default });

    private static bool IsSame(ProgramFunction one, ProgramFunction other) =>
        string.Equals(one.Name, other.Name, StringComparison.Ordinal) && one.Parameters.SequenceEqual(other.Parameters, StringComparer.Ordinal) && one.Start == other.Start && one.Count == other.Count;
}
