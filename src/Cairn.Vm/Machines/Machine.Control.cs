using System.Diagnostics;
using Cairn.Contracts.Values;

namespace Cairn.Vm.Machines;

/// <content>Everything that <see cref="Execute"/> does not do on the spot: the rarer instructions, and the faults of the frequent ones.</content>
internal sealed partial class Machine
{
    private bool? ExecuteOther(in FlatInstruction one)
    {
        switch (one.Op)
        {
            case FlatOp.Halt:
                return true;
            case FlatOp.Perform:
                return Perform(_program.Source.Code[_program.Origins[_at - 1]]) ? false : null;
            case FlatOp.Call:
                Call(one.A);
                break;
            case FlatOp.Return:
                Return();
                break;
            case FlatOp.Jump:
                _at = one.A;
                break;
            case FlatOp.JumpIfFalse:
                _at = Pop(WordOf(_at - 1)).IsTrue ? _at : one.A;
                break;
            case FlatOp.CaseJump:
                ChargeCompared(Peek(), _program.Constants[one.A]);
                if (Peek().IsEqualTo(_program.Constants[one.A]))
                {
                    _top--;
                    _at = one.B;
                }

                break;
            case FlatOp.LoopStart:
                _slots[_frame + one.A] = StateValue.FromNumber(_program.Counts[one.B]);
                break;
            default:
                ExecuteSimple(one);
                break;
        }

        return null;
    }

    private void ExecuteSimple(in FlatInstruction one)
    {
        switch (one.Op)
        {
            case FlatOp.Push:
                Push(_program.Constants[one.A]);
                break;
            case FlatOp.Pop:
                _ = Pop("pop");
                break;
            case FlatOp.Dup:
                Need(1, "dup");
                Push(_stack[_top - 1]);
                break;
            case FlatOp.Over:
                Need(2, "over");
                Push(_stack[_top - 2]);
                break;
            case FlatOp.Swap:
                Need(2, "swap");
                (_stack[_top - 1], _stack[_top - 2]) = (_stack[_top - 2], _stack[_top - 1]);
                break;
            case FlatOp.LoadLocal:
                Push(_slots[_frame + one.A]);
                break;
            case FlatOp.LoadLocalOrGlobal:
                Push(IsUnset(_slots[_frame + one.A]) ? Defined(one.B) : _slots[_frame + one.A]);
                break;
            case FlatOp.LoadGlobal:
                Push(Defined(one.A));
                break;
            case FlatOp.StoreLocal:
                _slots[_frame + one.A] = Pop("store");
                break;
            case FlatOp.StoreGlobal:
                _globals[one.A] = Pop("store");
                break;
            case FlatOp.Negate or FlatOp.Not:
                ExecuteUnary(one.Op);
                break;
            default:
                ExecuteBinary(one.Op);
                break;
        }
    }

    private void ExecuteUnary(FlatOp op)
    {
        string word = op == FlatOp.Not ? "not" : "negate";
        Need(1, word);
        ref StateValue top = ref _stack[_top - 1];
        top = op == FlatOp.Not ? StateValue.FromBoolean(!top.IsTrue)
            : top.Kind == ValueKind.Number ? StateValue.FromNumber(-top.Number)
            : throw ValueOperators.WrongType(word, top, "a number");
    }

    private void ExecuteBinary(FlatOp op)
    {
        Need(2, WordOf(op));
        ref readonly StateValue top = ref _stack[_top - 1];
        ref readonly StateValue second = ref _stack[_top - 2];
        if (op is FlatOp.Eq or FlatOp.Lt or FlatOp.Gt)
        {
            ChargeCompared(second, top);
        }

        StateValue result = op switch
        {
            FlatOp.Eq => StateValue.FromBoolean(second.IsEqualTo(top)),
            FlatOp.And => StateValue.FromBoolean(second.IsTrue && top.IsTrue),
            FlatOp.Or => StateValue.FromBoolean(second.IsTrue || top.IsTrue),
            FlatOp.Lt => StateValue.FromBoolean(ValueOperators.Compare("lt", second, top) < 0),
            FlatOp.Gt => StateValue.FromBoolean(ValueOperators.Compare("gt", second, top) > 0),
            _ when second.Kind == ValueKind.Number && top.Kind == ValueKind.Number => op switch
            {
                FlatOp.Div => StateValue.FromNumber(second.Number / top.Number),
                FlatOp.Mod => StateValue.FromNumber(second.Number % top.Number),
                _ => OfNumbers(op, second.Number, top.Number),
            },
            FlatOp.Add => Made(ValueOperators.Add(second, top, _limits.StringBytes)),
            FlatOp.Mul => Made(ValueOperators.Multiply(second, top, _limits.StringBytes)),
            _ => throw ValueOperators.WrongTypes(WordOf(op), second, top, "two numbers"),
        };
        _top--;
        _stack[_top - 1] = result;
    }

