using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Cairn.Homes;

/// <summary>Reads records back from the lines that <see cref="JsonLinesCodec"/> writes: the same fields in the same order, nothing else.</summary>
internal sealed class JsonLinesDecoder(JsonLineTokens tokens)
{
    private byte[] _key = new byte[StateLimits.MaxKeyBytes];
    private byte[] _old = [];
    private byte[] _new = [];

    /// <summary>Reads the next line.</summary>
    /// <returns>Its record; null for an end mark.</returns>
    /// <exception cref="StateCorruptedException">The line is not what the codec writes.</exception>
    public LogRecord? Read()
    {
        tokens.BeginLine();
        ulong sequence = Number("sequence"u8);
        Name("kind"u8);
        if (Value(JsonTokenType.String).SequenceEqual(JsonLinesFormat.EndKind))
        {
            tokens.Next();
            tokens.EndLine();
            return null;
        }

        if (!JsonLinesFormat.TryGetKind(tokens.Text, out RecordKind kind))
        {
            throw tokens.Bad("a kind of record", $"'{Encoding.UTF8.GetString(tokens.Text)}'");
        }

        _ = Number("batch"u8);
        LogRecord record = ReadRecord(sequence, kind);
        tokens.EndLine();
        return record;
    }

    /// <summary>Reads the only line of the file that tells where the log ended.</summary>
    public JsonLinesEnd ReadEnd()
    {
        tokens.BeginLine();
        ulong sequence = Number("sequence"u8);
        ulong offset = Number("bytes"u8);
        ulong lineCrc = Number("lineCrc"u8);
        tokens.Next();
        tokens.EndLine();
        return offset <= long.MaxValue && lineCrc <= uint.MaxValue && !tokens.HasLine
            ? new JsonLinesEnd((long)offset, sequence, (uint)lineCrc)
            : throw tokens.Bad("one line with a place", "more, or numbers out of range");
    }

    /// <summary>Reads the first line of a log.</summary>
    /// <exception cref="StoreFormatException">The log is of another version, or needs features this code does not know.</exception>
    public void ReadHeader(string path)
    {
        tokens.BeginLine();
        Name("format"u8);
        if (!Value(JsonTokenType.String).SequenceEqual("cairn-jsonl"u8))
        {
            throw tokens.Bad("the format 'cairn-jsonl'", "another one");
        }

        ulong version = Number("version"u8);
        string? required = null;
        tokens.Next();
        if (version == JsonLinesFormat.Version)
        {
            required = Features("required"u8);
            tokens.Next();
            Features("optional"u8);
            tokens.Next();
        }

        while (version != JsonLinesFormat.Version && !tokens.IsName("crc"u8))
        {
            tokens.Next(); // whatever another version has there; only the checksum counts
        }

        tokens.EndLine();
        if (version != JsonLinesFormat.Version)
        {
            throw new StoreFormatException(path, "format version", $"version {JsonLinesFormat.Version}", version.ToString());
        }

        if (required is not null)
        {
            throw new StoreFormatException(path, "the required feature", "none", $"'{required}'");
        }
    }

    /// <summary>Reads a list of features whose name is the current token; this version knows none.</summary>
    /// <returns>The first; null when there is none.</returns>
    private string? Features(ReadOnlySpan<byte> name)
    {
        ExpectName(name);
        Value(JsonTokenType.StartArray);
        string? first = null;
        for (tokens.Next(); tokens.Type != JsonTokenType.EndArray; tokens.Next())
        {
            tokens.Expect(JsonTokenType.String);
            first ??= Encoding.UTF8.GetString(tokens.Text);
        }

        return first;
    }

