using System.Text.Json;
using System.Text.RegularExpressions;
using Cairn.Vm.Language;
using Xunit;

namespace Cairn.Tests.Vm.Language;

/// <summary>The grammar for editors is well formed, and knows the words that the compiler knows, and no others.</summary>
public sealed partial class EditorGrammarTests
{
    private static readonly string[] Patterns = ["match", "begin", "end"];

    private static JsonElement Grammar => Read("syntaxes", "cairn.tmLanguage.json");

    [Fact]
    public void EveryPattern_IsARegularExpression()
    {
        string[] patterns = [.. Objects(Grammar).SelectMany(static item => Patterns.Where(name => item.TryGetProperty(name, out _)).Select(name => item.GetProperty(name).GetString()!))];
        Assert.True(patterns.Length > 20);
        foreach (string pattern in patterns)
        {
            Assert.False(new Regex($"^(?:{pattern}).", RegexOptions.None, TimeSpan.FromSeconds(1)).IsMatch(""), pattern);
        }
    }

    [Fact]
    public void EveryInclude_IsThere()
    {
        string[] rules = [.. Grammar.GetProperty("repository").EnumerateObject().Select(static rule => "#" + rule.Name)];
        string[] includes = [.. Objects(Grammar).Where(static item => item.TryGetProperty("include", out _)).Select(static item => item.GetProperty("include").GetString()!)];
        Assert.Equal(rules.Order(), includes.Distinct().Order());
    }

    [Fact]
    public void EveryCommand_IsColouredAtTheBeginningOfALine_AndOnlyThere()
    {
        foreach (string word in CommandTable.AllWords)
        {
            CommandTable.TryGet(word, out Command? command);
            Assert.Equal(word, ColouredWord("    " + word + (command!.OpensBlock ? ":" : "")));
            Assert.Equal(word, ColouredWord(word + " x"));
            Assert.Null(ColouredWord(word + "x"));
            Assert.Null(ColouredWord("x" + word));
            Assert.Null(ColouredWord("xyz " + word));
            Assert.Null(ColouredWord("# " + word));
        }
    }

    [Fact]
    public void Words_OfTheGrammar_AreCommandsAndTypes()
    {
        string[] grammar = [.. Objects(Grammar.GetProperty("repository").GetProperty("command")).Where(static item => item.TryGetProperty("match", out _))
            .SelectMany(static item => WordList().Match(item.GetProperty("match").GetString()!).Groups["words"].Value.Split('|'))];
        Assert.Equal(CommandTable.AllWords, grammar.Order(StringComparer.Ordinal));
        string types = string.Join('|', CommandTable.TypeNames);
        Assert.Contains(Objects(Grammar), item => item.TryGetProperty("name", out JsonElement name) && name.GetString() == "storage.type.cairn" && item.GetProperty("match").GetString()!.Contains($"({types})", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("push 1e3", "constant.numeric.cairn", "1e3")]
    [InlineData("push -inf", "constant.numeric.cairn", "-inf")]
    [InlineData("case .5:", "constant.numeric.cairn", ".5")]
    [InlineData("push true # x", "constant.language.cairn", "true")]
    [InlineData("push 1 # x", "comment.line.number-sign.cairn", "# x")]
    [InlineData("storeptyped k integer", "storage.type.cairn", "integer")]
    [InlineData("if:", "punctuation.section.block.cairn", ":")]
    [InlineData("loadp org/acme", "string.unquoted.cairn", "org/acme")]
    public void Operands_HaveTheirScope(string line, string scope, string text) => Assert.Contains(
        Objects(Grammar).Where(item => item.TryGetProperty("name", out JsonElement name) && name.GetString() == scope && item.TryGetProperty("match", out _)),
        item => Regex.Matches(line, item.GetProperty("match").GetString()!, RegexOptions.None, TimeSpan.FromSeconds(1)).Any(match => match.Value == text));

    [Fact]
    public void Extension_NamesFilesThatAreThere()
    {
        JsonElement contributes = Read("package.json").GetProperty("contributes");
        JsonElement language = contributes.GetProperty("languages")[0];
        JsonElement grammar = contributes.GetProperty("grammars")[0];
        Assert.Equal(ProgramLoader.SourceExtension, language.GetProperty("extensions")[0].GetString());
        Assert.Equal(ProgramLoader.SourceExtension, "." + Grammar.GetProperty("fileTypes")[0].GetString());
        Assert.Equal(Grammar.GetProperty("scopeName").GetString(), grammar.GetProperty("scopeName").GetString());
        Assert.Equal(language.GetProperty("id").GetString(), grammar.GetProperty("language").GetString());
        Assert.True(File.Exists(Path.Combine(Folder, grammar.GetProperty("path").GetString()!)));
        JsonElement configuration = Read(language.GetProperty("configuration").GetString()!);
        foreach (JsonProperty rule in configuration.GetProperty("indentationRules").EnumerateObject())
        {
            Assert.Matches(rule.Value.GetString()!, "else:");
        }
    }

    private static string Folder => Repository.PathOf("editors", "vscode");

    private static string? ColouredWord(string line) => Objects(Grammar.GetProperty("repository").GetProperty("command"))
        .Where(static item => item.TryGetProperty("match", out _))
        .Select(item => Regex.Match(line, item.GetProperty("match").GetString()!, RegexOptions.None, TimeSpan.FromSeconds(1)))
        .Where(static match => match.Success)
        .Select(static match => match.Groups[1].Value)
        .SingleOrDefault();

    private static JsonElement Read(params string[] path) => JsonDocument.Parse(File.ReadAllText(Path.Combine([Folder, .. path]))).RootElement;

    private static IEnumerable<JsonElement> Objects(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(static property => Objects(property.Value)).Prepend(element),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Objects),
        _ => [],
    };

    [GeneratedRegex(@"\((?<words>\w+(\|\w+)+)\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex WordList();
}
