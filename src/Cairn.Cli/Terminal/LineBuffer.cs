using System.Globalization;

namespace Cairn.Cli.Terminal;

/// <summary>A line being typed, and the cursor in it. The cursor stands between what readers see as characters, never inside one.</summary>
internal sealed class LineBuffer
{
    private string _text = "";
    private string _killed = "";

    /// <summary>The line.</summary>
    public string Text => _text;

    /// <summary>How many units of UTF-16 stand before the cursor.</summary>
    public int Cursor { get; private set; }

    /// <summary>What stands before the cursor.</summary>
    public string BeforeCursor => _text[..Cursor];

    /// <summary>Replaces the line, with the cursor at its end.</summary>
    public void Set(string text)
    {
        _text = text;
        Cursor = text.Length;
    }

    /// <summary>Puts text in at the cursor.</summary>
    public void Insert(string text)
    {
        _text = _text.Insert(Cursor, text);
        Cursor += text.Length;
    }

    /// <summary>Replaces what stands before the cursor from a place on.</summary>
    public void ReplaceBeforeCursor(int start, string text)
    {
        _text = string.Concat(_text.AsSpan(0, start), text, _text.AsSpan(Cursor));
        Cursor = start + text.Length;
    }

    /// <summary>Moves one character to the left.</summary>
    public void Left() => Cursor = Previous();

    /// <summary>Moves one character to the right.</summary>
    public void Right() => Cursor = Next();

    /// <summary>Moves to the beginning.</summary>
    public void Home() => Cursor = 0;

    /// <summary>Moves behind the last character.</summary>
    public void End() => Cursor = _text.Length;

    /// <summary>Moves to the beginning of the word before the cursor.</summary>
    public void WordLeft() => Cursor = WordStart();

    /// <summary>Moves behind the word at the cursor.</summary>
    public void WordRight()
    {
        int end = Cursor;
        while (end < _text.Length && IsBetweenWords(_text[end]))
        {
            end++;
        }

        while (end < _text.Length && !IsBetweenWords(_text[end]))
        {
            end++;
        }

        Cursor = end;
    }

    /// <summary>Removes the character before the cursor.</summary>
    public void Backspace() => Remove(Previous(), Cursor);

    /// <summary>Removes the character at the cursor.</summary>
    public void Delete() => Remove(Cursor, Next());

    /// <summary>Removes the word before the cursor and keeps it for <see cref="Yank"/>.</summary>
    public void KillWord() => Kill(WordStart(), Cursor);

    /// <summary>Removes everything before the cursor and keeps it for <see cref="Yank"/>.</summary>
    public void KillToStart() => Kill(0, Cursor);

    /// <summary>Removes everything from the cursor on and keeps it for <see cref="Yank"/>.</summary>
    public void KillToEnd() => Kill(Cursor, _text.Length);

    /// <summary>Puts in what was removed last.</summary>
    public void Yank() => Insert(_killed);

    private void Kill(int start, int end)
    {
        _killed = end > start ? _text[start..end] : _killed;
        Remove(start, end);
    }

    private void Remove(int start, int end)
    {
        _text = _text.Remove(start, end - start);
        Cursor = start;
    }

    private int Next() => Cursor + (Cursor < _text.Length ? StringInfo.GetNextTextElementLength(_text.AsSpan(Cursor)) : 0);

    private int Previous()
    {
        int start = 0;
        for (int next = 0; next < Cursor; next += StringInfo.GetNextTextElementLength(_text.AsSpan(next)))
        {
            start = next;
        }

        return start;
    }

    private int WordStart()
    {
        int start = Cursor;
        while (start > 0 && IsBetweenWords(_text[start - 1]))
        {
            start--;
        }

        while (start > 0 && !IsBetweenWords(_text[start - 1]))
        {
            start--;
        }

        return start;
    }

    private static bool IsBetweenWords(char unit) => char.IsWhiteSpace(unit) || unit is '/' or '"' or ',' or '(' or ')';
}
