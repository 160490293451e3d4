using Cairn.Cli.Commands;
using Cairn.Cli.Output;
using Cairn.Contracts.Namespaces.Access;
using Cairn.Vm.Language;
using Cairn.Vm.Running;

namespace Cairn.Cli.Repl;

/// <summary>Reads entries, runs them, prints what they came to. On a terminal it goes on after mistakes; of a file or pipe, the first mistake ends it.</summary>
/// <param name="streams">Where results and mistakes go.</param>
/// <param name="session">What stays from entry to entry.</param>
/// <param name="lines">Gives the lines.</param>
/// <param name="isInteractive">Whether somebody sits there.</param>
/// <param name="asJson">Whether results are printed as objects.</param>
internal sealed class ReplLoop(CliStreams streams, ReplSession session, ReplLines lines, bool isInteractive, bool asJson)
{
    /// <summary>Runs until the end of the lines.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        while (lines.ReadEntry() is { } entry)
        {
            int code = ExitCode.Fine;
            try
            {
                if (entry.StartsWith(':'))
                {
                    if (!ReplCommands.Do(session, entry.TrimEnd('\n'), streams.Output))
                    {
                        break;
                    }
                }
                else
                {
                    code = await RunAsync(entry, cancellationToken);
                }
            }
            catch (CompileException exception)
            {
                LanguageErrors.Tell(streams, asJson, exception);
                code = ExitCode.Malformed;
            }
            catch (CliException exception)
            {
                CliApplication.Say(streams, exception.Message);
                code = exception.ExitCode;
            }
            catch (StateStoreException exception) when (isInteractive && exception.RecoveryAction == RecoveryAction.FixTheCall)
            {
                CliApplication.Say(streams, exception.Message);
            }

            streams.Output.Flush();
            if (code != ExitCode.Fine && !isInteractive)
            {
                return code;
            }
        }

        return ExitCode.Fine;
    }

    private async Task<int> RunAsync(string entry, CancellationToken cancellationToken)
    {
        if (await session.RunAsync(entry, cancellationToken) is not { } result)
        {
            return ExitCode.Fine;
        }

        if (asJson)
        {
            RunOutput.Write(streams.Output, ReplSession.EntryName, result, asJson: true);
        }
        else
        {
            RunOutput.WriteEmitted(streams.Output, result);
        }

        if (result.Fault is { } fault)
        {
            bool isNobody = fault.Cause is AccessDeniedException && session.Principal.IsAnonymous;
            CliApplication.Say(streams, result.Error + (isNobody ? " Nobody in particular runs it: ':as PRINCIPAL' says who does." : ""));
            return RunCommand.ExitCodeOf(fault);
        }

        if (!asJson)
        {
            streams.Output.WriteLine(ReplCommands.StackText(session) + BlocksText(result));
        }

        return ExitCode.Fine;
    }

    private static string BlocksText(RunResult result) => result.Blocks.Count switch
    {
        0 => "",
        1 => $"  block {result.Height}",
        _ => $"  blocks {result.Blocks[0].Height} to {result.Height}",
    };
}
