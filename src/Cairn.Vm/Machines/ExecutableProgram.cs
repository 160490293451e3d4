using System.Runtime.CompilerServices;
using Cairn.Contracts.Values;
using Cairn.Vm.Bytecode;

namespace Cairn.Vm.Machines;

/// <summary>
/// A program as the machine executes it. Immutable after <see cref="ProgramLowering"/> has made it, for any number of threads.
/// <list type="bullet">
/// <item>Every jump names an instruction of the same function, every slot is below the number of slots of its function.</item>
/// <item>The code of every function ends in an instruction that does not go on behind itself.</item>
/// <item>Every circle of jumps has an instruction that costs a step.</item>
/// </list>
/// </summary>
internal sealed class ExecutableProgram
{
    private static readonly ConditionalWeakTable<CompiledProgram, ExecutableProgram> Made = [];

    /// <summary>The program it was made of.</summary>
    public required CompiledProgram Source { get; init; }

    /// <summary>What is executed.</summary>
    public required FlatInstruction[] Code { get; init; }

    /// <summary>For each instruction the one of <see cref="Source"/> that it stands for; -1 for the end of a function.</summary>
    public required int[] Origins { get; init; }

    /// <summary>The constants.</summary>
    public required StateValue[] Constants { get; init; }

    /// <summary>How often loops run.</summary>
    public required double[] Counts { get; init; }

    /// <summary>The functions, the main program first.</summary>
    public required FlatFunction[] Functions { get; init; }

    /// <summary>The names of the global variables.</summary>
    public required string[] Globals { get; init; }

    /// <summary>The bytes of the bytecode of <see cref="Source"/>, which a call is charged for.</summary>
    public required int BytecodeBytes { get; init; }

    /// <summary>The executable form of a program, made once as long as the program is in use.</summary>
    public static ExecutableProgram Of(CompiledProgram program) => Made.GetValue(program, ProgramLowering.Lower);
}
