using System.Buffers.Binary;
using Cairn.Contracts.Execution;

namespace Cairn.Tests.Contracts.Execution;

/// <summary>What scripts do, without storage, scopes and meters: arrays that are copied before every call and put back when it fails.</summary>
internal sealed class ScriptModel(GasSchedule schedule, int contracts)
{
    private const int EntryBytes = 256;
    private const int KeyBytes = 57;

    private readonly Stack<int> _running = new();
    private ulong[][] _cells = [.. Enumerable.Range(0, contracts).Select(_ => new ulong[Script.CellCount])];

    public IReadOnlyList<ulong[]> Cells => _cells;

    /// <summary>Runs an outermost call.</summary>
    public (ExecutionFailure Failure, ulong Gas, uint Result) Run(int contract, IReadOnlyList<Step> steps, ulong limit, bool isView, bool keeps)
    {
        ulong[][] before = Copy();
        (ExecutionFailure Failure, ulong Gas, uint Result) end = Call(contract, steps, limit, isView, isReadOnly: false);
        if (!keeps)
        {
            _cells = before;
        }

        return end;
    }

    private (ExecutionFailure Failure, ulong Gas, uint Result) Call(int contract, IReadOnlyList<Step> steps, ulong limit, bool isView, bool isReadOnly)
    {
        int input = (isView ? "Look" : "Run").Length + sizeof(uint) + Step.Encode(steps).Length;
        Frame frame = new(contract, isReadOnly || isView, limit);
        ulong[][] before = Copy();
        bool entered = false;
        try
        {
            frame.Charge(schedule.CallGas + (schedule.InputByteGas * (ulong)input));
            ExecutionFailure refusal = _running.Count >= CallLimits.MaxDepth ? ExecutionFailure.TooDeep
                : _running.Contains(contract) ? ExecutionFailure.Reentered
                : contract >= contracts ? ExecutionFailure.UnknownContract
                : ExecutionFailure.None;
            if (refusal != ExecutionFailure.None)
            {
                return (refusal, frame.Used, 0);
            }

            _running.Push(contract);
            entered = true;
            uint result = Walk(frame, steps);
            frame.Charge(schedule.MemoryKilobyteGas * (((ulong)input + sizeof(uint) + 1023) / 1024));
            (ulong entries, ulong bytes) = Changes(before[contract], _cells[contract]);
            frame.Charge((entries * schedule.WriteGas) + (bytes * schedule.WriteByteGas));
            return (ExecutionFailure.None, frame.Used, result);
        }
        catch (Ended ended)
        {
            _cells = before;
            return (frame.IsExhausted ? ExecutionFailure.OutOfGas : ended.Failure, frame.Used, 0);
        }
        finally
        {
            if (entered)
            {
                _running.Pop();
            }
        }
    }

    private uint Walk(Frame frame, IReadOnlyList<Step> steps)
    {
        uint done = 0;
        foreach (Step step in steps)
        {
            done = unchecked(done + 1 + Do(frame, step));
        }

        return done;
    }

    private uint Do(Frame frame, Step step)
    {
        switch (step.Kind)
        {
            case StepKind.Set or StepKind.Add:
                ulong value = step.Kind == StepKind.Set ? step.Value : unchecked(_cells[frame.Contract][step.Index] + step.Value);
                _cells[frame.Contract][step.Index] = frame.IsReadOnly ? throw new Ended(ExecutionFailure.ReadOnly) : value;
                return step.Kind == StepKind.Set ? 0u : (uint)value;
            case StepKind.Refuse:
                return step.Value == 0 ? 0u : throw new Ended(ExecutionFailure.Refused);
            case StepKind.Throw:
                throw new Ended(ExecutionFailure.Threw);
            case StepKind.Scope:
                ulong[][] before = Copy();
                uint done = Walk(frame, step.Inner);
                _cells = step.Value == 1 ? _cells : before;
                return done;
            case StepKind.UseGas:
                try
                {
                    frame.Charge(step.Value);
                }
                catch (Ended) when (step.Index == 1)
                {
                }

                return 0;
            default:
                (ExecutionFailure failure, ulong gas, uint result) = Call(step.Index, step.Inner, Math.Min(step.Value == 0 ? ulong.MaxValue : step.Value, frame.Left), step.IsView, frame.IsReadOnly);
                frame.Charge(gas);
                return failure == ExecutionFailure.None ? result
                    : step.IsBorne ? Script.FailureBase + (uint)failure
                    : throw new Ended(ExecutionFailure.CalledContractFailed);
        }
    }

    private static (ulong Entries, ulong Bytes) Changes(ulong[] before, ulong[] after)
    {
        (ulong entries, ulong bytes) = (0, 0);
        byte[][] images = [Image(before), Image(after)];
        for (int at = 0; at < images[0].Length; at += EntryBytes)
        {
            byte[] now = images[1][at..(at + EntryBytes)];
            if (!images[0].AsSpan(at, EntryBytes).SequenceEqual(now))
            {
                entries++;
                bytes += KeyBytes + (ulong)(Array.FindLastIndex(now, value => value != 0) + 1);
            }
        }

        return (entries, bytes);
    }

    private static byte[] Image(ulong[] cells)
    {
        byte[] image = new byte[cells.Length * sizeof(ulong)];
        for (int i = 0; i < cells.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(image.AsSpan(i * sizeof(ulong)), cells[i]);
        }

        return image;
    }

    private ulong[][] Copy() => [.. _cells.Select(cells => cells.ToArray())];

    private sealed class Frame(int contract, bool isReadOnly, ulong limit)
    {
        public int Contract => contract;

        public bool IsReadOnly => isReadOnly;

        public ulong Used { get; private set; }

        public ulong Left => limit - Used;

        public bool IsExhausted { get; private set; }

        public void Charge(ulong gas)
        {
            if (IsExhausted || gas > Left)
            {
                IsExhausted = true;
                Used = limit;
                throw new Ended(ExecutionFailure.OutOfGas);
            }

            Used += gas;
        }
    }

    private sealed class Ended(ExecutionFailure failure) : Exception
    {
        public ExecutionFailure Failure => failure;
    }
}
