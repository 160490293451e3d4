namespace Cairn.Contracts.Execution;

/// <summary>What the executions of a contract come to, and how it does. Computed from its <see cref="ExecutionTotals"/>, so it costs the same however long the history is.</summary>
/// <param name="Totals">The totals.</param>
public sealed record ContractStatistics(ExecutionTotals Totals)
{
    private const double SuccessWeight = 0.6;
    private const double GasWeight = 0.3;
    private const double TimeWeight = 0.1;
    private const double SlowPenalty = 0.1;
    private const double MostGasPenalty = 0.5;
    private const double HealthyAbove = 0.8;
    private const double WarningAbove = 0.6;

    /// <summary>The gas of an execution that counts as all of it.</summary>
    public const ulong GasPerExecution = 100_000;

    /// <summary>The average time above which a contract is slow.</summary>
    public static readonly TimeSpan SlowTime = TimeSpan.FromMilliseconds(5000);

    /// <summary>How many executions there were.</summary>
    public ulong Executions => Totals.Executions;

    /// <summary>How many of them failed.</summary>
    public ulong Failures => Totals.Executions - Totals.Successes;

    /// <summary>The part of them that succeeded, 0 to 1; 1 without executions.</summary>
    public double SuccessRate => Executions == 0 ? 1 : Totals.Successes / (double)Executions;

    /// <summary>The gas that one used on average; 0 without executions.</summary>
    public double AverageGas => Executions == 0 ? 0 : (double)Totals.GasUsed / Executions;

    /// <summary>How long one took on average, rounded down to 100 ns; zero without executions.</summary>
    public TimeSpan AverageTime => Executions == 0 ? TimeSpan.Zero : TimeSpan.FromTicks((long)(Totals.DurationTicks / Executions));

    /// <summary>How well it uses gas, 0.5 to 1: 1 − min(gas ÷ (executions × <see cref="GasPerExecution"/>), 0.5); 1 without executions.</summary>
    public double GasEfficiency => 1 - Math.Min(AverageGas / GasPerExecution, MostGasPenalty);

    /// <summary>Whether executions take longer than <see cref="SlowTime"/> on average.</summary>
    public bool IsSlow => AverageTime > SlowTime;

    /// <summary>The score, 0 to 1: 0.6 × success rate + 0.3 × gas efficiency + 0.1 × (1 − penalty), the penalty 0.1 when it is slow and otherwise 0; 1 without executions.</summary>
    public double Score => Executions == 0
        ? 1
        : Math.Clamp((SuccessWeight * SuccessRate) + (GasWeight * GasEfficiency) + (TimeWeight * (1 - (IsSlow ? SlowPenalty : 0))), 0, 1);

    /// <summary>What the score says.</summary>
    public ContractHealthStatus Status => Score > HealthyAbove ? ContractHealthStatus.Healthy : Score > WarningAbove ? ContractHealthStatus.Warning : ContractHealthStatus.Critical;

    /// <summary>What to look at; empty when there is nothing.</summary>
    public IReadOnlyList<string> Recommendations()
    {
        List<string> all = [];
        if (SuccessRate < 0.95)
        {
            all.Add($"{Failures} of {Executions} executions failed: look at the errors in the history.");
        }

        if (GasEfficiency < 0.7)
        {
            all.Add($"An execution uses {AverageGas:F0} gas on average: write less, or split the work over several calls.");
        }

        if (IsSlow)
        {
            all.Add($"An execution takes {AverageTime.TotalMilliseconds:F0} ms on average, more than {SlowTime.TotalMilliseconds:F0}: profile it.");
        }

        return all;
    }
}
