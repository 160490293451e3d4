using System.Globalization;
using System.Text;
using Cairn.Contracts.Values;
using Cairn.Vm.Bytecode;
using Cairn.Vm.Language;
using Xunit;

namespace Cairn.Tests.Vm.Language;

public sealed class CompilerTests
{
    private const string Commands = """
        push 42
        pop
        dup
        swap
        over
        add
        sub
        mul
        div
        mod
        negate
        eq
        lt
        gt
        not
        and
        or
        store x
        load x
        storep a/b
        storep
        loadp "a/b"
        loadp
        deletep a/b
        deletep
        keyexists a/b
        keyexistsp
        listkeys "a/"
        listkeys
        begintx
        committx
        rollbacktx
        storeptyped a/b integer
        storeptyped null
        loadptyped a/b object
        loadptyped string
        loadversionp a/b 3
        listversionsp a/b
        listversionsP a/b
        diffversionsp a/b 1 4
        getcaller
        hasrole admin
        requirerole "admin"
        emit
        emit "two words"
        emitevent audit "paid # in full"
        assertequalstack 2
        dumpstack
        dumpmemory
        dumpstate
        """;

    private const string Instructions = """
        Push 0
        Pop
        Dup
        Swap
        Over
        Add
        Sub
        Mul
        Div
        Mod
        Negate
        Eq
        Lt
        Gt
        Not
        And
        Or
        Store 0
        Load 0
        StoreP 1
        StoreP
        LoadP 1
        LoadP
        DeleteP 1
        DeleteP
        KeyExists 1
        KeyExists
        ListKeys 2
        ListKeys
        BeginTx
        CommitTx
        RollbackTx
        StorePTyped 1 #2
        StorePTyped #6
        LoadPTyped 1 #5
        LoadPTyped #4
        LoadVersionP 1 #3
        ListVersionsP 1
        ListVersionsP 1
        DiffVersionsP 1 #1 #4
        GetCaller
        HasRole 3
        RequireRole 3
        Emit
        Emit 4
        EmitEvent 5 #6
        AssertEqualStack #2
        DumpStack
        DumpMemory
        DumpState
        """;

    [Fact]
    public void EveryCommand_BecomesItsInstruction()
    {
        Check(Commands, Instructions);
        CompiledProgram program = Compiler.Compile(Commands);
        Assert.Equal(["x", "a/b", "a/", "admin", "two words", "audit", "paid # in full"], program.Names);
        Assert.Equal(StateValue.FromNumber(42), Assert.Single(program.Constants));
    }

    [Fact]
    public void Blocks_KnowTheirParts() => Check(
        """
        push 1
        if:
            pop
        else:
            dup
        if:
            swap
        while:
            condition:
                load x
                not
            loop 3:
                break
            continue
        while:
            load x
        match:
            value:
                load y
            case 1:
                add
            case "two":
                sub
            default:
                mul
        match:
            case 1:
                div
        """,
        """
        Push 0
        If >4
        Pop
        Else >6
        Dup
        End >2
        If >9
        Swap
        End >7
        While >18
        Load 0
        Not
        Do >18
        Loop #3 >16
        Break >14
        End >14
        Continue >10
        End >10
        While >22
        Load 0
        Do >22
        End >19
        Match >32
        Load 1
        Select >26
        Case 0 >28
        Add
        Case 1 >30
        Sub
        Default >32
        Mul
        End >23
        Match >37
        Select >35
        Case 0 >37
        Div
        End >33
        """);

    [Fact]
    public void Functions_FollowTheMainProgram_WhereverTheyAreDefined()
    {
        CompiledProgram program = Compiler.Compile("call b\ndef a(x, y):\n    load x\n    return\npush 1\ndef b():\n    call a\n    call b\npush 2\n", "f.cairn");
        Assert.Equal(["", "a", "b"], program.Functions.Select(static function => function.Name));
        Assert.Equal([(0, 3), (3, 2), (5, 2)], program.Functions.Select(static function => (function.Start, function.Count)));
        Assert.Equal(["x", "y"], program.Functions[1].Parameters);
        Assert.Equal([Opcode.Call, Opcode.Push, Opcode.Push, Opcode.Load, Opcode.Return, Opcode.Call, Opcode.Call], program.Code.Select(static instruction => instruction.Opcode));
        Assert.Equal([2, 1, 2], program.Code.Where(static instruction => instruction.Opcode == Opcode.Call).Select(static instruction => instruction.Index));
        Assert.Equal(["a", "x", "y", "b"], program.Names);
        Assert.Equal(new SourcePosition(2, 1), program.Functions[1].Position);
        Assert.Equal(new SourcePosition(3, 5), program.Code[3].Position);
        Assert.Equal("f.cairn", program.SourceName);
    }

