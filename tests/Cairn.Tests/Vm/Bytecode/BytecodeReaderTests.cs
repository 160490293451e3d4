using System.Text;
using Cairn.Vm.Bytecode;
using Cairn.Vm.Language;
using Xunit;

namespace Cairn.Tests.Vm.Bytecode;

public sealed class BytecodeReaderTests
{
    private const string Example = """
        # every form of operand, and every block
        push 42
        store x
        push {"b": [1, null], "a": "text"}
        storep org/acme/"x"
        loadp
        storeptyped org/acme/n integer
        loadversionp org/acme/n 3
        diffversionsp org/acme/n 1 300
        listversionsp org/acme/n
        emitevent audit "paid in full"
        call twice
        load x
        if:
            pop
        else:
            loop 1000:
                continue
        while:
            condition:
                load x
            match:
                value:
                    load x
                case "one":
                    break
                default:
                    pop
        assertequalstack 2
        def twice(a, b):
            load a
            return

        """;

    private static string Source => Example.Replace("org/acme/\"x\"", "\"org/acme/x\"", StringComparison.Ordinal);

    private static readonly byte[] None = [0];

    private static readonly (string Name, BytecodeImage Image)[] Wrong =
    [
        ("an opcode that is none", Program([0x06])),
        ("opcode zero", Program([0])),
        ("a constant that is missing", Program([1, 0])),
        ("a name that is missing", Program([0x21, 0])),
        ("a key that is missing", Program([0x31, 1])),
        ("a function that is missing", Program([0x5A, 1])),
        ("the main program called", Program([0x5A, 0])),
        ("operands cut off", Program([0x54, 3])),
        ("code behind the last instruction", new BytecodeImage(None, None, MainOf(1), [2, 2], Places(1))),
        ("too few instructions", new BytecodeImage(None, None, MainOf(3), [2], Places(3))),
        ("too few positions", new BytecodeImage(None, None, MainOf(2), [2, 2], Places(1))),
        ("line zero", new BytecodeImage(None, None, MainOf(1), [2], [0, 1])),
        ("column zero", new BytecodeImage(None, None, MainOf(1), [2], [2, 0])),
        ("a line before the first", new BytecodeImage(None, None, MainOf(2), [2, 2], [2, 1, 3, 1])),
        ("a number in a longer form", new BytecodeImage([0x80, 0], None, MainOf(0), [], [])),
        ("a number without an end", new BytecodeImage([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], None, MainOf(0), [], [])),
        ("more constants than bytes", new BytecodeImage([0x80, 0x80, 4, 1, 0], None, MainOf(0), [], [])),
        ("too many constants", new BytecodeImage([0x81, 0x80, 4, 1, 0], None, MainOf(0), [], [])),
        ("a constant of no bytes", new BytecodeImage([1, 0], None, MainOf(0), [], [])),
        ("a constant of no kind", new BytecodeImage([1, 1, 9], None, MainOf(0), [], [])),
        ("a constant of another NaN", new BytecodeImage([1, 9, 2, 1, 0, 0, 0, 0, 0, 0xF8, 0x7F], None, MainOf(1), [1, 0], Places(1))),
        ("JSON that is not canonical", new BytecodeImage([1, 4, 4, (byte)'[', (byte)' ', (byte)']'], None, MainOf(1), [1, 0], Places(1))),
        ("a constant twice", new BytecodeImage([2, 1, 0, 1, 0], None, MainOf(2), [1, 0, 1, 1], Places(2))),
        ("a constant that nobody uses", new BytecodeImage([1, 1, 0], None, MainOf(0), [], [])),
        ("constants out of order", new BytecodeImage([2, 1, 0, 2, 1, 1], None, MainOf(2), [1, 1, 1, 0], Places(2))),
        ("a name that is no UTF-8", new BytecodeImage(None, [1, 1, 0xFF], MainOf(1), [0x31, 1], Places(1))),
        ("a name twice", new BytecodeImage(None, [2, 1, 65, 1, 65], MainOf(1), [0x71, 0, 1], Places(1))),
        ("a name that nobody uses", new BytecodeImage(None, [1, 1, 65], MainOf(0), [], [])),
        ("a variable that is no name", new BytecodeImage(None, [1, 1, 0x2F], MainOf(1), [0x21, 0], Places(1))),
        ("a function that has no name", new BytecodeImage(None, None, [2, 0, 0, 0, 1, 1, 1], [2], Places(1))),
        ("a function with the name of a key", new BytecodeImage(None, [1, 1, 0x2F], [2, 0, 0, 0, 1, 1, 1], [2], Places(1))),
        ("a function twice", new BytecodeImage(None, [1, 1, 65], [3, 0, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1], [2, 2], Places(2))),
        ("a parameter twice", new BytecodeImage(None, [2, 1, 65, 1, 66], [2, 0, 0, 2, 1, 1, 1, 1, 1], [2], Places(1))),
        ("a function without instructions", new BytecodeImage(None, [1, 1, 65], [2, 0, 0, 0, 0, 1, 1], [], [])),
        ("no main program", new BytecodeImage(None, None, None, [], [])),
        ("too many instructions", new BytecodeImage(None, None, [1, 0x81, 0x80, 0x10], [], [])),
        ("type zero", Program([0x38, 0, 0])),
        ("type seven", Program([0x39, 0, 7])),
        ("a number beyond 2^53 - 1", Program([0x72, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10])),
        ("a length of zero", Program([0x50, 0], [2], [0x59])),
        ("a length that is too short", Program([0x50, 1], [2], [0x59])),
        ("a length into the next block", Program([0x50, 5], [2], [0x59], [0x50, 2], [2], [0x59])),
        ("a block that does not end", Program([0x50, 2], [2], [2])),
        ("an end of nothing", Program([0x59])),
        ("an else of nothing", Program([0x51, 1], [0x59])),
        ("an else of a loop", Program([0x54, 1, 2], [2], [0x51, 2], [2], [0x59])),
        ("two elses", Program([0x50, 2], [2], [0x51, 2], [2], [0x51, 2], [2], [0x59])),
        ("an empty if", Program([0x50, 1], [0x59])),
        ("an empty else", Program([0x50, 2], [2], [0x51, 1], [0x59])),
        ("an empty loop", Program([0x54, 1, 1], [0x59])),
        ("a loop without its do", Program([0x52, 2], [2], [0x59])),
        ("a loop without a condition", Program([0x52, 3], [0x53, 2], [2], [0x59])),
        ("a do of nothing", Program([0x53, 1], [0x59])),
        ("a match without a select", Program([0x55, 2], [2], [0x59])),
        ("a match without a case", Program([0x55, 2], [0x56, 1], [0x59])),
        ("a match with a command before its cases", Program([0x55, 5], [0x56, 1], [2], [0x58, 2], [2], [0x59])),
        ("a block before the cases", Program([0x55, 6], [0x56, 1], [0x50, 2], [2], [0x59], [0x58, 2], [2], [0x59])),
        ("an empty default", Program([0x55, 3], [0x56, 1], [0x58, 1], [0x59])),
        ("two defaults", Program([0x55, 6], [0x56, 1], [0x58, 2], [2], [0x58, 2], [2], [0x59])),
        ("a case of nothing", new BytecodeImage([1, 1, 0], None, MainOf(3), [0x57, 0, 2, 2, 0x59], Places(3))),
        ("a break outside of a loop", Program([0x5C])),
        ("a continue in an if", Program([0x50, 2], [0x5D], [0x59])),
        ("a return in the main program", Program([0x5B])),
        ("65 blocks in each other", Program([.. Enumerable.Range(0, 65).Select(static i => (byte[])[0x54, 1, .. Number((2 * (65 - i)) - 1 + 1)]), [2], .. Enumerable.Repeat<byte[]>([0x59], 65)])),
        ("a block that leaves its function", new BytecodeImage(None, [1, 1, 65], [2, 2, 0, 0, 2, 1, 1], [0x50, 3, 2, 2, 0x59], Places(4))),
    ];

