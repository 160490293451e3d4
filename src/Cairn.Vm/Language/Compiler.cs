using System.Collections.Immutable;
using Cairn.Vm.Bytecode;

namespace Cairn.Vm.Language;

/// <summary>Makes programs of source text.</summary>
public sealed class Compiler
{
    /// <summary>The other half of the longest bytecode is enough for all instructions that a source can have.</summary>
    private const int MaxContentBytes = ProgramLimits.MaxBytecodeBytes / 2;

    private readonly ProgramBuilder _builder = new();
    private readonly ErrorList _errors;
    private readonly Dictionary<string, int> _functions = new(StringComparer.Ordinal);
    private bool _isFull;

    private Compiler(ErrorList errors) => _errors = errors;

    /// <summary>Compiles a program. For any number of threads at once.</summary>
    /// <param name="source">The text of the program.</param>
    /// <param name="sourceName">What messages call it: its file.</param>
    /// <exception cref="CompileException">The text is no program; all its errors are listed, up to a bound.</exception>
    public static CompiledProgram Compile(string source, string sourceName = "program")
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(sourceName);
        ErrorList errors = new(sourceName);
        BlockSyntax block = Parser.Parse(source, errors);
        CompiledProgram? program = new Compiler(errors).Compile(block, sourceName);
        errors.ThrowIfAny();
        return program!;
    }

    /// <summary>Compiles a tree, and looks for the mistakes that no single line shows, also where others were found.</summary>
    private CompiledProgram? Compile(BlockSyntax block, string sourceName)
    {
        Statement[] definitions = [.. block.Statements.Where(static statement => statement is { IsDefinition: true, Signature: not null })];
        foreach (Statement definition in definitions)
        {
            _functions.Add(definition.Signature!.Name, _functions.Count + 1);
        }

        if (definitions.Length >= ProgramLimits.MaxFunctions)
        {
            Statement first = definitions[ProgramLimits.MaxFunctions - 1];
            _errors.Add(first.Position, first.Signature!.Name, $"more than {ProgramLimits.MaxFunctions - 1} functions");
            return null;
        }

        foreach (Signature signature in definitions.Select(static definition => definition.Signature!))
        {
            _builder.Name(signature.Name);
            foreach (string parameter in signature.Parameters)
            {
                _builder.Name(parameter);
            }
        }

        ImmutableArray<ProgramFunction>.Builder functions = ImmutableArray.CreateBuilder<ProgramFunction>(definitions.Length + 1);
        Block(block.Statements, 0);
        functions.Add(new ProgramFunction(CompiledProgram.MainName, [], Start: 0, _builder.Count, new SourcePosition(1, 1)));
        foreach (Statement definition in definitions)
        {
            int start = _builder.Count;
            Block(definition.Body!.Statements, 0);
            functions.Add(new ProgramFunction(definition.Signature!.Name, definition.Signature.Parameters, start, _builder.Count - start, definition.Position));
        }

        return _errors.Any ? null : _builder.Build(sourceName, functions.MoveToImmutable());
    }

    /// <summary>Compiles the statements of a block. Recursion is as deep as blocks nest.</summary>
    private void Block(List<Statement> statements, int first)
    {
        for (int i = first; i < statements.Count && !_isFull && !_errors.HasMore; i++)
        {
            Statement statement = statements[i];
            switch (statement.Opcode)
            {
                case null:
                    CheckInner(statement);
                    break;
                case Opcode.If:
                    bool hasElse = i + 1 < statements.Count && statements[i + 1].Opcode == Opcode.Else;
                    If(statement, hasElse ? statements[i + 1] : null);
                    i += hasElse ? 1 : 0;
                    break;
                case Opcode.While:
                    While(statement);
                    break;
                case Opcode.Loop:
                    Add(statement, number: statement.Operands[0].Number);
                    Block(statement.Body!.Statements, 0);
                    _builder.Add(Opcode.End, statement.Position);
                    break;
                case Opcode.Match:
                    Match(statement);
                    break;
                default:
                    if (statement.Body is null)
                    {
                        Plain(statement);
                    }
                    else if (!statement.IsDefinition)
                    {
                        CheckInner(statement);
                    }

                    break;
            }
        }
    }

    /// <summary>Looks into a block that is wrong itself; what is compiled of it nobody gets.</summary>
    private void CheckInner(Statement statement)
    {
        if (statement.Body is { } body)
        {
            Block(body.Statements, 0);
        }
    }

    private void If(Statement statement, Statement? other)
    {
        Add(statement);
        Block(statement.Body!.Statements, 0);
        if (other is not null)
        {
            Add(other);
            Block(other.Body!.Statements, 0);
        }

        _builder.Add(Opcode.End, statement.Position);
    }

    private void While(Statement statement)
    {
        Add(statement);
        List<Statement> statements = statement.Body!.Statements;
        if (statements.Count > 0)
        {
            Statement condition = statements[0];
            Block(condition.Opcode == Opcode.Do ? condition.Body!.Statements : [condition], 0);
            _builder.Add(Opcode.Do, condition.Position);
            Block(statements, 1);
        }

        _builder.Add(Opcode.End, statement.Position);
    }

    private void Match(Statement statement)
    {
        Add(statement);
        List<Statement> statements = statement.Body!.Statements;
        bool hasValue = statements.Count > 0 && statements[0].Opcode == Opcode.Select;
        if (hasValue)
        {
            Block(statements[0].Body!.Statements, 0);
        }

        _builder.Add(Opcode.Select, hasValue ? statements[0].Position : statement.Position);
        foreach (Statement part in statements.Skip(hasValue ? 1 : 0))
        {
            if (part.Opcode is Opcode.Case or Opcode.Default)
            {
                Add(part, part.Opcode == Opcode.Case ? _builder.Constant(part.Operands[0].Value) : Instruction.NoIndex);
            }

            CheckInner(part);
        }

        _builder.Add(Opcode.End, statement.Position);
    }

    private void Plain(Statement statement)
    {
        Operand[] operands = statement.Operands;
        long number = 0;
        long otherNumber = 0;
        int index = Instruction.NoIndex;
        foreach (Operand operand in operands)
        {
            switch (operand.Kind)
            {
                case OperandKind.Literal:
                    index = _builder.Constant(operand.Value);
                    break;
                case OperandKind.Function:
                    index = Function(operand);
                    break;
                case OperandKind.Type or OperandKind.Count:
                    number = operand.Number;
                    break;
                case OperandKind.Version:
                    (number, otherNumber) = ReferenceEquals(operand, operands[^1]) && operands.Length == 3 ? (number, operand.Number) : (operand.Number, 0);
                    break;
                default:
                    int name = _builder.Name(operand.Text);
                    (index, number) = index == Instruction.NoIndex ? (name, number) : (index, name);
                    break;
            }
        }

        Add(statement, index, number, otherNumber);
    }

    private int Function(Operand operand)
    {
        if (!_functions.TryGetValue(operand.Text, out int index))
        {
            string? advice = _functions.Count == 0 ? $"define it: def {operand.Text}():" : null;
            _errors.Add(operand.Position, operand.Text, "unknown function {0}", _errors.IsFull ? null : Spelling.Nearest(operand.Text, _functions.Keys), advice);
        }

        return index;
    }

    private void Add(Statement statement, int index = Instruction.NoIndex, long number = 0, long otherNumber = 0)
    {
        _builder.Add(statement.Opcode!.Value, statement.Position, index, number, otherNumber);
        string? limit = _builder.Count > ProgramLimits.MaxInstructions - ProgramLimits.MaxNestingDepth ? $"about {ProgramLimits.MaxInstructions} instructions"
            : _builder.Constants > ProgramLimits.MaxConstants ? $"{ProgramLimits.MaxConstants} constants"
            : _builder.Names > ProgramLimits.MaxNames ? $"{ProgramLimits.MaxNames} names"
            : _builder.ContentBytes > MaxContentBytes ? $"{MaxContentBytes} bytes of constants and names"
            : null;
        if (limit is not null && !_isFull)
        {
            _isFull = true;
            _errors.Add(statement.Position, statement.Word, $"more than {limit}", advice: "take it apart");
        }
    }
}
