using System.Globalization;
using System.Text;
using Cairn.Contracts.Values;
using Cairn.Vm.Bytecode;

namespace Cairn.Vm.Language;

/// <summary>Reads the operands of a command: how many, of which kind, and what they mean.</summary>
internal static class OperandParser
{
    private static readonly string[] LiteralWords = ["true", "false", "null"];

    /// <summary>Reads all operands of a line.</summary>
    /// <param name="line">The line.</param>
    /// <param name="start">Where in its content the operands begin.</param>
    /// <param name="command">The command.</param>
    /// <param name="errors">Where mistakes go.</param>
    /// <param name="operands">The operands.</param>
    /// <returns>Whether they are right.</returns>
    public static bool TryParse(LineText line, int start, Command command, ErrorList errors, out Operand[] operands)
    {
        operands = [];
        bool allowsJson = command.Operands.Contains(OperandKind.Literal);
        List<(string Raw, SourcePosition Position)> found = [];
        OperandCursor cursor = new(line, start, errors);
        while (cursor.SkipBlanks())
        {
            SourcePosition position = cursor.Position;
            if (!cursor.TryRead(allowsJson, out ReadOnlySpan<char> raw))
            {
                return false;
            }

            if (found.Count == command.Operands.Length)
            {
                string? advice = command.Operands is [.., OperandKind.Text or OperandKind.Key or OperandKind.Prefix or OperandKind.Role or OperandKind.Literal] ? "put text with blanks in quotes" : null;
                errors.Add(position, raw, $"unexpected operand {{0}} of '{command.Usage}'", advice: advice);
                return false;
            }

            found.Add((raw.ToString(), position));
        }

        int skipped = command.Operands.Length - found.Count;
        if (skipped > (command.FirstIsOptional ? 1 : 0))
        {
            errors.Add(new SourcePosition(line.Number, line.Indent + 1), line.Content, "missing operand in {0}", advice: $"write {command.Usage}");
            return false;
        }

        operands = new Operand[found.Count];
        for (int i = 0; i < operands.Length; i++)
        {
            if (Parse(command.Operands[skipped + i], found[i].Raw, found[i].Position, errors) is not { } operand)
            {
                return false;
            }

            operands[i] = operand;
        }

        return true;
    }

    private static Operand? Parse(OperandKind kind, string raw, SourcePosition position, ErrorList errors) => kind switch
    {
        OperandKind.Literal => ParseLiteral(raw, position, errors),
        OperandKind.Variable or OperandKind.Function => ParseName(kind, raw, position, errors),
        OperandKind.Type => ParseType(raw, position, errors),
        OperandKind.Count or OperandKind.Version => ParseNumber(kind, raw, position, errors),
        _ => ParseText(raw, position, errors) is { } text ? new Operand(kind, raw, text, StateValue.Null, 0, position) : null,
    };

    private static Operand? ParseLiteral(string raw, SourcePosition position, ErrorList errors)
    {
        StateValue value;
        switch (raw)
        {
            case "true":
                value = StateValue.True;
                break;
            case "false":
                value = StateValue.False;
                break;
            case "null":
                value = StateValue.Null;
                break;
            case ['"', ..]:
                if (ParseText(raw, position, errors) is not { } text)
                {
                    return null;
                }

                value = StateValue.FromText(text);
                break;
            case ['{' or '[', ..]:
                if (ParseObject(raw, position, errors) is not { } parsed)
                {
                    return null;
                }

                value = parsed;
                break;
            default:
                if (!NumberText.TryParse(raw, out double number))
                {
                    NoLiteral(raw, position, errors);
                    return null;
                }

                value = StateValue.FromNumber(number);
                break;
        }

        return new Operand(OperandKind.Literal, raw, "", value, 0, position);
    }

