using System.Collections.Immutable;
using Cairn.Contracts.CodeFixes;
using Cairn.Contracts.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Formatting;
using Microsoft.CodeAnalysis.Simplification;
using Microsoft.CodeAnalysis.Text;
using Xunit;

namespace Cairn.Tests.Contracts.Generated;

/// <summary>Fixes for what the generator refuses: what they write is refused no more.</summary>
public sealed class DeclarationFixTests
{
    private const string Head = """
        using Cairn.Contracts;
        using System;
        using System.Collections.Generic;
        namespace N;

        """;

    [Theory]
    [InlineData("List<int> F { get; set; }", "StorageList<int> F { get; set; }", "Use 'StorageList<int>'")]
    [InlineData("int[] F { get; }", "StorageList<int> F { get; }", "Use 'StorageList<int>'")]
    [InlineData("byte[] F { get; set; }", "StorageBytes F { get; set; }", "Use 'StorageBytes'")]
    [InlineData("Dictionary<string, List<uint>> F { get; }", "StorageMap<string, StorageList<uint>> F { get; }", "Use 'StorageMap<string, StorageList<uint>>'")]
    [InlineData("HashSet<Address> F { get; }", "StorageMap<Address, Nothing> F { get; }", "Use 'StorageMap<Address, Nothing>'")]
    [InlineData("Queue<DateTime> F { get; }", "StorageList<DateTimeOffset> F { get; }", "Use 'StorageList<DateTimeOffset>'")]
    [InlineData("StorageMap<string, int[]> F { get; }", "StorageMap<string, StorageList<int>> F { get; }", "Use 'StorageMap<string, StorageList<int>>'")]
    [InlineData("DateTime F { get; set; }", "DateTimeOffset F { get; set; }", "Use 'DateTimeOffset'")]
    [InlineData("float F { get; set; }", "double F { get; set; }", "Use 'double'")]
    [InlineData("decimal F { get; set; }", "UInt256 F { get; set; }", "Use 'UInt256'")]
    [InlineData("decimal F { get; set; }", "System.Numerics.BigInteger F { get; set; }", "Use 'BigInteger'")]
    [InlineData("char F { get; set; }", "string F { get; set; }", "Use 'string'")]
    [InlineData("char F { get; set; }", "ushort F { get; set; }", "Use 'ushort'")]
    [InlineData("Guid F { get; set; }", "UInt128 F { get; set; }", "Use 'UInt128'")]
    [InlineData("TimeSpan F { get; set; }", "long F { get; set; }", "Use 'long'")]
    [InlineData("StorageList<nint> F { get; }", "StorageList<long> F { get; }", "Use 'StorageList<long>'")]
    [InlineData("string? F { get; set; }", "string F { get; set; }", "Use 'string'")]
    [InlineData("int? F { get; set; }", "int F { get; set; }", "Use 'int'")]
    [InlineData("StorageList<string?> F { get; }", "StorageList<string> F { get; }", "Use 'StorageList<string>'")]
    [InlineData("int F { get; init; }", "int F { get; set; }", "Make it an ordinary property")]
    [InlineData("int F { set; }", "int F { get; set; }", "Make it an ordinary property")]
    public Task Fields_GetTheTypeThatStorageHas(string before, string after, string title) =>
        CheckAsync($"[Contract] public partial class C\n{{\n    // A comment.\n    public partial {before} // Another.\n}}\n", $"[Contract] public partial class C\n{{\n    // A comment.\n    public partial {after} // Another.\n}}\n", title);

    [Theory]
    [InlineData("public int F { get; set; } = 3;", "public partial int F { get; set; }")]
    [InlineData("internal string F { get; private set; }", "internal partial string F { get; private set; }")]
    public Task Properties_BecomePartial(string before, string after) =>
        CheckAsync($"[Contract] public partial class C\n{{\n    {before}\n}}\n", $"[Contract] public partial class C\n{{\n    {after}\n}}\n", "Make it a partial property");

