namespace Cairn.Vm.Language;

/// <summary>A line of source, taken apart as far as that goes without knowing commands.</summary>
internal readonly ref struct LineText
{
    private LineText(int number, int indent, ReadOnlySpan<char> indentation, ReadOnlySpan<char> content, bool isHeader, ReadOnlySpan<char> comment)
    {
        Number = number;
        Indent = indent;
        Indentation = indentation;
        Content = content;
        IsHeader = isHeader;
        Comment = comment;
    }

    /// <summary>Which line it is, from 1.</summary>
    public int Number { get; }

    /// <summary>How many blanks and tabs stand before it.</summary>
    public int Indent { get; }

    /// <summary>The blanks and tabs before it.</summary>
    public ReadOnlySpan<char> Indentation { get; }

    /// <summary>The command with its operands, without the colon of a header; empty for a blank line and a comment.</summary>
    public ReadOnlySpan<char> Content { get; }

    /// <summary>Whether it ends in a colon that opens a block.</summary>
    public bool IsHeader { get; }

    /// <summary>The comment with its <c>#</c>, nothing behind it; empty for none.</summary>
    public ReadOnlySpan<char> Comment { get; }

    /// <summary>Whether nothing is in the line.</summary>
    public bool IsBlank => Content.IsEmpty && Comment.IsEmpty && !IsHeader;

    /// <summary>Whether nothing but a comment is in the line.</summary>
    public bool IsComment => Content.IsEmpty && !Comment.IsEmpty && !IsHeader;

    /// <summary>Takes a line apart.</summary>
    /// <param name="line">The line without its end.</param>
    /// <param name="number">Which it is, from 1.</param>
    public static LineText Parse(ReadOnlySpan<char> line, int number)
    {
        int indent = line.IndexOfAnyExcept(' ', '\t');
        indent = indent < 0 ? line.Length : indent;
        int end = EndOfContent(line, indent, out bool isInString);
        ReadOnlySpan<char> comment = line[end..].TrimEnd(" \t\r");
        ReadOnlySpan<char> content = line[indent..end].TrimEnd(" \t");
        bool isHeader = !isInString && content.EndsWith(':');
        return new LineText(number, indent, line[..indent], isHeader ? content[..^1].TrimEnd(" \t") : content, isHeader, comment);
    }

    /// <summary>Whether a character has no place outside of comments: a control character other than the tab.</summary>
    public static bool IsRefused(char c) => char.IsControl(c) && c != '\t';

    /// <summary>Where the comment begins: at a <c>#</c> outside of quotes that is the first character or stands behind a blank.</summary>
    private static int EndOfContent(ReadOnlySpan<char> line, int start, out bool isInString)
    {
        isInString = false;
        for (int i = start; i < line.Length; i++)
        {
            switch (line[i])
            {
                case '"':
                    isInString = !isInString;
                    break;
                case '\\' when isInString:
                    i++;
                    break;
                case '#' when !isInString && (i == start || line[i - 1] is ' ' or '\t'):
                    return i;
            }
        }

        return line.Length;
    }
}
