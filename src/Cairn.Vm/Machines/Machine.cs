using Cairn.Contracts.Execution;
using Cairn.Contracts.Values;

namespace Cairn.Vm.Machines;

/// <summary>
/// Executes one program once, on a storage that it is given. What holds between two instructions:
/// <list type="bullet">
/// <item>The values of the stack are in <see cref="_stack"/> below <see cref="_top"/>, those of the frames in <see cref="_slots"/> below <see cref="_slotTop"/>; the slots of the running function begin at <see cref="_frame"/>.</item>
/// <item>A variable that was not stored holds <see cref="Unset"/>.</item>
/// <item>The steps that were executed are <see cref="_granted"/> − <see cref="_left"/>.</item>
/// <item>While <see cref="Execute"/> runs, it keeps the place, the top and the steps in variables of its own and writes them back before it calls anything.</item>
/// </list>
/// For one thread at a time.
/// </summary>
internal sealed partial class Machine
{
    private const int FirstStack = 64;
    private const int FirstSlots = 32;

    /// <summary>What a variable holds that was not stored: told from all texts by being this very object.</summary>
    private static readonly StateValue Unset = StateValue.FromText(new string('\0', 1));
    private static readonly string UnsetText = Unset.Text;

    private readonly ExecutableProgram _program;
    private readonly MachineLimits _limits;
    private readonly MachineStorage _storage;
    private readonly MachineOutput _output;
    private readonly GasMeter _gas;
    private readonly CancellationToken _cancellation;
    private readonly StateValue[] _globals;
    private StateValue[] _stack;
    private StateValue[] _slots;
    private Frame[] _frames = new Frame[4];
    private int _at;
    private int _top;
    private int _frame;
    private int _slotTop;
    private int _depth;
    private int _function;

    /// <summary>Makes a machine before its first instruction, and charges for the program.</summary>
    /// <param name="program">The program.</param>
    /// <param name="storage">The storage, of this run alone.</param>
    /// <param name="settings">How it runs.</param>
    /// <param name="cancellationToken">Ends the run between two instructions.</param>
    public Machine(ExecutableProgram program, MachineStorage storage, MachineSettings settings, CancellationToken cancellationToken)
    {
        _program = program;
        _storage = storage;
        _limits = settings.Limits;
        _output = new MachineOutput(settings.Limits.EmittedBytes);
        _gas = new GasMeter(settings.Schedule, settings.Limits.Gas);
        _trace = settings.Trace is { } trace ? new MachineTrace(trace, program, storage) : null;
        _cancellation = cancellationToken;
        _globals = new StateValue[program.Globals.Length];
        _slotTop = program.Functions[0].Slots.Length;
        _slots = new StateValue[Math.Max(FirstSlots, _slotTop)];
        _stack = new StateValue[Math.Min(FirstStack, settings.Limits.StackValues)];
        storage.Attach(_gas, settings);
        Array.Fill(_globals, Unset);
        for (int i = 0; i < _globals.Length; i++)
        {
            if (settings.Memory.TryGetValue(program.Globals[i], out StateValue value))
            {
                _globals[i] = value;
            }
        }

        foreach (StateValue value in settings.Stack)
        {
            RoomFor(1);
            _stack[_top++] = value;
        }
    }

    /// <summary>The gas that was used.</summary>
    public ulong GasUsed => _gas.Used;

    /// <summary>The steps that were executed.</summary>
    public long Steps => _granted - _left;

    /// <summary>What was given out.</summary>
    public MachineOutput Output => _output;

    /// <summary>The stack in an array of its own, the top last.</summary>
    public StateValue[] CopyStack() => _stack[.._top];

    /// <summary>The global variables that are set.</summary>
    public Dictionary<string, StateValue> CopyMemory()
    {
        Dictionary<string, StateValue> memory = new(StringComparer.Ordinal);
        for (int i = 0; i < _globals.Length; i++)
        {
            if (!IsUnset(_globals[i]))
            {
                memory.Add(_program.Globals[i], _globals[i]);
            }
        }

        return memory;
    }

