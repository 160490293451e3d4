using Cairn.Cli.Terminal;
using Xunit;

namespace Cairn.Tests.Cli.Terminal;

public sealed class LineEditorTests
{
    private static readonly string[] Words = ["storep", "storeptyped", "swap", "sub", "org/acme/", "org/ajax/"];

    [Theory]
    [InlineData("push 42<Enter>", "push 42")]
    [InlineData("psh<LeftArrow><LeftArrow>u<Enter>", "push")]
    [InlineData("ush<Home>p<End>!<Enter>", "push!")]
    [InlineData("push 42<Backspace><Backspace>7<Enter>", "push 7")]
    [InlineData("xpush<Home><Delete><Enter>", "push")]
    [InlineData("a😀b<LeftArrow><Backspace><Enter>", "ab")]
    [InlineData("e\u0301x<LeftArrow><Backspace>y<Enter>", "yx")]
    [InlineData("one two<^W>three<Enter>", "one three")]
    [InlineData("one two<^LeftArrow><^K>x<^Y><Enter>", "one xtwo")]
    [InlineData("one two<^U><Enter>", "")]
    [InlineData("one<^A><^F><^F>-<^B><^B>+<^E>.<Enter>", "o+n-e.")]
    [InlineData("org/acme/x<^W><^W>b<Enter>", "org/b")]
    [InlineData("gone<Escape>here<Enter>", "here")]
    [InlineData("<F5>a<PageUp>b<^Z>c<Enter>", "abc")]
    public void Read_Keys_EditTheLine(string script, string expected)
    {
        (LineEnd end, string line, _) = Read(script);
        Assert.Equal((LineEnd.Entered, expected), (end, line));
    }

    [Theory]
    [InlineData("abc<^C>", "Cancelled")]
    [InlineData("<^D>", "Closed")]
    [InlineData("   <^D>", "Closed")]
    public void Read_EndingKeys_EndIt(string script, string expected)
    {
        (LineEnd end, string line, _) = Read(script);
        Assert.Equal((expected, ""), (end.ToString(), line));
    }

    [Fact]
    public void Read_ControlDInALine_RemovesTheCharacter() => Assert.Equal("bc", Read("abc<Home><^D><Enter>").Line);

    [Theory]
    [InlineData("<UpArrow><Enter>", "push 2")]
    [InlineData("<UpArrow><UpArrow><UpArrow><UpArrow><Enter>", "push 1")]
    [InlineData("<UpArrow><UpArrow><DownArrow><Enter>", "push 2")]
    [InlineData("dr<UpArrow><Enter>", "drop")]
    [InlineData("pu<UpArrow><UpArrow><Enter>", "push 1")]
    [InlineData("pu<UpArrow><DownArrow>t<Enter>", "put")]
    [InlineData("zzz<UpArrow><Enter>", "zzz")]
    [InlineData("<^P><^P><^N>!<Enter>", "push 2!")]
    public void Read_Arrows_FindWhatWasEntered(string script, string expected) => Assert.Equal(expected, Read(script, "push 1", "drop", "push 2").Line);

    [Theory]
    [InlineData("sw<Tab><Enter>", "swap ")]
    [InlineData("st<Tab>x<Enter>", "storepx")]
    [InlineData("storep<Tab>t<Tab><Enter>", "storeptyped ")]
    [InlineData("storep o<Tab><Tab><Enter>", "storep org/a")]
    [InlineData("storep org/ac<Tab>x<Enter>", "storep org/acme/x")]
    [InlineData("zz<Tab><Enter>", "zz")]
    [InlineData("sw 7<LeftArrow><LeftArrow><Tab><Enter>", "swap  7")]
    public void Read_Tab_Completes(string script, string expected) => Assert.Equal(expected, Read(script).Line);

    [Fact]
    public void Read_TabTwice_ShowsWhatThereIs()
    {
        (_, _, TypedTerminal terminal) = Read("s<Tab><Tab><Enter>");
        Assert.Contains("\r\nstorep  storeptyped  swap  sub\r\n", terminal.Written);
    }

