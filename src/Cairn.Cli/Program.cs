using System.Runtime.InteropServices;
using Cairn.Cli;
using Cairn.Cli.Terminal;

using CancellationTokenSource interruption = new();

// The first signal ends the command between two blocks; a second one ends the process.
void Interrupt(PosixSignalContext signal)
{
    signal.Cancel = !interruption.IsCancellationRequested;
    interruption.Cancel();
}

using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);

return await CliApplication.RunAsync(
    args,
    new CliStreams
    {
        OpenInput = Console.OpenStandardInput,
        Output = StandardStreams.OpenOutput(),
        Error = StandardStreams.OpenError(),
        Terminal = Console.IsInputRedirected || Console.IsOutputRedirected ? null : new ConsoleTerminal(),
        IsOutputTerminal = !Console.IsOutputRedirected,
        IsErrorTerminal = !Console.IsErrorRedirected,
    },
    interruption.Token);
