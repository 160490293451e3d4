namespace Cairn.Contracts.Execution;

/// <summary>Counts the gas of one call. What cannot be paid for uses up all that is left, and nothing can be paid for afterwards. For one thread.</summary>
public sealed class GasMeter
{
    private OutOfGasException? _outOfGas;

    /// <summary>Makes a meter.</summary>
    /// <param name="schedule">The prices.</param>
    /// <param name="limit">The gas that may be used.</param>
    public GasMeter(GasSchedule schedule, ulong limit)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        Schedule = schedule;
        Limit = limit;
    }

    /// <summary>The prices.</summary>
    public GasSchedule Schedule { get; }

    /// <summary>The gas that may be used.</summary>
    public ulong Limit { get; }

    /// <summary>The gas that was used; never above <see cref="Limit"/>.</summary>
    public ulong Used { get; private set; }

    /// <summary>The gas that is left.</summary>
    public ulong Left => Limit - Used;

    /// <summary>What could not be paid for; null as long as everything could.</summary>
    public OutOfGasException? OutOfGas => _outOfGas;

    /// <summary>Pays for a call.</summary>
    /// <param name="inputBytes">The bytes of name and arguments.</param>
    /// <exception cref="OutOfGasException">There is less left; so with all charges.</exception>
    public void ChargeCall(int inputBytes) => Charge(Schedule.CallCost(inputBytes));

    /// <summary>Pays for changed entries of the state.</summary>
    /// <param name="entries">How many they are.</param>
    /// <param name="bytes">The bytes of their keys and new values together.</param>
    public void ChargeWrites(long entries, long bytes) => Charge(Schedule.WriteCost(entries, bytes));

    /// <summary>Pays for memory.</summary>
    /// <param name="bytes">How many bytes.</param>
    public void ChargeMemory(long bytes) => Charge(Schedule.MemoryCost(bytes));

    /// <summary>Pays an amount.</summary>
    /// <param name="amount">The gas.</param>
    public void Charge(ulong amount)
    {
        if (_outOfGas is not null || amount > Left)
        {
            _outOfGas ??= new OutOfGasException(Limit, needed: amount > ulong.MaxValue - Used ? ulong.MaxValue : Used + amount);
            Used = Limit;
            throw _outOfGas;
        }

        Used += amount;
    }
}