    /// <summary>Pops the parameters into a new frame and goes to the function.</summary>
    private void Call(int index)
    {
        FlatFunction function = _program.Functions[index];
        int parameters = function.ParameterCount;
        if (_top < parameters)
        {
            throw new FaultSignal(FaultKind.StackUnderflow, $"'call {function.Name}' takes {Values(parameters)}, and the stack has {_top}.");
        }

        if (_depth >= _limits.CallDepth)
        {
            throw FaultSignal.Passed(MachineLimit.CallDepth, (ulong)_limits.CallDepth, $"There would be {_depth + 1} calls inside of each other");
        }

        int slots = _slotTop + function.Slots.Length;
        if (slots > _slots.Length)
        {
            if (slots > _limits.StackValues)
            {
                throw FaultSignal.Passed(MachineLimit.StackValues, (ulong)_limits.StackValues, $"The calls would have {slots} variables");
            }

            Array.Resize(ref _slots, Math.Min(Math.Max(2 * _slots.Length, slots), Math.Max(_limits.StackValues, slots)));
        }

        if (_depth == _frames.Length)
        {
            Array.Resize(ref _frames, 2 * _frames.Length);
        }

        _frames[_depth++] = new Frame(_function, _at, _frame);
        _stack.AsSpan(_top - parameters, parameters).CopyTo(_slots.AsSpan(_slotTop));
        _slots.AsSpan(_slotTop + parameters, function.Slots.Length - parameters).Fill(Unset);
        _top -= parameters;
        _frame = _slotTop;
        _slotTop = slots;
        _function = index;
        _at = function.Entry;
    }

    private void Return()
    {
        Frame caller = _frames[--_depth];
        _slotTop = _frame;
        (_function, _at, _frame) = (caller.Function, caller.At, caller.Slots);
    }

    private StateValue Defined(int global) => !IsUnset(_globals[global])
        ? _globals[global]
        : throw new FaultSignal(FaultKind.UndefinedVariable, $"Variable '{_program.Globals[global]}' is loaded and was never stored{(_depth > 0 ? ", neither in the function nor outside" : "")}. Store it first.");

    private void Push(in StateValue value)
    {
        RoomFor(1);
        _stack[_top++] = value;
    }

    private StateValue Pop(string word)
    {
        Need(1, word);
        return _stack[--_top];
    }

    private ref readonly StateValue Peek()
    {
        Need(1, "match");
        return ref _stack[_top - 1];
    }

    private void Need(int values, string word)
    {
        if (_top < values)
        {
            throw new FaultSignal(FaultKind.StackUnderflow, $"'{word}' takes {Values(values)}, and the stack has {_top}.");
        }
    }

    private static string Values(int count) => count == 1 ? "1 value" : $"{count} values";

    /// <summary>The word of the command that an instruction came from.</summary>
    private string WordOf(int at) => CommandWords.Of(_program.Source.Code[_program.Origins[at]].Opcode);

    private static string WordOf(FlatOp op) => op switch
    {
        FlatOp.Add => "add",
        FlatOp.Sub => "sub",
        FlatOp.Mul => "mul",
        FlatOp.Div => "div",
        FlatOp.Mod => "mod",
        FlatOp.Eq => "eq",
        FlatOp.Lt => "lt",
        FlatOp.Gt => "gt",
        FlatOp.And => "and",
        FlatOp.Or => "or",
        _ => throw new UnreachableException($"{op} has no two operands."),
    };
}
