namespace Cairn.Vm.Language;

/// <summary>A comment on a line of its own.</summary>
/// <param name="Text">The comment with its <c>#</c>, nothing behind it.</param>
/// <param name="Indent">How many characters stand before it.</param>
/// <param name="HasBlankBefore">Whether there is a blank line between it and what is before.</param>
internal readonly record struct Comment(string Text, int Indent, bool HasBlankBefore);
