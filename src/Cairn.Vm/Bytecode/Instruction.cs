namespace Cairn.Vm.Bytecode;

/// <summary>One instruction of a <see cref="CompiledProgram"/>. Which operands it has says its <see cref="Bytecode.Opcode"/>; the others have their default.</summary>
/// <param name="Opcode">What it does.</param>
/// <param name="Index">An index into the constants, names or functions of the program, or <see cref="NoIndex"/>.</param>
/// <param name="Number">A count, a version, a <see cref="StoredType"/>, or of <see cref="Opcode.EmitEvent"/> the index of the message; 0 to <see cref="MaxNumber"/>.</param>
/// <param name="OtherNumber">The second version of <see cref="Opcode.DiffVersionsP"/>; 0 to <see cref="MaxNumber"/>.</param>
/// <param name="Target">The index in <see cref="CompiledProgram.Code"/> of the instruction that this one of a block belongs to, or <see cref="NoIndex"/>.</param>
/// <param name="Position">Where it stands in the source.</param>
public readonly record struct Instruction(Opcode Opcode, int Index, long Number, long OtherNumber, int Target, SourcePosition Position)
{
    /// <summary>No index: the opcode has none, or takes the operand from the stack.</summary>
    public const int NoIndex = -1;

    /// <summary>The largest count or version, 2^53 − 1: up to it a number of the language holds every integer.</summary>
    public const long MaxNumber = (1L << 53) - 1;
}
