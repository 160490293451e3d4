using Cairn.Contracts.Values;
using Cairn.Vm.Bytecode;

namespace Cairn.Vm.Machines;

/// <summary>Tells each step when it is done: when the next one comes, or the run ends.</summary>
internal sealed class MachineTrace(Action<TraceStep> sink, ExecutableProgram program, MachineStorage storage)
{
    private int _at = -1;
    private int _function;
    private long _number;

    /// <summary>Takes note of a step that begins, and tells the one before.</summary>
    public void Before(int at, int function, long number, ReadOnlySpan<StateValue> stack)
    {
        End(stack);
        (_at, _function, _number) = (at, function, number);
    }

    /// <summary>Tells the last step.</summary>
    public void End(ReadOnlySpan<StateValue> stack)
    {
        if (_at < 0)
        {
            return;
        }

        int origin = program.Origins[_at];
        _at = -1;
        if (origin < 0)
        {
            return;
        }

        SourcePosition position = program.Source.Code[origin].Position;
        string function = program.Functions[_function].Name;
        sink(new TraceStep
        {
            Number = _number,
            File = program.Source.SourceName,
            Line = position.Line,
            Column = position.Column,
            Function = function.Length == 0 ? null : function,
            Command = CommandWords.Line(program.Source, origin),
            StackCount = stack.Length,
            Stack = stack[Math.Max(0, stack.Length - TraceStep.MaxStackValues)..].ToArray(),
            Effects = storage.TakeEffects(),
        });
    }
}