    [Fact]
    public Task Required_GoesAway() =>
        CheckAsync("[Contract] public partial class C\n{\n    public required partial int F { get; set; }\n}\n", "[Contract] public partial class C\n{\n    public partial int F { get; set; }\n}\n", "Make it an ordinary property");

    [Theory]
    [InlineData("[StorageRecord]\npublic class T;\n", "[StorageRecord]\npublic partial class T;\n")]
    [InlineData("[StorageRecord] struct T\n{\n}\n", "[StorageRecord] partial struct T\n{\n}\n")]
    [InlineData("/// <summary>Around.</summary>\npublic static class Around\n{\n    // In it.\n    [StorageRecord]\n    class T;\n}\n", "/// <summary>Around.</summary>\npublic static partial class Around\n{\n    // In it.\n    [StorageRecord]\n    partial class T;\n}\n")]
    public Task Types_BecomePartial(string before, string after) => CheckAsync(before, after, "Make it partial");

    [Theory]
    [InlineData("public partial Loose F { get; set; }", "    // A record.\n    public class Loose\n    {\n    }\n", "    // A record.\n    [StorageRecord]\n    public partial class Loose\n    {\n    }\n")]
    [InlineData("public partial StorageMap<int, StorageList<Loose>> F { get; }", "    struct Loose;\n", "    [StorageRecord]\n    partial struct Loose;\n")]
    public Task TypesOfFields_AreMarked(string field, string before, string after) => CheckAsync(
        $"public static partial class Around\n{{\n    [Contract] partial class C {{ {field} }}\n\n{before}}}\n".Replace("public partial", "internal partial", StringComparison.Ordinal),
        $"public static partial class Around\n{{\n    [Contract] partial class C {{ {field} }}\n\n{after}}}\n".Replace("public partial StorageMap", "internal partial StorageMap", StringComparison.Ordinal).Replace("public partial Loose", "internal partial Loose", StringComparison.Ordinal),
        "Mark 'Loose' with [StorageRecord]",
        isExact: before.Contains("struct", StringComparison.Ordinal));

    [Fact]
    public Task BaseClasses_AreMarked() =>
        CheckAsync("public class B;\n[Contract] public partial class C : B;\n", "[StorageRecord]\npublic partial class B;\n[Contract] public partial class C : B;\n", "Mark 'B' with [StorageRecord]");

