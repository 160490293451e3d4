using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;
using Cairn.Contracts.Values;

namespace Cairn.Vm.Bytecode;

using Layout = BytecodeLayout;

/// <summary>
/// Reads bytecode, which is input: nothing in it is believed. What comes back keeps to everything that <see cref="CompiledProgram"/> promises, and is written as the very bytes that were read.
/// </summary>
public sealed class BytecodeReader
{
    private readonly string _sourceName;
    private ImmutableArray<StateValue> _constants;
    private ImmutableArray<string> _names;
    private int _nextConstant;
    private int _nextName;

    private BytecodeReader(string sourceName) => _sourceName = sourceName;

    /// <summary>Whether bytes begin as bytecode does.</summary>
    public static bool IsBytecode(ReadOnlySpan<byte> bytes) => bytes.StartsWith(Layout.Magic);

    /// <summary>Reads bytecode and verifies all of it. For any number of threads at once.</summary>
    /// <param name="bytes">All bytes of the file.</param>
    /// <param name="sourceName">What messages call it: the file.</param>
    /// <exception cref="BytecodeException">The bytes are no bytecode, are damaged, or describe a program that no source has.</exception>
    public static CompiledProgram Read(ReadOnlySpan<byte> bytes, string sourceName = "bytecode")
    {
        ArgumentNullException.ThrowIfNull(sourceName);
        return new BytecodeReader(sourceName).ReadAll(bytes);
    }

    private CompiledProgram ReadAll(ReadOnlySpan<byte> bytes)
    {
        Span<int> lengths = stackalloc int[Layout.Sections];
        ReadHead(bytes, lengths);
        int at = Layout.SizeBytes;
        ReadConstants(Section(bytes, "constants", lengths[0], ref at));
        ReadNames(Section(bytes, "names", lengths[1], ref at));
        int functionsAt = at;
        List<ProgramFunction> functions = ReadFunctions(Section(bytes, "functions", lengths[2], ref at));
        int count = functions[^1].End;
        int codeAt = at;
        int[] offsets = new int[count];
        Instruction[] code = ReadCode(Section(bytes, "code", lengths[3], ref at), functions, offsets);
        ReadPositions(Section(bytes, "positions", lengths[4], ref at), code);
        if (_nextConstant != _constants.Length || _nextName != _names.Length)
        {
            throw Fault(codeAt, "code that uses every constant and every name", $"{_nextConstant} of {_constants.Length} constants and {_nextName} of {_names.Length} names used");
        }

        Link(code, functions, offsets, functionsAt);
        return new CompiledProgram(_sourceName, _constants, _names, [.. functions], ImmutableCollectionsMarshal.AsImmutableArray(code));
    }

    private void ReadHead(ReadOnlySpan<byte> bytes, Span<int> lengths)
    {
        if (!IsBytecode(bytes))
        {
            throw Fault(0, $"the first bytes {Convert.ToHexStringLower(Layout.Magic)}", Convert.ToHexStringLower(bytes[..Math.Min(bytes.Length, Layout.MagicBytes)]));
        }

        if (bytes.Length < Layout.SizeBytes + Layout.HashBytes || bytes.Length > ProgramLimits.MaxBytecodeBytes)
        {
            throw Fault(0, $"{Layout.SizeBytes + Layout.HashBytes} to {ProgramLimits.MaxBytecodeBytes} bytes", $"{bytes.Length}");
        }

        ReadExpected(bytes, Layout.FormatVersionOffset, Layout.FormatVersion, "format version");
        ReadExpected(bytes, Layout.RequiredFeaturesOffset, 0, "required features");
        long sum = 0;
        for (int i = 0; i < Layout.Sections; i++)
        {
            lengths[i] = BinaryPrimitives.ReadInt32LittleEndian(bytes[(Layout.ConstantsLengthOffset + (i * sizeof(int)))..]);
            sum = lengths[i] < 0 ? long.MaxValue : sum == long.MaxValue ? sum : sum + lengths[i];
        }

        int body = bytes.Length - Layout.SizeBytes - Layout.HashBytes;
        if (sum != body)
        {
            throw Fault(Layout.ConstantsLengthOffset, $"sections of {body} bytes together", sum == long.MaxValue ? "a negative length" : $"{sum}");
        }

        Span<byte> hash = stackalloc byte[Layout.HashBytes];
        SHA256.HashData(bytes[..^Layout.HashBytes], hash);
        if (!hash.SequenceEqual(bytes[^Layout.HashBytes..]))
        {
            throw Fault(bytes.Length - Layout.HashBytes, $"the hash {Convert.ToHexStringLower(hash)}", Convert.ToHexStringLower(bytes[^Layout.HashBytes..]));
        }
    }

