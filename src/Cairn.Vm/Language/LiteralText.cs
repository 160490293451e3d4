using System.Globalization;
using System.Text;
using Cairn.Contracts.Values;

namespace Cairn.Vm.Language;

/// <summary>Strings and literals as programs write them.</summary>
internal static class LiteralText
{
    /// <summary>The content of a string in quotes.</summary>
    /// <param name="inner">What is between the quotes.</param>
    /// <param name="text">The content.</param>
    /// <param name="at">Where an escape is wrong.</param>
    /// <param name="length">How long it is.</param>
    /// <returns>Whether all escapes are right.</returns>
    public static bool TryUnescape(ReadOnlySpan<char> inner, out string text, out int at, out int length)
    {
        (at, length) = (0, 0);
        if (!inner.Contains('\\'))
        {
            text = inner.ToString();
            return true;
        }

        StringBuilder content = new(inner.Length);
        text = "";
        while (at < inner.Length)
        {
            if (inner[at] != '\\')
            {
                content.Append(inner[at++]);
            }
            else if (TryEscape(inner[at..], content, out length))
            {
                at += length;
            }
            else
            {
                return false;
            }
        }

        text = content.ToString();
        return true;
    }

    /// <summary>A text in quotes.</summary>
    public static string Quote(ReadOnlySpan<char> text)
    {
        StringBuilder quoted = new(text.Length + 2);
        quoted.Append('"');
        foreach (char c in text)
        {
            switch (c)
            {
                case '"' or '\\':
                    quoted.Append('\\').Append(c);
                    break;
                case '\n':
                    quoted.Append("\\n");
                    break;
                case '\t':
                    quoted.Append("\\t");
                    break;
                default:
                    _ = IsEscaped(c) ? quoted.Append("\\u{").Append(((int)c).ToString("x", CultureInfo.InvariantCulture)).Append('}') : quoted.Append(c);
                    break;
            }
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>A key, prefix, role or text: without quotes where it needs none.</summary>
    public static string TextOperand(string text) => IsPlain(text) ? text : Quote(text);

    /// <summary>A value as a literal.</summary>
    public static string Literal(StateValue value) => value.Kind == ValueKind.String ? Quote(value.Text) : value.Kind == ValueKind.Object ? ObjectLiteral(value.Text) : value.ToString();

    /// <summary>Whether the text is one word that cannot be taken for anything else.</summary>
    private static bool IsPlain(string text)
    {
        foreach (char c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('/' or '_' or '-' or '.'))
            {
                return false;
            }
        }

        return text.Length > 0;
    }

    /// <summary>Whether a character is written as its number: one that a line of source refuses, and those that change how the text around them looks.</summary>
    private static bool IsEscaped(char c) => char.IsControl(c) || c is '\uFEFF' or (>= '\u2028' and <= '\u202E') or (>= '\u2066' and <= '\u2069');

    /// <summary>Canonical JSON has no line ends in it; what else has to be is escaped as JSON does it.</summary>
    private static string ObjectLiteral(string json)
    {
        StringBuilder? escaped = null;
        for (int i = 0; i < json.Length; i++)
        {
            if (IsEscaped(json[i]))
            {
                escaped ??= new StringBuilder(json, 0, i, json.Length + 16);
                escaped.Append("\\u").Append(((int)json[i]).ToString("x4", CultureInfo.InvariantCulture));
            }
            else
            {
                escaped?.Append(json[i]);
            }
        }

        return escaped?.ToString() ?? json;
    }

    private static bool TryEscape(ReadOnlySpan<char> escape, StringBuilder content, out int length)
    {
        length = Math.Min(2, escape.Length);
        char? simple = escape.Length < 2 ? null : escape[1] switch { '"' => '"', '\\' => '\\', 'n' => '\n', 't' => '\t', _ => null };
        if (simple is { } c)
        {
            content.Append(c);
            return true;
        }

        if (!escape.StartsWith("\\u{", StringComparison.Ordinal))
        {
            return false;
        }

        int end = escape[..Math.Min(escape.Length, "\\u{10ffff}".Length)].IndexOf('}');
        length = end < 0 ? 2 : end + 1;
        bool isScalar = end > 3 && int.TryParse(escape[3..end], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int scalar) && Rune.TryCreate(scalar, out Rune rune) && Append(content, rune);
        return isScalar;
    }

    private static bool Append(StringBuilder content, Rune rune)
    {
        content.Append(rune.ToString());
        return true;
    }
}