    private LogRecord ReadRecord(ulong sequence, RecordKind kind)
    {
        BlockHeight height = new(Number("height"u8));
        tokens.Next();
        BlockHeight? parent = tokens.IsName("parent"u8) ? new BlockHeight(NumberThenNext()) : null;
        long? ticks = Time();
        ExpectName("previousRoot"u8);
        Hash256 previousRoot = Hash();
        Name("root"u8);
        Hash256 root = Hash();
        TreeTotals state = new(Number("entries"u8), Number("bytes"u8));
        TreeTotals local = new(Number("localEntries"u8), Number("localBytes"u8));
        ulong abandonedFrom = kind == RecordKind.Rewind ? Number("abandonedFrom"u8) : 0;
        ChangeList stateChanges = ChangeList.Empty;
        ChangeList localChanges = ChangeList.Empty;
        ReadOnlyMemory<byte>? payload = null;
        tokens.Next();
        if (kind == RecordKind.Block)
        {
            ExpectName("changes"u8);
            (stateChanges, localChanges) = Changes();
            tokens.Next();
            payload = Payload();
        }

        return new LogRecord
        {
            Kind = kind,
            Sequence = sequence,
            Height = height,
            ParentHeight = parent,
            TimeTicks = ticks,
            PreviousRoot = previousRoot,
            Root = root,
            StateTotals = state,
            LocalTotals = local,
            AbandonedFrom = abandonedFrom,
            StateChanges = stateChanges,
            LocalChanges = localChanges,
            Payload = payload,
        };
    }

    private (ChangeList State, ChangeList Local) Changes()
    {
        ChangeList.Builder state = new();
        ChangeList.Builder local = new();
        byte[] previousKey = new byte[StateLimits.MaxKeyBytes];
        int previousKeyBytes = -1;
        bool wasLocal = false;
        Value(JsonTokenType.StartArray);
        for (tokens.Next(); tokens.Type != JsonTokenType.EndArray; tokens.Next())
        {
            tokens.Expect(JsonTokenType.StartObject);
            tokens.Next();
            int keyBytes = Bytes("key"u8, "keyHex"u8, ref _key, StateLimits.MaxKeyBytes);
            int oldBytes = Bytes("old"u8, "oldHex"u8, ref _old, StateLimits.MaxValueBytes);
            int newBytes = Bytes("value"u8, "valueHex"u8, ref _new, StateLimits.MaxValueBytes);
            BlockHeight since = oldBytes >= 0 ? Since() : default;
            bool isLocal = IsLocal();
            if (isLocal != wasLocal)
            {
                previousKeyBytes = -1;
            }

            if (keyBytes <= 0 || (oldBytes < 0 && newBytes < 0) || (wasLocal && !isLocal))
            {
                throw tokens.Bad("changes with a key and a value, those of the local tree last", "another one");
            }

            ReadOnlySpan<byte> key = _key.AsSpan(0, keyBytes);
            if (previousKeyBytes >= 0 && key.SequenceCompareTo(previousKey.AsSpan(0, previousKeyBytes)) <= 0)
            {
                throw tokens.Bad("changes in ascending order of their keys", "a key that is not above the one before");
            }

            long total = state.ByteCount + local.ByteCount + keyBytes + Math.Max(oldBytes, 0) + Math.Max(newBytes, 0);
            if (total > StateLimits.MaxRecordBytes)
            {
                throw tokens.Bad($"a record of at most {StateLimits.MaxRecordBytes} bytes", "a larger one");
            }

            (isLocal ? local : state).Add(key, oldBytes >= 0, Slice(_old, oldBytes), since, newBytes >= 0, Slice(_new, newBytes));
            key.CopyTo(previousKey);
            previousKeyBytes = keyBytes;
            wasLocal = isLocal;
        }

        return (state.Build(), local.Build());
    }

    /// <summary>Reads bytes in one of their two forms into an array that grows as needed, and goes to the next token.</summary>
    /// <returns>Their number; −1 for null.</returns>
    private int Bytes(ReadOnlySpan<byte> textName, ReadOnlySpan<byte> hexName, ref byte[] destination, int limit)
    {
        bool isHex = tokens.IsName(hexName);
        if (!isHex)
        {
            ExpectName(textName);
        }

        tokens.Next();
        if (tokens.Type == JsonTokenType.Null && !isHex)
        {
            tokens.Next();
            return -1;
        }

        tokens.Expect(JsonTokenType.String);
        ReadOnlySpan<byte> text = tokens.Text;
        int length = isHex ? text.Length / 2 : text.Length;
        if (length > limit)
        {
            throw tokens.Bad($"at most {limit} bytes in one field", $"{length}");
        }

        if (destination.Length < length)
        {
            destination = new byte[Math.Max(length, Math.Min(limit, destination.Length * 2))];
        }

        if (isHex)
        {
            FromHex(text, destination);
        }
        else if (JsonLinesFormat.IsText(text))
        {
            text.CopyTo(destination);
        }
        else
        {
            throw tokens.Bad("text without control characters", "bytes that have to be written as hexadecimal digits");
        }

        tokens.Next();
        return length;
    }