    [Fact]
    public void Bytecode_OfAnExample_IsFrozen()
    {
        byte[] bytes = BytecodeWriter.Write(Compiler.Compile(Source));
        GoldenFile.Check("vm-bytecode.bin", bytes);
        CompiledProgram read = BytecodeReader.Read(bytes, "frozen.cairnvm");
        Assert.Equal("frozen.cairnvm", read.SourceName);
        GoldenFile.CheckText("vm-bytecode.txt", Disassembler.Disassemble(read));
    }

    [Fact]
    public void Bytecode_WithAnyByteChanged_IsRefused()
    {
        byte[] bytes = BytecodeWriter.Write(Compiler.Compile(Source));
        for (int i = 0; i < bytes.Length; i++)
        {
            byte[] changed = [.. bytes];
            changed[i] ^= 0x41;
            Assert.Throws<BytecodeException>(() => BytecodeReader.Read(changed));
        }
    }

    [Fact]
    public void Bytecode_CutAnywhere_IsRefused()
    {
        byte[] bytes = BytecodeWriter.Write(Compiler.Compile(Source));
        for (int length = 0; length < bytes.Length; length++)
        {
            byte[] cut = bytes[..length];
            Assert.Throws<BytecodeException>(() => BytecodeReader.Read(cut));
            Assert.Throws<BytecodeException>(() => BytecodeReader.Read(BytecodeImage.WithHash(cut)));
        }

        Assert.Throws<BytecodeException>(() => BytecodeReader.Read([.. bytes, 0]));
    }

