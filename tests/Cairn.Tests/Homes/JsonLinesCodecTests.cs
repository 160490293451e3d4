using System.Text;
using Cairn.Homes;
using Cairn.IO;
using Cairn.Tests.IO;
using Xunit;

namespace Cairn.Tests.Homes;

public sealed class JsonLinesCodecTests
{
    private readonly SimulatedFileSystem _files = new();

    [Fact]
    public void Records_OfAnyContent_ReadBackAsTheyWere() => SeededRandom.ForEach(60, random =>
    {
        LogRecord[] records = [.. Enumerable.Range(1, 8).Select(i => JsonLinesRecords.Any(random, (ulong)i))];
        LogRecord[] found = [.. RoundTrip(records)];
        Assert.Equal(records.Length, found.Length);
        for (int i = 0; i < records.Length; i++)
        {
            JsonLinesRecords.AssertSame(records[i], found[i]);
        }
    });

    [Fact]
    public void Text_OfEveryCharacter_ReadsBackAsItWas()
    {
        List<(byte[], byte[]?, byte[]?)> changes = [];
        for (int first = 0; first < 0x110000; first += 0x400)
        {
            Rune[] runes = [.. Enumerable.Range(first, 0x400).Where(Rune.IsValid).Select(value => new Rune(value))];
            changes.Add((JsonLinesRecords.Bytes($"{first:x8}"), null, JsonLinesRecords.Bytes(string.Concat(runes.Select(rune => rune.ToString())))));
        }

        LogRecord record = Block(JsonLinesRecords.Changes([.. changes]));
        JsonLinesRecords.AssertSame(record, RoundTrip(record).Single());
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("plain", true)]
    [InlineData("ä€😀\u00a0\u2028", true)]
    [InlineData("a\tb", false)]
    [InlineData("a\u007f", false)]
    [InlineData("a\u0080", false)]
    [InlineData("\u009f", false)]
    public void IsText_OfCharacters_ExcludesControls(string text, bool expected) => Assert.Equal(expected, JsonLinesFormat.IsText(JsonLinesRecords.Bytes(text)));

    [Fact]
    public void IsText_OfBytesThatAreNoUtf8_IsFalse()
    {
        Assert.False(JsonLinesFormat.IsText([0xff]));
        Assert.False(JsonLinesFormat.IsText([0xc2]));
        Assert.False(JsonLinesFormat.IsText([0xed, 0xa0, 0x80]));
        Assert.False(JsonLinesFormat.IsText([0xc0, 0x80]));
    }

    [Fact]
    public void Values_OfTheGreatestLength_ReadBackInBothForms()
    {
        byte[] binary = new byte[StateLimits.MaxValueBytes];
        new Random(7).NextBytes(binary);
        byte[] quotes = new byte[StateLimits.MaxValueBytes];
        quotes.AsSpan().Fill((byte)'"');
        byte[] unassigned = new byte[StateLimits.MaxValueBytes]; // two bytes each, written as six
        for (int i = 0; i < unassigned.Length; i += 2)
        {
            (unassigned[i], unassigned[i + 1]) = (0xcd, 0xb8); // U+0378
        }

        LogRecord record = Block(JsonLinesRecords.Changes(([1], binary, quotes), ([2], unassigned, [])));
        using TemporaryDirectory directory = new();
        using IFile file = OsFileSystem.Instance.Open(directory.PathOf("long"), FileOpening.CreateNew);
        JsonLinesCodec.WriteRecord(new JsonLineSink(file, 0, 0), record, batch: 1);
        JsonLinesRecords.AssertSame(record, new JsonLinesDecoder(new JsonLineTokens(file, 0, file.Length, 0)).Read()!);
    }