    private BlockHeight Since()
    {
        ExpectName("since"u8);
        return new BlockHeight(NumberThenNext());
    }

    /// <summary>Reads the end of a change.</summary>
    private bool IsLocal()
    {
        bool isLocal = tokens.IsName("tree"u8);
        if (isLocal)
        {
            if (!Value(JsonTokenType.String).SequenceEqual("local"u8))
            {
                throw tokens.Bad("the tree 'local'", "another one");
            }

            tokens.Next();
        }

        tokens.Expect(JsonTokenType.EndObject);
        return isLocal;
    }

    /// <summary>Reads the time if the current token is its name, and goes to the name behind it.</summary>
    private long? Time()
    {
        if (tokens.IsName("timeTicks"u8))
        {
            ReadOnlySpan<byte> digits = Value(JsonTokenType.Number);
            if (!Utf8Parser.TryParse(digits, out long ticks, out int consumed) || consumed != digits.Length)
            {
                throw tokens.Bad("a time in ticks", "another number");
            }

            tokens.Next();
            return ticks;
        }

        if (!tokens.IsName("time"u8))
        {
            return null;
        }

        string text = Encoding.UTF8.GetString(Value(JsonTokenType.String));
        if (!DateTime.TryParseExact(text, JsonLinesCodec.TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTime time))
        {
            throw tokens.Bad("a time like 2017-06-23T21:05:06.1234567Z", "another text");
        }

        tokens.Next();
        return time.Ticks - DateTime.UnixEpoch.Ticks;
    }

    /// <summary>Reads the payload if the current token is its name, and goes to the name behind it.</summary>
    private ReadOnlyMemory<byte>? Payload()
    {
        if (!tokens.IsName("payloadHex"u8))
        {
            return null;
        }

        ReadOnlySpan<byte> text = Value(JsonTokenType.String);
        if (text.Length / 2 > StateLimits.MaxPayloadBytes)
        {
            throw tokens.Bad($"a payload of at most {StateLimits.MaxPayloadBytes} bytes", "a longer one");
        }

        byte[] payload = new byte[text.Length / 2];
        FromHex(text, payload);
        tokens.Next();
        return payload;
    }

    private Hash256 Hash()
    {
        ReadOnlySpan<byte> text = Value(JsonTokenType.String);
        Span<byte> bytes = stackalloc byte[Hash256.SizeBytes];
        if (text.Length != 2 * Hash256.SizeBytes)
        {
            throw tokens.Bad("a root of 64 digits", $"one of {text.Length}");
        }

        FromHex(text, bytes);
        return new Hash256(bytes);
    }

    private void FromHex(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        if (Convert.FromHexString(text, destination, out _, out _) != OperationStatus.Done)
        {
            throw tokens.Bad("pairs of hexadecimal digits", "another text");
        }
    }

    private ulong NumberThenNext()
    {
        ulong value = NumberValue();
        tokens.Next();
        return value;
    }

    private ulong Number(ReadOnlySpan<byte> name)
    {
        Name(name);
        return NumberValue();
    }

    private ulong NumberValue()
    {
        ReadOnlySpan<byte> digits = Value(JsonTokenType.Number);
        return Utf8Parser.TryParse(digits, out ulong value, out int consumed) && consumed == digits.Length
            ? value
            : throw tokens.Bad("a number from 0 to 18446744073709551615", Encoding.UTF8.GetString(digits[..Math.Min(40, digits.Length)]));
    }

    private ReadOnlySpan<byte> Value(JsonTokenType type)
    {
        tokens.Next();
        tokens.Expect(type);
        return tokens.Text;
    }

    private void Name(ReadOnlySpan<byte> name)
    {
        tokens.Next();
        ExpectName(name);
    }

    private void ExpectName(ReadOnlySpan<byte> name)
    {
        if (!tokens.IsName(name))
        {
            throw tokens.Bad($"the field '{Encoding.UTF8.GetString(name)}'", tokens.Type == JsonTokenType.PropertyName ? "another field" : $"a token of the kind {tokens.Type}");
        }
    }

    private static ReadOnlySpan<byte> Slice(byte[] bytes, int length) => length < 0 ? default : bytes.AsSpan(0, length);
}
