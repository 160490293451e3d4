using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Cairn.Contracts.Values;

/// <summary>
/// The one text of a JSON document: members sorted by the UTF-8 bytes of their names, no white space, numbers as <see cref="NumberText"/> writes them, only those characters escaped that have to be, as RFC 8785 (JSON Canonicalization Scheme) does it.
/// A name twice in one object, a number that is not finite, and half a surrogate pair are refused.
/// </summary>
internal sealed class CanonicalJson
{
    /// <summary>How deep arrays and objects may lie in each other: recursion stays small.</summary>
    public const int MaxDepth = 64;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = MaxDepth, CommentHandling = JsonCommentHandling.Disallow, AllowTrailingCommas = false };

    private static readonly SearchValues<char> Escaped = SearchValues.Create("\"\\\0\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f");

    private readonly StringBuilder _text = new();

    private CanonicalJson()
    {
    }

    /// <summary>Makes the canonical text of a document.</summary>
    /// <param name="utf8">The document.</param>
    /// <param name="first">The first token: what the document is.</param>
    /// <returns>The text; of a string its characters, without quotes.</returns>
    /// <exception cref="ValueFormatException">It is no JSON, or has no canonical form.</exception>
    public static string Read(ReadOnlySpan<byte> utf8, out JsonTokenType first)
    {
        Utf8JsonReader reader = new(utf8, Options);
        try
        {
            reader.Read();
            first = reader.TokenType;
            string? single = first == JsonTokenType.String ? reader.GetString() : null;
            CanonicalJson json = new();
            json.Value(ref reader);
            reader.Read();
            return single ?? json._text.ToString();
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // An InvalidOperationException is the reader's word for text that is no Unicode.
            string found = fault is JsonException ? fault.Message : "text with half a surrogate pair or broken UTF-8";
            throw new ValueFormatException("The JSON", reader.TokenStartIndex, "a JSON document", found, fault);
        }
    }

    /// <summary>A string as JSON.</summary>
    public static void WriteString(StringBuilder target, ReadOnlySpan<char> text)
    {
        target.Append('"');
        for (int at = text.IndexOfAny(Escaped); at >= 0; at = text.IndexOfAny(Escaped))
        {
            target.Append(text[..at]);
            target.Append(text[at] switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\b' => "\\b",
                '\t' => "\\t",
                '\n' => "\\n",
                '\f' => "\\f",
                '\r' => "\\r",
                char other => $"\\u{(int)other:x4}",
            });
            text = text[(at + 1)..];
        }

        target.Append(text).Append('"');
    }

    private void Value(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                Object(ref reader);
                break;
            case JsonTokenType.StartArray:
                Array(ref reader);
                break;
            case JsonTokenType.String:
                WriteString(_text, reader.GetString());
                break;
            case JsonTokenType.Number:
                _text.Append(NumberText.Format(Number(ref reader)));
                break;
            case JsonTokenType.True:
                _text.Append("true");
                break;
            case JsonTokenType.False:
                _text.Append("false");
                break;
            default:
                _text.Append("null");
                break;
        }
    }

    private void Array(ref Utf8JsonReader reader)
    {
        _text.Append('[');
        for (int i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
        {
            _text.Append(i > 0 ? "," : "");
            Value(ref reader);
        }

        _text.Append(']');
    }

    private void Object(ref Utf8JsonReader reader)
    {
        int start = _text.Length;
        List<(byte[] Name, string Member)> members = [];
        bool isSorted = true;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            int member = _text.Length;
            long place = reader.TokenStartIndex;
            string name = reader.GetString()!;
            WriteString(_text, name);
            _text.Append(':');
            reader.Read();
            Value(ref reader);
            byte[] bytes = Encoding.UTF8.GetBytes(name);
            int order = members.Count == 0 ? -1 : members[^1].Name.AsSpan().SequenceCompareTo(bytes);
            isSorted &= order < 0;
            members.Add((bytes, _text.ToString(member, _text.Length - member)));
            _text.Length = member;
            if (order == 0)
            {
                throw Twice(name, place);
            }
        }

        if (!isSorted)
        {
            members.Sort(static (one, other) => one.Name.AsSpan().SequenceCompareTo(other.Name));
            if (members.Zip(members.Skip(1)).FirstOrDefault(static pair => pair.First.Name.AsSpan().SequenceEqual(pair.Second.Name)) is { First.Name: { } twice })
            {
                throw Twice(Encoding.UTF8.GetString(twice), reader.TokenStartIndex);
            }
        }

        _text.Length = start;
        _text.Append('{').AppendJoin(',', members.Select(static member => member.Member)).Append('}');
    }

    private static double Number(ref Utf8JsonReader reader)
    {
        ReadOnlySpan<byte> digits = reader.ValueSpan;
        Span<char> text = stackalloc char[NumberText.MaxLiteralChars];
        return digits.Length <= text.Length
            && NumberText.TryParse(text[..Encoding.ASCII.GetChars(digits, text)], out double number)
            && double.IsFinite(number)
            ? number
            : throw new ValueFormatException("The JSON", reader.TokenStartIndex, $"a finite number of at most {NumberText.MaxLiteralChars} characters", $"one of {digits.Length} characters that is infinite or longer");
    }

    private static ValueFormatException Twice(string name, long place) => new("The JSON", place, "each name once in an object", $"'{name}' twice");
}