    private static void NoLiteral(string raw, SourcePosition position, ErrorList errors)
    {
        if (raw.Length > NumberText.MaxLiteralChars)
        {
            errors.Add(position, raw, "literal {0} is too long", advice: $"a number has at most {NumberText.MaxLiteralChars} characters, and a string stands in quotes");
            return;
        }

        string? suggestion = Spelling.Nearest(raw, LiteralWords) ?? (raw.Length <= 32 && char.IsAsciiLetter(raw[0]) ? LiteralText.Quote(raw) : null);
        errors.Add(position, raw, "{0} is no literal", suggestion, suggestion is null ? "a literal is a number, a string in quotes, true, false, null, or a JSON object or array" : null);
    }

    private static StateValue? ParseObject(string raw, SourcePosition position, ErrorList errors)
    {
        try
        {
            StateValue value = StateValue.ParseObject(Encoding.UTF8.GetBytes(raw));
            if (value.ContentBytes <= ProgramLimits.MaxTextBytes)
            {
                return value;
            }

            errors.Add(position, raw, $"object of {value.ContentBytes} bytes in its canonical form", advice: $"{ProgramLimits.MaxTextBytes} are allowed");
        }
        catch (ValueFormatException fault)
        {
            string advice = fault.InnerException is null ? $"expected {fault.Expected}, found {fault.Found}" : $"it is wrong behind {fault.Offset} of its bytes";
            errors.Add(position, raw, "invalid JSON {0}", advice: advice);
        }

        return null;
    }

    private static Operand? ParseName(OperandKind kind, string raw, SourcePosition position, ErrorList errors)
    {
        if (!ProgramNames.IsIdentifier(raw))
        {
            errors.Add(position, raw, "{0} is no name", advice: $"a name is up to {ProgramLimits.MaxIdentifierChars} letters of ASCII, digits and underscores, and does not begin with a digit");
            return null;
        }

        return new Operand(kind, raw, raw, StateValue.Null, 0, position);
    }

    private static Operand? ParseType(string raw, SourcePosition position, ErrorList errors)
    {
        int index = CommandTable.TypeNames.IndexOf(raw);
        if (index < 0)
        {
            string? suggestion = Spelling.Nearest(raw, CommandTable.TypeNames);
            errors.Add(position, raw, "unknown type {0}", suggestion, suggestion is null ? $"the types are {string.Join(", ", CommandTable.TypeNames)}" : null);
            return null;
        }

        return new Operand(OperandKind.Type, raw, "", StateValue.Null, index + 1, position);
    }

    private static Operand? ParseNumber(OperandKind kind, string raw, SourcePosition position, ErrorList errors)
    {
        if (!long.TryParse(raw, NumberStyles.None, CultureInfo.InvariantCulture, out long number) || number > Instruction.MaxNumber)
        {
            string what = kind == OperandKind.Count ? "count" : "version";
            errors.Add(position, raw, $"{{0}} is no {what}", advice: $"a {what} is written in digits, up to {Instruction.MaxNumber}");
            return null;
        }

        return new Operand(kind, raw, "", StateValue.Null, number, position);
    }

    /// <summary>What a word or a string in quotes means.</summary>
    private static string? ParseText(string raw, SourcePosition position, ErrorList errors)
    {
        string text = raw;
        if (raw[0] == '"' && !LiteralText.TryUnescape(raw.AsSpan(1, raw.Length - 2), out text, out int at, out int length))
        {
            errors.Add(position with { Column = position.Column + 1 + at }, raw.AsSpan(1 + at, length), "unknown escape {0}", advice: "write \\\" \\\\ \\n \\t or \\u{…} with the number of a character in hexadecimal");
            return null;
        }

        int bytes = Encoding.UTF8.GetByteCount(text);
        if (bytes > ProgramLimits.MaxTextBytes)
        {
            errors.Add(position, raw, $"text of {bytes} bytes", advice: $"{ProgramLimits.MaxTextBytes} are allowed");
            return null;
        }

        return text;
    }
}
