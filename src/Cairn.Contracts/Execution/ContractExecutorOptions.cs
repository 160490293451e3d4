namespace Cairn.Contracts.Execution;

/// <summary>How an executor runs calls. All but the clock is part of what the nodes of a chain agree on.</summary>
public sealed class ContractExecutorOptions
{
    /// <summary>What executions pay for. Default: <see cref="GasSchedule.Default"/>.</summary>
    public GasSchedule Schedule { get; init; } = GasSchedule.Default;

    /// <summary>The gas of a call that names no limit. Default: <see cref="CallLimits.DefaultGas"/>.</summary>
    public ulong DefaultGasLimit { get; init; } = CallLimits.DefaultGas;

    /// <summary>The most pages of 32 bytes that an execution may write to, which bounds the memory it takes. Default: <see cref="CallLimits.DefaultPages"/>.</summary>
    public long PageLimit { get; init; } = CallLimits.DefaultPages;

    /// <summary>The rules of storage. Default: <see cref="StorageProfile.L1"/>.</summary>
    public StorageProfile Profile { get; init; } = StorageProfile.L1;

    /// <summary>Measures how long executions take, for their records and for nothing else. Default: that of the system.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    internal void Check()
    {
        ArgumentNullException.ThrowIfNull(Schedule);
        ArgumentNullException.ThrowIfNull(Profile);
        ArgumentNullException.ThrowIfNull(Clock);
        ArgumentOutOfRangeException.ThrowIfNegative(PageLimit);
    }
}