    [Fact]
    public void Read_Indentation_StandsInTheLine() => Assert.Equal("    pop", new LineEditor(new TypedTerminal("pop<Enter>"), new InputHistory(), Complete).Read("... ", "    ", out string line) == LineEnd.Entered ? line : "");

    [Fact]
    public void Show_LongLine_MovesSidewaysWithTheCursor()
    {
        TypedTerminal terminal = new("0123456789abcdefghijklmnopqrstuvwxyz<Home><Enter>", width: 24);
        new LineEditor(terminal, new InputHistory(), Complete).Read("> ", "", out _);
        Assert.All(terminal.Written, static row => Assert.True(Visible(row).Length <= 24, row));
        Assert.Equal("> ghijklmnopqrstuvwxyz", terminal.Written[^4]);
        Assert.Equal("> 0123456789abcdefghijk\u001b[21D", terminal.Written[^3]);
    }

    [Fact]
    public void Show_WideCharacters_CountTwoCells()
    {
        TypedTerminal terminal = new("中x<LeftArrow><LeftArrow><Enter>");
        new LineEditor(terminal, new InputHistory(), Complete).Read("> ", "", out _);
        Assert.Equal("> 中x\u001b[3D", terminal.Written[^3]);
    }

    [Fact]
    public void Show_ControlCharacters_AreNotSentToTheTerminal()
    {
        InputHistory history = new();
        history.Add("a\u001b[2Jb");
        TypedTerminal terminal = new("<UpArrow><Enter>");
        new LineEditor(terminal, history, Complete).Read("> ", "", out string line);
        Assert.Equal("a\u001b[2Jb", line);
        Assert.Contains("> a\uFFFD[2Jb", terminal.Written);
    }

    [Fact]
    public void Read_AnyKeys_NeverFail() => SeededRandom.ForEach(100, random =>
    {
        string[] keys = ["a", "é", "😀", "中", " ", "/", "st", "<Tab>", "<LeftArrow>", "<RightArrow>", "<Home>", "<End>", "<Backspace>", "<Delete>", "<UpArrow>", "<DownArrow>", "<^W>", "<^U>", "<^K>", "<^Y>", "<^LeftArrow>", "<^RightArrow>", "<Escape>"];
        string script = string.Concat(Enumerable.Range(0, 200).Select(_ => keys[random.Next(keys.Length)]));
        InputHistory history = new();
        history.Add("store 😀");
        history.Add("storep org/acme/x");
        TypedTerminal terminal = new(script + "<Enter>", width: 20 + random.Next(30));
        Assert.Equal(LineEnd.Entered, new LineEditor(terminal, history, Complete).Read("cairn> ", "", out string line));
        Assert.Equal(0, terminal.KeysLeft);
        Assert.DoesNotContain('\uFFFD', line);
    });

    [Fact]
    public void History_Lines_AreBounded()
    {
        InputHistory history = new();
        for (int i = 0; i < InputHistory.MaxLines + 5; i++)
        {
            history.Add($"push {i}");
            history.Add($"push {i}");
            history.Add("  ");
        }

        Assert.Equal(InputHistory.MaxLines, history.Count);
        Assert.Equal("push 5", history.Lines[0]);
    }

    private static (LineEnd End, string Line, TypedTerminal Terminal) Read(string script, params string[] entered)
    {
        InputHistory history = new();
        foreach (string line in entered)
        {
            history.Add(line);
        }

        TypedTerminal terminal = new(script);
        LineEnd end = new LineEditor(terminal, history, Complete).Read("cairn> ", "", out string read);
        Assert.Equal(0, terminal.KeysLeft);
        return (end, read, terminal);
    }

    private static Completion Complete(string before)
    {
        int start = before.LastIndexOf(' ') + 1;
        return new Completion(start, [.. Words.Where(word => word.StartsWith(before[start..], StringComparison.Ordinal))]);
    }

    private static string Visible(string row)
    {
        int control = row.IndexOf('\u001b', StringComparison.Ordinal);
        return control < 0 ? row.Trim('\r', '\n') : row[..control];
    }
}
