using System.Text;
using Cairn.Contracts.Values;

namespace Cairn.Vm.Machines;

/// <content>What is looked at now and then: steps, memory, cancelling, tracing.</content>
internal sealed partial class Machine
{
    /// <summary>How many steps are executed between two looks.</summary>
    private const long StepsBetween = 65_536;

    /// <summary>How many bytes of a text that is made, or characters that are compared, count as a step.</summary>
    private const int BytesOfStep = 64;

    private readonly MachineTrace? _trace;
    private bool _isCharged;

    /// <summary>The steps that may be executed before the next look, of those that were granted in all.</summary>
    private long _left;
    private long _granted;

    /// <summary>The bytes of texts that were made since all were counted last.</summary>
    private long _madeBytes;

    /// <summary>Called with the steps used up, before the instruction at <see cref="_at"/>, which is among them.</summary>
    private void Pace()
    {
        long used = Steps;
        if (used > _limits.Steps)
        {
            _at++;
            throw FaultSignal.Passed(MachineLimit.Steps, (ulong)_limits.Steps, $"This is step {used}");
        }

        _cancellation.ThrowIfCancellationRequested();
        _trace?.Before(_at, _function, used, _stack.AsSpan(0, _top));
        _left = _trace is null ? Math.Min(StepsBetween, _limits.Steps - used) : 0;
        _granted = used + _left;
    }

    /// <summary>Counts steps beyond those of the instruction that is executed, so that what a long text costs is bounded by the limit, and looks at the token by the same measure.</summary>
    private void Charge(long steps, string why)
    {
        _left -= steps;
        if (_left >= 0)
        {
            return;
        }

        long used = Steps;
        if (used > _limits.Steps)
        {
            throw FaultSignal.Passed(MachineLimit.Steps, (ulong)_limits.Steps, $"This is step {used}, {why}");
        }

        _cancellation.ThrowIfCancellationRequested();
        _left = _trace is null ? Math.Min(StepsBetween, _limits.Steps - used) : 0;
        _granted = used + _left;
    }

    /// <summary>Counts steps for two texts that are compared.</summary>
    private void ChargeCompared(in StateValue left, in StateValue right)
    {
        int shorter = Math.Min(left.Text.Length, right.Text.Length);
        if (shorter >= BytesOfStep)
        {
            Charge(shorter / BytesOfStep, $"one for each {BytesOfStep} characters that are compared");
        }
    }

    /// <summary>Counts a text that was made or read, in steps too. When that many came together that they could pass the limit, those that can still be reached are counted.</summary>
    private StateValue Made(StateValue value)
    {
        if (value.Kind is ValueKind.String or ValueKind.Object)
        {
            int bytes = Encoding.UTF8.GetByteCount(value.Text);
            Charge(bytes / BytesOfStep, $"one for each {BytesOfStep} bytes of a string or object that is made");
            _madeBytes += bytes;
            if (_madeBytes > _limits.MemoryBytes)
            {
                Recount(value);
            }
        }

        return value;
    }

    private void Recount(in StateValue made)
    {
        // What lies above is no value any more, but keeps its text from being collected.
        _stack.AsSpan(_top).Clear();
        _slots.AsSpan(_slotTop).Clear();
        HashSet<string> seen = new(ReferenceEqualityComparer.Instance);
        long bytes = Count(seen, _stack) + Count(seen, _slots) + Count(seen, _globals) + Count(seen, [made]);
        if (bytes > _limits.MemoryBytes)
        {
            throw FaultSignal.Passed(MachineLimit.MemoryBytes, (ulong)_limits.MemoryBytes, $"Strings and objects on the stack and in variables have {bytes} bytes");
        }

        _madeBytes = 0;
    }

    private static long Count(HashSet<string> seen, ReadOnlySpan<StateValue> values)
    {
        long bytes = 0;
        foreach (ref readonly StateValue value in values)
        {
            if (value.Text.Length > 0 && seen.Add(value.Text))
            {
                bytes += Encoding.UTF8.GetByteCount(value.Text);
            }
        }

        return bytes;
    }
}
