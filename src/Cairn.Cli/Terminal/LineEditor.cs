using System.Text;
using Spectre.Console.Rendering;

namespace Cairn.Cli.Terminal;

/// <summary>
/// Reads lines that are typed on a terminal: moving, removing and putting back as in other shells, the lines entered before with the arrows (those that begin as the line does), completion with Tab. The line stays on one row; a longer one moves sideways.
/// </summary>
/// <param name="terminal">The terminal.</param>
/// <param name="history">The lines entered before.</param>
/// <param name="complete">Finds what the word before the cursor can become.</param>
internal sealed class LineEditor(ITerminal terminal, InputHistory history, Func<string, Completion> complete)
{
    private const int MostShown = 40;
    private const string ClearRow = "\r\u001b[K";

    private readonly LineBuffer _line = new();
    private int _place;
    private string _typed = "";
    private bool _wasTab;

    /// <summary>Reads a line.</summary>
    /// <param name="prompt">What stands before it.</param>
    /// <param name="indentation">What the line begins with.</param>
    /// <param name="line">The line; empty when there is none.</param>
    public LineEnd Read(string prompt, string indentation, out string line)
    {
        _line.Set(indentation);
        (_place, _typed, _wasTab) = (history.Count, "", false);
        Show(prompt);
        while (true)
        {
            ConsoleKeyInfo key = terminal.ReadKey();
            bool isControl = key.Modifiers.HasFlag(ConsoleModifiers.Control);
            if (key.Key == ConsoleKey.Enter || key.KeyChar is '\r' or '\n')
            {
                _line.End();
                Show(prompt);
                terminal.Write("\r\n");
                history.Add(_line.Text);
                line = _line.Text;
                return LineEnd.Entered;
            }

            if (isControl && key.Key == ConsoleKey.C)
            {
                terminal.Write("^C\r\n");
                line = "";
                return LineEnd.Cancelled;
            }

            if (isControl && key.Key == ConsoleKey.D && _line.Text.Trim().Length == 0)
            {
                terminal.Write("\r\n");
                line = "";
                return LineEnd.Closed;
            }

            Act(key, isControl);
            Show(prompt);
        }
    }

    private void Act(ConsoleKeyInfo key, bool isControl)
    {
        bool wasTab = _wasTab;
        _wasTab = key.Key == ConsoleKey.Tab;
        if (_wasTab)
        {
            Complete(isAgain: wasTab);
        }
        else if (key.Key == ConsoleKey.UpArrow || (isControl && key.Key == ConsoleKey.P))
        {
            Recall(isBack: true);
        }
        else if (key.Key == ConsoleKey.DownArrow || (isControl && key.Key == ConsoleKey.N))
        {
            Recall(isBack: false);
        }
        else
        {
            Edit(key, isControl);
            (_place, _typed) = (history.Count, _line.Text);
        }
    }

    private void Edit(ConsoleKeyInfo key, bool isControl)
    {
        bool isWord = isControl || key.Modifiers.HasFlag(ConsoleModifiers.Alt);
        Action? edit = (key.Key, isControl) switch
        {
            (ConsoleKey.LeftArrow, _) => isWord ? _line.WordLeft : _line.Left,
            (ConsoleKey.RightArrow, _) => isWord ? _line.WordRight : _line.Right,
            (ConsoleKey.Home, _) or (ConsoleKey.A, true) => _line.Home,
            (ConsoleKey.End, _) or (ConsoleKey.E, true) => _line.End,
            (ConsoleKey.B, true) => _line.Left,
            (ConsoleKey.F, true) => _line.Right,
            (ConsoleKey.Delete, _) or (ConsoleKey.D, true) => _line.Delete,
            (ConsoleKey.W, true) => _line.KillWord,
            (ConsoleKey.U, true) => _line.KillToStart,
            (ConsoleKey.K, true) => _line.KillToEnd,
            (ConsoleKey.Y, true) => _line.Yank,
            (ConsoleKey.Escape, _) => () => _line.Set(""),
            (ConsoleKey.Backspace, _) => isWord && key.KeyChar != '\b' ? _line.KillWord : _line.Backspace,
            _ when key.KeyChar is '\u007f' or '\b' => _line.Backspace,
            _ when !isControl && !char.IsControl(key.KeyChar) => () => _line.Insert(Rest(key.KeyChar)),
            _ => null,
        };
        edit?.Invoke();
    }

    /// <summary>A character of two units comes as two keys.</summary>
    private string Rest(char first)
    {
        if (!char.IsHighSurrogate(first))
        {
            return char.IsLowSurrogate(first) ? "\uFFFD" : first.ToString();
        }

        char second = terminal.ReadKey().KeyChar;
        return char.IsLowSurrogate(second) ? new string([first, second]) : "\uFFFD";
    }

    private void Recall(bool isBack)
    {
        int found = isBack ? history.FindBefore(_place, _typed) : history.FindAfter(_place, _typed);
        if (found >= 0)
        {
            _place = found;
            _line.Set(history.Lines[found]);
        }
        else if (!isBack)
        {
            _place = history.Count;
            _line.Set(_typed);
        }
    }

    private void Complete(bool isAgain)
    {
        Completion completion = complete(_line.BeforeCursor);
        if (completion.Words.Count == 0)
        {
            return;
        }

        string common = completion.CommonStart();
        bool isWhole = completion.Words.Count == 1;
        if (isWhole || common.Length > _line.Cursor - completion.Start)
        {
            bool isOpen = common.EndsWith('/') || common.EndsWith(':');
            _line.ReplaceBeforeCursor(completion.Start, isWhole && !isOpen ? common + " " : common);
        }
        else if (isAgain)
        {
            string more = completion.Words.Count > MostShown ? $"  … {completion.Words.Count - MostShown} more" : "";
            terminal.Write($"\r\n{string.Join("  ", completion.Words.Take(MostShown))}{more}\r\n");
        }

        (_place, _typed) = (history.Count, _line.Text);
    }

    /// <summary>Writes the row again: the prompt, and as much of the line as fits around the cursor.</summary>
    private void Show(string prompt)
    {
        int room = Math.Max(8, terminal.Width - CellsOf(prompt) - 1);
        string line = Shown(_line.Text);
        string before = Shown(_line.BeforeCursor);
        int start = 0;
        while (CellsOf(before[start..]) >= room)
        {
            start += char.IsHighSurrogate(before[start]) ? 2 : 1;
        }

        int end = line.Length;
        while (CellsOf(line[start..end]) > room)
        {
            end -= end > 1 && char.IsLowSurrogate(line[end - 1]) ? 2 : 1;
        }

        StringBuilder row = new(ClearRow);
        row.Append(prompt).Append(line, start, end - start);
        int back = CellsOf(line[start..end]) - CellsOf(before[start..]);
        if (back > 0)
        {
            row.Append("\u001b[").Append(back).Append('D');
        }

        terminal.Write(row.ToString());
    }

    /// <summary>Text without anything that would move the cursor; as long as it is.</summary>
    private static string Shown(string text) => string.Create(text.Length, text, static (shown, text) =>
    {
        for (int i = 0; i < shown.Length; i++)
        {
            shown[i] = text[i] == '\t' ? ' ' : char.IsControl(text[i]) ? '\uFFFD' : text[i];
        }
    });

    private static int CellsOf(string text) => text.Length == 0 ? 0 : new Segment(text).CellCount();
}
