using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Cairn.Vm.Bytecode;

namespace Cairn.Vm.Language;

/// <summary>Writes a program as source text: in canonical form, without comments. The text compiles to the same constants, names, functions and instructions; only their places in the source differ.</summary>
public sealed class Disassembler
{
    private readonly SourceWriter _writer = new();
    private readonly CompiledProgram _program;

    private Disassembler(CompiledProgram program) => _program = program;

    /// <summary>The source text of a program.</summary>
    /// <param name="program">The program.</param>
    /// <exception cref="BytecodeException">The text would be longer than a source may be, as no program has it that was made of source with usual indentation.</exception>
    public static string Disassemble(CompiledProgram program)
    {
        ArgumentNullException.ThrowIfNull(program);
        Disassembler disassembler = new(program);
        disassembler.WriteAll();
        return disassembler._writer.IsTooLong
            ? throw new BytecodeException(program.SourceName, offset: 0, $"a program of which the text has at most {SourceLimits.MaxSourceBytes} bytes", "a longer one")
            : disassembler._writer.ToString();
    }

    /// <summary>One instruction as a line of source, without what follows it.</summary>
    internal static string LineOf(CompiledProgram program, in Instruction instruction) => new Disassembler(program).LineOf(instruction);

    private void WriteAll()
    {
        WriteCode(_program.Main, 0);
        foreach (ProgramFunction function in _program.Functions.Skip(1).TakeWhile(_ => !_writer.IsTooLong))
        {
            _writer.Line(0, $"def {function.Name}({string.Join(", ", function.Parameters)}):", hasBlankBefore: true);
            WriteCode(function, 1);
        }
    }

    private void WriteCode(ProgramFunction function, int level)
    {
        for (int i = function.Start; i < function.End && !_writer.IsTooLong; i++)
        {
            Instruction instruction = _program.Code[i];
            switch (instruction.Opcode)
            {
                case Opcode.End:
                    level -= LevelsInside(_program.Code[instruction.Target].Opcode);
                    break;
                case Opcode.Else:
                    _writer.Line(level - 1, "else:");
                    break;
                case Opcode.Do:
                    level--;
                    break;
                case Opcode.Select:
                    break;
                case Opcode.Case or Opcode.Default:
                    _writer.Line(level - 1, LineOf(instruction) + ":");
                    break;
                default:
                    level = WriteInstruction(i, instruction, level);
                    break;
            }
        }
    }

    private int WriteInstruction(int at, Instruction instruction, int level)
    {
        Command command = CommandTable.Of(instruction.Opcode);
        _writer.Line(level, command.OpensBlock ? LineOf(instruction) + ":" : LineOf(instruction));
        switch (instruction.Opcode)
        {
            case Opcode.While:
                _writer.Line(level + 1, "condition:");
                return level + 2;
            case Opcode.Match when _program.Code[at + 1].Opcode == Opcode.Select:
                return level + 2;
            case Opcode.Match:
                _writer.Line(level + 1, "value:");
                return level + 2;
            case Opcode.If or Opcode.Loop:
                return level + 1;
            default:
                return level;
        }
    }

    /// <summary>How much deeper the last lines of a block lie: those of cases two levels, all others one.</summary>
    private static int LevelsInside(Opcode opcode) => opcode == Opcode.Match ? 2 : 1;

    private string LineOf(in Instruction instruction)
    {
        StringBuilder line = new(CommandTable.Of(instruction.Opcode).Word);
        ImmutableArray<string> names = _program.Names;
        int index = instruction.Index;
        OperandForm form = Opcodes.FormOf(instruction.Opcode);
        if (index != Instruction.NoIndex)
        {
            line.Append(' ').Append(form switch
            {
                OperandForm.Constant or OperandForm.ConstantAndLength => LiteralText.Literal(_program.Constants[index]),
                OperandForm.Function => _program.Functions[index].Name,
                OperandForm.Identifier => names[index],
                _ => LiteralText.TextOperand(names[index]),
            });
        }

        return form switch
        {
            OperandForm.OptionalTextAndType => line.Append(' ').Append(CommandTable.TypeNames[(int)instruction.Number - 1]).ToString(),
            OperandForm.TextAndNumber or OperandForm.Number or OperandForm.NumberAndLength => line.Append(' ').Append(Digits(instruction.Number)).ToString(),
            OperandForm.TextAndNumbers => line.Append(' ').Append(Digits(instruction.Number)).Append(' ').Append(Digits(instruction.OtherNumber)).ToString(),
            OperandForm.Texts => line.Append(' ').Append(LiteralText.TextOperand(names[(int)instruction.Number])).ToString(),
            _ => line.ToString(),
        };
    }

    private static string Digits(long number) => number.ToString(CultureInfo.InvariantCulture);
}
