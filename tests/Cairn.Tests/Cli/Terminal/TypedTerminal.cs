using Cairn.Cli.Terminal;

namespace Cairn.Tests.Cli.Terminal;

/// <summary>A terminal on which a script is typed: its characters, and keys by name in angle brackets such as <c>&lt;Left&gt;</c>, <c>&lt;^A&gt;</c> (with Control). Keeps the row as it was shown last.</summary>
internal sealed class TypedTerminal : ITerminal
{
    private readonly Queue<ConsoleKeyInfo> _keys = new();
    private readonly List<string> _written = [];

    public TypedTerminal(string script, int width = 80)
    {
        Width = width;
        for (int i = 0; i < script.Length; i++)
        {
            int end = script[i] == '<' ? script.IndexOf('>', i) : -1;
            _keys.Enqueue(end < 0 ? new ConsoleKeyInfo(script[i], KeyOf(script[i]), shift: false, alt: false, control: false) : Named(script[(i + 1)..end]));
            i = Math.Max(i, end);
        }
    }

    public int Width { get; }

    /// <summary>Everything written, the clearing of rows left out.</summary>
    public IReadOnlyList<string> Written => _written;

    /// <summary>How many keys were not read.</summary>
    public int KeysLeft => _keys.Count;

    public ConsoleKeyInfo ReadKey() => _keys.Dequeue();

    public void Write(string text) => _written.Add(text.Replace("\r\u001b[K", "", StringComparison.Ordinal));

    private static ConsoleKey KeyOf(char character) => character is >= 'a' and <= 'z' ? ConsoleKey.A + (character - 'a') : ConsoleKey.None;

    private static ConsoleKeyInfo Named(string name) => name[0] == '^'
        ? name.Length == 2
            ? new ConsoleKeyInfo((char)(name[1] - '@'), ConsoleKey.A + (name[1] - 'A'), shift: false, alt: false, control: true)
            : new ConsoleKeyInfo('\0', Enum.Parse<ConsoleKey>(name[1..]), shift: false, alt: false, control: true)
        : new ConsoleKeyInfo(name switch { "Tab" => '\t', "Backspace" => '\u007f', "Enter" => '\r', _ => '\0' }, Enum.Parse<ConsoleKey>(name), shift: false, alt: false, control: false);
}
