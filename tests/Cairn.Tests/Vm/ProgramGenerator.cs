using System.Globalization;
using System.Text;
using Cairn.Vm.Language;

namespace Cairn.Tests.Vm;

/// <summary>
/// Random programs, as text that compiles: every command and every block, with comments, blank lines and odd spacing where they may be. <see cref="Runnable"/> programs also end soon without an error, so that runs of them can be compared.
/// </summary>
internal sealed class ProgramGenerator
{
    private static readonly string[] Keys = ["a", "b", "org/acme/balance", "org/acme/members/ann", "vote/1", "\"with space\"", "\"say \\\"hi\\\"\"", "\"\\u{41}\\u{1f600}/x\"", "system/x.y-z", "\"#no\"", "a#b", "\"k:\"", "ключ"];
    private static readonly string[] Literals = ["0", "1", "-0", "42", "3.5", "1e3", ".5", "1.", "+1", "inf", "-inf", "NaN", "infinity", "1e400", "\"\"", "\"text\"", "\"two words # no comment\"", "\"\\t\\n\\\\\\\"\\u{0}\"", "true", "false", "null", "{\"b\": 1, \"a\": [1, \"x # y\", null]}", "[]", "{}", "[1e21, {\"k\": \"v:\"}]", "0.1", "9007199254740993"];
    private static readonly string[] Texts = ["done", "\"two words\"", "\"\"", "a:b", "\"x\\ny\"", "42"];
    private static readonly string[] Variables = ["x", "y", "total", "_v1", "aVeryLongNameOfAVariableThatStillIsFine"];
    private static readonly string[] Simple = ["pop", "dup", "swap", "over", "add", "sub", "mul", "div", "mod", "negate", "eq", "lt", "gt", "not", "and", "or", "begintx", "committx", "rollbacktx", "getcaller", "dumpstack", "dumpmemory", "dumpstate", "storep", "loadp", "deletep", "keyexists", "keyexistsp", "listkeys", "emit"];

    private readonly Random _random;
    private readonly bool _runnable;
    private readonly StringBuilder _text = new();
    private readonly List<(string Name, int Parameters)> _functions = [];
    private readonly string _level;
    private int _budget;
    private int _loops;
    private bool _inFunction;

    private ProgramGenerator(Random random, bool runnable, int size)
    {
        _random = random;
        _runnable = runnable;
        _budget = size;
        _level = Pick(["    ", "  ", "\t", " ", "        "]);
    }

    /// <summary>A program that compiles; what it does when it runs is nobody's business.</summary>
    /// <param name="random">Where everything comes from.</param>
    /// <param name="size">About how many lines.</param>
    public static string Any(Random random, int size = 40) => new ProgramGenerator(random, runnable: false, size).Program();

    /// <summary>A program that runs without an error in a store where its principal may do everything: balanced, of few steps, with storage, transactions, functions and output.</summary>
    /// <param name="random">Where everything comes from.</param>
    /// <param name="size">About how many lines.</param>
    public static string Runnable(Random random, int size = 40) => new ProgramGenerator(random, runnable: true, size).Program();

    private string Program()
    {
        int functions = _random.Next(0, 4);
        for (int i = 0; i < functions; i++)
        {
            _functions.Add(($"f{i}", _random.Next(0, 4)));
        }

        bool before = _random.Next(2) == 0;
        if (before)
        {
            Definitions();
        }

        Lines(0, 3 + _random.Next(8));
        if (!before)
        {
            Definitions();
        }

        return _text.ToString();
    }

    private void Definitions()
    {
        for (int i = 0; i < _functions.Count; i++)
        {
            (string name, int parameters) = _functions[i];
            Line(0, $"def {name}({string.Join(Pick([", ", ",", " , "]), Enumerable.Range(0, parameters).Select(p => $"p{p}"))}):");
            _inFunction = true;
            if (_runnable)
            {
                // Only functions that are defined before: no recursion, so that every run ends.
                List<(string, int)> later = _functions[i..];
                _functions.RemoveRange(i, later.Count);
                for (int p = 0; p < parameters; p++)
                {
                    Lines(1, 1);
                    Line(1, $"load p{p}");
                    Line(1, "emit");
                }

                Line(1, "push " + Pick(Literals));
                Line(1, "pop");
                _functions.AddRange(later);
            }
            else
            {
                Lines(1, 1 + _random.Next(4));
            }

            _inFunction = false;
        }
    }

