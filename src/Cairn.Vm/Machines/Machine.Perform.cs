using System.Text;
using Cairn.Contracts.Namespaces;
using Cairn.Contracts.Values;
using Cairn.Vm.Bytecode;

namespace Cairn.Vm.Machines;

/// <content>Commands of storage and output.</content>
internal sealed partial class Machine
{
    /// <summary>Does what an instruction says.</summary>
    /// <returns>Whether a block is to be committed before the program goes on.</returns>
    private bool Perform(in Instruction one)
    {
        switch (one.Opcode)
        {
            case >= Opcode.Emit and <= Opcode.DumpState:
                PerformOutput(one);
                return false;
            case Opcode.BeginTx:
                _storage.Begin();
                return false;
            case Opcode.CommitTx:
                return _storage.Commit();
            case Opcode.RollbackTx:
                _storage.Rollback();
                return false;
            case Opcode.StoreP or Opcode.StorePTyped:
                return StoreValue(one);
            case Opcode.DeleteP:
                return _storage.Delete(KeyOf(one));
            case Opcode.GetCaller:
                Push(StateValue.FromText(_storage.Caller));
                return false;
            case Opcode.HasRole:
                Push(StateValue.FromBoolean(_storage.HasRole(_program.Source.Names[one.Index])));
                return false;
            case Opcode.RequireRole:
                _storage.RequireRole(_program.Source.Names[one.Index]);
                return false;
            default:
                PerformReading(one);
                return false;
        }
    }

    /// <summary>The key is popped before the value where it is on the stack, so both have to be there before anything is popped.</summary>
    private bool StoreValue(in Instruction one)
    {
        string word = CommandWords.Of(one.Opcode);
        Need(one.Index == Instruction.NoIndex ? 2 : 1, word);
        StorageKey key = KeyOf(one);
        ref readonly StateValue value = ref _stack[_top - 1];
        bool isBlock = _storage.Store(key, value, one.Opcode == Opcode.StorePTyped ? StoredTypes.Of((StoredType)one.Number) : null);
        _top--;
        return isBlock;
    }

    private void PerformReading(in Instruction one)
    {
        StorageKey key = KeyOf(one);
        switch (one.Opcode)
        {
            case Opcode.LoadP:
                Push(Read(_storage.Load(key, type: null)));
                break;
            case Opcode.LoadPTyped:
                Push(Read(_storage.Load(key, StoredTypes.Of((StoredType)one.Number))));
                break;
            case Opcode.KeyExists:
                Push(StateValue.FromBoolean(_storage.Exists(key)));
                break;
            case Opcode.ListKeys:
                PushKeys(key);
                break;
            case Opcode.LoadVersionP:
                Push(Read(_storage.LoadVersion(key, one.Number)));
                break;
            case Opcode.ListVersionsP:
                Push(StateValue.FromNumber(_storage.CountVersions(key)));
                break;
            default:
                Push(Read(_storage.DiffVersions(key, one.Number, one.OtherNumber)));
                break;
        }
    }

    private void PushKeys(StorageKey prefix)
    {
        _cancellation.ThrowIfCancellationRequested();
        int count = 0;
        foreach (StatePath key in _storage.List(prefix))
        {
            Push(Made(StateValue.FromText(key.ToString())));
            Charge(1, "one for each key");
            count++;
        }

        _cancellation.ThrowIfCancellationRequested();
        Push(StateValue.FromNumber(count));
    }

    private void PerformOutput(in Instruction one)
    {
        switch (one.Opcode)
        {
            case Opcode.Emit when one.Index != Instruction.NoIndex:
                _output.Emit(_program.Source.Names[one.Index]);
                break;
            case Opcode.Emit:
                _output.Emit(Pop("emit").ToString());
                break;
            case Opcode.EmitEvent:
                _output.EmitEvent(_program.Source.Names[one.Index], _program.Source.Names[(int)one.Number]);
                break;
            case Opcode.AssertEqualStack:
                AssertEqual(one.Number);
                break;
            case Opcode.DumpStack:
                _output.Emit(DumpStack());
                break;
            case Opcode.DumpMemory:
                DumpMemory();
                break;
            default:
                _storage.Dump(_output);
                break;
        }
    }

    /// <summary>All of the values on top have to be what <c>eq</c> calls equal.</summary>
    private void AssertEqual(long count)
    {
        if (count > _top)
        {
            throw new FaultSignal(FaultKind.StackUnderflow, $"'assertequalstack {count}' looks at {count} values, and the stack has {_top}.");
        }

        for (int i = 2; i <= count; i++)
        {
            ChargeCompared(_stack[_top - i], _stack[_top - 1]);
            if (!_stack[_top - i].IsEqualTo(_stack[_top - 1]))
            {
                throw new FaultSignal(FaultKind.AssertionFailed, $"'assertequalstack {count}': on top is {ValueOperators.Describe(_stack[_top - 1])}, and {i - 1} below it is {ValueOperators.Describe(_stack[_top - i])}.");
            }
        }
    }

    private string DumpStack()
    {
        StringBuilder text = new("stack: [");
        for (int i = 0; i < _top; i++)
        {
            AppendTo(text, i > 0 ? ", " : "", _stack[i]);
        }

        return text.Append(']').ToString();
    }

    /// <summary>One line for each variable in the order of the names: those of the running function with its parameters, then the global ones.</summary>
    private void DumpMemory()
    {
        if (_depth > 0)
        {
            string?[] names = _program.Functions[_function].Slots;
            DumpVariables(_program.Functions[_function].Name + ".", names, _slots.AsSpan(_frame, names.Length));
        }

        DumpVariables("", _program.Globals, _globals);
    }

    private void DumpVariables(string scope, ReadOnlySpan<string?> names, ReadOnlySpan<StateValue> values)
    {
        List<(string Name, StateValue Value)> variables = [];
        for (int i = 0; i < names.Length; i++)
        {
            if (names[i] is { } name && !IsUnset(values[i]))
            {
                variables.Add((name, values[i]));
            }
        }

        variables.Sort((left, right) => string.CompareOrdinal(left.Name, right.Name));
        foreach ((string name, StateValue value) in variables)
        {
            StringBuilder text = new(scope);
            text.Append(name);
            AppendTo(text, " = ", value);
            _output.Emit(text.ToString());
        }
    }

    /// <summary>Adds a value to a dump, which is refused as soon as it is longer than could be emitted.</summary>
    private void AppendTo(StringBuilder text, string before, in StateValue value)
    {
        text.Append(before).Append(value.ToJson());
        if (text.Length > _limits.EmittedBytes)
        {
            throw FaultSignal.Passed(MachineLimit.EmittedBytes, (ulong)_limits.EmittedBytes, $"A dump has {text.Length} characters and more");
        }
    }

    /// <summary>The key of an instruction, or the one on top of the stack.</summary>
    private StorageKey KeyOf(in Instruction one)
    {
        if (one.Index != Instruction.NoIndex)
        {
            return _storage.KeyOf(one.Index, _program.Source.Names[one.Index]);
        }

        string word = CommandWords.Of(one.Opcode);
        StateValue key = Pop(word);
        return key.Kind == ValueKind.String ? new StorageKey(key.Text) : throw ValueOperators.WrongType(word, key, "a string as the key");
    }

    /// <summary>Counts what was read as made, and refuses what is longer than a string can be.</summary>
    private StateValue Read(in StateValue value)
    {
        if (value.Kind is ValueKind.String or ValueKind.Object)
        {
            ValueOperators.CheckBytes(value.ContentBytes, _limits.StringBytes);
        }

        return Made(value);
    }
}