    /// <summary>Editors ask for fixes of what the analyzer reports; the generator's own ids are for build logs.</summary>
    [Fact]
    public async Task EveryFixableFault_IsReportedToEditorsToo()
    {
        const string source = Head + "[Contract] public partial class C { public partial List<int> A { get; } public int B { get; set; } public partial string? C1 { get; set; } public partial StorageVector<int> D { get; } public partial int E { get; set; } }\n[StorageRecord] public partial class Fine { public partial int A { get; set; } }";
        using AdhocWorkspace workspace = new();
        Document document = Open(workspace, source);
        Compilation compilation = (await document.Project.GetCompilationAsync(TestContext.Current.CancellationToken))!;
        GeneratorDriver driver = CSharpGeneratorDriver.Create([new ContractGenerator().AsSourceGenerator()], parseOptions: (CSharpParseOptions)document.Project.ParseOptions!);
        driver.RunGeneratorsAndUpdateCompilation(compilation, out compilation, out ImmutableArray<Diagnostic> faults, TestContext.Current.CancellationToken);
        ImmutableArray<Diagnostic> shown = await compilation.WithAnalyzers([new DeclarationAnalyzer()]).GetAnalyzerDiagnosticsAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["CAIRN102", "CAIRN103", "CAIRN113"], shown.Select(diagnostic => diagnostic.Id).Order(StringComparer.Ordinal));
        Assert.All(shown, diagnostic => Assert.Equal((DiagnosticSeverity.Hidden, true), (diagnostic.Severity, diagnostic.Location.IsInSource)));
        Assert.Subset(faults.Select(fault => (fault.Location.SourceSpan, fault.GetMessage())).ToHashSet(), shown.Select(diagnostic => (diagnostic.Location.SourceSpan, diagnostic.GetMessage())).ToHashSet());
        foreach (Diagnostic diagnostic in shown)
        {
            Assert.NotEmpty(await ActionsAsync(document, diagnostic));
        }
    }

    [Fact]
    public void Fixes_AreForRulesThatThereAre()
    {
        DeclarationFixes fixes = new();
        IEnumerable<string> known = ContractGenerator.Rules.Select(rule => rule.Id).Concat(new DeclarationAnalyzer().SupportedDiagnostics.Select(rule => rule.Id));
        Assert.Subset(known.ToHashSet(), fixes.FixableDiagnosticIds.ToHashSet());
        Assert.All(new DeclarationAnalyzer().SupportedDiagnostics, rule => Assert.Contains(rule.Id, fixes.FixableDiagnosticIds));
        Assert.NotNull(fixes.GetFixAllProvider());
    }

    private static async Task CheckAsync(string before, string after, string title, bool isExact = true)
    {
        using AdhocWorkspace workspace = new();
        Document document = Open(workspace, Head + before);
        Diagnostic fault = (await FaultsAsync(document))[0];
        List<CodeAction> actions = await ActionsAsync(document, fault);
        CodeAction action = Assert.Single(actions, action => action.Title == title);
        ApplyChangesOperation change = (await action.GetOperationsAsync(TestContext.Current.CancellationToken)).OfType<ApplyChangesOperation>().Single();
        Document changed = change.ChangedSolution.GetDocument(document.Id)!;
        changed = await Simplifier.ReduceAsync(changed, Simplifier.Annotation, cancellationToken: TestContext.Current.CancellationToken);
        changed = await Formatter.FormatAsync(changed, SyntaxAnnotation.ElasticAnnotation, cancellationToken: TestContext.Current.CancellationToken);
        string text = (await changed.GetTextAsync(TestContext.Current.CancellationToken)).ToString().Replace("\r\n", "\n", StringComparison.Ordinal);
        if (isExact)
        {
            Assert.Equal(Head + after, text);
        }

        Assert.DoesNotContain(await FaultsAsync(changed), left => left.Id == fault.Id);
    }

    private static async Task<List<CodeAction>> ActionsAsync(Document document, Diagnostic fault)
    {
        List<CodeAction> actions = [];
        SyntaxTree tree = (await document.GetSyntaxTreeAsync(TestContext.Current.CancellationToken))!;
        Diagnostic placed = Diagnostic.Create(fault.Descriptor, Location.Create(tree, fault.Location.SourceSpan), fault.Properties);
        await new DeclarationFixes().RegisterCodeFixesAsync(new CodeFixContext(document, placed, (action, _) => actions.Add(action), TestContext.Current.CancellationToken));
        return actions;
    }

    private static async Task<ImmutableArray<Diagnostic>> FaultsAsync(Document document)
    {
        Compilation compilation = (await document.Project.GetCompilationAsync(TestContext.Current.CancellationToken))!;
        GeneratorDriver driver = CSharpGeneratorDriver.Create([new ContractGenerator().AsSourceGenerator()], parseOptions: (CSharpParseOptions)document.Project.ParseOptions!);
        return driver.RunGenerators(compilation, TestContext.Current.CancellationToken).GetRunResult().Diagnostics;
    }

    private static Document Open(AdhocWorkspace workspace, string source)
    {
        ProjectInfo project = ProjectInfo.Create(
            ProjectId.CreateNewId(),
            VersionStamp.Default,
            "Author",
            "Author",
            LanguageNames.CSharp,
            compilationOptions: new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable),
            parseOptions: CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.Preview),
            metadataReferences: GeneratorRun.References);
        return workspace.AddProject(project).AddDocument("Author.cs", SourceText.From(source), filePath: "Author.cs");
    }
}
