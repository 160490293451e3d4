using System.Globalization;

namespace Cairn.Cli.Output;

/// <summary>Times for people.</summary>
internal static class TimeText
{
    /// <summary>A time within the calendar as RFC 3339 in UTC, with the digits of its fraction that are not zero.</summary>
    /// <param name="ticks">100 ns ticks since 1970.</param>
    public static string Of(long ticks) => DateTime.UnixEpoch.AddTicks(ticks).ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
}
