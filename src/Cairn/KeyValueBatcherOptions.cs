namespace Cairn;

/// <summary>When a <see cref="KeyValueBatcher"/> writes.</summary>
public sealed record KeyValueBatcherOptions
{
    /// <summary>Writes when so many bytes of keys and values have gathered; up to 64 MiB. Default: 1 MiB.</summary>
    public int FlushBytes { get; init; } = 1 << 20;

    /// <summary>Writes when so many changes have gathered. Default: 10,000.</summary>
    public int FlushChanges { get; init; } = 10_000;

    /// <summary>Writes when the oldest change has waited so long; zero to write at once whatever has gathered while the block before was written. Up to a day. Default: 10 milliseconds.</summary>
    public TimeSpan FlushDelay { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>How many bytes may wait before adding waits too; one addition may exceed it alone; up to <see cref="StateLimits.MaxBlockBytes"/>. Default: 16 MiB.</summary>
    public long PendingBytes { get; init; } = 16 << 20;

    /// <summary>The clock of <see cref="FlushDelay"/>. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is out of its range.</exception>
    internal void Validate()
    {
        const int MostFlushBytes = 64 << 20; // the values that are replaced come on top of it in the block's record
        Require(FlushBytes, nameof(FlushBytes), 1, MostFlushBytes);
        Require(FlushChanges, nameof(FlushChanges), 1, int.MaxValue);
        Require(FlushDelay.Ticks, nameof(FlushDelay), 0, TimeSpan.TicksPerDay);
        Require(PendingBytes, nameof(PendingBytes), 1, StateLimits.MaxBlockBytes);
        ArgumentNullException.ThrowIfNull(TimeProvider);
    }

    private static void Require(long value, string name, long least, long most)
    {
        if (value < least || value > most)
        {
            throw new ArgumentOutOfRangeException(name, value, $"The option {name} has to be {least} to {most}.");
        }
    }
}
