namespace Cairn.Cli.Input;

/// <summary>Reads the times of RFC 3339 without losing anything: <c>2017-06-23T21:05:06.1234567+02:00</c>.</summary>
internal static class Rfc3339
{
    private const int FractionDigits = 7; // a tick is 100 ns

    /// <summary>Reads a time.</summary>
    /// <param name="text">The text, all of it.</param>
    /// <param name="ticks">The time in 100 ns ticks since 1970-01-01 UTC.</param>
    /// <param name="reason">What is wrong with the text.</param>
    /// <returns>Whether it was one.</returns>
    public static bool TryParse(ReadOnlySpan<byte> text, out long ticks, out string reason)
    {
        ticks = 0;
        if (!TryDateTime(ref text, out DateTime time, out reason) || !TryFraction(ref text, out long fraction, out reason) || !TryOffset(ref text, out long offset, out reason))
        {
            return false;
        }

        if (text.Length > 0)
        {
            reason = "there is something behind the time";
            return false;
        }

        ticks = time.Ticks - DateTime.UnixEpoch.Ticks + fraction - offset;
        return true;
    }

    private static bool TryDateTime(ref ReadOnlySpan<byte> text, out DateTime time, out string reason)
    {
        time = default;
        reason = "a time looks like 2017-06-23T21:05:06Z or 2017-06-23T23:05:06.1234567+02:00";
        if (!TryNumber(ref text, 4, out int year) || !TrySkip(ref text, '-') || !TryNumber(ref text, 2, out int month) || !TrySkip(ref text, '-') || !TryNumber(ref text, 2, out int day)
            || !(TrySkip(ref text, 'T') || TrySkip(ref text, 't'))
            || !TryNumber(ref text, 2, out int hour) || !TrySkip(ref text, ':') || !TryNumber(ref text, 2, out int minute) || !TrySkip(ref text, ':') || !TryNumber(ref text, 2, out int second))
        {
            return false;
        }

        reason = $"there is no day {year:d4}-{month:d2}-{day:d2}";
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
        {
            return false;
        }

        reason = second == 60 ? "a leap second has no place in a count of seconds; give the second before or after" : $"there is no time {hour:d2}:{minute:d2}:{second:d2}";
        if (hour > 23 || minute > 59 || second > 59)
        {
            return false;
        }

        time = new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc);
        return true;
    }

    private static bool TryFraction(ref ReadOnlySpan<byte> text, out long fraction, out string reason)
    {
        fraction = 0;
        reason = $"a fraction of a second has 1 to {FractionDigits} digits: more would be lost";
        if (!TrySkip(ref text, '.'))
        {
            return true;
        }

        int digits = 0;
        for (; digits < text.Length && char.IsAsciiDigit((char)text[digits]); digits++)
        {
            fraction = digits < FractionDigits ? (fraction * 10) + text[digits] - '0' : 0;
        }

        text = text[digits..];
        for (int i = digits; i < FractionDigits; i++)
        {
            fraction *= 10;
        }

        return digits is > 0 and <= FractionDigits;
    }

    private static bool TryOffset(ref ReadOnlySpan<byte> text, out long offset, out string reason)
    {
        offset = 0;
        reason = "a time ends with Z or an offset like +02:00";
        if (TrySkip(ref text, 'Z') || TrySkip(ref text, 'z'))
        {
            return true;
        }

        bool isBehind = TrySkip(ref text, '-');
        if (!isBehind && !TrySkip(ref text, '+'))
        {
            return false;
        }

        if (!TryNumber(ref text, 2, out int hours) || !TrySkip(ref text, ':') || !TryNumber(ref text, 2, out int minutes) || hours > 23 || minutes > 59)
        {
            return false;
        }

        offset = ((hours * 60) + minutes) * TimeSpan.TicksPerMinute * (isBehind ? -1 : 1);
        return true;
    }

    private static bool TryNumber(ref ReadOnlySpan<byte> text, int digits, out int value)
    {
        value = 0;
        if (text.Length < digits)
        {
            return false;
        }

        foreach (byte digit in text[..digits])
        {
            if (!char.IsAsciiDigit((char)digit))
            {
                return false;
            }

            value = (value * 10) + digit - '0';
        }

        text = text[digits..];
        return true;
    }

    private static bool TrySkip(ref ReadOnlySpan<byte> text, char expected)
    {
        bool isThere = text.Length > 0 && text[0] == expected;
        text = isThere ? text[1..] : text;
        return isThere;
    }
}