    private void Lines(int depth, int count)
    {
        for (int i = 0; i < Math.Max(count, 1); i++)
        {
            if (depth < 6 && _budget > 0 && _random.Next(4) == 0)
            {
                Block(depth);
            }
            else if (_runnable)
            {
                Balanced(depth);
            }
            else
            {
                Line(depth, Anything());
            }
        }
    }

    private void Block(int depth)
    {
        switch (_random.Next(4))
        {
            case 0:
                Condition(depth);
                Line(depth, "if:");
                Lines(depth + 1, 1 + _random.Next(3));
                if (_random.Next(2) == 0)
                {
                    Line(depth, "else:");
                    Lines(depth + 1, 1 + _random.Next(3));
                }

                break;
            case 1:
                Line(depth, $"loop {_random.Next(_runnable ? 4 : 1000).ToString(CultureInfo.InvariantCulture)}:");
                _loops++;
                Lines(depth + 1, 1 + _random.Next(3));
                Leave(depth + 1);
                _loops--;
                break;
            case 2:
                While(depth);
                break;
            default:
                Match(depth);
                break;
        }
    }

    private void While(int depth)
    {
        // A counter of its own keeps a runnable loop short; a nested loop has another one.
        string counter = $"n{depth}";
        if (_runnable)
        {
            Line(depth, "push 0");
            Line(depth, $"store {counter}");
        }

        Line(depth, "while:");
        _loops++;
        if (_runnable || _random.Next(2) == 0)
        {
            Line(depth + 1, "condition:");
            if (_runnable)
            {
                foreach (string line in (string[])[$"load {counter}", "push 1", "add", $"store {counter}", $"load {counter}", "push 3", "lt"])
                {
                    Line(depth + 2, line);
                }
            }
            else
            {
                Lines(depth + 2, 1 + _random.Next(2));
            }
        }
        else
        {
            Line(depth + 1, Anything());
        }

        if (_runnable || _random.Next(4) > 0)
        {
            Lines(depth + 1, 1 + _random.Next(3));
            Leave(depth + 1);
        }

        _loops--;
    }

    private void Match(int depth)
    {
        bool hasValue = _random.Next(3) > 0;
        if (!hasValue)
        {
            Line(depth, "push " + Pick(Literals));
        }

        Line(depth, "match:");
        if (hasValue)
        {
            Line(depth + 1, "value:");
            Line(depth + 2, "push " + Pick(Literals));
        }

        int cases = _random.Next(0, 4);
        for (int i = 0; i < cases; i++)
        {
            Line(depth + 1, $"case {Pick(Literals)}:");
            Lines(depth + 2, 1 + _random.Next(2));
        }

        if (cases == 0 || _random.Next(2) == 0)
        {
            Line(depth + 1, "default:");
            Lines(depth + 2, 1 + _random.Next(2));
        }
    }

    private void Condition(int depth)
    {
        if (_runnable || _random.Next(2) == 0)
        {
            Line(depth, "push " + Pick(Literals));
        }
    }

    private void Leave(int depth)
    {
        if (_loops > 0 && _random.Next(3) == 0)
        {
            Line(depth, Pick(["break", "continue"]));
        }
    }

