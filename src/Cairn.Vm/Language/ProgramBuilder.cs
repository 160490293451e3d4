using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using Cairn.Contracts.Values;
using Cairn.Vm.Bytecode;

namespace Cairn.Vm.Language;

/// <summary>Gathers the parts of a program: constants and names in the order of their first use, instructions, functions.</summary>
internal sealed class ProgramBuilder
{
    private readonly Dictionary<StateValue, int> _constants = [];
    private readonly Dictionary<string, int> _names = new(StringComparer.Ordinal);
    private readonly List<StateValue> _constantList = [];
    private readonly List<string> _nameList = [];
    private readonly List<Instruction> _code = [];

    /// <summary>How many instructions there are.</summary>
    public int Count => _code.Count;

    /// <summary>How many constants there are.</summary>
    public int Constants => _constantList.Count;

    /// <summary>How many names there are.</summary>
    public int Names => _nameList.Count;

    /// <summary>How many bytes the contents of constants and names have.</summary>
    public int ContentBytes { get; private set; }

    /// <summary>The index of a constant.</summary>
    public int Constant(in StateValue value)
    {
        if (!_constants.TryGetValue(value, out int index))
        {
            index = _constantList.Count;
            _constants.Add(value, index);
            _constantList.Add(value);
            ContentBytes += value.EncodedBytes;
        }

        return index;
    }

    /// <summary>The index of a name.</summary>
    public int Name(string name)
    {
        if (!_names.TryGetValue(name, out int index))
        {
            index = _nameList.Count;
            _names.Add(name, index);
            _nameList.Add(name);
            ContentBytes += Encoding.UTF8.GetByteCount(name);
        }

        return index;
    }

    /// <summary>Adds an instruction.</summary>
    public void Add(Opcode opcode, SourcePosition position, int index = Instruction.NoIndex, long number = 0, long otherNumber = 0) =>
        _code.Add(new Instruction(opcode, index, number, otherNumber, Instruction.NoIndex, position));

    /// <summary>The program.</summary>
    /// <exception cref="System.Diagnostics.UnreachableException">Blocks do not nest, although the parser let them pass.</exception>
    public CompiledProgram Build(string sourceName, ImmutableArray<ProgramFunction> functions)
    {
        Instruction[] code = [.. _code];
        return BlockLinker.Link(code, functions) is { } fault
            ? throw new System.Diagnostics.UnreachableException($"Instruction {fault.Index}: expected {fault.Expected}, found {fault.Found}.")
            : new CompiledProgram(sourceName, [.. _constantList], [.. _nameList], functions, ImmutableCollectionsMarshal.AsImmutableArray(code));
    }
}
