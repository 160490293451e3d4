using Cairn.Vm.Bytecode;
using Cairn.Vm.Language;

namespace Cairn.Vm.Machines;

/// <summary>Commands as messages and traces name them.</summary>
internal static class CommandWords
{
    /// <summary>The word that source has for an opcode.</summary>
    public static string Of(Opcode opcode) => CommandTable.Of(opcode).Word;

    /// <summary>A command with its operands.</summary>
    public static string Line(CompiledProgram program, int index) => Disassembler.LineOf(program, program.Code[index]);
}
