using Cairn.Vm.Bytecode;

namespace Cairn.Vm.Language;

/// <summary>Walks over the operands of a line and reports what is wrong with their form.</summary>
internal ref struct OperandCursor
{
    private readonly ReadOnlySpan<char> _content;
    private readonly int _line;
    private readonly int _column;
    private readonly ErrorList _errors;
    private int _at;

    /// <summary>Begins at the first operand.</summary>
    /// <param name="line">The line.</param>
    /// <param name="start">Where in its content the operands begin.</param>
    /// <param name="errors">Where mistakes go.</param>
    public OperandCursor(LineText line, int start, ErrorList errors)
    {
        _content = line.Content;
        _line = line.Number;
        _column = line.Indent + 1;
        _errors = errors;
        _at = start;
    }

    /// <summary>Where it is.</summary>
    public readonly SourcePosition Position => new(_line, _column + _at);

    /// <summary>What is left.</summary>
    public readonly ReadOnlySpan<char> Rest => _content[_at..];

    /// <summary>Goes to the next operand.</summary>
    /// <returns>Whether there is one.</returns>
    public bool SkipBlanks()
    {
        int blanks = Rest.IndexOfAnyExcept(' ', '\t');
        _at = blanks < 0 ? _content.Length : _at + blanks;
        return _at < _content.Length;
    }

    /// <summary>Goes on by some characters.</summary>
    public void Skip(int chars) => _at += chars;

    /// <summary>Reads the operand that begins here.</summary>
    /// <param name="allowsJson">Whether braces and brackets begin JSON here.</param>
    /// <param name="raw">The operand as it was written; a string with its quotes.</param>
    /// <returns>Whether its form is right.</returns>
    public bool TryRead(bool allowsJson, out ReadOnlySpan<char> raw)
    {
        ReadOnlySpan<char> rest = Rest;
        int length = rest[0] == '"' ? StringLength(rest) : allowsJson && rest[0] is '{' or '[' ? JsonLength(rest) : WordLength(rest);
        if (length == 0)
        {
            raw = default;
            _errors.Add(Position, rest, rest[0] == '"' ? "the string {0} does not end" : "the JSON {0} does not end");
            return false;
        }

        raw = rest[..length];
        if (length < rest.Length && rest[length] is not (' ' or '\t'))
        {
            ReadOnlySpan<char> behind = rest.Slice(length, WordLength(rest[length..]));
            _errors.Add(new SourcePosition(_line, _column + _at + length), behind, "unexpected text {0} directly behind a literal", advice: "separate operands with a blank");
            return false;
        }

        int quote = rest[0] == '"' || (allowsJson && rest[0] is '{' or '[') ? -1 : raw.IndexOf('"');
        if (quote >= 0)
        {
            _errors.Add(Position, raw, "quote inside of the word {0}", advice: "put quotes around all of it, and write \\\" for one inside");
            return false;
        }

        _at += length;
        return true;
    }

    private static int WordLength(ReadOnlySpan<char> text)
    {
        int end = text.IndexOfAny(' ', '\t');
        return end < 0 ? text.Length : end;
    }

    /// <summary>The length of the string that begins here, with its quotes; 0 when it does not end.</summary>
    private static int StringLength(ReadOnlySpan<char> text)
    {
        for (int i = 1; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\\':
                    i++;
                    break;
                case '"':
                    return i + 1;
            }
        }

        return 0;
    }

    /// <summary>The length of the object or array that begins here, up to the bracket that closes it; 0 when none does.</summary>
    private static int JsonLength(ReadOnlySpan<char> text)
    {
        int depth = 0;
        for (int i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '{' or '[':
                    depth++;
                    break;
                case '}' or ']':
                    if (--depth == 0)
                    {
                        return i + 1;
                    }

                    break;
                case '"':
                    int length = StringLength(text[i..]);
                    if (length == 0)
                    {
                        return 0;
                    }

                    i += length - 1;
                    break;
            }
        }

        return 0;
    }
}