    /// <summary>Runs until the program ends, or until a block is to be committed where every transaction is one; then it can be called again.</summary>
    /// <returns>Whether the program has ended.</returns>
    /// <exception cref="ProgramFaultException">It cannot go on.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="StateStoreException">The store failed, which is not the program's fault.</exception>
    public bool Run()
    {
        try
        {
            if (!_isCharged)
            {
                _isCharged = true;
                _gas.ChargeCall(_program.BytecodeBytes);
            }

            bool hasEnded = Execute();
            if (hasEnded)
            {
                _trace?.End(_stack.AsSpan(0, _top));
                _storage.End();
            }

            return hasEnded;
        }
        catch (Exception exception) when (FaultOf(exception) is { } fault)
        {
            _trace?.End(_stack.AsSpan(0, _top));
            throw new ProgramFaultException(fault);
        }
    }

    /// <summary>A fault of what was executed last: a limit that its host watches over was passed.</summary>
    public ProgramFaultException Refuse(MachineLimit limit, ulong allowed, string what) => new(FaultOf(FaultSignal.Passed(limit, allowed, what))!);

    private static bool IsUnset(in StateValue value) => ReferenceEquals(value.Text, UnsetText);

    /// <summary>Executes instructions.</summary>
    /// <returns>Whether the program has ended.</returns>
    private bool Execute()
    {
        FlatInstruction[] code = _program.Code;
        StateValue[] constants = _program.Constants;
        StateValue[] stack = _stack;
        StateValue[] slots = _slots;
        int at = _at;
        int top = _top;
        int frame = _frame;
        long left = _left;
        while (true)
        {
            FlatInstruction one = code[at];
            left -= one.Cost;
            if (left < 0)
            {
                (_at, _top, _left) = (at, top, left);
                Pace();
                left = _left;
            }

            at++;
            switch (one.Op)
            {
                case FlatOp.Push when top < stack.Length:
                    stack[top++] = constants[one.A];
                    continue;
                case FlatOp.LoadLocal when top < stack.Length:
                    stack[top++] = slots[frame + one.A];
                    continue;
                case FlatOp.LoadGlobal when top < stack.Length && !IsUnset(_globals[one.A]):
                    stack[top++] = _globals[one.A];
                    continue;
                case FlatOp.StoreGlobal when top > 0:
                    _globals[one.A] = stack[--top];
                    continue;
                case FlatOp.StoreLocal when top > 0:
                    slots[frame + one.A] = stack[--top];
                    continue;
                case FlatOp.Add or FlatOp.Sub or FlatOp.Mul or FlatOp.Lt or FlatOp.Gt when top >= 2 && stack[top - 1].Kind == ValueKind.Number && stack[top - 2].Kind == ValueKind.Number:
                    top--;
                    stack[top - 1] = OfNumbers(one.Op, stack[top - 1].Number, stack[top].Number);
                    continue;
                case FlatOp.Jump:
                    at = one.A;
                    continue;
                case FlatOp.JumpIfFalse when top > 0:
                    at = stack[--top].IsTrue ? at : one.A;
                    continue;
                case FlatOp.LoopNext:
                    double rounds = slots[frame + one.A].Number;
                    at = rounds >= 1 ? one.B : at;
                    slots[frame + one.A] = StateValue.FromNumber(rounds - 1);
                    continue;
            }

            (_at, _top, _left) = (at, top, left);
            if (ExecuteOther(one) is { } hasEnded)
            {
                return hasEnded;
            }

            (at, top, left, frame, stack, slots) = (_at, _top, _left, _frame, _stack, _slots);
        }
    }

    private static StateValue OfNumbers(FlatOp op, double second, double top) => op switch
    {
        FlatOp.Add => StateValue.FromNumber(second + top),
        FlatOp.Sub => StateValue.FromNumber(second - top),
        FlatOp.Mul => StateValue.FromNumber(second * top),
        FlatOp.Lt => StateValue.FromBoolean(second < top),
        _ => StateValue.FromBoolean(second > top),
    };

    /// <summary>Makes room for values on the stack.</summary>
    private void RoomFor(int values)
    {
        if (_top + values > _stack.Length)
        {
            if (_top + values > _limits.StackValues)
            {
                throw FaultSignal.Passed(MachineLimit.StackValues, (ulong)_limits.StackValues, $"The stack would have {_top + values} values");
            }

            Array.Resize(ref _stack, Math.Min(Math.Max(2 * _stack.Length, _top + values), _limits.StackValues));
        }
    }

    /// <summary>A call that has not returned.</summary>
    /// <param name="Function">The function that called.</param>
    /// <param name="At">Where it goes on.</param>
    /// <param name="Slots">Where its slots begin.</param>
    private readonly record struct Frame(int Function, int At, int Slots);
}
