using System.Text;
using System.Text.Json;
using Cairn.Cli;
using Cairn.Cli.Terminal;
using Xunit;

namespace Cairn.Tests.Cli;

/// <summary>A run of the command line within this process.</summary>
internal sealed record CliRun(int Code, byte[] Bytes, string Error)
{
    /// <summary>The output as text.</summary>
    public string Output => Encoding.UTF8.GetString(Bytes);

    /// <summary>The lines of the output.</summary>
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The last line of the output as JSON.</summary>
    public JsonElement Json => JsonDocument.Parse(Lines[^1]).RootElement;

    /// <summary>Runs the command line.</summary>
    public static Task<CliRun> RunAsync(params string[] arguments) => RunAsync(arguments, "");

    /// <summary>Runs the command line with an input.</summary>
    public static async Task<CliRun> RunAsync(string[] arguments, string input, bool isTerminal = false, CancellationToken cancellationToken = default)
    {
        using MemoryStream output = new();
        CliRun run = await RunAsync(arguments, new MemoryStream(Encoding.UTF8.GetBytes(input)), output, isTerminal, cancellationToken);
        return run with { Bytes = output.ToArray() };
    }

    /// <summary>Runs the command line on a terminal on which somebody types; what the terminal shows of that is not in the output.</summary>
    public static async Task<CliRun> TypeAsync(string[] arguments, ITerminal terminal)
    {
        using MemoryStream output = new();
        StringWriter error = new();
        CliStreams streams = new() { OpenInput = () => Stream.Null, Output = new OutputStream(output), Error = error, IsOutputTerminal = true, IsErrorTerminal = true, Terminal = terminal };
        int code = await CliApplication.RunAsync(arguments, streams, TestContext.Current.CancellationToken);
        return new CliRun(code, output.ToArray(), error.ToString());
    }

    /// <summary>Runs the command line with streams.</summary>
    public static async Task<CliRun> RunAsync(string[] arguments, Stream input, Stream output, bool isTerminal, CancellationToken cancellationToken)
    {
        StringWriter error = new();
        CliStreams streams = new() { OpenInput = () => input, Output = new OutputStream(output), Error = error, IsOutputTerminal = isTerminal, IsErrorTerminal = isTerminal };
        int code = await CliApplication.RunAsync(arguments, streams, cancellationToken);
        return new CliRun(code, [], error.ToString());
    }

    /// <summary>Fails unless the command ended well, with nothing on standard error.</summary>
    public CliRun Fine()
    {
        Assert.True(Code == ExitCode.Fine, $"exit code {Code}: {Error}");
        Assert.Equal("", Error);
        return this;
    }

    /// <summary>Fails unless the command ended with a code and one line of our own on standard error.</summary>
    public CliRun Failed(int code, string reason)
    {
        Assert.True(Code == code, $"exit code {Code} instead of {code}: {Error}");
        Assert.StartsWith("cairn: ", Error, StringComparison.Ordinal);
        Assert.Single(Error.TrimEnd('\n').Split('\n'));
        Assert.Contains(reason, Error, StringComparison.Ordinal);
        return this;
    }
}
