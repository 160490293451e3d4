using System.Text;
using Cairn.Vm.Bytecode;
using Cairn.Vm.Language;
using Xunit;

namespace Cairn.Tests.Vm.Language;

/// <summary>What the compiler says of mistakes: each case with its errors is in <c>golden/vm-compile-errors.txt</c>.</summary>
public sealed class CompileErrorTests
{
    private static readonly string[] Cases =
    [
        // Words.
        "push 1\npush 2\nadd\nstorpe key", "psh 1", "Push 1", "LOADP x", "xyzzy", "whlie:\n    load x\n    pop", "els:\n    pop", "ListVersionsP k", ":", "{\"a\": 1}", "\"text\"", "lt lt",

        // Literals.
        "push", "push 1_0", "push 0x10", "push tru", "push hello", "push -", "push 1 2", "push \"a\" \"b\"", "push \"open", "push \"a\"b", "push a\"b\"", "push \"\\q\"", "push \"\\", "push \"\\u{110000}\"", "push \"\\u{d800}\"", "push \"\\u{}\"", "push \"\\u41\"",
        "push {\"a\": 1", "push {a: 1}", "push [1,]", "push {\"a\": 1, \"a\": 2}", "push [1e999]", "push {} {}", "push 'text'", $"push {new string('9', 2000)}", $"push \"{new string('x', 17_000)}\"", $"push [{string.Join(",", Enumerable.Repeat("1e300", 100))}]",

        // Operands.
        "store", "store a b", "store 1x", "store a-b", "load \"x\"", $"store {new string('n', 65)}", "pop 1", "storep a b", "loadp two words", "loadversionp k", "loadversionp k -1", "loadversionp k 1.5", "loadversionp k 99999999999999999", "loadversionp 1", "diffversionsp k 1", "listversionsp",
        "storeptyped", "storeptyped k", "storeptyped k strin", "storeptyped k integer x", "loadptyped k date", "hasrole", "requirerole", "emitevent one", "emitevent a b c", "emit two words", "assertequalstack", "assertequalstack x", "call", "call 1",

        // Blocks.
        "if", "if:", "if:\nelse:\n    pop", "else:\n    pop", "push 1\nif:\n    pop\npush 2\nelse:\n    pop", "push 1\nif:\n    pop\nelse:\n    pop\nelse:\n    pop", "push 1:", "loop:\n    pop", "loop x:\n    pop", "loop -1:\n    pop", "loop 3\n    pop", "loop 3:\npop",
        "while:\npop", "while:\n    condition:\n    pop", "while:\n    if:\n        pop\n    pop", "while:\n    push 1\n    condition:\n        pop", "condition:\n    pop", "break", "continue", "if:\n    break", "def f():\n    break", "return", "loop 2:\n    return",
        "match:", "match:\n    value:\n        push 1", "match:\n    value:\n    case 1:\n        pop", "match:\n    case 1:\n        pop\n    value:\n        pop", "match:\n    push 1\n    case 1:\n        pop", "match:\n    default:\n        pop\n    case 1:\n        pop", "match:\n    default:\n        pop\n    default:\n        pop",
        "match:\n    case:\n        pop", "match:\n    case hello:\n        pop", "case 1:\n    pop", "default:\n    pop", "value:\n    pop", "if: # empty\n\n# nothing\n",

        // Functions.
        "def:\n    pop", "def f:\n    pop", "def f()\n    pop", "def f(:\n    pop", "def f(a b):\n    pop", "def f(a,):\n    pop", "def f(a, a):\n    pop", "def 1f():\n    pop", "def f() x:\n    pop", "def f():\n# nothing", "def f():\n    pop\ndef f():\n    pop", "if:\n    def f():\n        pop",
        "call greet", "def greet():\n    return\ncall gret", $"def f({string.Join(", ", Enumerable.Range(0, 33).Select(i => $"p{i}"))}):\n    pop",

        // Lines.
        "if:\n    pop\n\tpop", "if:\n \tpop", "loop 2:\n\tif:\n\t    pop", "push \u0001", "push \"\u007f\"", "pop\r pop", "push \"\ud800\"", "emit \"\u202e\"x", "push 1 #fine\npush 1#not",

        // Several, and no more than there are.
        "psh 1\npop 2\nlod x\nif:\n    strore y\n    break\ncall nobody", "if:\n    unknwn:\n        break\n        return\n    else:\n        pop\n    value:\n        pop",
    ];

    [Fact]
    public void Mistakes_AreNamed_WithPlaceAndSuggestion()
    {
        StringBuilder text = new();
        foreach (string source in Cases)
        {
            CompileException exception = Assert.Throws<CompileException>(() => Compiler.Compile(source, "case.cairn"));
            Assert.NotEmpty(exception.Errors);
            foreach (string line in source.Split('\n'))
            {
                text.Append("  | ").Append(LiteralText.Quote(line.Length > 100 ? line[..100] + "…" : line)[1..^1].Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\ud800", "\\u{d800}", StringComparison.Ordinal)).Append('\n');
            }

            foreach (CompileError error in exception.Errors)
            {
                text.Append(error.Message).Append('\n');
                Assert.True(error.Line >= 1 && error.Line <= source.Split('\n').Length && error.Column >= 1, error.ToString());
                Assert.Equal("case.cairn", error.SourceName);
            }

            text.Append('\n');
        }

        GoldenFile.CheckText("vm-compile-errors.txt", text.ToString());
    }

    [Fact]
    public void UnknownCommand_NearAnother_IsSuggested()
    {
        CompileException exception = Assert.Throws<CompileException>(() => Compiler.Compile("push 1\npush 2\nadd\nstorpe key", "treasury.cairn"));
        CompileError error = Assert.Single(exception.Errors);
        Assert.Equal("unknown command 'storpe' at line 4, column 1; did you mean 'storep'?", error.Message);
        Assert.Equal("treasury.cairn: unknown command 'storpe' at line 4, column 1; did you mean 'storep'?", exception.Message);
        Assert.Equal((4, 1, "storpe", "storep"), (error.Line, error.Column, error.Text, error.Suggestion));
        Assert.False(exception.HasMore);
        Assert.Equal(RecoveryAction.FixTheCall, exception.RecoveryAction);
    }

    [Fact]
    public void Errors_BeyondTheBound_AreNotListed()
    {
        CompileException exception = Assert.Throws<CompileException>(() => Compiler.Compile(string.Concat(Enumerable.Repeat("nonsense\n", SourceLimits.MaxErrors + 50))));
        Assert.Equal(SourceLimits.MaxErrors, exception.Errors.Length);
        Assert.Equal(Enumerable.Range(1, SourceLimits.MaxErrors), exception.Errors.Select(static error => error.Line));
    }

    [Fact]
    public void Columns_CountCharactersOfTheLine()
    {
        CompileException exception = Assert.Throws<CompileException>(() => Compiler.Compile("if:\n\t\tstore \"😀\"   \n"));
        Assert.Equal(new SourcePosition(2, 9), Assert.Single(exception.Errors).Position);
    }
}
