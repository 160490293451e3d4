using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Cairn.Tests.Vm.Running;
using Cairn.Vm.Bytecode;
using Cairn.Vm.Language;
using Cairn.Vm.Machines;
using Cairn.Vm.Running;
using Xunit;

namespace Cairn.Tests.Vm;

/// <summary>
/// <c>docs/language.md</c> does what it says: a block <c>cairn</c> is run on a new store, and the block <c>result</c> behind it is what comes out. Behind the word <c>cairn</c> may stand <c>as=PRINCIPAL</c> and <c>missing=zero|null</c>. The
/// reference has every command, and an example in which it is used. With <c>UPDATE_GOLDEN=1</c> results and errors are written into the document.
/// </summary>
public sealed partial class LanguageDocumentTests
{
    private static string Path => Repository.PathOf("docs", "language.md");

    private static string Text => File.ReadAllText(Path);

    [Fact]
    public async Task Examples_Run_AsTheySay()
    {
        string text = Text;
        MatchCollection examples = Example().Matches(text);
        Assert.Equal(ExampleStart().Count(text), examples.Count);
        Assert.True(examples.Count > CommandTable.All.Length);
        StringBuilder made = new();
        int at = 0;
        foreach (Match example in examples)
        {
            made.Append(text, at, example.Groups["result"].Index - at).Append(await ResultOfAsync(example.Groups["source"].Value, example.Groups["options"].Value));
            at = example.Groups["result"].Index + example.Groups["result"].Length;
        }

        Check(text, made.Append(text, at, text.Length - at).ToString());
    }

    [Fact]
    public void Examples_AreFormatted()
    {
        foreach (Match example in Example().Matches(Text))
        {
            string source = example.Groups["source"].Value;
            Assert.Equal(source, SourceFormatter.Format(source));
        }
    }

    [Fact]
    public void Errors_OfTheCompiler_AreThose()
    {
        string text = Text;
        StringBuilder made = new();
        int at = 0;
        foreach (Match row in ErrorRow().Matches(text[..text.IndexOf("Bytecode that is refused", StringComparison.Ordinal)]))
        {
            string source = row.Groups["source"].Value.Replace(" ↵ ", "\n", StringComparison.Ordinal).Replace("→ ", "    ", StringComparison.Ordinal);
            CompileError error = Assert.Single(Assert.Throws<CompileException>(() => Compiler.Compile(source)).Errors);
            made.Append(text, at, row.Groups["error"].Index - at).Append(error.Message).Append(' ');
            at = row.Groups["error"].Index + row.Groups["error"].Length;
        }

        Assert.True(at > 0);
        Check(text, made.Append(text, at, text.Length - at).ToString());
    }

    [Fact]
    public void Reference_HasEveryCommand_WithAnExampleOfIt()
    {
        Dictionary<string, string> sections = Sections().Matches(Text).ToDictionary(static section => section.Groups["usage"].Value, static section => section.Groups["text"].Value, StringComparer.Ordinal);
        Assert.Equal(CommandTable.All.Select(static command => command.Usage), sections.Keys);
        foreach (Command command in CommandTable.All)
        {
            string[] lines = [.. Example().Matches(sections[command.Usage]).SelectMany(static example => example.Groups["source"].Value.Split('\n')).Select(static line => line.TrimStart())];
            Assert.Contains(lines, line => Regex.IsMatch(line, $"^{command.Word}(?=[ :]|$)", RegexOptions.None, TimeSpan.FromSeconds(1)));
            Assert.True(command.Alias is not { } alias || Array.Exists(lines, line => line.StartsWith(alias, StringComparison.Ordinal)), command.Usage);
        }
    }

    [Fact]
    public void Limits_AreThoseOfTheCode()
    {
        (string Name, long Value)[] limits =
        [
            .. new[] { typeof(SourceLimits), typeof(ProgramLimits) }.SelectMany(static type => type.GetFields().Select(field => ($"{type.Name}.{field.Name}", Convert.ToInt64(field.GetRawConstantValue(), CultureInfo.InvariantCulture)))),
            ($"{nameof(Instruction)}.{nameof(Instruction.MaxNumber)}", Instruction.MaxNumber),
        ];
        string[] hidden = [$"{nameof(ProgramLimits)}.{nameof(ProgramLimits.MaxPosition)}"];
        Assert.Equal(
            limits.Where(limit => !hidden.Contains(limit.Name)).Select(static limit => $"{limit.Value.ToString("N0", CultureInfo.InvariantCulture)} (`{limit.Name}`)").Order(StringComparer.Ordinal),
            LimitRow().Matches(Text).Select(static row => row.Groups["limit"].Value).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Faults_AreThoseOfTheMachine()
    {
        string text = Text;
        string table = text[text.IndexOf("| kind | when |", StringComparison.Ordinal)..];
        Assert.Equal(Enum.GetNames<FaultKind>(), KindRow().Matches(table).Select(static row => row.Groups["kind"].Value));
    }

    private static async Task<string> ResultOfAsync(string source, string options)
    {
        CompiledProgram program = Compiler.Compile(source, "example.cairn");
        CompiledProgram read = BytecodeReader.Read(BytecodeWriter.Write(program), "example.cairn");
        string result = await RunAsync(program, options);
        Assert.Equal(result, await RunAsync(read, options));
        return result;
    }

    private static async Task<string> RunAsync(CompiledProgram program, string options)
    {
        RunSettings settings = VmStore.As("root");
        foreach (string option in options.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = option.Split('=');
            settings = parts[0] switch
            {
                "as" => settings with { Principal = VmStore.As(parts[1]).Principal },
                "missing" => settings with { Missing = Enum.Parse<MissingKey>(parts[1], ignoreCase: true) },
                _ => throw new InvalidOperationException($"Unknown option {option}"),
            };
        }

        await using VmStore store = await VmStore.NewAsync();
        RunResult run = await store.Runner.RunAsync(program, settings);
        StringBuilder text = new();
        text.AppendJoin("", run.Emitted.Select(static emitted => $"emitted: {emitted}\n"));
        text.AppendJoin("", run.Events.Select(static shown => $"event: {shown.Category}: {shown.Message}\n"));
        _ = run.Stack.Count > 0 ? text.Append("stack: ").AppendJoin(", ", run.Stack.Select(static value => value.ToJson())).Append('\n') : text;
        return (run.Error is { } error ? text.Append("error: ").Append(error).Append('\n') : text).ToString();
    }

    private static void Check(string text, string made)
    {
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(Path, made);
        }
        else
        {
            Assert.Equal(text, made);
        }
    }

    [GeneratedRegex(@"^```cairn", RegexOptions.Multiline, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex ExampleStart();

    [GeneratedRegex(@"^```cairn(?<options>[^\n]*)\n(?<source>.*?)^```\n\n```result\n(?<result>.*?)^```\n", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Example();

    [GeneratedRegex(@"^#### `(?<usage>[^`]+)`\n(?<text>.*?)(?=^##|\z)", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Sections();

    [GeneratedRegex(@"(?<=\| source \| error \|\n\|---\|---\|\n(\|.*\n)*)\| `(?<source>[^\n]+?)` \| (?<error>[^\n]*)\|\n", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex ErrorRow();

    [GeneratedRegex(@"\| (?<limit>[\d,]+ \(`\w+\.\w+`\)) \|", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex LimitRow();

    [GeneratedRegex(@"^\| (?<kind>[A-Z]\w+) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex KindRow();
}
