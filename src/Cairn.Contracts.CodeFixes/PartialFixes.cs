using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Simplification;

namespace Cairn.Contracts.CodeFixes;

/// <summary>Changes of declarations.</summary>
internal static class PartialFixes
{
    /// <summary>Makes a type and those around it partial.</summary>
    /// <param name="root">The file.</param>
    /// <param name="type">The type.</param>
    /// <param name="change">What else is done to the type.</param>
    public static SyntaxNode MakePartial(SyntaxNode root, BaseTypeDeclarationSyntax type, Func<TypeDeclarationSyntax, TypeDeclarationSyntax>? change = null)
    {
        TypeDeclarationSyntax[] all = [.. type.AncestorsAndSelf().OfType<TypeDeclarationSyntax>()];
        return root.ReplaceNodes(all, (original, rewritten) => MakePartial(ReferenceEquals(original, type) && change is not null ? change(rewritten) : rewritten));
    }

    /// <summary>Makes an automatic property a field in storage: partial, without a value that it begins with.</summary>
    public static PropertyDeclarationSyntax MakePartial(PropertyDeclarationSyntax property) =>
        property.WithInitializer(null).WithSemicolonToken(default).WithModifiers(Add(property.Modifiers, SyntaxKind.PartialKeyword)).WithTrailingTrivia(property.GetTrailingTrivia());

    /// <summary>Puts the attribute of records before a type.</summary>
    public static TypeDeclarationSyntax Mark(TypeDeclarationSyntax type)
    {
        AttributeSyntax attribute = SyntaxFactory.Attribute(SyntaxFactory.ParseName("global::Cairn.Contracts.StorageRecord").WithAdditionalAnnotations(Simplifier.Annotation));
        SyntaxTriviaList leading = type.GetLeadingTrivia();
        SyntaxTrivia indent = leading.LastOrDefault(static trivia => trivia.IsKind(SyntaxKind.WhitespaceTrivia));
        AttributeListSyntax list = SyntaxFactory.AttributeList(SyntaxFactory.SingletonSeparatedList(attribute))
            .WithLeadingTrivia(leading)
            .WithTrailingTrivia(SyntaxFactory.ElasticLineFeed);
        TypeDeclarationSyntax bare = type.WithLeadingTrivia(indent.IsKind(SyntaxKind.WhitespaceTrivia) ? SyntaxFactory.TriviaList(indent) : default);
        return (TypeDeclarationSyntax)bare.WithAttributeLists(bare.AttributeLists.Insert(0, list));
    }

    /// <summary>Makes a property one that can be a field: with a getter, <c>set</c> in place of <c>init</c>, not <c>required</c>; null when that is not what is wrong.</summary>
    public static PropertyDeclarationSyntax? Straighten(PropertyDeclarationSyntax property)
    {
        if (property.AccessorList is not { } list)
        {
            return null;
        }

        IEnumerable<AccessorDeclarationSyntax> accessors = list.Accessors.Select(static accessor => accessor.IsKind(SyntaxKind.InitAccessorDeclaration)
            ? SyntaxFactory.AccessorDeclaration(SyntaxKind.SetAccessorDeclaration, accessor.AttributeLists, accessor.Modifiers, accessor.Body, accessor.ExpressionBody).WithSemicolonToken(accessor.SemicolonToken).WithTriviaFrom(accessor)
            : accessor);
        if (!list.Accessors.Any(SyntaxKind.GetAccessorDeclaration))
        {
            accessors = accessors.Prepend(SyntaxFactory.AccessorDeclaration(SyntaxKind.GetAccessorDeclaration).WithSemicolonToken(SyntaxFactory.Token(SyntaxKind.SemicolonToken)).WithTrailingTrivia(SyntaxFactory.Space));
        }

        PropertyDeclarationSyntax straight = property
            .WithAccessorList(list.WithAccessors(SyntaxFactory.List(accessors)))
            .WithModifiers(SyntaxFactory.TokenList(property.Modifiers.Where(static modifier => !modifier.IsKind(SyntaxKind.RequiredKeyword))));
        return straight.IsEquivalentTo(property) ? null : straight.WithLeadingTrivia(property.GetLeadingTrivia());
    }

    private static TypeDeclarationSyntax MakePartial(TypeDeclarationSyntax type)
    {
        if (type.Modifiers.Any(SyntaxKind.PartialKeyword))
        {
            return type;
        }

        if (type.Modifiers.Count > 0)
        {
            return (TypeDeclarationSyntax)type.WithModifiers(Add(type.Modifiers, SyntaxKind.PartialKeyword));
        }

        // The trivia before the keyword moves before the modifier.
        SyntaxToken partial = SyntaxFactory.Token(SyntaxKind.PartialKeyword).WithLeadingTrivia(type.Keyword.LeadingTrivia).WithTrailingTrivia(SyntaxFactory.Space);
        return (TypeDeclarationSyntax)type.WithKeyword(type.Keyword.WithLeadingTrivia()).WithModifiers(SyntaxFactory.TokenList(partial));
    }

    private static SyntaxTokenList Add(SyntaxTokenList modifiers, SyntaxKind kind) =>
        modifiers.Any(kind) ? modifiers : modifiers.Add(SyntaxFactory.Token(kind).WithTrailingTrivia(SyntaxFactory.Space));
}
