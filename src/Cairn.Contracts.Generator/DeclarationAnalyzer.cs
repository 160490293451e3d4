using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Cairn.Contracts.Generator;

/// <summary>
/// Tells editors where a fix of a declaration is possible. Editors and <c>dotnet format</c> ask for fixes of what analyzers report, not of what generators do; so this one repeats, hidden from everybody else, the faults that have a fix.
/// Serves any number of threads.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class DeclarationAnalyzer : DiagnosticAnalyzer
{
    private const string HelpPage = "docs/contracts.md#what-the-generator-refuses";

    /// <summary>By the fault of the generator. Each has an id of its own, so that one kind of fix is done everywhere at once.</summary>
    private static readonly Dictionary<string, DiagnosticDescriptor> Rules = new(StringComparer.Ordinal)
    {
        [Faults.NotPartial] = Rule("CAIRN101"),
        [Faults.PropertyNotPartial] = Rule("CAIRN102"),
        [Faults.Collection] = Rule("CAIRN103"),
        [Faults.Primitive] = Rule("CAIRN104"),
        [Faults.Unmarked] = Rule("CAIRN105"),
        [Faults.PropertyShape] = Rule("CAIRN112"),
        [Faults.Nullable] = Rule("CAIRN113"),
        [Faults.TypeShape] = Rule("CAIRN114"),
    };

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [.. Rules.Values];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterSymbolAction(Check, SymbolKind.NamedType);
    }

    private static void Check(SymbolAnalysisContext context)
    {
        INamedTypeSymbol type = (INamedTypeSymbol)context.Symbol;
        if (!type.IsDeclaredHere() || type.GetMembers("_place").Length > 0)
        {
            // No contract and no record, or one that accessors were generated for: it has no faults.
            return;
        }

        foreach (Fault fault in new RecordReader(type, type.IsContract(), context.CancellationToken).Read().Faults.Where(static fault => Rules.ContainsKey(fault.Id)))
        {
            SyntaxTree? tree = type.DeclaringSyntaxReferences.Select(static reference => reference.SyntaxTree).FirstOrDefault(tree => string.Equals(tree.FilePath, fault.Path, StringComparison.Ordinal));
            if (tree is not null)
            {
                string message = fault.ToDiagnostic().GetMessage();
                context.ReportDiagnostic(Diagnostic.Create(Rules[fault.Id], Location.Create(tree, fault.Span), message));
            }
        }
    }

    private static DiagnosticDescriptor Rule(string id) => new(
        id,
        "A declaration of a contract or record can be mended",
        "{0}",
        "Cairn.Contracts",
        DiagnosticSeverity.Hidden,
        isEnabledByDefault: true,
        "What the generator refuses, where an editor can mend it.",
        HelpPage);
}
