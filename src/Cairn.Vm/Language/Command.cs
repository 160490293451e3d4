using System.Collections.Immutable;
using Cairn.Vm.Bytecode;

namespace Cairn.Vm.Language;

/// <summary>A command of the language.</summary>
public sealed record Command
{
    /// <summary>Makes the description of a command.</summary>
    internal Command(string word, CommandGroup group, Opcode opcode, string summary, ImmutableArray<OperandKind> operands, bool firstIsOptional, bool opensBlock, string? alias)
    {
        Word = word;
        Group = group;
        Opcode = opcode;
        Summary = summary;
        Operands = operands;
        FirstIsOptional = firstIsOptional;
        OpensBlock = opensBlock;
        Alias = alias;
    }

    /// <summary>The word that begins its line.</summary>
    public string Word { get; }

    /// <summary>Another word for the same; null for none.</summary>
    public string? Alias { get; internal init; }

    /// <summary>What it is about.</summary>
    public CommandGroup Group { get; internal init; }

    /// <summary>What it does, in a few words.</summary>
    public string Summary { get; }

    /// <summary>Whether it opens a block: its line ends in a colon.</summary>
    public bool OpensBlock { get; }

    /// <summary>Word and operands as the reference shows them: <c>storep [KEY]</c>, <c>loop N:</c>.</summary>
    public string Usage => IsDefinition ? "def NAME(PARAMETER, …):" : string.Join(' ', Words()) + (OpensBlock ? ":" : "");

    /// <summary>What messages call it: its word, with the colon where that is the whole line.</summary>
    internal string Label => OpensBlock && Operands.IsEmpty && !IsDefinition ? Word + ":" : Word;

    /// <summary>The instruction that it becomes; of a block the one that begins it.</summary>
    internal Opcode Opcode { get; }

    /// <summary>Whether it defines a function: no instruction stands for that, so it has the opcode that no other command has.</summary>
    internal bool IsDefinition => Opcode == Opcode.End;

    /// <summary>What stands behind the word.</summary>
    internal ImmutableArray<OperandKind> Operands { get; }

    /// <summary>Whether the first operand may be left out.</summary>
    internal bool FirstIsOptional { get; }

    private IEnumerable<string> Words()
    {
        yield return Word;
        bool areSeveral = Operands.Count(kind => kind == OperandKind.Version) > 1;
        for (int i = 0; i < Operands.Length; i++)
        {
            string name = Operands[i] switch
            {
                OperandKind.Variable or OperandKind.Function => "NAME",
                OperandKind.Count => "N",
                OperandKind.Version => areSeveral ? $"V{i}" : "V",
                OperandKind.Literal => OpensBlock ? "V" : "LITERAL",
                OperandKind.Text when Operands.Length > 1 => i == 0 ? "CATEGORY" : "MESSAGE",
                OperandKind kind => kind.ToString().ToUpperInvariant(),
            };
            yield return FirstIsOptional && i == 0 ? $"[{name}]" : name;
        }
    }
}