    private void ReadExpected(ReadOnlySpan<byte> bytes, int offset, int expected, string field)
    {
        int found = BinaryPrimitives.ReadInt32LittleEndian(bytes[offset..]);
        if (found != expected)
        {
            throw Fault(offset, $"{field} {expected}", found.ToString(CultureInfo.InvariantCulture));
        }
    }

    private BytecodeCursor Section(ReadOnlySpan<byte> bytes, string name, int length, ref int at)
    {
        BytecodeCursor cursor = new(bytes.Slice(at, length), at, name, _sourceName);
        at += length;
        return cursor;
    }

    private void ReadConstants(BytecodeCursor cursor)
    {
        StateValue[] constants = new StateValue[cursor.Count(0, ProgramLimits.MaxConstants, "how many constants")];
        HashSet<StateValue> known = [];
        for (int i = 0; i < constants.Length; i++)
        {
            int offset = cursor.Offset;
            int length = cursor.Int(1, 1 + ProgramLimits.MaxTextBytes, "the length of a constant");
            try
            {
                constants[i] = StateValue.Decode(cursor.Bytes(length, "a constant"));
            }
            catch (ValueFormatException fault)
            {
                throw new BytecodeException(_sourceName, offset, "an encoded value", fault.Message, fault);
            }

            if (!known.Add(constants[i]))
            {
                throw Fault(offset, "constants that differ", $"constant {i} once more");
            }
        }

        cursor.End();
        _constants = ImmutableCollectionsMarshal.AsImmutableArray(constants);
    }

    private void ReadNames(BytecodeCursor cursor)
    {
        string[] names = new string[cursor.Count(0, ProgramLimits.MaxNames, "how many names")];
        HashSet<string> known = new(StringComparer.Ordinal);
        for (int i = 0; i < names.Length; i++)
        {
            int offset = cursor.Offset;
            ReadOnlySpan<byte> text = cursor.Bytes(cursor.Int(0, ProgramLimits.MaxTextBytes, "the length of a name"), "a name");
            names[i] = Utf8.IsValid(text) ? Encoding.UTF8.GetString(text) : throw Fault(offset, "a name in UTF-8", "other bytes");
            if (!known.Add(names[i]))
            {
                throw Fault(offset, "names that differ", $"name {i} once more");
            }
        }

        cursor.End();
        _names = ImmutableCollectionsMarshal.AsImmutableArray(names);
    }

    private List<ProgramFunction> ReadFunctions(BytecodeCursor cursor)
    {
        int count = cursor.Count(1, ProgramLimits.MaxFunctions, "how many functions");
        List<ProgramFunction> functions = [new ProgramFunction(CompiledProgram.MainName, [], 0, cursor.Int(0, ProgramLimits.MaxInstructions, "how many instructions"), new SourcePosition(1, 1))];
        HashSet<string> known = new(StringComparer.Ordinal);
        for (int i = 1; i < count; i++)
        {
            int offset = cursor.Offset;
            string name = ReadIdentifier(ref cursor);
            if (!known.Add(name))
            {
                throw Fault(offset, "functions with names that differ", $"'{name}' once more");
            }

            string[] parameters = new string[cursor.Count(0, ProgramLimits.MaxParameters, "how many parameters")];
            for (int j = 0; j < parameters.Length; j++)
            {
                offset = cursor.Offset;
                string parameter = ReadIdentifier(ref cursor);
                parameters[j] = Array.IndexOf(parameters, parameter, 0, j) < 0 ? parameter : throw Fault(offset, "parameters with names that differ", $"'{parameter}' once more");
            }

            int start = functions[^1].End;
            int length = cursor.Int(1, ProgramLimits.MaxInstructions - start, "how many instructions");
            SourcePosition position = new(cursor.Int(1, ProgramLimits.MaxPosition, "a line"), cursor.Int(1, ProgramLimits.MaxPosition, "a column"));
            functions.Add(new ProgramFunction(name, ImmutableCollectionsMarshal.AsImmutableArray(parameters), start, length, position));
        }

        cursor.End();
        return functions;
    }

    private string ReadIdentifier(ref BytecodeCursor cursor)
    {
        int offset = cursor.Offset;
        string name = _names.Length == 0 ? "" : _names[ReadName(ref cursor)];
        return ProgramNames.IsIdentifier(name) ? name : throw Fault(offset, "the name of a variable or function", $"'{Shorten(name)}'");
    }

    /// <summary>Reads the index of a name: one that was used before, or the next.</summary>
    private int ReadName(ref BytecodeCursor cursor)
    {
        int index = cursor.Int(0, Math.Min(_nextName, _names.Length - 1), "the index of a name");
        _nextName = Math.Max(_nextName, index + 1);
        return index;
    }

