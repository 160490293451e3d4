using System.Globalization;

namespace Cairn.Homes;

/// <summary>Writes records, end marks and the header as lines. <see cref="JsonLinesDecoder"/> reads them.</summary>
internal static class JsonLinesCodec
{
    /// <summary>How times are written: all seven digits of a tick that are not zero.</summary>
    public const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'";

    /// <summary>Writes a record as a line.</summary>
    /// <param name="sink">Where it goes.</param>
    /// <param name="record">The record.</param>
    /// <param name="batch">The sequence of the first record of its sync batch.</param>
    public static void WriteRecord(JsonLineSink sink, LogRecord record, ulong batch)
    {
        sink.Raw(JsonLinesFormat.LineStart);
        sink.Number(record.Sequence);
        sink.Raw(JsonLinesFormat.KindStart);
        sink.Raw(JsonLinesFormat.NameOf(record.Kind));
        sink.Raw(JsonLinesFormat.BatchStart);
        sink.Number(batch);
        Field(sink, ",\"height\":"u8, record.Height.Value);
        if (record.ParentHeight is { } parent)
        {
            Field(sink, ",\"parent\":"u8, parent.Value);
        }

        if (record.TimeTicks is { } ticks)
        {
            WriteTime(sink, ticks);
        }

        WriteHash(sink, ",\"previousRoot\":\""u8, record.PreviousRoot);
        WriteHash(sink, ",\"root\":\""u8, record.Root);
        Field(sink, ",\"entries\":"u8, record.StateTotals.Entries);
        Field(sink, ",\"bytes\":"u8, record.StateTotals.Bytes);
        Field(sink, ",\"localEntries\":"u8, record.LocalTotals.Entries);
        Field(sink, ",\"localBytes\":"u8, record.LocalTotals.Bytes);
        if (record.Kind == RecordKind.Rewind)
        {
            Field(sink, ",\"abandonedFrom\":"u8, record.AbandonedFrom);
        }

        if (record.Kind == RecordKind.Block)
        {
            WriteContent(sink, record);
        }

        sink.EndLine();
    }

    /// <summary>Writes the end mark of a clean close.</summary>
    /// <param name="sink">Where it goes.</param>
    /// <param name="sequence">The sequence of the last record.</param>
    public static void WriteEnd(JsonLineSink sink, ulong sequence)
    {
        sink.Raw(JsonLinesFormat.LineStart);
        sink.Number(sequence);
        sink.Raw(JsonLinesFormat.KindStart);
        sink.Raw(JsonLinesFormat.EndKind);
        sink.Raw("\""u8);
        sink.EndLine();
    }

    /// <summary>Writes the first line of a log.</summary>
    public static void WriteHeader(JsonLineSink sink)
    {
        sink.Raw(JsonLinesFormat.Header);
        sink.EndLine();
    }

    /// <summary>Writes the only line of the file that tells where the log ended.</summary>
    public static void WriteEndPlace(JsonLineSink sink, JsonLinesEnd end)
    {
        Field(sink, "{\"sequence\":"u8, end.Sequence);
        Field(sink, ",\"bytes\":"u8, (ulong)end.Offset);
        Field(sink, ",\"lineCrc\":"u8, end.Crc);
        sink.EndLine();
    }

    private static void WriteContent(JsonLineSink sink, LogRecord record)
    {
        sink.Raw(",\"changes\":["u8);
        WriteChanges(sink, record.StateChanges, isFirst: true, isLocal: false);
        WriteChanges(sink, record.LocalChanges, isFirst: record.StateChanges.Count == 0, isLocal: true);
        sink.Raw("]"u8);
        if (record.Payload is { } payload)
        {
            sink.Raw(",\"payloadHex\":\""u8);
            sink.Hex(payload.Span);
            sink.Raw("\""u8);
        }
    }

    private static void WriteChanges(JsonLineSink sink, ChangeList changes, bool isFirst, bool isLocal)
    {
        for (int i = 0; i < changes.Count; i++)
        {
            sink.Raw(isFirst ? "{"u8 : ",{"u8);
            isFirst = false;
            WriteBytes(sink, "\"key\":\""u8, "\"keyHex\":\""u8, changes.Key(i));
            if (changes.HasOld(i))
            {
                WriteBytes(sink, ",\"old\":\""u8, ",\"oldHex\":\""u8, changes.Old(i));
            }
            else
            {
                sink.Raw(",\"old\":null"u8);
            }

            if (changes.HasNew(i))
            {
                WriteBytes(sink, ",\"value\":\""u8, ",\"valueHex\":\""u8, changes.New(i));
            }
            else
            {
                sink.Raw(",\"value\":null"u8);
            }

            if (changes.HasOld(i))
            {
                Field(sink, ",\"since\":"u8, changes.PreviousHeight(i).Value);
            }

            sink.Raw(isLocal ? ",\"tree\":\"local\"}"u8 : "}"u8);
        }
    }

    private static void WriteBytes(JsonLineSink sink, ReadOnlySpan<byte> textName, ReadOnlySpan<byte> hexName, ReadOnlySpan<byte> bytes)
    {
        if (JsonLinesFormat.IsText(bytes))
        {
            sink.Raw(textName);
            sink.Text(bytes);
        }
        else
        {
            sink.Raw(hexName);
            sink.Hex(bytes);
        }

        sink.Raw("\""u8);
    }

    private static void WriteHash(JsonLineSink sink, ReadOnlySpan<byte> name, Hash256 hash)
    {
        Span<byte> bytes = stackalloc byte[Hash256.SizeBytes];
        hash.CopyTo(bytes);
        sink.Raw(name);
        sink.Hex(bytes);
        sink.Raw("\""u8);
    }

    private static void WriteTime(JsonLineSink sink, long ticks)
    {
        Int128 sinceYearOne = (Int128)ticks + DateTime.UnixEpoch.Ticks;
        if (sinceYearOne < DateTime.MinValue.Ticks || sinceYearOne > DateTime.MaxValue.Ticks)
        {
            sink.Raw(",\"timeTicks\":"u8); // a year of five digits or before the first has no place in the text form
            sink.Number(ticks);
            return;
        }

        Span<byte> text = stackalloc byte[32];
        new DateTime((long)sinceYearOne, DateTimeKind.Utc).TryFormat(text, out int length, TimeFormat, CultureInfo.InvariantCulture);
        sink.Raw(",\"time\":\""u8);
        sink.Raw(text[..length]);
        sink.Raw("\""u8);
    }

    private static void Field(JsonLineSink sink, ReadOnlySpan<byte> name, ulong value)
    {
        sink.Raw(name);
        sink.Number(value);
    }
}