    [Theory]
    [InlineData(0, "1970-01-01T00:00:00Z")]
    [InlineData(14982519060000000, "2017-06-23T21:05:06Z")]
    [InlineData(14982519061234567, "2017-06-23T21:05:06.1234567Z")]
    [InlineData(14982519061000000, "2017-06-23T21:05:06.1Z")]
    [InlineData(-1, "1969-12-31T23:59:59.9999999Z")]
    [InlineData(-621355968000000000, "0001-01-01T00:00:00Z")]
    [InlineData(2534023007999999999, "9999-12-31T23:59:59.9999999Z")]
    public void Time_InTheCalendar_IsWrittenForPeople(long ticks, string text)
    {
        LogRecord record = Block(ChangeList.Empty, ticks);
        LogRecord found = RoundTrip(record).Single();
        Assert.Equal(ticks, found.TimeTicks);
        Assert.Contains($"\"time\":\"{text}\"", Line(record), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(-621355968000000001)]
    [InlineData(2534023008000000000)]
    [InlineData(long.MaxValue)]
    public void Time_OutsideTheCalendar_IsWrittenInTicks(long ticks)
    {
        LogRecord record = Block(ChangeList.Empty, ticks);
        Assert.Equal(ticks, RoundTrip(record).Single().TimeTicks);
        Assert.Contains($"\"timeTicks\":{ticks}", Line(record), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"parent\":10,", "\"parent\":10,\"parent\":10,")]
    [InlineData("\"parent\":10,", "\"parents\":10,")]
    [InlineData("\"parent\":10,", "\"parent\":-1,")]
    [InlineData("\"parent\":10,", "\"parent\":1e1,")]
    [InlineData("\"parent\":10,", "\"parent\":18446744073709551616,")]
    [InlineData("\"parent\":10,", "\"parent\":\"10\",")]
    [InlineData("\"parent\":10,", "\"parent\":10,\"time\":\"2017-06-23 21:05:06Z\",")]
    [InlineData("\"parent\":10,", "\"parent\":10,\"time\":\"2017-06-23T21:05:06.12345678Z\",")]
    [InlineData("\"height\":20,", "")]
    [InlineData("\"kind\":\"block\"", "\"kind\":\"blocks\"")]
    [InlineData("\"kind\":\"block\"", "\"kind\":\"rewind\"")]
    [InlineData("\"key\":\"k002\"", "\"key\":\"\"")]
    [InlineData("\"key\":\"k002\"", "\"keyHex\":\"0\"")]
    [InlineData("\"key\":\"k002\"", "\"keyHex\":\"0g\"")]
    [InlineData("\"key\":\"k002\"", "\"key\":\"a\\u0000\"")]
    [InlineData("\"key\":\"k002\"", "\"key\":\"\\ud800\"")]
    [InlineData("\"key\":\"k002\"", "\"key\":null")]
    [InlineData("\"value\":\"value 2\"", "\"value\":null")]
    [InlineData("\"value\":\"value 2\"", "\"value\":\"value 2\",\"since\":1")]
    [InlineData("\"value\":\"value 2\"", "\"value\":\"value 2\",\"tree\":\"state\"")]
    [InlineData("\"value\":\"value 2\"}", "\"value\":\"value 2\"},{\"key\":\"k002\",\"old\":null,\"value\":\"\"}")]
    [InlineData("\"value\":\"value 2\"}", "\"value\":\"value 2\",\"tree\":\"local\"},{\"key\":\"k003\",\"old\":null,\"value\":\"\"}")]
    [InlineData("]", "],\"payloadHex\":null")]
    [InlineData("]", "],\"payloadHex\":\"0\"")]
    [InlineData("]", "],\"more\":1")]
    [InlineData("]", ",]")]
    [InlineData("]", "")]
    public void Line_WithARightChecksumButAnotherForm_IsRefused(string part, string replacement)
    {
        string line = Line(JsonLinesRecords.Small(2));
        Assert.Contains(part, line, StringComparison.Ordinal);
        int at = line.IndexOf(part, StringComparison.Ordinal);
        string body = (line[..at] + replacement + line[(at + part.Length)..])[..^(JsonLinesFormat.TailBytes + 1)];
        using IFile file = _files.Open("/line", FileOpening.CreateNew);
        JsonLineSink sink = new(file, 0, 0);
        sink.Raw(Encoding.UTF8.GetBytes(body));
        sink.EndLine();
        StateCorruptedException refusal = Assert.Throws<StateCorruptedException>(() => new JsonLinesDecoder(new JsonLineTokens(file, 0, file.Length, 0)).Read());
        Assert.Equal(("/line", 0L, "line 1"), (refusal.File, refusal.Offset, refusal.What));
    }

    [Fact]
    public void Lines_OfRandomBytes_AreRefusedAndNothingElse() => SeededRandom.ForEach(300, random =>
    {
        byte[] bytes = Encoding.UTF8.GetBytes(Line(JsonLinesRecords.Any(random, 1)));
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            bytes[random.Next(bytes.Length)] = random.Next(3) == 0 ? (byte)"{}[]\",:\\\n"[random.Next(9)] : (byte)random.Next(256);
        }

        _files.WriteAllBytes("/random", bytes);
        using IFile file = _files.Open("/random", FileOpening.Read);
        try
        {
            _ = new JsonLinesDecoder(new JsonLineTokens(file, 0, file.Length, 0)).Read();
        }
        catch (StateCorruptedException refusal)
        {
            Assert.Equal(0, refusal.Offset);
        }
    });

