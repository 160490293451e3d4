using System.Diagnostics;
using System.Runtime.InteropServices;
using Cairn.Vm.Bytecode;

namespace Cairn.Vm.Machines;

/// <summary>
/// Makes what the machine executes of the structured instructions of a program: blocks become jumps, names of variables become slots. Walks the instructions once; the jumps are filled in afterwards, when the place of each
/// instruction is known. Relies on what <see cref="CompiledProgram"/> says of every program.
/// </summary>
internal sealed class ProgramLowering
{
    private const int NoOrigin = -1;

    private readonly CompiledProgram _program;
    private readonly List<FlatInstruction> _code = [];
    private readonly List<int> _origins = [];
    private readonly List<Fixup> _fixups = [];
    private readonly List<double> _counts = [];
    private readonly List<FlatFunction> _functions = [];
    private readonly Dictionary<int, int> _globals = [];

    /// <summary>For each instruction of the program the first one it became, and the one behind its last one.</summary>
    private readonly int[] _starts;
    private readonly int[] _afters;

    /// <summary>The slots of the function that is being walked, by the index of the name; then the counters of the loops in it, by the index of the loop.</summary>
    private readonly Dictionary<int, int> _locals = [];
    private readonly Dictionary<int, int> _counters = [];
    private readonly List<string?> _slotNames = [];
    private int _parameters;
    private bool _isMain;

    private ProgramLowering(CompiledProgram program)
    {
        _program = program;
        _starts = new int[program.Code.Length];
        _afters = new int[program.Code.Length];
    }

    /// <summary>Makes the executable form of a program.</summary>
    public static ExecutableProgram Lower(CompiledProgram program)
    {
        ArgumentNullException.ThrowIfNull(program);
        return new ProgramLowering(program).Lower();
    }

    private ExecutableProgram Lower()
    {
        for (int i = 0; i < _program.Functions.Length; i++)
        {
            LowerFunction(_program.Functions[i], isMain: i == 0);
        }

        foreach (Fixup fixup in _fixups)
        {
            FlatInstruction open = _code[fixup.At];
            int target = (fixup.IsAfter ? _afters : _starts)[fixup.Origin];
            _code[fixup.At] = open.Op is FlatOp.LoopNext or FlatOp.CaseJump ? new FlatInstruction(open.Op, open.Cost, open.A, target) : new FlatInstruction(open.Op, open.Cost, target, open.B);
        }

        string[] globals = new string[_globals.Count];
        foreach ((int name, int slot) in _globals)
        {
            globals[slot] = _program.Names[name];
        }

        return new ExecutableProgram
        {
            Source = _program,
            Code = [.. _code],
            Origins = [.. _origins],
            Constants = ImmutableCollectionsMarshal.AsArray(_program.Constants) ?? [],
            Counts = [.. _counts],
            Functions = [.. _functions],
            Globals = globals,
            BytecodeBytes = BytecodeWriter.Write(_program).Length,
        };
    }

    private void LowerFunction(ProgramFunction function, bool isMain)
    {
        int entry = _code.Count;
        BeginFunction(function, isMain);
        for (int i = function.Start; i < function.End; i++)
        {
            _starts[i] = _code.Count;
            LowerInstruction(i, _program.Code[i]);
            _afters[i] = _code.Count;
        }

        Emit(isMain ? FlatOp.Halt : FlatOp.Return, NoOrigin, cost: 0);
        _functions.Add(new FlatFunction(function.Name, entry, function.Parameters.Length, [.. _slotNames]));
    }

    /// <summary>Gives slots to parameters, to variables that are stored, and to loops.</summary>
    private void BeginFunction(ProgramFunction function, bool isMain)
    {
        _locals.Clear();
        _counters.Clear();
        _slotNames.Clear();
        _isMain = isMain;
        _parameters = function.Parameters.Length;
        foreach (string parameter in function.Parameters)
        {
            AddLocal(_program.Names.IndexOf(parameter));
        }

        for (int i = function.Start; i < function.End; i++)
        {
            Instruction one = _program.Code[i];
            if (one.Opcode == Opcode.Store && !isMain)
            {
                AddLocal(one.Index);
            }
            else if (one.Opcode == Opcode.Loop)
            {
                _counters.Add(i, _slotNames.Count);
                _slotNames.Add(null);
            }
        }
    }

    private void AddLocal(int name)
    {
        if (_locals.TryAdd(name, _slotNames.Count))
        {
            _slotNames.Add(_program.Names[name]);
        }
    }

