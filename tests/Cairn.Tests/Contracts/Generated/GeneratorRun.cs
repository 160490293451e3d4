using System.Collections.Immutable;
using Cairn.Contracts;
using Cairn.Contracts.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using Xunit;

namespace Cairn.Tests.Contracts.Generated;

/// <summary>Runs the generator over source text, as the compiler does.</summary>
internal sealed class GeneratorRun
{
    /// <summary>The framework, the engine and contract storage.</summary>
    public static ImmutableArray<MetadataReference> References { get; } =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is var name && (name.StartsWith("System.", StringComparison.Ordinal) || name is "netstandard.dll" or "mscorlib.dll"))
            .Append(typeof(StateStore).Assembly.Location)
            .Append(typeof(StorageSession).Assembly.Location)
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    private GeneratorDriver _driver = CSharpGeneratorDriver.Create(
        [new ContractGenerator().AsSourceGenerator()],
        parseOptions: CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.Preview),
        driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    private Compilation _compilation;

    /// <param name="source">The author's file.</param>
    /// <param name="library">An assembly that it refers to.</param>
    public GeneratorRun(string source, byte[]? library = null)
    {
        _compilation = CSharpCompilation.Create(
            library is null ? "Library" : "Author",
            [Parse(source, "Author.cs")],
            library is null ? References : References.Add(MetadataReference.CreateFromImage(library)),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        Run();
    }

    /// <summary>What the last run made.</summary>
    public GeneratorRunResult Result => _driver.GetRunResult().Results[0];

    /// <summary>The ids of what was reported.</summary>
    public IEnumerable<string> Ids => Result.Diagnostics.Select(diagnostic => diagnostic.Id);

    /// <summary>What the compiler says of the author's and the generated code together.</summary>
    public IEnumerable<Diagnostic> Errors =>
        _compilation.AddSyntaxTrees(Result.GeneratedSources.Select(source => source.SyntaxTree)).GetDiagnostics().Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning);

    /// <summary>All generated files, one behind the other.</summary>
    public string Text => string.Join("\n", Result.GeneratedSources.OrderBy(source => source.HintName, StringComparer.Ordinal).Select(source => $"// {source.HintName}\n{source.SourceText}"));

    /// <summary>The reasons of all outputs of a step in the last run.</summary>
    public IEnumerable<IncrementalStepRunReason> Reasons(string step) => Result.TrackedSteps[step].SelectMany(run => run.Outputs).Select(output => output.Reason);

    /// <summary>The reasons of what was written.</summary>
    public IEnumerable<IncrementalStepRunReason> OutputReasons() => Result.TrackedOutputSteps.SelectMany(step => step.Value).SelectMany(run => run.Outputs).Select(output => output.Reason);

    /// <summary>The author's and the generated code, compiled.</summary>
    public byte[] Compile()
    {
        using MemoryStream stream = new();
        Assert.True(_compilation.AddSyntaxTrees(Result.GeneratedSources.Select(source => source.SyntaxTree)).Emit(stream, cancellationToken: TestContext.Current.CancellationToken).Success);
        return stream.ToArray();
    }

    /// <summary>What the analyzer of layouts says of the author's and the generated code together.</summary>
    /// <param name="files">The additional files of the project: paths and texts.</param>
    public async Task<Diagnostic[]> AnalyzeAsync(params (string Path, string Text)[] files)
    {
        CompilationWithAnalyzers analysis = _compilation.AddSyntaxTrees(Result.GeneratedSources.Select(source => source.SyntaxTree)).WithAnalyzers(
            [new LayoutAnalyzer()],
            new AnalyzerOptions([.. files.Select(file => new TextInMemory(file.Path, file.Text))]));
        ImmutableArray<Diagnostic> found = await analysis.GetAnalyzerDiagnosticsAsync(TestContext.Current.CancellationToken);
        return [.. found.OrderBy(diagnostic => diagnostic.GetMessage(), StringComparer.Ordinal)];
    }

    /// <summary>Adds a file and runs again.</summary>
    public void Add(string source)
    {
        _compilation = _compilation.AddSyntaxTrees(Parse(source, "Other.cs"));
        Run();
    }

    /// <summary>Replaces the author's file and runs again.</summary>
    public void Replace(string source)
    {
        _compilation = _compilation.ReplaceSyntaxTree(_compilation.SyntaxTrees.First(), Parse(source, "Author.cs"));
        Run();
    }

    private static SyntaxTree Parse(string source, string path) =>
        CSharpSyntaxTree.ParseText(
            source,
            CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.Preview),
            path,
            cancellationToken: TestContext.Current.CancellationToken);

    private sealed class TextInMemory(string path, string text) : AdditionalText
    {
        public override string Path => path;

        public override SourceText GetText(CancellationToken cancellationToken = default) => SourceText.From(text);
    }

    private void Run()
    {
        _driver = _driver.RunGenerators(_compilation, TestContext.Current.CancellationToken);
        Assert.Null(Result.Exception);
    }
}
