using System.CommandLine;

namespace Cairn.Cli.Commands;

/// <summary>Putting commands together.</summary>
internal static class CommandParts
{
    /// <summary>Adds arguments and options in order.</summary>
    public static void AddAll(this Command command, params ReadOnlySpan<Symbol> symbols)
    {
        foreach (Symbol symbol in symbols)
        {
            if (symbol is Argument argument)
            {
                command.Add(argument);
            }
            else if (symbol is Option option)
            {
                command.Add(option);
            }
        }
    }
}
