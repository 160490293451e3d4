using System.Text;
using Cairn.Vm.Bytecode;

namespace Cairn.Vm.Language;

/// <summary>
/// Writes a source text in its canonical form: four blanks a level, one between words, at most one blank line in a row and none at the ends, every comment. Literals, keys and words stay as they were written, and so the program stays the same.
/// </summary>
public static class SourceFormatter
{
    /// <summary>Formats a text. What is formatted already stays as it is.</summary>
    /// <param name="source">The text.</param>
    /// <param name="sourceName">What messages call it: its file.</param>
    /// <exception cref="CompileException">The text is no program, or is longer than a source may be once it is formatted.</exception>
    public static string Format(string source, string sourceName = "program")
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(sourceName);
        ErrorList errors = new(sourceName);
        BlockSyntax block = Parser.Parse(source, errors);
        errors.ThrowIfAny();
        SourceWriter writer = new();
        Write(writer, block, 0);
        if (writer.IsTooLong)
        {
            errors.Add(new SourcePosition(1, 1), "", $"formatted, the source has lines of more than {SourceLimits.MaxLineChars} characters or more than {SourceLimits.MaxSourceBytes} bytes", advice: "take it apart");
            errors.ThrowIfAny();
        }

        return writer.ToString();
    }

    private static void Write(SourceWriter writer, BlockSyntax block, int level)
    {
        foreach (Statement statement in block.Statements)
        {
            Write(writer, statement.Leading, level);
            writer.Line(level, LineOf(statement), statement.HasBlankBefore);
            if (statement.Body is { } body)
            {
                Write(writer, body, level + 1);
            }
        }

        Write(writer, block.Trailing, level);
    }

    private static void Write(SourceWriter writer, IEnumerable<Comment> comments, int level)
    {
        foreach (Comment comment in comments)
        {
            writer.Line(level, comment.Text, comment.HasBlankBefore);
        }
    }

    private static string LineOf(Statement statement)
    {
        StringBuilder line = new(statement.Word);
        if (statement.Signature is { } signature)
        {
            line.Append(' ').Append(signature.Name).Append('(').AppendJoin(", ", signature.Parameters).Append(')');
        }

        foreach (Operand operand in statement.Operands)
        {
            line.Append(' ').Append(operand.Raw);
        }

        if (statement.Body is not null)
        {
            line.Append(':');
        }

        if (statement.TrailingComment is { } comment)
        {
            line.Append(' ').Append(comment);
        }

        return line.ToString();
    }
}
