using System.Collections.Frozen;
using System.Collections.Immutable;
using Cairn.Vm.Bytecode;
using static Cairn.Vm.Language.CommandGroup;
using static Cairn.Vm.Language.OperandKind;

namespace Cairn.Vm.Language;

/// <summary>All commands of the language. Parser, compiler, disassembler, the grammar for editors and the reference all go by this table.</summary>
public static class CommandTable
{
    /// <summary>The commands, in the order of the reference.</summary>
    public static ImmutableArray<Command> All { get; } =
    [
        Plain("push", Stack, Opcode.Push, "pushes a value", Literal),
        Plain("pop", Stack, Opcode.Pop, "pops a value and forgets it"),
        Plain("dup", Stack, Opcode.Dup, "pushes the top once more"),
        Plain("swap", Stack, Opcode.Swap, "exchanges the two on top"),
        Plain("over", Stack, Opcode.Over, "pushes the one below the top once more"),

        Plain("add", Arithmetic, Opcode.Add, "adds numbers, puts strings together"),
        Plain("sub", Arithmetic, Opcode.Sub, "subtracts the top from the one below"),
        Plain("mul", Arithmetic, Opcode.Mul, "multiplies numbers, repeats a string"),
        Plain("div", Arithmetic, Opcode.Div, "divides by the top"),
        Plain("mod", Arithmetic, Opcode.Mod, "gives the rest of the division by the top"),
        Plain("negate", Arithmetic, Opcode.Negate, "changes the sign of the top"),
        Plain("eq", Arithmetic, Opcode.Eq, "tells whether two values are equal"),
        Plain("lt", Arithmetic, Opcode.Lt, "tells whether the one below is less than the top"),
        Plain("gt", Arithmetic, Opcode.Gt, "tells whether the one below is greater than the top"),
        Plain("not", Arithmetic, Opcode.Not, "tells whether the top is not true"),
        Plain("and", Arithmetic, Opcode.And, "tells whether both are true"),
        Plain("or", Arithmetic, Opcode.Or, "tells whether one of them is true"),

        Plain("store", Memory, Opcode.Store, "pops a value into a variable", Variable),
        Plain("load", Memory, Opcode.Load, "pushes a variable", Variable),

        Optional("storep", Opcode.StoreP, "pops a value and stores it under a key", Key),
        Optional("loadp", Opcode.LoadP, "pushes what is stored under a key", Key),
        Optional("deletep", Opcode.DeleteP, "removes a key", Key),
        Optional("keyexists", Opcode.KeyExists, "tells whether there is a key", Key) with { Alias = "keyexistsp" },
        Optional("listkeys", Opcode.ListKeys, "pushes the keys under a prefix, then how many", Prefix),
        Plain("begintx", Storage, Opcode.BeginTx, "opens a transaction"),
        Plain("committx", Storage, Opcode.CommitTx, "commits the innermost transaction"),
        Plain("rollbacktx", Storage, Opcode.RollbackTx, "rolls the innermost transaction back"),
        Optional("storeptyped", Opcode.StorePTyped, "stores a value if it is of a type", Key, OperandKind.Type),
        Optional("loadptyped", Opcode.LoadPTyped, "pushes what is stored if it is of a type", Key, OperandKind.Type),
        Plain("loadversionp", Storage, Opcode.LoadVersionP, "pushes a version of a key", Key, OperandKind.Version),
        Plain("listversionsp", Storage, Opcode.ListVersionsP, "pushes how many versions a key has", Key) with { Alias = "listversionsP" },
        Plain("diffversionsp", Storage, Opcode.DiffVersionsP, "pushes how two versions of a key differ", Key, OperandKind.Version, OperandKind.Version),
        Plain("getcaller", Storage, Opcode.GetCaller, "pushes the id of the principal"),
        Plain("hasrole", Storage, Opcode.HasRole, "tells whether the principal has a role", Role),
        Plain("requirerole", Storage, Opcode.RequireRole, "ends the run unless the principal has a role", Role),

        Block("if", Opcode.If, "runs its block if the popped value is true"),
        Block("else", Opcode.Else, "runs its block if that of the 'if:' before it did not run"),
        Block("while", Opcode.While, "runs its block as long as its condition is true"),
        Block("condition", Opcode.Do, "the condition of a 'while:'"),
        Block("loop", Opcode.Loop, "runs its block a number of times", Count),
        Block("match", Opcode.Match, "runs the block of the case that a value equals"),
        Block("value", Opcode.Select, "the value of a 'match:'"),
        Block("case", Opcode.Case, "the block of a 'match:' for a value", Literal),
        Block("default", Opcode.Default, "the block of a 'match:' for all other values"),
        Block("def", Opcode.End, "defines a function"),
        Plain("call", Control, Opcode.Call, "calls a function", OperandKind.Function),
        Plain("return", Control, Opcode.Return, "leaves the function"),
        Plain("break", Control, Opcode.Break, "leaves the innermost loop"),
        Plain("continue", Control, Opcode.Continue, "goes on with the next round of the innermost loop"),

        Optional("emit", Opcode.Emit, "emits a text, or the popped value", OperandKind.Text) with { Group = Output },
        Plain("emitevent", Output, Opcode.EmitEvent, "emits an event", OperandKind.Text, OperandKind.Text),
        Plain("assertequalstack", Output, Opcode.AssertEqualStack, "ends the run unless the topmost values are equal", Count),
        Plain("dumpstack", Output, Opcode.DumpStack, "emits the stack"),
        Plain("dumpmemory", Output, Opcode.DumpMemory, "emits the variables"),
        Plain("dumpstate", Output, Opcode.DumpState, "emits what is stored"),
    ];

