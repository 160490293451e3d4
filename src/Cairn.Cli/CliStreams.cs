using Cairn.Cli.Terminal;

namespace Cairn.Cli;

/// <summary>What a command reads from and writes to. Tests give their own.</summary>
internal sealed class CliStreams
{
    /// <summary>Opens standard input; called only by who reads it, for opening a terminal's sends control sequences to it.</summary>
    public required Func<Stream> OpenInput { get; init; }

    /// <summary>Standard output: results only. Buffered; flushed when the command ends.</summary>
    public required OutputStream Output { get; init; }

    /// <summary>Standard error: everything else.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Tells the time of blocks that are given none.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>The terminal on which somebody types, when both input and output are one; else null.</summary>
    public ITerminal? Terminal { get; init; }

    /// <summary>Whether results go to a terminal.</summary>
    public bool IsOutputTerminal { get; init; }

    /// <summary>Whether messages go to a terminal, so that progress makes sense.</summary>
    public bool IsErrorTerminal { get; init; }
}
