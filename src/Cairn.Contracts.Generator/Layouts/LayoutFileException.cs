namespace Cairn.Contracts.Generator.Layouts;

/// <summary>A layout file is not what it has to be.</summary>
/// <param name="line">The line, 1 for the first.</param>
/// <param name="message">What is wrong.</param>
internal sealed class LayoutFileException(int line, string message) : Exception(message)
{
    /// <summary>The line, 1 for the first.</summary>
    public int Line => line;
}