    [Theory]
    [InlineData("42", "42")]
    [InlineData("-0", "-0")]
    [InlineData("1.", "1")]
    [InlineData(".5", "0.5")]
    [InlineData("+1", "1")]
    [InlineData("1e3", "1000")]
    [InlineData("inf", "inf")]
    [InlineData("-inf", "-inf")]
    [InlineData("infinity", "inf")]
    [InlineData("NaN", "NaN")]
    [InlineData("1e999", "inf")]
    [InlineData("0.1", "0.1")]
    [InlineData("true", "true")]
    [InlineData("false", "false")]
    [InlineData("null", "null")]
    [InlineData("\"42\"", "42")]
    [InlineData("\"\"", "")]
    [InlineData("\"a # b\" # c", "a # b")]
    [InlineData("\"\\\"\\\\\\n\\t\\u{41}\\u{1F600}\"", "\"\\\n\tA😀")]
    [InlineData("{\"b\": 1e3, \"a\": [true, \"x # y\"]} # c", "{\"a\":[true,\"x # y\"],\"b\":1000}")]
    [InlineData("[ ]", "[]")]
    public void Literals_MeanTheirValue(string literal, string text)
    {
        StateValue value = Assert.Single(Compiler.Compile($"push {literal}").Constants);
        Assert.Equal(text, value.ToString());
        Assert.Equal(literal[0] switch { '"' => ValueKind.String, '{' or '[' => ValueKind.Object, 't' or 'f' => ValueKind.Boolean, 'n' => ValueKind.Null, _ => ValueKind.Number }, value.Kind);
    }

    [Fact]
    public void Constants_AreSharedWhereTheyAreTheSame_AndOnlyThere() =>
        Assert.Equal(["1", "0", "-0", "1", "NaN", "true"], Compiler.Compile("push 1\npush 1.0\npush 0\npush -0\npush \"1\"\npush NaN\npush NaN\npush true\n").Constants.Select(static value => value.ToString()));

    [Theory]
    [InlineData("loadp org/treasury", "org/treasury")]
    [InlineData("loadp \"org/treasury\"", "org/treasury")]
    [InlineData("loadp a#b", "a#b")]
    [InlineData("loadp a #b", "a")]
    [InlineData("loadp \"a #b\"", "a #b")]
    [InlineData("loadp x:y", "x:y")]
    [InlineData("loadp \"x:\"", "x:")]
    [InlineData("loadp \t {braces}", "{braces}")]
    [InlineData("loadp ../../x", "../../x")]
    public void Keys_AreTextWithOrWithoutQuotes(string source, string key) => Assert.Equal(key, Assert.Single(Compiler.Compile(source).Names));

    [Theory]
    [InlineData("")]
    [InlineData("\n\n# nothing\n   \t\n")]
    [InlineData("#storep x\n   # push")]
    [InlineData("\uFEFF# a byte order mark")]
    public void Nothing_IsAProgram(string source) => Assert.Empty(Compiler.Compile(source).Code);

    [Fact]
    public void LineEnds_AndBlanks_DoNotMatter()
    {
        CompiledProgram program = Compiler.Compile("push 1\nif:\n    pop\n    push 2\npush 3\n");
        Assert.True(program.HasCodeOf(Compiler.Compile("\uFEFFpush 1\r\nif :  # why\r\n\r\n    pop\t\r\n# at the margin\r\n  push   2\r\n\tpush 3".Replace("\tpush 3", "push 3", StringComparison.Ordinal))));
        Assert.True(program.HasCodeOf(Compiler.Compile("  push 1\n  if:\n\n      pop\n        push 2\n  push 3")));
        Assert.True(program.HasCodeOf(Compiler.Compile("push 1\nif:\n\tpop\n\tpush 2\npush 3")));
    }

    [Fact]
    public void Reference_UsageOfEveryCommand_IsWrittenAsTheTableSays()
    {
        Assert.Equal("storep [KEY]", UsageOf("storep"));
        Assert.Equal("storeptyped [KEY] TYPE", UsageOf("storeptyped"));
        Assert.Equal("diffversionsp KEY V1 V2", UsageOf("diffversionsp"));
        Assert.Equal("loop N:", UsageOf("loop"));
        Assert.Equal("case V:", UsageOf("case"));
        Assert.Equal("emitevent CATEGORY MESSAGE", UsageOf("emitevent"));
        Assert.Equal("def NAME(PARAMETER, …):", UsageOf("def"));
        Assert.Equal(CommandTable.All.Length, CommandTable.All.Select(static command => command.Word).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(Enum.GetValues<Opcode>().Order(), CommandTable.All.Select(static command => command.Opcode).Order());
        Assert.Equal(["number", "integer", "boolean", "string", "object", "null"], CommandTable.TypeNames);
    }

    private static string UsageOf(string word) => CommandTable.TryGet(word, out Command? command) ? command.Usage : "";

    /// <summary>Compares the code of a program with a listing: opcode, index, # numbers, &gt; and the line of the target.</summary>
    private static void Check(string source, string listing)
    {
        CompiledProgram program = Compiler.Compile(source);
        StringBuilder text = new();
        foreach (Instruction instruction in program.Code)
        {
            OperandForm form = Opcodes.FormOf(instruction.Opcode);
            text.Append(instruction.Opcode);
            _ = instruction.Index == Instruction.NoIndex ? text : text.Append(CultureInfo.InvariantCulture, $" {instruction.Index}");
            _ = Opcodes.HasNumber(form) ? text.Append(CultureInfo.InvariantCulture, $" #{instruction.Number}") : text;
            _ = form == OperandForm.TextAndNumbers ? text.Append(CultureInfo.InvariantCulture, $" #{instruction.OtherNumber}") : text;
            _ = instruction.Target == Instruction.NoIndex ? text : text.Append(CultureInfo.InvariantCulture, $" >{instruction.Target + 1}");
            text.Append('\n');
        }

        Assert.Equal(listing + "\n", text.ToString());
        CompiledProgram read = BytecodeReader.Read(BytecodeWriter.Write(program));
        Assert.Equal(program.Code.AsEnumerable(), read.Code);
        Assert.True(program.HasCodeOf(Compiler.Compile(Disassembler.Disassemble(read))));
    }
}
