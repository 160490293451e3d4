using System.Diagnostics;
using System.Globalization;

namespace Cairn.Tests.Cli;

/// <summary>The command line as a process of its own.</summary>
internal sealed class CliProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Task<string> _error;

    private CliProcess(ProcessStartInfo start)
    {
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.UseShellExecute = false;
        _process = Process.Start(start)!;
        _error = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>The program, as the tests' build left it.</summary>
    public static string Program => Path.Combine(AppContext.BaseDirectory, "Cairn.Cli.dll");

    public StreamWriter Input => _process.StandardInput;

    public StreamReader Output => _process.StandardOutput;

    /// <summary>Starts the program.</summary>
    public static CliProcess Start(params string[] arguments) => new(new ProcessStartInfo("dotnet", [Program, .. arguments]));

    /// <summary>Starts another program.</summary>
    public static CliProcess StartOther(ProcessStartInfo start) => new(start);

    /// <summary>Kills it, unless it has ended by itself.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Sends a signal to the process, which runs, as <c>kill</c> names it.</summary>
    public void Signal(string name)
    {
        using Process kill = Process.Start("kill", ["-" + name, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>Waits for the end.</summary>
    /// <returns>The exit code and everything from standard error.</returns>
    public async Task<(int Code, string Error)> EndAsync()
    {
        using CancellationTokenSource patience = new(Patience);
        await _process.WaitForExitAsync(patience.Token);
        return (_process.ExitCode, await _error);
    }

    /// <summary>Reads all bytes of the output and waits for the end.</summary>
    public async Task<(int Code, byte[] Output, string Error)> RunAsync(string input = "")
    {
        await Input.WriteAsync(input);
        Input.Close();
        using MemoryStream output = new();
        await Output.BaseStream.CopyToAsync(output);
        (int code, string error) = await EndAsync();
        return (code, output.ToArray(), error);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
