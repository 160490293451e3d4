namespace Cairn.Tests.Tidy;

/// <summary>A C# file with the insides of comments and literals blanked, so that braces, keywords and names can be counted. Line numbers stay.</summary>
internal sealed class SourceText
{
    private readonly string _text;
    private readonly char[] _code;
    private int _at;

    private SourceText(string text)
    {
        _text = text;
        _code = text.ToCharArray();
    }

    /// <summary>The code of a file without comments and without the contents of literals; everything else is at its place.</summary>
    public static string CodeOf(string text)
    {
        SourceText source = new(text);
        source.Code(insideHole: false);
        return new string(source._code);
    }

    /// <summary>Walks over code up to the end of the text or, inside an interpolation, to the brace that closes the hole.</summary>
    private void Code(bool insideHole)
    {
        int depth = 0;
        while (_at < _text.Length)
        {
            char c = _text[_at];
            if (insideHole && c == '}' && depth-- == 0)
            {
                return;
            }

            depth += c == '{' ? 1 : 0;
            if (!Literal())
            {
                _at++;
            }
        }
    }

    /// <summary>Skips a comment or literal that starts here.</summary>
    private bool Literal()
    {
        if (Starts("//"))
        {
            BlankTo(EndOf("\n", from: _at, length: 0));
        }
        else if (Starts("/*"))
        {
            BlankTo(EndOf("*/", from: _at + 2, length: 2));
        }
        else if (_text[_at] == '\'')
        {
            Simple('\'');
        }
        else if (!Text())
        {
            return false;
        }

        return true;
    }

    private bool Text()
    {
        int at = _at;
        int dollars = Count('$', at);
        at += dollars;
        bool verbatim = at < _text.Length && _text[at] == '@';
        at += verbatim ? 1 : 0;
        if (at < _text.Length && _text[at] == '$')
        {
            dollars++;
            at++;
        }

        int quotes = Count('"', at);
        if (quotes == 0)
        {
            return false;
        }

        _at = at;
        if (quotes >= 3)
        {
            BlankTo(EndOf(new string('"', quotes), from: at + quotes, length: quotes));
        }
        else if (dollars > 0)
        {
            Interpolated(verbatim);
        }
        else if (verbatim)
        {
            Verbatim();
        }
        else
        {
            Simple('"');
        }

        return true;
    }

    private void Simple(char quote)
    {
        int at = _at + 1;
        while (at < _text.Length && _text[at] != quote && _text[at] != '\n')
        {
            at += _text[at] == '\\' ? 2 : 1;
        }

        BlankTo(at + 1);
    }

    private void Verbatim()
    {
        int at = _at + 1;
        while (at < _text.Length && (_text[at] != '"' || (at + 1 < _text.Length && _text[at + 1] == '"')))
        {
            at += _text[at] == '"' ? 2 : 1;
        }

        BlankTo(at + 1);
    }

    private void Interpolated(bool verbatim)
    {
        BlankTo(_at + 1);
        while (_at < _text.Length && _text[_at] != '"')
        {
            if (_text[_at] == '{' && !Starts("{{"))
            {
                BlankTo(_at + 1);
                Code(insideHole: true);
                BlankTo(_at + 1);
            }
            else
            {
                BlankTo(_at + (Starts("{{") || Starts("}}") || (!verbatim && _text[_at] == '\\') ? 2 : 1));
            }
        }

        BlankTo(_at + 1);
    }

    private bool Starts(string what) => string.CompareOrdinal(_text, _at, what, 0, what.Length) == 0;

    private int Count(char what, int from)
    {
        int at = from;
        while (at < _text.Length && _text[at] == what)
        {
            at++;
        }

        return at - from;
    }

    private int EndOf(string what, int from, int length)
    {
        int at = from > _text.Length ? -1 : _text.IndexOf(what, from, StringComparison.Ordinal);
        return at < 0 ? _text.Length : at + length;
    }

    private void BlankTo(int end)
    {
        for (end = Math.Min(end, _text.Length); _at < end; _at++)
        {
            _code[_at] = _text[_at] == '\n' ? '\n' : ' ';
        }
    }
}