    private void LowerInstruction(int i, Instruction one)
    {
        switch (one.Opcode)
        {
            case Opcode.Push:
                Emit(FlatOp.Push, i, a: one.Index);
                break;
            case Opcode.Store:
                Emit(_isMain ? FlatOp.StoreGlobal : FlatOp.StoreLocal, i, a: _isMain ? GlobalOf(one.Index) : _locals[one.Index]);
                break;
            case Opcode.Load:
                LowerLoad(i, one.Index);
                break;
            case Opcode.Call:
                Emit(FlatOp.Call, i, a: one.Index);
                break;
            case Opcode.Return:
                Emit(FlatOp.Return, i);
                break;
            case Opcode.If or Opcode.Do:
                EmitJump(FlatOp.JumpIfFalse, i, one.Target, isAfter: true);
                break;
            case Opcode.While or Opcode.Match:
                break;
            case Opcode.Loop:
                Emit(FlatOp.LoopStart, i, a: _counters[i], b: _counts.Count);
                EmitJump(FlatOp.Jump, i, one.Target, isAfter: false, cost: 0);
                _counts.Add(one.Number);
                break;
            case Opcode.Select:
                LowerSelect(i, one.Target);
                break;
            case Opcode.Else:
                EmitJump(FlatOp.Jump, i, one.Target, isAfter: true, cost: 0);
                break;
            case Opcode.Case or Opcode.Default when _program.Code[i - 1].Opcode == Opcode.Select:
                break;
            case Opcode.Case or Opcode.Default:
                EmitJump(FlatOp.Jump, i, EndOf(i), isAfter: true, cost: 0);
                break;
            case Opcode.End:
                LowerEnd(i, one.Target);
                break;
            case Opcode.Break:
                EmitJump(FlatOp.Jump, i, _program.Code[one.Target].Target, isAfter: true);
                break;
            case Opcode.Continue:
                bool isWhile = _program.Code[one.Target].Opcode == Opcode.While;
                EmitJump(FlatOp.Jump, i, isWhile ? one.Target : _program.Code[one.Target].Target, isAfter: false);
                break;
            default:
                Emit(SimpleOf(one.Opcode), i);
                break;
        }
    }

    /// <summary>A parameter is always set. A variable of the frame may not be yet, and then the global one of the same name is meant.</summary>
    private void LowerLoad(int i, int name)
    {
        if (!_locals.TryGetValue(name, out int local))
        {
            Emit(FlatOp.LoadGlobal, i, a: GlobalOf(name));
        }
        else if (local < _parameters)
        {
            Emit(FlatOp.LoadLocal, i, a: local);
        }
        else
        {
            Emit(FlatOp.LoadLocalOrGlobal, i, a: local, b: GlobalOf(name));
        }
    }

    /// <summary>Compares with each case in turn; what equals none is popped and goes to the default, or behind the end.</summary>
    private void LowerSelect(int i, int first)
    {
        int next = first;
        while (_program.Code[next].Opcode == Opcode.Case)
        {
            EmitJump(FlatOp.CaseJump, i, next, isAfter: true, a: _program.Code[next].Index);
            next = _program.Code[next].Target;
        }

        Emit(FlatOp.Pop, i, cost: 0);
        EmitJump(FlatOp.Jump, i, next, isAfter: true, cost: 0);
    }

    private void LowerEnd(int i, int opener)
    {
        switch (_program.Code[opener].Opcode)
        {
            case Opcode.While:
                EmitJump(FlatOp.Jump, i, opener, isAfter: false, cost: 0);
                break;
            case Opcode.Loop:
                // Behind the two instructions that the beginning of the loop became.
                EmitJump(FlatOp.LoopNext, opener, opener, isAfter: true, a: _counters[opener]);
                break;
        }
    }

    private int EndOf(int branch)
    {
        int at = branch;
        while (_program.Code[at].Opcode != Opcode.End)
        {
            at = _program.Code[at].Target;
        }

        return at;
    }

    private int GlobalOf(int name)
    {
        if (!_globals.TryGetValue(name, out int slot))
        {
            slot = _globals.Count;
            _globals.Add(name, slot);
        }

        return slot;
    }

    private void Emit(FlatOp op, int origin, ushort cost = 1, int a = 0, int b = 0)
    {
        _code.Add(new FlatInstruction(op, cost, a, b));
        _origins.Add(origin);
    }

    private void EmitJump(FlatOp op, int origin, int target, bool isAfter, ushort cost = 1, int a = 0)
    {
        _fixups.Add(new Fixup(_code.Count, target, isAfter));
        Emit(op, origin, cost, a);
    }

    private static FlatOp SimpleOf(Opcode opcode) => opcode switch
    {
        Opcode.Pop => FlatOp.Pop,
        Opcode.Dup => FlatOp.Dup,
        Opcode.Swap => FlatOp.Swap,
        Opcode.Over => FlatOp.Over,
        Opcode.Add => FlatOp.Add,
        Opcode.Sub => FlatOp.Sub,
        Opcode.Mul => FlatOp.Mul,
        Opcode.Div => FlatOp.Div,
        Opcode.Mod => FlatOp.Mod,
        Opcode.Negate => FlatOp.Negate,
        Opcode.Eq => FlatOp.Eq,
        Opcode.Lt => FlatOp.Lt,
        Opcode.Gt => FlatOp.Gt,
        Opcode.Not => FlatOp.Not,
        Opcode.And => FlatOp.And,
        Opcode.Or => FlatOp.Or,
        >= Opcode.StoreP and <= Opcode.RequireRole or >= Opcode.Emit and <= Opcode.DumpState => FlatOp.Perform,
        _ => throw new UnreachableException($"{opcode} is lowered by itself."),
    };

    /// <summary>An instruction that names the beginning or the end of what another one became.</summary>
    private readonly record struct Fixup(int At, int Origin, bool IsAfter);
}
