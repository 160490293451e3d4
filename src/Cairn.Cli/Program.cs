using System.Runtime.InteropServices;
using Cairn.Cli;

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
        Input = Console.OpenStandardInput(),
        Output = OutputStream.OpenStandard(),
        Error = Console.Error,
        IsOutputTerminal = !Console.IsOutputRedirected,
        IsErrorTerminal = !Console.IsErrorRedirected,
    },
    interruption.Token);
