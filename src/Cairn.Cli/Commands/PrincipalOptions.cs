using System.CommandLine;
using Cairn.Contracts.Namespaces.Access;

namespace Cairn.Cli.Commands;

/// <summary>Options of commands that act for somebody.</summary>
internal static class PrincipalOptions
{
    /// <summary><c>--as</c>.</summary>
    public static Option<string?> As() => new("--as") { HelpName = "PRINCIPAL", Description = "Who asks: the id of a principal. Without it nobody in particular, who has no rights" };

    /// <summary>The principal that an option names.</summary>
    public static Principal Parse(string? id) => id is null or "anonymous" ? Principal.Anonymous : Checked(id);

    /// <summary>What a denial says, with a word on who asked when nobody was named.</summary>
    public static CliException Explain(AccessDeniedException denial) =>
        new(ExitCode.Refused, string.Equals(denial.Principal, Principal.Anonymous.Id, StringComparison.Ordinal) ? $"{denial.Message} Nobody in particular asked: --as says who does." : denial.Message);

    /// <summary>The principal with an id that is somebody's.</summary>
    public static Principal Checked(string id)
    {
        try
        {
            return new Principal(id);
        }
        catch (ArgumentException exception)
        {
            throw new CliException(ExitCode.Malformed, $"'{ContractArguments.OneLine(id)}' is no id of a principal: {CliException.Of(exception).Message}");
        }
    }
}
