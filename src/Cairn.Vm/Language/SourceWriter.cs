using System.Text;

namespace Cairn.Vm.Language;

/// <summary>Writes lines of source, and stops when they are more than a source may be: what is made of hostile bytecode stays small.</summary>
internal sealed class SourceWriter
{
    private const int LevelBlanks = 4;
    private readonly StringBuilder _text = new();
    private int _bytes;

    /// <summary>Whether the text, or a line of it, is longer than a source may be; then it is not complete.</summary>
    public bool IsTooLong { get; private set; }

    /// <summary>Writes a line.</summary>
    /// <param name="level">How deep it lies.</param>
    /// <param name="line">What is in it.</param>
    /// <param name="hasBlankBefore">Whether a blank line comes before it, unless it is the first.</param>
    public void Line(int level, string line, bool hasBlankBefore = false)
    {
        if (IsTooLong)
        {
            return;
        }

        bool isBlank = hasBlankBefore && _text.Length > 0;
        int indent = level * LevelBlanks;
        _bytes += (isBlank ? 1 : 0) + indent + Encoding.UTF8.GetByteCount(line) + 1;
        IsTooLong = _bytes > SourceLimits.MaxSourceBytes || indent + line.Length > SourceLimits.MaxLineChars;
        if (!IsTooLong)
        {
            _text.Append(isBlank ? "\n" : "").Append(' ', indent).Append(line).Append('\n');
        }
    }

    /// <summary>The text.</summary>
    public override string ToString() => _text.ToString();
}
