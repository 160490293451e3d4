using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Cairn.Contracts.Generator;

/// <summary>Questions to symbols.</summary>
internal static class Symbols
{
    private static readonly SymbolDisplayFormat TypeFormat =
        SymbolDisplayFormat.FullyQualifiedFormat.AddMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    private static readonly SymbolDisplayFormat NameFormat =
        new(typeQualificationStyle: SymbolDisplayTypeQualificationStyle.NameAndContainingTypesAndNamespaces);

    /// <summary>A type as generated code writes it.</summary>
    public static string Code(this ITypeSymbol type) => type.ToDisplayString(TypeFormat);

    /// <summary>A type as a message names it.</summary>
    public static string Short(this ITypeSymbol type) => type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat);

    /// <summary>Namespace and name, without type arguments.</summary>
    public static string FullName(this ITypeSymbol type) => type.OriginalDefinition.ToDisplayString(NameFormat);

    /// <summary>What the names of the files that are generated for a type begin with.</summary>
    public static string FileName(this INamedTypeSymbol type) => type.FullName() + (type.TypeParameters.Length == 0 ? "" : "_" + type.TypeParameters.Length);

    /// <summary>The headers of the types around one, outermost first.</summary>
    public static List<string> ContainerHeaders(this INamedTypeSymbol type)
    {
        List<string> headers = [];
        for (INamedTypeSymbol? outer = type.ContainingType; outer is not null; outer = outer.ContainingType)
        {
            headers.Insert(0, $"partial {(outer.IsRecord ? "record " : "")}{(outer.TypeKind == TypeKind.Struct ? "struct" : outer.TypeKind == TypeKind.Interface ? "interface" : "class")} {Escape(outer.Name)}");
        }

        return headers;
    }

    /// <summary>A name, with <c>@</c> where it is a keyword.</summary>
    public static string Escape(string name) => SyntaxFacts.GetKeywordKind(name) == SyntaxKind.None ? name : "@" + name;

    public static bool IsContract(this ITypeSymbol type) => type.HasAttribute("Cairn.Contracts.ContractAttribute") || type.Implements("Cairn.Contracts.IStorageContract");

    /// <summary>Whether the type has a layout: by an attribute, or because it implements what the generator would.</summary>
    public static bool HasLayout(this ITypeSymbol type) =>
        type.HasAttribute("Cairn.Contracts.StorageRecordAttribute") || type.HasAttribute("Cairn.Contracts.ContractAttribute") || type.Implements("Cairn.Contracts.IStorageRecord");

    /// <summary>Whether accessors of the type are generated in this compilation, so that its fields are to be seen.</summary>
    public static bool IsDeclaredHere(this INamedTypeSymbol type) =>
        !type.DeclaringSyntaxReferences.IsEmpty && (type.HasAttribute("Cairn.Contracts.StorageRecordAttribute") || type.HasAttribute("Cairn.Contracts.ContractAttribute"));

    /// <summary>The partial properties that wait for a body, in the order of the text.</summary>
    public static IEnumerable<IPropertySymbol> Fields(this INamedTypeSymbol type) =>
        type.GetMembers().OfType<IPropertySymbol>().Where(static property => property.IsPartialDefinition && property.PartialImplementationPart is null);

    /// <summary>The base class, if it has a layout.</summary>
    public static INamedTypeSymbol? BaseRecord(this INamedTypeSymbol type) =>
        type.TypeKind == TypeKind.Class && type.BaseType is { SpecialType: SpecialType.None } parent && parent.HasLayout() ? parent : null;

    /// <summary>The name of a record in descriptions of layouts, which has a dot in it, and behind it the labels of its type arguments.</summary>
    public static string LayoutName(this INamedTypeSymbol type, IEnumerable<string> arguments)
    {
        string name = type.FullName();
        string labels = string.Join(",", arguments);
        return (name.IndexOf('.') < 0 ? "." : "") + name + (labels.Length == 0 ? "" : $"<{labels}>");
    }

    /// <summary>The type parameters of a record that are keys of a map somewhere in it, which takes codecs of keys.</summary>
    public static HashSet<string> KeyParameters(INamedTypeSymbol definition) => KeyParameters(definition, []);

    private static HashSet<string> KeyParameters(INamedTypeSymbol definition, HashSet<string> visited)
    {
        HashSet<string> keys = new(StringComparer.Ordinal);
        if (definition.TypeParameters.Length > 0 && visited.Add(definition.ToDisplayString()))
        {
            if (definition.GetMembers("LayoutOf").OfType<IMethodSymbol>().FirstOrDefault() is { } layoutOf)
            {
                // A record of another assembly: what its layout is made of says which parameters are keys.
                keys.UnionWith(layoutOf.Parameters.Select(static parameter => parameter.Type).OfType<INamedTypeSymbol>()
                    .Where(static codec => string.Equals(codec.Name, "StorageKeyCodec", StringComparison.Ordinal)).Select(static codec => codec.TypeArguments[0].Name));
                return keys;
            }

            if (definition.BaseRecord() is { } parent)
            {
                AddKeys(parent, keys, visited);
            }

            foreach (IPropertySymbol field in definition.Fields())
            {
                AddKeys(field.Type, keys, visited);
            }
        }

        return keys;
    }

    private static void AddKeys(ITypeSymbol type, HashSet<string> keys, HashSet<string> visited)
    {
        if (type is not INamedTypeSymbol { IsGenericType: true } named)
        {
            return;
        }

        bool isMap = string.Equals(named.FullName(), "Cairn.Contracts.StorageMap", StringComparison.Ordinal);
        HashSet<string> inner = isMap ? [named.TypeParameters[0].Name] : KeyParameters(named.OriginalDefinition, visited);
        for (int i = 0; i < named.TypeArguments.Length; i++)
        {
            if (named.TypeArguments[i] is ITypeParameterSymbol parameter && inner.Contains(named.TypeParameters[i].Name))
            {
                keys.Add(parameter.Name);
            }

            AddKeys(named.TypeArguments[i], keys, visited);
        }
    }

    private static bool HasAttribute(this ITypeSymbol type, string name) =>
        type.GetAttributes().Any(attribute => string.Equals(attribute.AttributeClass?.ToDisplayString(), name, StringComparison.Ordinal));

    /// <summary>Whether the type implements the interface of itself: what a base class implements says nothing about the type.</summary>
    private static bool Implements(this ITypeSymbol type, string name) => type.Interfaces.Any(
        candidate => string.Equals(candidate.FullName(), name, StringComparison.Ordinal) && SymbolEqualityComparer.Default.Equals(candidate.TypeArguments[0], type));
}