    private Instruction[] ReadCode(BytecodeCursor cursor, List<ProgramFunction> functions, int[] offsets)
    {
        if (offsets.Length > cursor.Left)
        {
            throw cursor.Fault($"{offsets.Length} instructions", $"{cursor.Left} bytes");
        }

        Instruction[] code = new Instruction[offsets.Length];
        for (int i = 0; i < code.Length; i++)
        {
            offsets[i] = cursor.Offset;
            code[i] = ReadInstruction(ref cursor, i, functions.Count);
        }

        cursor.End();
        return code;
    }

    private Instruction ReadInstruction(ref BytecodeCursor cursor, int at, int functions)
    {
        int offset = cursor.Offset;
        Opcode opcode = (Opcode)cursor.Byte("an opcode");
        OperandForm form = Opcodes.FormOf(opcode);
        int index = Instruction.NoIndex;
        long number = 0;
        long otherNumber = 0;
        int target = Instruction.NoIndex;
        switch (form)
        {
            case OperandForm.Unknown:
                throw Fault(offset, "an opcode", $"{(byte)opcode:x2}");
            case OperandForm.Constant or OperandForm.ConstantAndLength:
                index = cursor.Int(0, Math.Min(_nextConstant, _constants.Length - 1), "the index of a constant");
                _nextConstant = Math.Max(_nextConstant, index + 1);
                break;
            case OperandForm.Function:
                index = cursor.Int(1, functions - 1, "the index of a function");
                break;
            case OperandForm.Identifier:
                index = ReadName(ref cursor);
                _ = ProgramNames.IsIdentifier(_names[index]) ? index : throw Fault(offset, "the name of a variable", $"'{Shorten(_names[index])}'");
                break;
            case OperandForm.OptionalText or OperandForm.OptionalTextAndType:
                index = cursor.Int(0, Math.Min(_nextName + 1, _names.Length), "the index of a name and 1, or 0") - 1;
                _nextName = Math.Max(_nextName, index + 1);
                break;
            default:
                index = Opcodes.HasIndex(form) ? ReadName(ref cursor) : Instruction.NoIndex;
                break;
        }

        if (form == OperandForm.Texts)
        {
            number = ReadName(ref cursor);
        }
        else if (form == OperandForm.OptionalTextAndType)
        {
            number = cursor.Number((long)StoredType.Number, (long)StoredType.Null, "a type");
        }
        else if (Opcodes.HasNumber(form))
        {
            number = cursor.Number(0, Instruction.MaxNumber, "a number");
        }

        if (form == OperandForm.TextAndNumbers)
        {
            otherNumber = cursor.Number(0, Instruction.MaxNumber, "a number");
        }

        if (Opcodes.HasLength(form))
        {
            target = at + cursor.Int(1, ProgramLimits.MaxInstructions, "the length of a block");
        }

        return new Instruction(opcode, index, number, otherNumber, target, default);
    }

    private static void ReadPositions(BytecodeCursor cursor, Instruction[] code)
    {
        int line = 0;
        for (int i = 0; i < code.Length; i++)
        {
            int offset = cursor.Offset;
            long step = cursor.Number(0, 2L * ProgramLimits.MaxPosition, "the distance to a line");
            line += (int)((step >> 1) ^ -(step & 1));
            if (line is < 1 or > ProgramLimits.MaxPosition)
            {
                throw cursor.Fault($"a line, 1 to {ProgramLimits.MaxPosition}, at {offset}", line.ToString(CultureInfo.InvariantCulture));
            }

            code[i] = code[i] with { Position = new SourcePosition(line, cursor.Int(1, ProgramLimits.MaxPosition, "a column")) };
        }

        cursor.End();
    }

    /// <summary>Blocks nest, and the lengths that are written are theirs.</summary>
    private void Link(Instruction[] code, List<ProgramFunction> functions, int[] offsets, int functionsAt)
    {
        Instruction[] written = [.. code];
        if (BlockLinker.Link(code, functions) is { } fault)
        {
            throw Fault(fault.Index < offsets.Length ? offsets[fault.Index] : functionsAt, fault.Expected, fault.Found);
        }

        for (int i = 0; i < code.Length; i++)
        {
            if (written[i].Target != code[i].Target && Opcodes.HasLength(Opcodes.FormOf(code[i].Opcode)))
            {
                throw Fault(offsets[i], $"a block of {code[i].Target - i} instructions", $"the length {written[i].Target - i}");
            }
        }
    }

    private static string Shorten(string name) => name.Length <= 32 ? name : name[..32] + "…";

    private BytecodeException Fault(int offset, string expected, string found) => new(_sourceName, offset, expected, found);
}
