using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Simplification;

namespace Cairn.Contracts.CodeFixes;

/// <summary>Fixes for declarations of contracts and records, where what is meant is clear. Serves any number of threads.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(DeclarationFixes))]
[Shared]
public sealed class DeclarationFixes : CodeFixProvider
{
    private const string NotPartial = "CAIRN001";
    private const string PropertyNotPartial = "CAIRN002";
    private const string Collection = "CAIRN003";
    private const string Primitive = "CAIRN004";
    private const string Unmarked = "CAIRN005";
    private const string PropertyShape = "CAIRN012";
    private const string Nullable = "CAIRN013";
    private const string TypeShape = "CAIRN014";
    private const string FaultPrefix = "CAIRN0";
    private const string EditorPrefix = "CAIRN1";

    private static readonly string[] FaultIds = [NotPartial, PropertyNotPartial, Collection, Primitive, Unmarked, PropertyShape, Nullable, TypeShape];

    /// <summary>The faults that the generator reports, and those that an analyzer repeats for editors, which ask for fixes of what analyzers report.</summary>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [.. FaultIds, .. FaultIds.Select(static id => id.Replace(FaultPrefix, EditorPrefix))];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        SyntaxNode? root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        SemanticModel? model = await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false);
        MemberDeclarationSyntax? member = root?.FindNode(context.Span).FirstAncestorOrSelf<MemberDeclarationSyntax>();
        if (root is null || model is null || member is null)
        {
            return;
        }

        foreach (Diagnostic diagnostic in context.Diagnostics)
        {
            switch (diagnostic.Id.Replace(EditorPrefix, FaultPrefix))
            {
                case NotPartial when member is BaseTypeDeclarationSyntax type:
                    Offer(context, diagnostic, "Make it partial", () => PartialFixes.MakePartial(root, type));
                    break;
                case PropertyNotPartial when member is PropertyDeclarationSyntax property && IsAutomatic(property):
                    Offer(context, diagnostic, "Make it a partial property", () => root.ReplaceNode(property, PartialFixes.MakePartial(property)));
                    break;
                case Collection or Primitive or Nullable when member is PropertyDeclarationSyntax property:
                    OfferTypes(context, diagnostic, root, model, property);
                    break;
                case Unmarked when member is PropertyDeclarationSyntax property:
                    OfferMark(context, diagnostic, UnmarkedIn(model.GetTypeInfo(property.Type, context.CancellationToken).Type));
                    break;
                case TypeShape when member is TypeDeclarationSyntax type && model.GetDeclaredSymbol(type, context.CancellationToken)?.BaseType is { SpecialType: SpecialType.None } parent && !IsMarked(parent):
                    OfferMark(context, diagnostic, parent);
                    break;
                case PropertyShape when member is PropertyDeclarationSyntax property && PartialFixes.Straighten(property) is { } straight:
                    Offer(context, diagnostic, "Make it an ordinary property", () => root.ReplaceNode(property, straight));
                    break;
                default:
                    break;
            }
        }

        void Offer(CodeFixContext fixes, Diagnostic diagnostic, string title, Func<SyntaxNode> change) => fixes.RegisterCodeFix(
            CodeAction.Create(title, _ => Task.FromResult(fixes.Document.WithSyntaxRoot(change())), equivalenceKey: diagnostic.Id),
            diagnostic);
    }

    private static void OfferTypes(CodeFixContext context, Diagnostic diagnostic, SyntaxNode root, SemanticModel model, PropertyDeclarationSyntax property)
    {
        if (model.GetTypeInfo(property.Type, context.CancellationToken).Type is not { TypeKind: not TypeKind.Error } type)
        {
            return;
        }

        int choice = 0;
        foreach (string code in StorageTypes.For(type))
        {
            string key = $"{diagnostic.Id} {choice++}";
            TypeSyntax replacement = SyntaxFactory.ParseTypeName(code).WithTriviaFrom(property.Type).WithAdditionalAnnotations(Simplifier.Annotation);
            string title = $"Use '{code.Replace("global::", "").Replace("Cairn.Contracts.", "").Replace("System.Numerics.", "").Replace("System.", "")}'";
            context.RegisterCodeFix(
                CodeAction.Create(title, _ => Task.FromResult(context.Document.WithSyntaxRoot(root.ReplaceNode(property.Type, replacement))), equivalenceKey: key),
                diagnostic);
        }
    }

    private static void OfferMark(CodeFixContext context, Diagnostic diagnostic, INamedTypeSymbol? type)
    {
        if (type?.DeclaringSyntaxReferences.FirstOrDefault() is not { } reference || context.Document.Project.GetDocument(reference.SyntaxTree) is not { } document)
        {
            return;
        }

        string title = $"Mark '{type.Name}' with [StorageRecord]";
        context.RegisterCodeFix(
            CodeAction.Create(
                title,
                async cancel =>
                {
                    SyntaxNode root = await reference.SyntaxTree.GetRootAsync(cancel).ConfigureAwait(false);
                    SyntaxNode declaration = await reference.GetSyntaxAsync(cancel).ConfigureAwait(false);
                    return declaration is TypeDeclarationSyntax marked
                        ? document.WithSyntaxRoot(PartialFixes.MakePartial(root, marked, PartialFixes.Mark)).Project.Solution
                        : document.Project.Solution;
                },
                equivalenceKey: diagnostic.Id),
            diagnostic);
    }

    /// <summary>The first type in a type that an author declared and did not mark.</summary>
    private static INamedTypeSymbol? UnmarkedIn(ITypeSymbol? type) => type is not INamedTypeSymbol named ? null
        : !named.DeclaringSyntaxReferences.IsEmpty && named.TypeKind is TypeKind.Class or TypeKind.Struct && !IsMarked(named) ? named
        : named.TypeArguments.Select(UnmarkedIn).FirstOrDefault(static found => found is not null);

    private static bool IsMarked(INamedTypeSymbol type) =>
        type.GetAttributes().Any(static attribute => attribute.AttributeClass?.ToDisplayString() is "Cairn.Contracts.StorageRecordAttribute" or "Cairn.Contracts.ContractAttribute");

    private static bool IsAutomatic(PropertyDeclarationSyntax property) =>
        property.AccessorList is { } list && list.Accessors.All(static accessor => accessor.Body is null && accessor.ExpressionBody is null);
}