    private static readonly FrozenDictionary<string, Command> ByWord =
        All.SelectMany(static command => Words(command).Select(word => (Word: word, Command: command))).ToFrozenDictionary(static pair => pair.Word, static pair => pair.Command, StringComparer.Ordinal);

    private static readonly FrozenDictionary<Opcode, Command> ByOpcode = All.Where(static command => !command.IsDefinition).ToFrozenDictionary(static command => command.Opcode);

    /// <summary>The types that <c>storeptyped</c> and <c>loadptyped</c> name, as programs write them.</summary>
    public static ImmutableArray<string> TypeNames { get; } = [.. Enum.GetNames<StoredType>().Select(static name => name.ToLowerInvariant())];

    /// <summary>The words that begin lines, with the other words for the same.</summary>
    internal static IEnumerable<string> AllWords => ByWord.Keys.Order(StringComparer.Ordinal);

    /// <summary>The command that a word is for.</summary>
    /// <param name="word">The word, in its case.</param>
    /// <param name="command">The command.</param>
    /// <returns>Whether there is one.</returns>
    public static bool TryGet(ReadOnlySpan<char> word, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Command? command) => ByWord.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(word, out command);

    /// <summary>The command that becomes an opcode, or begins the block or part of a block that it begins.</summary>
    internal static Command Of(Opcode opcode) => ByOpcode[opcode];

    private static IEnumerable<string> Words(Command command) => command.Alias is { } alias ? [command.Word, alias] : [command.Word];

    private static Command Plain(string word, CommandGroup group, Opcode opcode, string summary, params OperandKind[] operands) =>
        new(word, group, opcode, summary, [.. operands], firstIsOptional: false, opensBlock: false, alias: null);

    private static Command Optional(string word, Opcode opcode, string summary, params OperandKind[] operands) =>
        new(word, Storage, opcode, summary, [.. operands], firstIsOptional: true, opensBlock: false, alias: null);

    private static Command Block(string word, Opcode opcode, string summary, params OperandKind[] operands) =>
        new(word, Control, opcode, summary, [.. operands], firstIsOptional: false, opensBlock: true, alias: null);
}
