using Cairn.Vm.Bytecode;

namespace Cairn.Vm.Language;

/// <summary>One mistake in a source text.</summary>
/// <param name="SourceName">The file.</param>
/// <param name="Position">Where it is.</param>
/// <param name="Text">The text that is wrong, as it stands there, shortened when it is long.</param>
/// <param name="Problem">What is wrong with it.</param>
/// <param name="Suggestion">What was probably meant, where something is near; else null.</param>
/// <param name="Advice">What to do, where that is not obvious; else null.</param>
public sealed record CompileError(string SourceName, SourcePosition Position, string Text, string Problem, string? Suggestion, string? Advice)
{
    /// <summary>The line, from 1.</summary>
    public int Line => Position.Line;

    /// <summary>The column, from 1.</summary>
    public int Column => Position.Column;

    /// <summary>What is wrong and where, in one sentence, without the file.</summary>
    public string Message => $"{Problem} at {Position}{(Suggestion is null ? "" : $"; did you mean '{Suggestion}'?")}{(Advice is null ? "" : $"; {Advice}")}";

    /// <summary>The file and the message.</summary>
    public override string ToString() => $"{SourceName}: {Message}";
}
