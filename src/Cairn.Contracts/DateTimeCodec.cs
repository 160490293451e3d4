using System.Buffers.Binary;

namespace Cairn.Contracts;

/// <summary>
/// An instant and its offset from UTC, 25 bytes: seconds since 1970 (8), microseconds (4), 1 for "has an offset" (1), and the offset as days, seconds and microseconds (4 each); the days may be negative, the seconds are not. What
/// is finer than a microsecond is cut off.
/// </summary>
internal sealed class DateTimeCodec() : StorageKeyCodec<DateTimeOffset>("datetime", SizeBytes)
{
    private const int SizeBytes = 25;
    private const int MicrosecondsAt = 8;
    private const int HasOffsetAt = 12;
    private const int DaysAt = 13;
    private const int SecondsAt = 17;
    private const int SecondsOfDay = 86_400;
    private const int MaxOffsetMinutes = 14 * 60;

    public override DateTimeOffset Read(StoragePlace place)
    {
        Span<byte> bytes = stackalloc byte[SizeBytes];
        place.Read(bytes);
        ulong seconds = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        uint microseconds = BinaryPrimitives.ReadUInt32LittleEndian(bytes[MicrosecondsAt..]);
        if (seconds > (ulong)DateTimeOffset.MaxValue.ToUnixTimeSeconds() || microseconds >= 1_000_000)
        {
            throw place.Fault($"{seconds} s and {microseconds} µs since 1970 are no time before the year 10000");
        }

        DateTimeOffset utc = DateTimeOffset.FromUnixTimeSeconds((long)seconds).AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
        return bytes[HasOffsetAt] == 0 ? utc : Shift(utc, bytes);
    }

    public override void Write(StoragePlace place, DateTimeOffset value)
    {
        long ticks = value.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks;
        if (ticks < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, "Instants before 1970-01-01T00:00:00Z cannot be stored.");
        }

        Span<byte> bytes = stackalloc byte[SizeBytes];
        bytes.Clear();
        int offset = (int)(value.Offset.Ticks / TimeSpan.TicksPerSecond);
        int days = offset < 0 ? -1 : 0;
        BinaryPrimitives.WriteInt64LittleEndian(bytes, ticks / TimeSpan.TicksPerSecond);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[MicrosecondsAt..], (int)(ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond));
        bytes[HasOffsetAt] = 1;
        BinaryPrimitives.WriteInt32LittleEndian(bytes[DaysAt..], days);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[SecondsAt..], offset - (days * SecondsOfDay));
        place.Write(bytes);
    }

    internal override int Compare(StoragePlace stored, DateTimeOffset key) => Read(stored).CompareTo(key);

    /// <summary>The instant with its offset; with that of UTC where a <see cref="DateTimeOffset"/> cannot have it: fractions of minutes, more than 14 hours.</summary>
    private static DateTimeOffset Shift(DateTimeOffset utc, ReadOnlySpan<byte> bytes)
    {
        long seconds = ((long)BinaryPrimitives.ReadInt32LittleEndian(bytes[DaysAt..]) * SecondsOfDay) + BinaryPrimitives.ReadInt32LittleEndian(bytes[SecondsAt..]);
        long ticks = utc.Ticks + (seconds * TimeSpan.TicksPerSecond);
        return seconds % 60 == 0 && Math.Abs(seconds) <= MaxOffsetMinutes * 60 && ticks <= DateTime.MaxValue.Ticks && ticks >= 0 ? utc.ToOffset(TimeSpan.FromSeconds(seconds)) : utc;
    }
}
