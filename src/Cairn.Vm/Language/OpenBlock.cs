using Cairn.Vm.Bytecode;

namespace Cairn.Vm.Language;

/// <summary>A block of which more lines may come.</summary>
/// <param name="Header">The statement that opened it; null for the program.</param>
/// <param name="Block">Its lines so far.</param>
/// <param name="Indent">How far its header is indented: deeper lines belong to it. -1 for the program.</param>
internal sealed record OpenBlock(Statement? Header, BlockSyntax Block, int Indent)
{
    /// <summary>With which character its lines are indented; 0 before the first. Only kept of the outermost block.</summary>
    public char IndentCharacter { get; set; }

    /// <summary>The statement before the next one.</summary>
    public Statement? Last => Block.Statements.Count == 0 ? null : Block.Statements[^1];

    /// <summary>Whether it was opened by a line that is wrong, so that nothing is known of it.</summary>
    public bool IsUnknown => Header is { Command: null };

    /// <summary>What opened it; null for the program and for a line that is wrong.</summary>
    public Opcode? Opcode => Header?.Opcode;
}