    [Theory]
    [InlineData(BytecodeLayout.FormatVersionOffset, "format version 1", "2")]
    [InlineData(BytecodeLayout.RequiredFeaturesOffset, "required features 0", "1")]
    public void Head_OfAnotherVersion_IsRefused(int offset, string expected, string found)
    {
        byte[] bytes = BytecodeWriter.Write(Compiler.Compile("pop"));
        bytes[offset]++;
        BytecodeException exception = Assert.Throws<BytecodeException>(() => BytecodeReader.Read(BytecodeImage.WithHash(bytes), "new.cairnvm"));
        Assert.Equal((offset, expected, found, "new.cairnvm"), ((int)exception.Offset, exception.Expected, exception.Found, exception.SourceName));
        Assert.Equal(RecoveryAction.FixTheCall, exception.RecoveryAction);
    }

    /// <summary>Sections that are wrong under a hash that is right: what the reader finds, and where.</summary>
    [Fact]
    public void Sections_ThatNoSourceHas_AreRefusedByName()
    {
        StringBuilder text = new();
        foreach ((string name, BytecodeImage image) in Wrong)
        {
            byte[] bytes = image.ToBytes();
            BytecodeException exception = Assert.Throws<BytecodeException>(() => { _ = BytecodeReader.Read(bytes); });
            text.Append($"{name}: at byte {exception.Offset - BytecodeLayout.SizeBytes} behind the head, expected {exception.Expected}, found {exception.Found}\n");
        }

        GoldenFile.CheckText("vm-bytecode-errors.txt", text.ToString());
    }

    [Fact]
    public void Blocks_AsDeepAsTheyMayBe_AreRead()
    {
        byte[] bytes = Program([.. Enumerable.Range(0, 64).Select(static i => (byte[])[0x54, 1, .. Number(2 * (64 - i))]), [2], .. Enumerable.Repeat<byte[]>([0x59], 64)]).ToBytes();
        CompiledProgram program = BytecodeReader.Read(bytes);
        Assert.True(program.HasCodeOf(Compiler.Compile(Disassembler.Disassemble(program))));
    }

    [Fact]
    public void Loader_TellsSourceFromBytecode()
    {
        byte[] source = Encoding.UTF8.GetBytes(Source);
        CompiledProgram compiled = ProgramLoader.Load(source, "a.cairn");
        CompiledProgram loaded = ProgramLoader.Load(BytecodeWriter.Write(compiled), "a.cairnvm");
        Assert.True(compiled.HasCodeOf(loaded));
        Assert.Equal(("a.cairn", "a.cairnvm"), (compiled.SourceName, loaded.SourceName));
        CompileError error = Assert.Single(Assert.Throws<CompileException>(() => ProgramLoader.Load([.. "pop\npush \""u8, 0xFF, 0xFE], "bad.cairn")).Errors);
        Assert.Equal("the bytes 'fffe' are no UTF-8 at line 2, column 7; save the source as UTF-8", error.Message);
        Assert.Throws<BytecodeException>(() => ProgramLoader.Load("CairnVm\0"u8, "cut.cairnvm"));
        Assert.Throws<CompileException>(() => ProgramLoader.Load(new byte[SourceLimits.MaxSourceBytes + 1], "long.cairn"));
    }

    /// <summary>The section of functions of a main program alone.</summary>
    private static byte[] MainOf(int count) => [1, (byte)count];

    /// <summary>The first column of one line after the other.</summary>
    private static byte[] Places(int count) => [.. Enumerable.Repeat<byte[]>([2, 1], count).SelectMany(static place => place)];

    /// <summary>A main program of these instructions, and nothing else.</summary>
    private static BytecodeImage Program(params byte[][] instructions) =>
        new([0], [0], [1, .. Number(instructions.Length)], [.. instructions.SelectMany(static bytes => bytes)], [.. Enumerable.Range(0, instructions.Length).SelectMany(static _ => (byte[])[2, 1])]);

    private static byte[] Number(int number) => number < 0x80 ? [(byte)number] : [(byte)(number | 0x80), (byte)(number >> 7)];
}
