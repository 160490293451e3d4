namespace Cairn.Cli;

/// <summary>A clock on which it is always the same time; how long things take is measured as ever.</summary>
/// <param name="ticks">The time in 100 ns ticks since 1970-01-01 UTC.</param>
internal sealed class FixedClock(long ticks) : TimeProvider
{
    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(ticks);
}