    [Fact]
    public void File_OfEveryKindOfLine_IsFrozen()
    {
        using IFile file = _files.Open("/golden", FileOpening.CreateNew);
        JsonLineSink sink = new(file, 0, 0);
        JsonLinesCodec.WriteHeader(sink);
        JsonLinesCodec.WriteRecord(sink, JsonLinesRecords.Small(1), batch: 1);
        JsonLinesCodec.WriteRecord(sink, Everything(), batch: 2);
        JsonLinesCodec.WriteEnd(sink, 2);
        JsonLinesCodec.WriteRecord(sink, new LogRecord { Kind = RecordKind.Rewind, Sequence = 3, Height = new(10), ParentHeight = new(20), PreviousRoot = JsonLinesRecords.Hash(2), Root = JsonLinesRecords.Hash(1), AbandonedFrom = 2, StateTotals = new(1, 7) }, batch: 3);
        JsonLinesCodec.WriteRecord(sink, new LogRecord { Kind = RecordKind.Finalise, Sequence = 4, Height = new(10), PreviousRoot = JsonLinesRecords.Hash(1), Root = JsonLinesRecords.Hash(1), StateTotals = new(1, 7) }, batch: 3);
        GoldenFile.Check("json-lines/blocks.jsonl", _files.ReadAllBytes("/golden"));
        using IFile end = _files.Open("/golden-end", FileOpening.CreateNew);
        JsonLinesCodec.WriteEndPlace(new JsonLineSink(end, 0, 0), new JsonLinesEnd(sink.Offset, 4, sink.Crc));
        GoldenFile.Check("json-lines/blocks.end", _files.ReadAllBytes("/golden-end"));
    }

    private static LogRecord Everything() => new()
    {
        Kind = RecordKind.Block,
        Sequence = 2,
        Height = new BlockHeight(20),
        ParentHeight = new BlockHeight(10),
        TimeTicks = 14982519061234567,
        PreviousRoot = JsonLinesRecords.Hash(1),
        Root = JsonLinesRecords.Hash(2),
        StateTotals = new TreeTotals(3, 21),
        LocalTotals = new TreeTotals(1, 9),
        StateChanges = JsonLinesRecords.Changes(
            ([0x02, 0xff], null, [0x00]),
            (JsonLinesRecords.Bytes("k001"), JsonLinesRecords.Bytes("value 1"), null),
            (JsonLinesRecords.Bytes("k002 \"ä\""), JsonLinesRecords.Bytes(""), JsonLinesRecords.Bytes("línea\\"))),
        LocalChanges = JsonLinesRecords.Changes((JsonLinesRecords.Bytes("note"), null, JsonLinesRecords.Bytes("only here"))),
        Payload = new byte[] { 1, 2, 3 },
    };

    private static LogRecord Block(ChangeList changes, long? ticks = null) => new()
    {
        Kind = RecordKind.Block,
        Sequence = 1,
        Height = new BlockHeight(ulong.MaxValue),
        TimeTicks = ticks,
        PreviousRoot = JsonLinesRecords.Hash(0),
        Root = JsonLinesRecords.Hash(1),
        StateChanges = changes,
    };

    private string Line(LogRecord record)
    {
        _files.WriteAllBytes("/one", []);
        using IFile file = _files.Open("/one", FileOpening.Write);
        JsonLinesCodec.WriteRecord(new JsonLineSink(file, 0, 0), record, batch: record.Sequence);
        return Encoding.UTF8.GetString(_files.ReadAllBytes("/one"));
    }

    private List<LogRecord> RoundTrip(params LogRecord[] records)
    {
        _files.WriteAllBytes("/all", []);
        using IFile file = _files.Open("/all", FileOpening.Write);
        JsonLineSink sink = new(file, 0, 5);
        foreach (LogRecord record in records)
        {
            JsonLinesCodec.WriteRecord(sink, record, batch: 1);
        }

        Assert.Equal(file.Length, sink.Offset);
        Assert.Equal(records.Length, _files.ReadAllBytes("/all").AsSpan().Count((byte)'\n'));
        JsonLineTokens tokens = new(file, 0, file.Length, 5);
        JsonLinesDecoder decoder = new(tokens);
        List<LogRecord> found = [];
        while (tokens.HasLine)
        {
            found.Add(decoder.Read()!);
        }

        Assert.Equal(sink.Crc, tokens.Crc);
        return found;
    }
}
