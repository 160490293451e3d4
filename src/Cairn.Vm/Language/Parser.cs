using System.Text;
using Cairn.Vm.Bytecode;

namespace Cairn.Vm.Language;

/// <summary>
/// Makes the tree of a source text, line by line, with a stack of open blocks; nothing recurses. All mistakes go into one list, and after each it goes on with the next line.
/// </summary>
internal sealed partial class Parser
{
    private readonly string _source;
    private readonly ErrorList _errors;
    private readonly List<OpenBlock> _open = [];
    private readonly List<Comment> _comments = [];
    private readonly Dictionary<string, SourcePosition> _functions = new(StringComparer.Ordinal);
    private bool _hasBlank;
    private bool _hasStopped;

    private Parser(string source, ErrorList errors)
    {
        _source = source;
        _errors = errors;
        _open.Add(new OpenBlock(Header: null, new BlockSyntax(), Indent: -1));
    }

    private OpenBlock Current => _open[^1];

    /// <summary>Parses a source text.</summary>
    /// <param name="source">The text; lines end in LF or CR LF.</param>
    /// <param name="errors">Where mistakes go; what comes back when there are any is not complete.</param>
    public static BlockSyntax Parse(string source, ErrorList errors)
    {
        Parser parser = new(source, errors);
        if (parser.IsReadable())
        {
            parser.ParseLines();
        }

        return parser._open[0].Block;
    }

    /// <summary>Whether the text as a whole may be looked at.</summary>
    private bool IsReadable()
    {
        // The first comparison keeps the count below from overflowing.
        if (_source.Length > SourceLimits.MaxSourceBytes || Encoding.UTF8.GetByteCount(_source) > SourceLimits.MaxSourceBytes)
        {
            _errors.Add(new SourcePosition(1, 1), FirstLine(), $"the source is longer than {SourceLimits.MaxSourceBytes} bytes", advice: "take it apart");
            return false;
        }

        return true;
    }

    private ReadOnlySpan<char> FirstLine()
    {
        ReadOnlySpan<char> start = _source.AsSpan(0, Math.Min(_source.Length, 100));
        int end = start.IndexOf('\n');
        return end < 0 ? start : start[..end];
    }

    private void ParseLines()
    {
        int at = _source.StartsWith('\uFEFF') ? 1 : 0;
        for (int number = 1; at <= _source.Length && !_hasStopped; number++)
        {
            ReadOnlySpan<char> rest = _source.AsSpan(at);
            int end = rest.IndexOf('\n');
            ReadOnlySpan<char> line = end < 0 ? rest : rest[..end];
            at += line.Length + 1;
            ParseLine(line.EndsWith('\r') ? line[..^1] : line, number);
            _hasStopped |= _errors.IsFull;
        }

        if (!_hasStopped)
        {
            int placed = PlaceComments(depth: 0);
            while (_open.Count > 1)
            {
                Close();
            }

            _open[0].Block.Trailing.AddRange(_comments.Skip(placed));
        }
    }

    private void ParseLine(ReadOnlySpan<char> text, int number)
    {
        if (text.Length > SourceLimits.MaxLineChars)
        {
            _errors.Add(new SourcePosition(number, 1), text[..100], $"a line of {text.Length} characters", advice: $"{SourceLimits.MaxLineChars} are allowed");
            return;
        }

        LineText line = LineText.Parse(text, number);
        if (line.IsBlank)
        {
            _hasBlank = true;
        }
        else if (line.IsComment)
        {
            _comments.Add(new Comment(line.Comment.ToString(), line.Indent, _hasBlank));
            _hasBlank = false;
        }
        else
        {
            ParseCommand(line);
        }
    }

    private void ParseCommand(LineText line)
    {
        int depth = _open.Count - 1;
        while (line.Indent <= _open[depth].Indent)
        {
            depth--;
        }

        int comments = PlaceComments(depth);
        while (_open.Count - 1 > depth)
        {
            Close();
        }

        bool isReadable = CheckIndentation(line) && CheckCharacters(line);
        Statement statement = MakeStatement(line, isReadable);
        statement.Leading = [.. _comments.Skip(comments)];
        statement.HasBlankBefore = _hasBlank;
        _comments.Clear();
        _hasBlank = false;
        Current.Block.Statements.Add(statement);
        if (statement.Body is { } body)
        {
            Open(statement, body, line);
        }
    }

    /// <summary>
    /// Gives the comments before a line, or before the end, to the blocks that end there, as far as they are indented like their lines. Once a comment stands further out, those behind it do not go back.
    /// </summary>
    /// <param name="depth">The depth of the block that goes on; the comments that are left belong to what comes next in it.</param>
    /// <returns>How many were given away.</returns>
    private int PlaceComments(int depth)
    {
        int owner = _open.Count - 1;
        int placed = 0;
        foreach (Comment comment in _comments)
        {
            while (owner > depth && comment.Indent <= _open[owner].Indent)
            {
                owner--;
            }

            if (owner <= depth)
            {
                break;
            }

            _open[owner].Block.Trailing.Add(comment);
            placed++;
        }

        return placed;
    }

    private bool CheckIndentation(LineText line)
    {
        int other = line.Indentation.IsEmpty ? -1 : line.Indentation.IndexOfAnyExcept(line.Indentation[0]);
        bool isMixed = other >= 0;
        if (!isMixed && _open.Count > 1 && line.Indent > 0)
        {
            OpenBlock outermost = _open[1];
            outermost.IndentCharacter = outermost.IndentCharacter == 0 ? line.Indentation[0] : outermost.IndentCharacter;
            isMixed = outermost.IndentCharacter != line.Indentation[0];
        }

        if (isMixed)
        {
            _errors.Add(new SourcePosition(line.Number, Math.Max(other, 0) + 1), line.Content, "tabs and spaces are mixed in the indentation of {0}", advice: "indent a block with one of them");
        }

        return !isMixed;
    }

    private bool CheckCharacters(LineText line)
    {
        for (int i = 0; i < line.Content.Length; i++)
        {
            char c = line.Content[i];
            if (LineText.IsRefused(c))
            {
                _errors.Add(new SourcePosition(line.Number, line.Indent + 1 + i), line.Content.Slice(i, 1), "control character {0}", advice: "write it in a string, as \\n, \\t or \\u{…}");
                return false;
            }

            if (char.IsSurrogate(c))
            {
                if (!char.IsHighSurrogate(c) || i + 1 == line.Content.Length || !char.IsLowSurrogate(line.Content[i + 1]))
                {
                    _errors.Add(new SourcePosition(line.Number, line.Indent + 1 + i), line.Content.Slice(i, 1), "half a surrogate pair", advice: "save the source as UTF-8");
                    return false;
                }

                i++;
            }
        }

        return true;
    }

    private void Open(Statement statement, BlockSyntax body, LineText line)
    {
        int levels = statement.Opcode is Opcode.While or Opcode.Match ? 2 : 1;
        if (_open.Count - 1 + levels > ProgramLimits.MaxNestingDepth)
        {
            _errors.Add(statement.Position, line.Content, $"blocks nest more than {ProgramLimits.MaxNestingDepth} deep", advice: "make functions of the inner ones");
            _hasStopped = true;
            return;
        }

        _open.Add(new OpenBlock(statement, body, line.Indent));
    }
}
