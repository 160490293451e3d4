namespace Cairn.Cli.Repl;

/// <summary>
/// The lines of one entry: a command, a block with everything indented below it, or a transaction from <c>begintx</c> to its end. Tells when the entry is complete, without compiling it.
/// </summary>
internal sealed class EntryText
{
    private readonly List<string> _lines = [];
    private bool _hasBlock;
    private int _transactions;

    /// <summary>Whether there is no line yet.</summary>
    public bool IsEmpty => _lines.Count == 0;

    /// <summary>Whether the last line wants more: it opened a block, or one is open.</summary>
    public bool IsInBlock => _hasBlock;

    /// <summary>Whether everything is there, unless a block goes on.</summary>
    public bool IsComplete => !IsEmpty && !_hasBlock && _transactions <= 0;

    /// <summary>The text.</summary>
    public string Text => string.Concat(_lines.Select(static line => line + "\n"));

    /// <summary>What the next line probably begins with: the indentation of the last one, and a level more if that opened a block.</summary>
    public string NextIndentation => IsEmpty || !_hasBlock ? "" : string.Concat(_lines[^1].AsSpan(0, IndentOf(_lines[^1])), OpensBlock(_lines[^1]) ? "    " : "");

    /// <summary>Adds a line.</summary>
    public void Add(string line)
    {
        _lines.Add(line);
        _hasBlock |= OpensBlock(line);
        ReadOnlySpan<char> word = WithoutComment(line).Trim();
        _transactions += word is "begintx" ? 1 : word is "committx" or "rollbacktx" ? -1 : 0;
    }

    /// <summary>An empty line ends a block.</summary>
    public void EndBlock() => _hasBlock = false;

    /// <summary>Whether a line, read ahead, is no part of the open block: it stands as far out as the line that opened it, and is no <c>else</c>.</summary>
    public bool IsEndedBy(string line)
    {
        ReadOnlySpan<char> text = WithoutComment(line).Trim();
        bool isBelow = IndentOf(line) > _lines.FindAll(static one => !string.IsNullOrWhiteSpace(one)).Min(IndentOf);
        return text.Length > 0 && !isBelow && text is not "else:";
    }

    /// <summary>Whether a line ends in the colon that opens a block.</summary>
    public static bool OpensBlock(string line) => WithoutComment(line).TrimEnd().EndsWith(':');

    private static int IndentOf(string line) => line.Length - line.AsSpan().TrimStart().Length;

    /// <summary>A line up to its comment; what looks like one inside a string is none.</summary>
    private static ReadOnlySpan<char> WithoutComment(string line)
    {
        bool isInString = false;
        for (int i = 0; i < line.Length; i++)
        {
            switch (line[i])
            {
                case '\\' when isInString:
                    i++;
                    break;
                case '"':
                    isInString = !isInString;
                    break;
                case '#' when !isInString && (i == 0 || char.IsWhiteSpace(line[i - 1])):
                    return line.AsSpan(0, i);
            }
        }

        return line;
    }
}
