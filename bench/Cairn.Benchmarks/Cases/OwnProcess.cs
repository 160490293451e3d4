using System.Diagnostics;

namespace Cairn.Benchmarks.Cases;

/// <summary>Starts this program once more.</summary>
internal static class OwnProcess
{
    /// <summary>Starts it with a hidden verb.</summary>
    /// <param name="options">Options to hand on.</param>
    /// <param name="readsOutput">Whether its output is read; else it goes where this program's goes.</param>
    /// <param name="arguments">The verb and its arguments.</param>
    public static Process Start(BenchmarkOptions options, bool readsOutput, params ReadOnlySpan<string> arguments)
    {
        string program = Environment.ProcessPath!;
        ProcessStartInfo command = new(program) { RedirectStandardOutput = readsOutput, UseShellExecute = false };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
        {
            command.ArgumentList.Add(typeof(OwnProcess).Assembly.Location);
        }

        foreach (string argument in (ReadOnlySpan<string>)[.. arguments, .. options.ToArguments()])
        {
            command.ArgumentList.Add(argument);
        }

        return Process.Start(command) ?? throw new InvalidOperationException("The process did not start.");
    }
}
