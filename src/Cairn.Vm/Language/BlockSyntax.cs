namespace Cairn.Vm.Language;

/// <summary>The lines of a block, or of the whole program.</summary>
internal sealed class BlockSyntax
{
    /// <summary>The statements, in order.</summary>
    public List<Statement> Statements { get; } = [];

    /// <summary>The comments behind the last statement that belong to the block.</summary>
    public List<Comment> Trailing { get; } = [];
}
