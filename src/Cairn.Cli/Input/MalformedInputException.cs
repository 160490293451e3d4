namespace Cairn.Cli.Input;

/// <summary>The input of <c>apply</c> is not what it has to be.</summary>
/// <param name="file">The file, or <c>stdin</c>.</param>
/// <param name="line">The line, 1 for the first.</param>
/// <param name="column">The column in bytes, 1 for the first.</param>
/// <param name="reason">What is wrong and what was expected.</param>
internal sealed class MalformedInputException(string file, long line, long column, string reason)
    : Exception($"{file}, line {line}, column {column}: {reason}")
{
    /// <summary>The line, 1 for the first.</summary>
    public long Line => line;

    /// <summary>The column in bytes, 1 for the first.</summary>
    public long Column => column;
}
