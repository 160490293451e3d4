namespace Cairn.Contracts.Execution;

/// <summary>The bytes of the totals of a contract: see <c>docs/format.md</c>, "Execution totals".</summary>
internal static class ExecutionTotalsLayout
{
    public const int VersionOffset = 0;
    public const int ExecutionsOffset = 1;
    public const int SuccessesOffset = 9;
    public const int GasUsedOffset = 17;
    public const int DurationOffset = 33;
    public const int SizeBytes = 49;

    public const byte Version = 1;
}
