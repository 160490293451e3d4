using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Cairn.Contracts.Values;

namespace Cairn.Vm.Bytecode;

using Layout = BytecodeLayout;

/// <summary>Writes programs as bytecode: see <c>docs/format.md</c>, "Bytecode". A program has one bytecode, and the reader takes no other for it.</summary>
public static class BytecodeWriter
{
    /// <summary>The bytecode of a program.</summary>
    public static byte[] Write(CompiledProgram program)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArrayBufferWriter<byte> bytes = new();
        bytes.GetSpan(Layout.SizeBytes)[..Layout.SizeBytes].Clear();
        bytes.Advance(Layout.SizeBytes);
        Span<int> ends = stackalloc int[Layout.Sections];
        WriteConstants(bytes, program);
        ends[0] = bytes.WrittenCount;
        Dictionary<string, int> names = WriteNames(bytes, program);
        ends[1] = bytes.WrittenCount;
        WriteFunctions(bytes, program, names);
        ends[2] = bytes.WrittenCount;
        WriteCode(bytes, program);
        ends[3] = bytes.WrittenCount;
        WritePositions(bytes, program);
        ends[4] = bytes.WrittenCount;
        byte[] written = new byte[bytes.WrittenCount + Layout.HashBytes];
        bytes.WrittenSpan.CopyTo(written);
        Layout.Magic.CopyTo(written);
        BinaryPrimitives.WriteInt32LittleEndian(written.AsSpan(Layout.FormatVersionOffset), Layout.FormatVersion);
        for (int i = 0; i < Layout.Sections; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(written.AsSpan(Layout.ConstantsLengthOffset + (i * sizeof(int))), ends[i] - (i == 0 ? Layout.SizeBytes : ends[i - 1]));
        }

        SHA256.HashData(written.AsSpan(0, bytes.WrittenCount), written.AsSpan(bytes.WrittenCount));
        return written;
    }

    private static void WriteConstants(ArrayBufferWriter<byte> bytes, CompiledProgram program)
    {
        Number(bytes, program.Constants.Length);
        foreach (StateValue value in program.Constants)
        {
            int length = value.EncodedBytes;
            Number(bytes, length);
            value.Encode(bytes.GetSpan(length));
            bytes.Advance(length);
        }
    }

    private static Dictionary<string, int> WriteNames(ArrayBufferWriter<byte> bytes, CompiledProgram program)
    {
        Dictionary<string, int> indexes = new(StringComparer.Ordinal);
        Number(bytes, program.Names.Length);
        foreach (string name in program.Names)
        {
            indexes.Add(name, indexes.Count);
            int length = Encoding.UTF8.GetByteCount(name);
            Number(bytes, length);
            Encoding.UTF8.GetBytes(name, bytes.GetSpan(length));
            bytes.Advance(length);
        }

        return indexes;
    }

    private static void WriteFunctions(ArrayBufferWriter<byte> bytes, CompiledProgram program, Dictionary<string, int> names)
    {
        Number(bytes, program.Functions.Length);
        Number(bytes, program.Main.Count);
        foreach (ProgramFunction function in program.Functions.Skip(1))
        {
            Number(bytes, names[function.Name]);
            Number(bytes, function.Parameters.Length);
            foreach (string parameter in function.Parameters)
            {
                Number(bytes, names[parameter]);
            }

            Number(bytes, function.Count);
            Number(bytes, function.Position.Line);
            Number(bytes, function.Position.Column);
        }
    }

    private static void WriteCode(ArrayBufferWriter<byte> bytes, CompiledProgram program)
    {
        for (int i = 0; i < program.Code.Length; i++)
        {
            Instruction instruction = program.Code[i];
            OperandForm form = Opcodes.FormOf(instruction.Opcode);
            bytes.GetSpan(1)[0] = (byte)instruction.Opcode;
            bytes.Advance(1);
            if (form is OperandForm.OptionalText or OperandForm.OptionalTextAndType)
            {
                Number(bytes, instruction.Index + 1);
            }
            else if (Opcodes.HasIndex(form))
            {
                Number(bytes, instruction.Index);
            }

            if (Opcodes.HasNumber(form))
            {
                Number(bytes, instruction.Number);
            }

            if (form == OperandForm.TextAndNumbers)
            {
                Number(bytes, instruction.OtherNumber);
            }

            if (Opcodes.HasLength(form))
            {
                Number(bytes, instruction.Target - i);
            }
        }
    }

    private static void WritePositions(ArrayBufferWriter<byte> bytes, CompiledProgram program)
    {
        int line = 0;
        foreach (Instruction instruction in program.Code)
        {
            int step = instruction.Position.Line - line;
            Number(bytes, step < 0 ? ((long)-step << 1) - 1 : (long)step << 1);
            Number(bytes, instruction.Position.Column);
            line = instruction.Position.Line;
        }
    }

    /// <summary>Seven bits a byte, the lowest first; the highest bit says that more come.</summary>
    private static void Number(ArrayBufferWriter<byte> bytes, long number)
    {
        Span<byte> span = bytes.GetSpan(10);
        int count = 0;
        for (; number >= 0x80; number >>= 7)
        {
            span[count++] = (byte)(number | 0x80);
        }

        span[count++] = (byte)number;
        bytes.Advance(count);
    }
}
