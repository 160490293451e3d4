using Cairn.Contracts.Values;
using Cairn.Vm.Bytecode;

namespace Cairn.Vm.Language;

/// <summary>Single lines, and what may stand where.</summary>
internal sealed partial class Parser
{
    /// <summary>Makes the statement of a line; of one that is wrong a statement without a command, that opens a block when its line does.</summary>
    private Statement MakeStatement(LineText line, bool isReadable)
    {
        int length = line.Content.IndexOfAny(' ', '\t');
        ReadOnlySpan<char> word = length < 0 ? line.Content : line.Content[..length];
        SourcePosition position = new(line.Number, line.Indent + 1);
        Command? command = isReadable ? FindCommand(word, line, position) : null;
        bool opensBlock = line.IsHeader || command is { OpensBlock: true };
        Operand[] operands = [];
        Signature? signature = null;
        if (command is not null)
        {
            bool isRight = CheckColon(command, word, line, position);
            isRight &= command.IsDefinition
                ? (signature = SignatureParser.Parse(line, word.Length, _errors)) is not null
                : OperandParser.TryParse(line, word.Length, command, _errors, out operands);
            command = isRight && IsInPlace(command, position) && IsNew(signature) ? command : null;
        }

        return new Statement
        {
            Command = command,
            Word = word.ToString(),
            Position = position,
            Operands = operands,
            Signature = signature,
            Body = opensBlock ? new BlockSyntax() : null,
            TrailingComment = line.Comment.IsEmpty ? null : line.Comment.ToString(),
        };
    }

    private Command? FindCommand(ReadOnlySpan<char> word, LineText line, SourcePosition position)
    {
        if (CommandTable.TryGet(word, out Command? command))
        {
            return command;
        }

        if (word.IsEmpty)
        {
            _errors.Add(position, ":", "a colon without a command before it");
            return null;
        }

        if (word[0] is '"' or '{' or '[' || NumberText.TryParse(word, out _))
        {
            _errors.Add(position, word, "{0} in the place of a command", line.Content.Length <= 32 ? $"push {line.Content}" : null);
            return null;
        }

        bool isHeader = line.IsHeader;
        string? suggestion = Spelling.Nearest(word, CommandTable.AllWords.Where(known => !isHeader || (CommandTable.TryGet(known, out Command? block) && block.OpensBlock)));
        _errors.Add(position, word, "unknown command {0}", suggestion);
        return null;
    }

    private bool CheckColon(Command command, ReadOnlySpan<char> word, LineText line, SourcePosition position)
    {
        if (command.OpensBlock == line.IsHeader)
        {
            return true;
        }

        if (command.OpensBlock)
        {
            _errors.Add(position, line.Content, "no colon behind {0}", advice: $"write {command.Usage}, and its block below it, indented deeper");
        }
        else
        {
            _errors.Add(position, word, "{0} opens no block", advice: "leave out the colon at the end of the line, or put the operand in quotes");
        }

        return false;
    }

    /// <summary>Whether a command may stand where it stands. Nothing is said about blocks of which the header is wrong.</summary>
    private bool IsInPlace(Command command, SourcePosition position)
    {
        if (Current.IsUnknown)
        {
            return true;
        }

        (string Problem, string? Advice)? found = command.Opcode switch
        {
            Opcode.Select or Opcode.Case or Opcode.Default when Current.Opcode == Opcode.Match => OrderOfCases(command.Opcode),
            _ when Current.Opcode == Opcode.Match => ("{0} between the cases of a 'match:'", "in a 'match:' there are only 'value:', 'case V:' and 'default:'"),
            Opcode.Select or Opcode.Case or Opcode.Default => ("{0} outside of a 'match:'", null),
            Opcode.Do => Current is { Opcode: Opcode.While, Last: null } ? null : ("{0} is not the first in a 'while:'", null),
            Opcode.Else => Current.Last is { Command: null } or { Opcode: Opcode.If } ? null : ("{0} without an 'if:' before it", "indent it like its 'if:'"),
            Opcode.Return => IsInside(static header => header.IsDefinition) ? null : ("{0} outside of a function", null),
            Opcode.Break or Opcode.Continue => IsInside(static header => header.Opcode is Opcode.While or Opcode.Loop) ? null : ("{0} outside of a loop", null),
            Opcode.End => _open.Count == 1 ? null : ("{0} inside of a block", "define functions at the top level"),
            _ => null,
        };
        if (found is { } fault)
        {
            _errors.Add(position, command.Label, fault.Problem, advice: fault.Advice);
        }

        return found is null;
    }

    private (string Problem, string? Advice)? OrderOfCases(Opcode opcode)
    {
        if (opcode == Opcode.Select)
        {
            return Current.Last is null ? null : ("{0} is not the first in its 'match:'", null);
        }

        return Current.Last is { Opcode: Opcode.Default } ? ("{0} behind the 'default:' of its 'match:'", "the default is the last one") : null;
    }

    private bool IsInside(Func<Statement, bool> isMeant) => _open.Exists(block => block.Header is { } header && (header.Command is null || isMeant(header)));

    private bool IsNew(Signature? signature)
    {
        if (signature is null || _functions.TryAdd(signature.Name, signature.Position))
        {
            return true;
        }

        _errors.Add(signature.Position, signature.Name, $"function {{0}}, which is defined at {_functions[signature.Name]}, is defined again", advice: "give it another name");
        return false;
    }

    /// <summary>Ends the innermost block, and looks whether something is missing in it.</summary>
    private void Close()
    {
        OpenBlock block = Current;
        _open.RemoveAt(_open.Count - 1);
        if (block.Header is not { Command: { } command } header)
        {
            return;
        }

        List<Statement> statements = block.Block.Statements;
        Statement? first = statements.Count == 0 ? null : statements[0];
        string shown = command.Label;
        if (command.Opcode == Opcode.While && first is { Command.OpensBlock: true, Opcode: not Opcode.Do })
        {
            _errors.Add(first.Position, first.Command.Label, "the block {0} in the place of a condition", advice: "a 'while:' begins with 'condition:', or with one command that pushes the condition");
        }
        else if (command.Opcode == Opcode.Match && statements.TrueForAll(static statement => statement.Opcode == Opcode.Select))
        {
            _errors.Add(header.Position, shown, "{0} without a case", advice: "write 'case V:' or 'default:' into it");
        }
        else if (first is null)
        {
            _errors.Add(header.Position, shown, "empty block of {0}", advice: "indent its commands deeper than its first line");
        }
    }
}