    /// <summary>Lines that leave the stack as it was.</summary>
    private void Balanced(int depth)
    {
        string key = Pick(["a", "b", "org/acme/balance", "\"vote/1\"", "org/acme/members/ann"]);
        string literal = Pick(Literals);
        string variable = Pick(Variables);
        string[] lines = _random.Next(13) switch
        {
            0 => ["push " + literal, "emit"],
            1 => ["push " + literal, $"storep {key}"],
            2 => ["push " + literal, $"push {Quoted(key)}", "storep", $"loadp {key}", "pop"],
            3 => ["push 7", "push 2", Pick(["add", "sub", "mul", "div", "mod", "eq", "lt", "gt", "and", "or"]), "emit"],
            4 => ["push " + literal, $"store {variable}", $"load {variable}", "emit"],
            5 => ["begintx", "push 1", $"storep {key}", Pick(["committx", "rollbacktx"])],
            6 => [$"keyexists {key}", "not", "emit"],
            7 => ["push " + literal, "dup", "eq", "pop", "emit " + Pick(Texts)],
            8 => ["emitevent " + Pick(Texts) + " " + Pick(Texts)],
            9 => ["push 5", "storeptyped org/acme/typed integer", "loadptyped org/acme/typed number", "emit"],
            10 => ["push 1", "storep org/acme/v", "listversionsp org/acme/v", "emit"],
            11 => [.. Call()],
            _ => ["push 1", "push 2", "over", "swap", "pop", "assertequalstack 2", "pop", "pop"],
        };
        foreach (string line in lines)
        {
            Line(depth, line);
        }
    }

    private IEnumerable<string> Call()
    {
        if (_functions.Count == 0)
        {
            return ["getcaller", "pop"];
        }

        (string name, int parameters) = Pick(_functions);
        return [.. Enumerable.Range(0, parameters).Select(i => $"push {i}"), $"call {name}"];
    }

    private static string Quoted(string key) => key[0] == '"' ? key : $"\"{key}\"";

    private string Anything()
    {
        int number = _random.Next(100);
        string key = Pick(Keys);
        return _random.Next(20) switch
        {
            0 or 1 => "push " + Pick(Literals),
            2 => "store " + Pick(Variables),
            3 => "load " + Pick(Variables),
            4 => Pick(["storep ", "loadp ", "deletep ", "keyexists ", "keyexistsp ", "listkeys "]) + key,
            5 => $"{Pick(["storeptyped", "loadptyped"])} {(_random.Next(2) == 0 ? key + " " : "")}{Pick([.. CommandTable.TypeNames])}",
            6 => $"loadversionp {key} {number}",
            7 => $"{Pick(["listversionsp", "listversionsP"])} {key}",
            8 => $"diffversionsp {key} {number} 9007199254740991",
            9 => $"{Pick(["hasrole", "requirerole"])} {Pick(["admin", "writer", "\"a role\""])}",
            10 => "emit " + Pick(Texts),
            11 => $"emitevent {Pick(Texts)} {Pick(Texts)}",
            12 => $"assertequalstack {number}",
            13 when _functions.Count > 0 => "call " + Pick(_functions).Name,
            14 when _inFunction => "return",
            15 when _loops > 0 => Pick(["break", "continue"]),
            _ => Pick(Simple),
        };
    }

    /// <summary>Writes a line; sometimes comments, blank lines, blanks at its end and more blanks between words that stand outside of quotes.</summary>
    private void Line(int depth, string line)
    {
        _budget--;
        if (_random.Next(12) == 0)
        {
            _text.Append(Pick(["\n", "\n\n", "   \n", "\r\n"]));
        }

        if (_random.Next(10) == 0)
        {
            _text.Append(' ', _random.Next(0, 12)).Append(Pick(["# a comment", "#", "#\t tabs: \"and quotes", "# ünïcode ☃   "])).Append('\n');
        }

        string indent = string.Concat(Enumerable.Repeat(_level, depth));
        bool hasQuotes = line.Contains('"', StringComparison.Ordinal) || line.Contains('{', StringComparison.Ordinal);
        string spaced = !hasQuotes && _random.Next(8) == 0 ? line.Replace(" ", "  \t ", StringComparison.Ordinal) : line;
        _text.Append(indent).Append(spaced).Append(Pick(["", "", "", "", "", "", "  ", " # note", "\t#: \"x"])).Append(Pick(["\n", "\n", "\n", "\r\n"]));
    }

    private T Pick<T>(IReadOnlyList<T> items) => items[_random.Next(items.Count)];
}
