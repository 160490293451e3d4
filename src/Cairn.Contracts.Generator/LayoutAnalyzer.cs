using System.Collections.Immutable;
using Cairn.Contracts.Generator.Layouts;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace Cairn.Contracts.Generator;

/// <summary>Compares the contracts of a project with the layouts that are deployed, which are in a file <c>Contracts.layout</c> among its additional files. Serves any number of threads.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class LayoutAnalyzer : DiagnosticAnalyzer
{
    private const string AttributeName = "Cairn.Contracts.ContractLayoutAttribute";

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [LayoutFaults.Changed, LayoutFaults.Renamed, LayoutFaults.Malformed, LayoutFaults.Added];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationAction(Check);
    }

    private static void Check(CompilationAnalysisContext context)
    {
        if (Declared(context) is not { } declared)
        {
            return;
        }

        foreach (AdditionalText text in context.Options.AdditionalFiles.Where(static text => string.Equals(Path.GetFileName(text.Path), LayoutFile.FileName, StringComparison.OrdinalIgnoreCase)))
        {
            if (text.GetText(context.CancellationToken) is not { } content)
            {
                continue;
            }

            try
            {
                Check(context, new DeployedFile(text.Path, content, LayoutFile.Parse(content.Lines.Select(static line => line.ToString()))), declared);
            }
            catch (LayoutFileException exception)
            {
                context.ReportDiagnostic(Diagnostic.Create(LayoutFaults.Malformed, Place(text.Path, content, exception.Line), $"line {exception.Line}: {exception.Message}"));
            }
        }
    }

    private static void Check(CompilationAnalysisContext context, DeployedFile deployed, LayoutSet declared)
    {
        foreach (LayoutChange change in LayoutComparer.Compare(deployed.File.Layouts, declared))
        {
            INamedTypeSymbol? contract = Find(context.Compilation, change.Contract);
            if (contract is not null && declared.Find(change.Contract) is null && contract.IsContract())
            {
                // It has faults of its own, so that the generator has not described it.
                continue;
            }

            Location line = Place(deployed.Path, deployed.Content, deployed.File.LineOf(change.Owner, change.OwnerField));
            context.ReportDiagnostic(Diagnostic.Create(
                change.Kind switch
                {
                    LayoutChangeKind.Incompatible => LayoutFaults.Changed,
                    LayoutChangeKind.Renamed => LayoutFaults.Renamed,
                    _ => LayoutFaults.Added,
                },
                contract is null ? line : PlaceOf(contract, change.Field) ?? line,
                [line],
                change.Contract,
                change.Message));
        }

        foreach (Layout contract in declared.All.Where(layout => layout.IsContract && deployed.File.Layouts.Find(layout.Name) is null))
        {
            Location? place = Find(context.Compilation, contract.Name) is { } type ? PlaceOf(type, field: null) : null;
            context.ReportDiagnostic(Diagnostic.Create(LayoutFaults.Added, place, contract.Name, "it is not in the file of deployed layouts"));
        }
    }

    /// <summary>The layouts that the generator, and authors by hand, have described; null after a fault.</summary>
    private static LayoutSet? Declared(CompilationAnalysisContext context)
    {
        LayoutSet declared = new();
        Location? place = null;
        try
        {
            foreach (AttributeData attribute in context.Compilation.Assembly.GetAttributes())
            {
                if (string.Equals(attribute.AttributeClass?.ToDisplayString(), AttributeName, StringComparison.Ordinal)
                    && attribute.ConstructorArguments.Length == 2
                    && attribute.ConstructorArguments[0].Value is string name
                    && attribute.ConstructorArguments[1].Value is string text)
                {
                    place = attribute.ApplicationSyntaxReference?.GetSyntax(context.CancellationToken).GetLocation();
                    Layout layout = Layout.Parse(name, text);
                    if (!LayoutType.Parse(name).Arguments.Any(static argument => argument.Name[0] == '$'))
                    {
                        declared.Add(layout);
                    }
                }
            }

            place = null;
            declared.Check();
            return declared;
        }
        catch (LayoutTextException exception)
        {
            context.ReportDiagnostic(Diagnostic.Create(LayoutFaults.Malformed, place, exception.Message));
            return null;
        }
    }

    /// <summary>A type by its name in layouts, where nested types and namespaces look alike.</summary>
    private static INamedTypeSymbol? Find(Compilation compilation, string name)
    {
        INamespaceOrTypeSymbol? at = compilation.Assembly.GlobalNamespace;
        foreach (string part in name.TrimStart('.').Split('.'))
        {
            at = at?.GetMembers(part).OfType<INamespaceOrTypeSymbol>().FirstOrDefault(static member => member is not INamedTypeSymbol { Arity: > 0 });
        }

        return at as INamedTypeSymbol;
    }

    private static Location? PlaceOf(INamedTypeSymbol contract, string? field)
    {
        ISymbol? symbol = field is null ? null : contract.GetMembers(field).FirstOrDefault();
        return (symbol ?? contract).Locations.FirstOrDefault(static place => place.IsInSource);
    }

    private static Location Place(string path, SourceText content, int line)
    {
        TextLine text = content.Lines[Math.Min(Math.Max(line, 1), content.Lines.Count) - 1];
        return Location.Create(path, text.Span, content.Lines.GetLinePositionSpan(text.Span));
    }

    private sealed record DeployedFile(string Path, SourceText Content, LayoutFile File);
}
