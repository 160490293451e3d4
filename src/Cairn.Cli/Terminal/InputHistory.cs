namespace Cairn.Cli.Terminal;

/// <summary>The lines that were entered, the oldest first, a bounded number of them. A line that is the same as the one before is not added again.</summary>
internal sealed class InputHistory
{
    /// <summary>The most lines that are kept.</summary>
    public const int MaxLines = 1000;

    private readonly List<string> _lines = [];

    /// <summary>How many lines there are.</summary>
    public int Count => _lines.Count;

    /// <summary>The lines, the oldest first.</summary>
    public IReadOnlyList<string> Lines => _lines;

    /// <summary>Adds a line.</summary>
    public void Add(string line)
    {
        if (string.IsNullOrWhiteSpace(line) || (_lines.Count > 0 && string.Equals(_lines[^1], line, StringComparison.Ordinal)))
        {
            return;
        }

        if (_lines.Count == MaxLines)
        {
            _lines.RemoveAt(0);
        }

        _lines.Add(line);
    }

    /// <summary>The newest line before a place that begins with a text.</summary>
    /// <returns>Its index, or −1.</returns>
    public int FindBefore(int index, string start) => index == 0 ? -1 : _lines.FindLastIndex(index - 1, line => line.StartsWith(start, StringComparison.Ordinal));

    /// <summary>The oldest line behind a place that begins with a text.</summary>
    /// <returns>Its index, or −1.</returns>
    public int FindAfter(int index, string start) => index + 1 >= _lines.Count ? -1 : _lines.FindIndex(index + 1, line => line.StartsWith(start, StringComparison.Ordinal));
}
