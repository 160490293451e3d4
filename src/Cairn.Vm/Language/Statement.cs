using Cairn.Vm.Bytecode;

namespace Cairn.Vm.Language;

/// <summary>A command of the program with everything that was written for it; the second part of a block (<c>else:</c>) is a statement of its own behind the first.</summary>
internal sealed class Statement
{
    /// <summary>The command; null for a line that is wrong, which nothing but further checks sees.</summary>
    public required Command? Command { get; init; }

    /// <summary>The word as it was written.</summary>
    public required string Word { get; init; }

    /// <summary>Where the word stands.</summary>
    public required SourcePosition Position { get; init; }

    /// <summary>The operands that were written.</summary>
    public required Operand[] Operands { get; init; }

    /// <summary>Of a definition, its head.</summary>
    public Signature? Signature { get; init; }

    /// <summary>The block that it opens.</summary>
    public BlockSyntax? Body { get; init; }

    /// <summary>The comments on lines of their own before it.</summary>
    public Comment[] Leading { get; set; } = [];

    /// <summary>Whether there is a blank line between it and what is before, its comments included.</summary>
    public bool HasBlankBefore { get; set; }

    /// <summary>The comment at the end of its line, with its <c>#</c>; null for none.</summary>
    public string? TrailingComment { get; init; }

    /// <summary>The instruction that it becomes or begins; null where the line is wrong.</summary>
    public Opcode? Opcode => Command?.Opcode;

    /// <summary>Whether it defines a function.</summary>
    public bool IsDefinition => Command is { IsDefinition: true };
}
