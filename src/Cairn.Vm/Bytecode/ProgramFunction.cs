using System.Collections.Immutable;

namespace Cairn.Vm.Bytecode;

/// <summary>A function of a program: its name, its parameters and its part of the code. It ends behind its last instruction, or at a <see cref="Opcode.Return"/>.</summary>
/// <param name="Name">The name; <see cref="CompiledProgram.MainName"/> for the main program.</param>
/// <param name="Parameters">The names of the parameters, none twice; the value on top of the stack becomes the last one.</param>
/// <param name="Start">The index of its first instruction in <see cref="CompiledProgram.Code"/>. Functions lie one behind the other.</param>
/// <param name="Count">How many instructions it has; only the main program may have none.</param>
/// <param name="Position">Where its definition stands in the source; line 1, column 1 for the main program.</param>
public sealed record ProgramFunction(string Name, ImmutableArray<string> Parameters, int Start, int Count, SourcePosition Position)
{
    /// <summary>The index behind its last instruction.</summary>
    public int End => Start + Count;
}
