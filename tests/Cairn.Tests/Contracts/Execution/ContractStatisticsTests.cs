using Cairn.Contracts.Execution;
using Xunit;

namespace Cairn.Tests.Contracts.Execution;

/// <summary>The score of a contract.</summary>
public sealed class ContractStatisticsTests
{
    [Theory]
    [InlineData(0, 0, 0, 0, 1.0, ContractHealthStatus.Healthy, 0)]
    [InlineData(10, 10, 0, 0, 1.0, ContractHealthStatus.Healthy, 0)]
    [InlineData(10, 10, 500_000, 0, 0.85, ContractHealthStatus.Healthy, 1)]
    [InlineData(10, 10, 250_000, 0, 0.925, ContractHealthStatus.Healthy, 0)]
    [InlineData(10, 10, 900_000_000, 0, 0.85, ContractHealthStatus.Healthy, 1)]
    [InlineData(10, 5, 0, 0, 0.7, ContractHealthStatus.Warning, 1)]
    [InlineData(10, 5, 1_000_000, 5000, 0.55, ContractHealthStatus.Critical, 2)]
    [InlineData(10, 5, 1_000_000, 5001, 0.54, ContractHealthStatus.Critical, 3)]
    [InlineData(10, 0, 1_000_000, 9000, 0.24, ContractHealthStatus.Critical, 3)]
    [InlineData(10, 10, 0, 9000, 0.99, ContractHealthStatus.Healthy, 1)]
    public void Score_IsTheFormula(ulong executions, ulong successes, ulong gas, long averageMilliseconds, double score, ContractHealthStatus status, int recommendations)
    {
        UInt128 ticks = (UInt128)((ulong)averageMilliseconds * TimeSpan.TicksPerMillisecond * executions);
        ContractStatistics statistics = new(new ExecutionTotals(executions, successes, gas, ticks));
        Assert.Equal(score, statistics.Score, precision: 9);
        Assert.Equal(status, statistics.Status);
        Assert.Equal(recommendations, statistics.Recommendations().Count);
    }

    [Fact]
    public void Averages_OfHugeTotals_AreRight()
    {
        ContractStatistics statistics = new(new ExecutionTotals(ulong.MaxValue, 0, (UInt128)ulong.MaxValue * ulong.MaxValue, (UInt128)ulong.MaxValue * long.MaxValue));
        Assert.Equal(TimeSpan.MaxValue, statistics.AverageTime);
        Assert.Equal(ulong.MaxValue, statistics.AverageGas, tolerance: 1e5);
        Assert.Equal(0.6 * 0 + 0.15 + 0.09, statistics.Score, precision: 9);
    }
}
