using System.Globalization;

namespace Cairn.Cli.Output;

/// <summary>Times for people.</summary>
internal static class TimeText
{
    /// <summary>Whether a time is within the calendar of years 1 to 9999.</summary>
    /// <param name="ticks">100 ns ticks since 1970.</param>
    public static bool IsInCalendar(long ticks) => ticks >= -DateTime.UnixEpoch.Ticks && ticks <= DateTime.MaxValue.Ticks - DateTime.UnixEpoch.Ticks;

    /// <summary>A time as text, outside the calendar the number of its ticks, or a dash for none.</summary>
    /// <param name="ticks">100 ns ticks since 1970.</param>
    public static string OrDash(long? ticks) => ticks is not { } value ? "-" : IsInCalendar(value) ? Of(value) : value.ToString(CultureInfo.InvariantCulture);

    /// <summary>A time within the calendar as RFC 3339 in UTC, with the digits of its fraction that are not zero.</summary>
    /// <param name="ticks">100 ns ticks since 1970.</param>
    public static string Of(long ticks) => DateTime.UnixEpoch.AddTicks(ticks).ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
}
