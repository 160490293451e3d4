namespace Cairn.Vm.Bytecode;

/// <summary>
/// Finds for every instruction of a block the one it belongs to, and whether blocks nest as they have to. The compiler and the reader of bytecode both use it, so that there is one idea of structure.
/// </summary>
/// <remarks>Keeps the open blocks of one function in an array; nothing recurses.</remarks>
internal sealed class BlockLinker
{
    private readonly Instruction[] _code;
    private readonly Open[] _open = new Open[ProgramLimits.MaxNestingDepth];
    private int _count;
    private int _depth;
    private bool _isMain;

    private BlockLinker(Instruction[] code) => _code = code;

    /// <summary>Sets the <see cref="Instruction.Target"/> of every instruction.</summary>
    /// <param name="code">The instructions of all functions.</param>
    /// <param name="functions">The functions: parts of the code that lie one behind the other.</param>
    /// <returns>What is wrong, or null; then some targets are not set.</returns>
    public static BlockFault? Link(Instruction[] code, IReadOnlyList<ProgramFunction> functions)
    {
        BlockLinker linker = new(code);
        for (int i = 0; i < functions.Count; i++)
        {
            if (linker.LinkFunction(functions[i], isMain: i == 0) is { } fault)
            {
                return fault;
            }
        }

        return null;
    }

    private BlockFault? LinkFunction(ProgramFunction function, bool isMain)
    {
        if (!isMain && function.Count == 0)
        {
            return new BlockFault(function.Start, $"instructions of the function '{function.Name}'", "none");
        }

        _isMain = isMain;
        _count = 0;
        _depth = isMain ? 0 : 1;
        for (int i = function.Start; i < function.End; i++)
        {
            _code[i] = _code[i] with { Target = Instruction.NoIndex };
            if (LinkInstruction(i) is { } fault)
            {
                return fault;
            }
        }

        return _count == 0 ? null : new BlockFault(_open[_count - 1].Start, "a block that ends inside its function", "one that does not");
    }

    private BlockFault? LinkInstruction(int at)
    {
        Opcode opcode = _code[at].Opcode;
        switch (opcode)
        {
            case Opcode.If or Opcode.Loop:
                return Enter(at, opcode, levels: 1);
            case Opcode.While or Opcode.Match:
                return Enter(at, opcode, levels: 2);
            case Opcode.Else:
                return Follow(at, Opcode.If);
            case Opcode.Do:
                return Follow(at, Opcode.While);
            case Opcode.Select:
                return Follow(at, Opcode.Match);
            case Opcode.Case or Opcode.Default:
                return FollowCase(at);
            case Opcode.End:
                return Leave(at);
            case Opcode.Break or Opcode.Continue:
                return ToLoop(at);
            case Opcode.Return when _isMain:
                return new BlockFault(at, "'return' inside of a function", "it in the main program");
            default:
                return _count > 0 && _open[_count - 1].Part == Opcode.Select ? new BlockFault(at, "a case or the default behind the value of a match", opcode.ToString()) : null;
        }
    }

    /// <summary>Opens a block. Its lines lie one level deeper; of a loop with a condition and of a match those of a part two.</summary>
    private BlockFault? Enter(int at, Opcode opcode, int levels)
    {
        if (_count > 0 && _open[_count - 1].Part == Opcode.Select)
        {
            return new BlockFault(at, "a case or the default behind the value of a match", opcode.ToString());
        }

        if (_depth + levels > ProgramLimits.MaxNestingDepth)
        {
            return new BlockFault(at, $"blocks at most {ProgramLimits.MaxNestingDepth} deep", "a deeper one");
        }

        _open[_count++] = new Open(at, opcode, at, Depth: _depth);
        _depth += levels;
        return null;
    }

    /// <summary>The second part of a block begins: its first part may be empty only where it is the value of a match.</summary>
    private BlockFault? Follow(int at, Opcode first)
    {
        Opcode opcode = _code[at].Opcode;
        if (_count == 0 || _open[_count - 1].Part != first)
        {
            return new BlockFault(at, $"{opcode} inside of {first}", _count == 0 ? "no open block" : _open[_count - 1].Part.ToString());
        }

        ref Open open = ref _open[_count - 1];
        if (first != Opcode.Match && at == open.PartStart + 1)
        {
            return new BlockFault(at, $"instructions between {first} and {opcode}", "none");
        }

        if (first == Opcode.If)
        {
            _code[open.Start] = _code[open.Start] with { Target = at };
        }

        open = open with { Part = opcode, PartStart = at };
        _depth = open.Depth + (first == Opcode.Match ? 2 : 1);
        return null;
    }

    private BlockFault? FollowCase(int at)
    {
        if (_count == 0 || _open[_count - 1].Part is not (Opcode.Select or Opcode.Case))
        {
            return new BlockFault(at, "a case behind the value of a match or another case", _count == 0 ? "no open block" : _open[_count - 1].Part.ToString());
        }

        ref Open open = ref _open[_count - 1];
        if (open.Part == Opcode.Case && at == open.PartStart + 1)
        {
            return new BlockFault(at, "instructions of a case", "none");
        }

        _code[open.PartStart] = _code[open.PartStart] with { Target = at };
        open = open with { Part = _code[at].Opcode, PartStart = at };
        return null;
    }

    private BlockFault? Leave(int at)
    {
        if (_count == 0 || _open[_count - 1].Part is Opcode.While or Opcode.Match or Opcode.Select)
        {
            return new BlockFault(at, "the end of an open block", _count == 0 ? "no open block" : $"the end of a block that is still in its part {_open[_count - 1].Part}");
        }

        Open open = _open[--_count];
        if (open.Part != Opcode.Do && at == open.PartStart + 1)
        {
            return new BlockFault(at, $"instructions of {open.Part}", "none");
        }

        _code[open.PartStart] = _code[open.PartStart] with { Target = at };
        if (_code[open.Start].Opcode is Opcode.While or Opcode.Match)
        {
            _code[open.Start] = _code[open.Start] with { Target = at };
        }

        _code[at] = _code[at] with { Target = open.Start };
        _depth = open.Depth;
        return null;
    }

    private BlockFault? ToLoop(int at)
    {
        for (int i = _count - 1; i >= 0; i--)
        {
            if (_code[_open[i].Start].Opcode is Opcode.While or Opcode.Loop)
            {
                _code[at] = _code[at] with { Target = _open[i].Start };
                return _open[_count - 1].Part == Opcode.Select ? new BlockFault(at, "a case or the default behind the value of a match", _code[at].Opcode.ToString()) : null;
            }
        }

        return new BlockFault(at, $"'{_code[at].Opcode}' inside of a loop", "it outside of one");
    }

    /// <summary>A block that is open.</summary>
    /// <param name="Start">The instruction that opened it.</param>
    /// <param name="Part">The opcode that began the part it is in.</param>
    /// <param name="PartStart">Where that is.</param>
    /// <param name="Depth">How deep the block itself lies.</param>
    private readonly record struct Open(int Start, Opcode Part, int PartStart, int Depth);
}
