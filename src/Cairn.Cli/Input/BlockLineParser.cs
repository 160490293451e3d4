using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Cairn.Cli.Output;

namespace Cairn.Cli.Input;

/// <summary>Takes one line of the input of <c>apply</c> apart, strictly: what is not understood is refused, never passed over.</summary>
/// <param name="file">What messages call the input.</param>
internal sealed class BlockLineParser(string file)
{
    private readonly HashSet<ReadOnlyMemory<byte>> _stateKeys = new(KeyComparer.Instance);
    private readonly HashSet<ReadOnlyMemory<byte>> _localKeys = new(KeyComparer.Instance);
    private ReadOnlyMemory<byte> _bytes;
    private long _line;

    /// <summary>Parses a line.</summary>
    /// <param name="bytes">The line, without the line feed; the block refers to it.</param>
    /// <param name="line">Its number.</param>
    /// <exception cref="MalformedInputException">It is no block.</exception>
    public BlockLine Parse(ReadOnlyMemory<byte> bytes, long line)
    {
        _bytes = bytes;
        _line = line;
        ReadOnlySpan<byte> span = bytes.Span;
        if (span.Trim(" \t\r"u8).IsEmpty)
        {
            throw Malformed(0, "the line is blank; every line holds one block");
        }

        if (!Utf8.IsValid(span))
        {
            throw Malformed(InvalidAt(span), "these bytes are not UTF-8; give such a key or value in hexadecimal digits as keyHex or valueHex");
        }

        Utf8JsonReader reader = new(span, new JsonReaderOptions { MaxDepth = 4 });
        try
        {
            BlockLine block = ParseBlock(ref reader);
            if (reader.Read())
            {
                throw Malformed(reader.TokenStartIndex, "there is something behind the block");
            }

            return block;
        }
        catch (JsonException exception)
        {
            throw Malformed(exception.BytePositionInLine ?? 0, "this is not JSON: " + Reason(exception));
        }
    }

