using System.Buffers.Binary;

namespace Cairn.Contracts.Execution;

using Layout = ExecutionTotalsLayout;

/// <summary>What the executions of a contract come to, kept beside them so that nobody has to walk the history.</summary>
/// <param name="Executions">How many there were.</param>
/// <param name="Successes">How many of them succeeded.</param>
/// <param name="GasUsed">The gas of all of them.</param>
/// <param name="DurationTicks">How long all of them took, in 100 ns ticks.</param>
public readonly record struct ExecutionTotals(ulong Executions, ulong Successes, UInt128 GasUsed, UInt128 DurationTicks)
{
    /// <summary>The totals with a record more.</summary>
    internal ExecutionTotals With(ExecutionRecord record) =>
        new(Executions + 1, Successes + (record.IsSuccess ? 1UL : 0), GasUsed + record.GasUsed, DurationTicks + (UInt128)record.Duration.Ticks);

    /// <summary>The totals with a record less, one of those that they count.</summary>
    internal ExecutionTotals Without(ExecutionRecord record) =>
        new(Executions - 1, Successes - (record.IsSuccess ? 1UL : 0), GasUsed - record.GasUsed, DurationTicks - (UInt128)record.Duration.Ticks);

    /// <summary>Whether a record can be one of those that they count.</summary>
    internal bool CanHave(ExecutionRecord record) =>
        Executions > 0 && (!record.IsSuccess || Successes > 0) && GasUsed >= record.GasUsed && DurationTicks >= (UInt128)record.Duration.Ticks;

    /// <summary>Reads the totals under a key; nothing is there before the first execution.</summary>
    /// <exception cref="ContractRecordException">The bytes are no totals.</exception>
    internal static ExecutionTotals Read(ITreeReader tree, ReadOnlySpan<byte> key)
    {
        Span<byte> bytes = stackalloc byte[Layout.SizeBytes];
        if (!RecordReading.TryRead(tree, "totals of executions", key, bytes))
        {
            return default;
        }

        if (bytes[Layout.VersionOffset] != Layout.Version)
        {
            throw new ContractRecordException("totals of executions", key, $"version {Layout.Version}", $"version {bytes[Layout.VersionOffset]}");
        }

        ExecutionTotals totals = new(
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[Layout.ExecutionsOffset..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[Layout.SuccessesOffset..]),
            BinaryPrimitives.ReadUInt128LittleEndian(bytes[Layout.GasUsedOffset..]),
            BinaryPrimitives.ReadUInt128LittleEndian(bytes[Layout.DurationOffset..]));
        return totals.Executions > 0 && totals.Successes <= totals.Executions
            ? totals
            : throw new ContractRecordException("totals of executions", key, "at least one execution, and no more successes", $"{totals.Executions} executions, {totals.Successes} successes");
    }

    /// <summary>Writes the totals under a key; none are deleted.</summary>
    internal void Write(TreeDraft tree, ReadOnlySpan<byte> key)
    {
        if (Executions == 0)
        {
            tree.Delete(key);
            return;
        }

        Span<byte> bytes = stackalloc byte[Layout.SizeBytes];
        bytes[Layout.VersionOffset] = Layout.Version;
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[Layout.ExecutionsOffset..], Executions);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[Layout.SuccessesOffset..], Successes);
        BinaryPrimitives.WriteUInt128LittleEndian(bytes[Layout.GasUsedOffset..], GasUsed);
        BinaryPrimitives.WriteUInt128LittleEndian(bytes[Layout.DurationOffset..], DurationTicks);
        tree.Put(key, bytes);
    }
}
