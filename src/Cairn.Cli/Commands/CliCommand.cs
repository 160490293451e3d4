using System.CommandLine;

namespace Cairn.Cli.Commands;

/// <summary>A command with more to say in its own help than in the list of commands.</summary>
/// <param name="name">The word that calls it.</param>
/// <param name="description">One sentence.</param>
/// <param name="details">What else one has to know; may be empty.</param>
/// <param name="examples">Command lines that work.</param>
internal sealed class CliCommand(string name, string description, string details, params string[] examples) : Command(name, description)
{
    /// <summary>What else one has to know; may be empty.</summary>
    public string Details => details;

    /// <summary>Command lines that work.</summary>
    public string[] Examples => examples;
}
