using Cairn.Cli.Commands;
using Cairn.Contracts.Values;
using Cairn.Vm.Language;

namespace Cairn.Cli.Repl;

/// <summary>What is said to the session instead of to a program: words that begin with a colon.</summary>
internal static class ReplCommands
{
    private static readonly (string Usage, string Text)[] Table =
    [
        (":help [COMMAND]", "these words, or what a command of the language does"),
        (":commands", "all commands of the language"),
        (":stack", "the stack, the top last"),
        (":memory", "the variables"),
        (":functions", "the functions that were defined"),
        (":as PRINCIPAL", "go on as somebody else"),
        (":trace on|off", "show each step"),
        (":reset", "forget stack, variables and functions"),
        (":quit", "the end; Ctrl+D, too"),
    ];

    /// <summary>The words.</summary>
    public static IEnumerable<string> Words { get; } = [.. Table.Select(static entry => entry.Usage.Split(' ')[0])];

    /// <summary>Does what a line says.</summary>
    /// <param name="session">The session.</param>
    /// <param name="line">The line, which begins with a colon.</param>
    /// <param name="output">Where answers go.</param>
    /// <returns>Whether the session goes on.</returns>
    public static bool Do(ReplSession session, string line, OutputStream output)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        switch (words)
        {
            case [":quit"]:
                return false;
            case [":help"]:
                Write(output, Table);
                break;
            case [":help", string word]:
                Write(output, CommandTable.All.Where(command => Is(command.Word, word) || Is(command.Alias, word)).Select(static command => (command.Usage, command.Summary)).DefaultIfEmpty((word, "is no command")));
                break;
            case [":commands"]:
                Write(output, CommandTable.All.Select(static command => (command.Usage, command.Summary)));
                break;
            case [":stack"]:
                output.WriteLine(StackText(session));
                break;
            case [":memory"]:
                foreach ((string name, StateValue value) in session.Memory.OrderBy(static variable => variable.Key, StringComparer.Ordinal))
                {
                    output.WriteLine($"{name} = {value.ToJson()}");
                }

                break;
            case [":functions"]:
                foreach (string text in session.Functions.Values)
                {
                    output.WriteLine(text.TrimEnd('\n'));
                }

                break;
            case [":as", string principal]:
                session.Principal = PrincipalOptions.Parse(principal);
                break;
            case [":trace", "on" or "off"]:
                session.Trace = Is(words[1], "on") ? step => output.WriteLine("  " + ContractArguments.OneLine(step.ToString())) : null;
                break;
            case [":reset"]:
                session.Reset();
                break;
            default:
                throw new CliException(ExitCode.Malformed, $"'{line}' is nothing that the session knows; ':help' shows what it does.");
        }

        return true;
    }

    /// <summary>The stack on a line.</summary>
    public static string StackText(ReplSession session) => $"[{string.Join(", ", session.Stack.Select(static value => value.ToJson()))}]";

    private static bool Is(string? word, string other) => string.Equals(word, other, StringComparison.Ordinal);

    private static void Write(OutputStream output, IEnumerable<(string Usage, string Text)> entries)
    {
        const int Column = 28;
        foreach ((string usage, string text) in entries)
        {
            output.WriteLine($"  {usage.PadRight(Column)} {text}");
        }
    }
}
