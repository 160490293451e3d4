namespace Cairn.Cli.Terminal;

/// <summary>How a line ended.</summary>
internal enum LineEnd
{
    /// <summary>It was entered.</summary>
    Entered,

    /// <summary>It was given up (Ctrl+C).</summary>
    Cancelled,

    /// <summary>There are no more lines (Ctrl+D, the end of a file).</summary>
    Closed,
}
