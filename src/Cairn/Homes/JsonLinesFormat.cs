namespace Cairn.Homes;

/// <summary>The names and fixed bytes of the JSON-lines home. Described in docs/format.md, section "JSON lines".</summary>
internal static class JsonLinesFormat
{
    /// <summary>The kind of home, as in URIs.</summary>
    public const string Kind = "jsonl";

    /// <summary>The file a writer holds locked.</summary>
    public const string LockFileName = "lock";

    /// <summary>The log.</summary>
    public const string LogFileName = "blocks.jsonl";

    /// <summary>Where the log ended when the store was last closed cleanly. Without it the loss of whole lines at the end could not be seen.</summary>
    public const string EndFileName = "blocks.end";

    /// <summary>Added to the name of a file that is still being written.</summary>
    public const string NewSuffix = ".new";

    /// <summary>The format version this code writes and reads.</summary>
    public const int Version = 1;

    /// <summary>The bytes after those the checksum covers: <c>,"crc":"</c>, 8 digits, <c>"}</c>. The line feed follows.</summary>
    public const int TailBytes = 18;

    /// <summary>More than the start of a line needs, up to and including the batch.</summary>
    public const int MaxPrefixBytes = 128;

    /// <summary>The header, before its checksum: the first line of the log.</summary>
    public static ReadOnlySpan<byte> Header => "{\"format\":\"cairn-jsonl\",\"version\":1,\"required\":[],\"optional\":[]"u8;

    /// <summary>What every line but the header starts with. It can be nowhere else: quotes inside strings are escaped.</summary>
    public static ReadOnlySpan<byte> LineStart => "{\"sequence\":"u8;

    /// <summary>What stands between the sequence and the kind.</summary>
    public static ReadOnlySpan<byte> KindStart => ",\"kind\":\""u8;

    /// <summary>What stands between the kind and the batch.</summary>
    public static ReadOnlySpan<byte> BatchStart => "\",\"batch\":"u8;

    /// <summary>What the checksum of a line starts with.</summary>
    public static ReadOnlySpan<byte> TailStart => ",\"crc\":\""u8;

    /// <summary>What a line ends with, before the line feed.</summary>
    public static ReadOnlySpan<byte> TailEnd => "\"}"u8;

    /// <summary>The kind of an end mark.</summary>
    public static ReadOnlySpan<byte> EndKind => "end"u8;

    /// <summary>The word for a kind of record.</summary>
    public static ReadOnlySpan<byte> NameOf(RecordKind kind) => kind switch
    {
        RecordKind.Block => "block"u8,
        RecordKind.Rewind => "rewind"u8,
        RecordKind.Finalise => "finalise"u8,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "The kind of record is not known."),
    };

    /// <summary>The kind of record of a word.</summary>
    public static bool TryGetKind(ReadOnlySpan<byte> name, out RecordKind kind)
    {
        for (kind = RecordKind.Block; kind <= RecordKind.Finalise; kind++)
        {
            if (name.SequenceEqual(NameOf(kind)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether bytes are written as text: valid UTF-8 without control characters (U+0000 to U+001F, U+007F to U+009F).</summary>
    public static bool IsText(ReadOnlySpan<byte> bytes)
    {
        if (bytes.ContainsAnyInRange((byte)0, (byte)0x1f) || bytes.Contains((byte)0x7f) || !System.Text.Unicode.Utf8.IsValid(bytes))
        {
            return false;
        }

        for (int at = bytes.IndexOf((byte)0xc2); at >= 0; at = bytes.IndexOf((byte)0xc2))
        {
            if (bytes[at + 1] < 0xa0)
            {
                return false;
            }

            bytes = bytes[(at + 2)..];
        }

        return true;
    }

    /// <summary>Reads the checksum out of the last <see cref="TailBytes"/> bytes of a line.</summary>
    /// <returns>Whether they are a tail: the fixed bytes and 8 lower-case digits.</returns>
    public static bool TryParseTail(ReadOnlySpan<byte> tail, out uint crc)
    {
        crc = 0;
        if (tail.Length != TailBytes || !tail.StartsWith(TailStart) || !tail.EndsWith(TailEnd))
        {
            return false;
        }

        foreach (byte digit in tail[TailStart.Length..^TailEnd.Length])
        {
            if (!char.IsAsciiHexDigitLower((char)digit))
            {
                return false;
            }

            crc = (crc << 4) | (uint)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
        }

        return true;
    }
}
