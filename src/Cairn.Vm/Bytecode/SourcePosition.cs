namespace Cairn.Vm.Bytecode;

/// <summary>A place in source text.</summary>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The character in the line, from 1, counted in units of UTF-16 as editors do; a tab is one.</param>
public readonly record struct SourcePosition(int Line, int Column)
{
    /// <summary>The place as messages name it.</summary>
    public override string ToString() => $"line {Line}, column {Column}";
}