    private BlockLine ParseBlock(ref Utf8JsonReader reader)
    {
        reader.Read();
        Require(ref reader, JsonTokenType.StartObject, "a block is a JSON object in braces");
        BlockHeight? height = null;
        long? ticks = null;
        List<BlockLineChange>? changes = null;
        byte[]? payload = null;
        Hash256? root = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("height"u8))
            {
                Once(ref reader, "height", height is not null);
                height = ReadHeight(ref reader);
            }
            else if (reader.ValueTextEquals("time"u8))
            {
                Once(ref reader, "time", ticks is not null);
                ticks = ReadTime(ref reader);
            }
            else if (reader.ValueTextEquals("changes"u8))
            {
                Once(ref reader, "changes", changes is not null);
                changes = ReadChanges(ref reader);
            }
            else if (reader.ValueTextEquals("payloadHex"u8))
            {
                Once(ref reader, "payloadHex", payload is not null);
                payload = ReadHex(ref reader, "payloadHex", StateLimits.MaxPayloadBytes);
            }
            else if (reader.ValueTextEquals("root"u8))
            {
                Once(ref reader, "root", root is not null);
                root = ReadRoot(ref reader);
            }
            else
            {
                throw UnknownField(ref reader, "a block has the fields height, time, changes, payloadHex and root");
            }
        }

        return new BlockLine
        {
            Line = _line,
            Height = height ?? throw Malformed(reader.TokenStartIndex, "the field 'height' is missing"),
            TimeTicks = ticks,
            Changes = changes ?? throw Malformed(reader.TokenStartIndex, "the field 'changes' is missing; a block without changes has an empty list"),
            Payload = payload is null ? (ReadOnlyMemory<byte>?)null : payload, // the conversion of a null array would give an empty payload
            Root = root,
        };
    }

    private List<BlockLineChange> ReadChanges(ref Utf8JsonReader reader)
    {
        reader.Read();
        Require(ref reader, JsonTokenType.StartArray, "'changes' is a list in brackets");
        List<BlockLineChange> changes = [];
        _stateKeys.Clear();
        _localKeys.Clear();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            Require(ref reader, JsonTokenType.StartObject, "a change is a JSON object in braces");
            long start = reader.TokenStartIndex;
            BlockLineChange change = ReadChange(ref reader);
            if (!(change.Tree == TreeKind.Local ? _localKeys : _stateKeys).Add(change.Key))
            {
                throw Malformed(start, $"the key {Name(change.Key.Span)} is changed twice in the {(change.Tree == TreeKind.Local ? "local" : "state")} tree of this block");
            }

            changes.Add(change);
        }

        return changes;
    }

    private BlockLineChange ReadChange(ref Utf8JsonReader reader)
    {
        long start = reader.TokenStartIndex;
        ReadOnlyMemory<byte>? key = null;
        ReadOnlyMemory<byte>? value = null;
        bool hasValue = false;
        TreeKind? tree = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isKeyHex = reader.ValueTextEquals("keyHex"u8);
            bool isValueHex = reader.ValueTextEquals("valueHex"u8);
            if (isKeyHex || reader.ValueTextEquals("key"u8))
            {
                Once(ref reader, "key or keyHex", key is not null);
                key = ReadKey(ref reader, isKeyHex);
            }
            else if (isValueHex || reader.ValueTextEquals("value"u8))
            {
                Once(ref reader, "value or valueHex", hasValue);
                hasValue = true;
                value = ReadValue(ref reader, isValueHex);
            }
            else if (reader.ValueTextEquals("tree"u8))
            {
                Once(ref reader, "tree", tree is not null);
                tree = ReadTree(ref reader);
            }
            else
            {
                throw UnknownField(ref reader, "a change has the fields key or keyHex, value or valueHex, and tree");
            }
        }

        return new BlockLineChange(
            tree ?? TreeKind.State,
            key ?? throw Malformed(start, "the change has neither 'key' nor 'keyHex'"),
            hasValue ? value : throw Malformed(start, "the change has neither 'value' nor 'valueHex'; \"value\":null deletes the key"));
    }

    private ReadOnlyMemory<byte> ReadKey(ref Utf8JsonReader reader, bool isHex)
    {
        ReadOnlyMemory<byte> key = isHex ? ReadHex(ref reader, "keyHex", StateLimits.MaxKeyBytes) : ReadText(ref reader, "key", StateLimits.MaxKeyBytes);
        return key.IsEmpty ? throw Malformed(reader.TokenStartIndex, $"the key is empty; a key has 1 to {StateLimits.MaxKeyBytes} bytes") : key;
    }

    private ReadOnlyMemory<byte>? ReadValue(ref Utf8JsonReader reader, bool isHex)
    {
        if (isHex)
        {
            return ReadHex(ref reader, "valueHex", StateLimits.MaxValueBytes);
        }

        Utf8JsonReader ahead = reader;
        ahead.Read();
        if (ahead.TokenType == JsonTokenType.Null)
        {
            reader = ahead;
            return null;
        }

        return ReadText(ref reader, "value", StateLimits.MaxValueBytes);
    }

    private TreeKind ReadTree(ref Utf8JsonReader reader)
    {
        reader.Read();
        Require(ref reader, JsonTokenType.String, "'tree' is \"local\" or \"state\"");
        return reader.ValueTextEquals("local"u8) ? TreeKind.Local
            : reader.ValueTextEquals("state"u8) ? TreeKind.State
            : throw Malformed(reader.TokenStartIndex, "'tree' is \"local\" or \"state\"");
    }

    private BlockHeight ReadHeight(ref Utf8JsonReader reader)
    {
        const string Rule = "'height' is a whole number from 0 to 18446744073709551615";
        reader.Read();
        Require(ref reader, JsonTokenType.Number, Rule);
        return reader.TryGetUInt64(out ulong height) ? new BlockHeight(height) : throw Malformed(reader.TokenStartIndex, Rule);
    }

    private long ReadTime(ref Utf8JsonReader reader)
    {
        Utf8JsonReader ahead = reader;
        ahead.Read();
        if (ahead.TokenType == JsonTokenType.Number)
        {
            // Outside of the calendar a time has no text.
            reader = ahead;
            return reader.TryGetInt64(out long number) ? number : throw Malformed(reader.TokenStartIndex, "'time' as a number counts 100 ns since 1970, in 64 bits");
        }

        ReadOnlyMemory<byte> text = ReadText(ref reader, "time", StateLimits.MaxKeyBytes);
        return Rfc3339.TryParse(text.Span, out long ticks, out string reason) ? ticks : throw Malformed(reader.TokenStartIndex, "'time': " + reason);
    }

    private Hash256 ReadRoot(ref Utf8JsonReader reader)
    {
        byte[] root = ReadHex(ref reader, "root", Hash256.SizeBytes);
        return root.Length == Hash256.SizeBytes ? new Hash256(root) : throw Malformed(reader.TokenStartIndex, $"'root' has {2 * Hash256.SizeBytes} hexadecimal digits, not {2 * root.Length}");
    }

    private byte[] ReadHex(ref Utf8JsonReader reader, string field, int limit)
    {
        ReadOnlySpan<byte> digits = ReadText(ref reader, field, limit * 2).Span;
        byte[] bytes = new byte[digits.Length / 2];
        return Convert.FromHexString(digits, bytes, out _, out _) == OperationStatus.Done
            ? bytes
            : throw Malformed(reader.TokenStartIndex, $"'{field}' consists of pairs of hexadecimal digits, without 0x");
    }

    /// <summary>Reads a string: a part of the line where nothing is escaped, a copy otherwise.</summary>
    private ReadOnlyMemory<byte> ReadText(ref Utf8JsonReader reader, string field, int limit)
    {
        reader.Read();
        Require(ref reader, JsonTokenType.String, $"'{field}' is a text in quotes");
        int start = (int)reader.TokenStartIndex + 1;
        ReadOnlyMemory<byte> text = _bytes.Slice(start, reader.ValueSpan.Length);
        if (reader.ValueIsEscaped)
        {
            byte[] copy = new byte[text.Length];
            try
            {
                text = copy.AsMemory(0, reader.CopyString(copy));
            }
            catch (InvalidOperationException)
            {
                throw Malformed(reader.TokenStartIndex, $"'{field}' has half of a surrogate pair (\\ud800 to \\udfff), which no text has");
            }
        }

        return text.Length <= limit ? text : throw Malformed(reader.TokenStartIndex, $"'{field}' has {text.Length} {(field.EndsWith("Hex", StringComparison.Ordinal) ? "digits" : "bytes")}, more than {limit}");
    }

    private void Once(ref Utf8JsonReader reader, string field, bool isRepeated)
    {
        if (isRepeated)
        {
            throw Malformed(reader.TokenStartIndex, $"the field {field} is given twice");
        }
    }

    private void Require(ref Utf8JsonReader reader, JsonTokenType type, string rule)
    {
        if (reader.TokenType != type)
        {
            throw Malformed(reader.TokenStartIndex, rule);
        }
    }

    private MalformedInputException UnknownField(ref Utf8JsonReader reader, string known) =>
        Malformed(reader.TokenStartIndex, $"the field {Name(reader.ValueSpan)} is not known; {known}");

    private MalformedInputException Malformed(long offset, string reason) => new(file, _line, offset + 1, reason);

    /// <summary>A key or field as messages show it.</summary>
    private static string Name(ReadOnlySpan<byte> bytes)
    {
        const int ShownBytes = 80;
        string text = TextForm.Of(bytes[..Math.Min(bytes.Length, ShownBytes)]);
        return $"'{text}{(bytes.Length > ShownBytes ? "…" : "")}'";
    }

    /// <summary>The reader's message up to the place it adds, which counts otherwise than ours.</summary>
    private static string Reason(JsonException exception)
    {
        int end = exception.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return end < 0 ? exception.Message : exception.Message[..end];
    }

    private static int InvalidAt(ReadOnlySpan<byte> bytes)
    {
        int at = 0;
        while (Rune.DecodeFromUtf8(bytes[at..], out _, out int consumed) == OperationStatus.Done)
        {
            at += consumed;
        }

        return at;
    }

    private sealed class KeyComparer : IEqualityComparer<ReadOnlyMemory<byte>>
    {
        public static KeyComparer Instance { get; } = new();

        public bool Equals(ReadOnlyMemory<byte> x, ReadOnlyMemory<byte> y) => x.Span.SequenceEqual(y.Span);

        public int GetHashCode(ReadOnlyMemory<byte> obj)
        {
            HashCode hash = default;
            hash.AddBytes(obj.Span);
            return hash.ToHashCode();
        }
    }
}
