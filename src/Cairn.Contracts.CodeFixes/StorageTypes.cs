using Microsoft.CodeAnalysis;

namespace Cairn.Contracts.CodeFixes;

/// <summary>Which type of storage does what a refused one was meant for.</summary>
internal static class StorageTypes
{
    private const string Space = "global::Cairn.Contracts.";

    private static readonly Dictionary<string, string[]> Values = new(StringComparer.Ordinal)
    {
        ["System.DateTime"] = ["global::System.DateTimeOffset"],
        ["System.DateOnly"] = ["global::System.DateTimeOffset"],
        ["System.TimeOnly"] = ["global::System.DateTimeOffset"],
        ["System.TimeSpan"] = ["long"],
        ["System.Single"] = ["double"],
        ["System.Half"] = ["double"],
        ["System.Decimal"] = [Space + "UInt256", "global::System.Numerics.BigInteger"],
        ["System.Char"] = ["string", "ushort"],
        ["System.IntPtr"] = ["long"],
        ["System.UIntPtr"] = ["ulong"],
        ["System.Guid"] = ["global::System.UInt128"],
    };

    private static readonly HashSet<string> Maps = new(StringComparer.Ordinal)
    {
        "Dictionary", "IDictionary", "IReadOnlyDictionary", "SortedDictionary", "SortedList", "ConcurrentDictionary", "ImmutableDictionary", "ImmutableSortedDictionary", "FrozenDictionary",
    };

    private static readonly HashSet<string> Sets = new(StringComparer.Ordinal)
    {
        "HashSet", "SortedSet", "ISet", "IReadOnlySet", "ImmutableHashSet", "ImmutableSortedSet", "FrozenSet",
    };

    /// <summary>The types that can stand for one, as code with full names, the likeliest first; the type itself where nothing in it is refused.</summary>
    public static IReadOnlyList<string> For(ITypeSymbol type)
    {
        List<string> all = [];
        int choices = 1;
        for (int choice = 0; choice < choices; choice++)
        {
            all.Add(Code(type, choice, ref choices));
        }

        return all;
    }

    /// <summary>A type as code, with the given choice wherever there are several.</summary>
    private static string Code(ITypeSymbol type, int choice, ref int choices)
    {
        if (type is IArrayTypeSymbol array)
        {
            return array.ElementType.SpecialType == SpecialType.System_Byte ? Space + "StorageBytes" : $"{Space}StorageList<{Code(array.ElementType, choice, ref choices)}>";
        }

        if (Values.TryGetValue($"{type.ContainingNamespace?.ToDisplayString()}.{type.MetadataName}", out string[]? values))
        {
            choices = Math.Max(choices, values.Length);
            return values[Math.Min(choice, values.Length - 1)];
        }

        if (type is not INamedTypeSymbol { IsGenericType: true } named)
        {
            return type.WithNullableAnnotation(NullableAnnotation.NotAnnotated).ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);
        }

        List<string> arguments = [];
        foreach (ITypeSymbol argument in named.TypeArguments)
        {
            arguments.Add(Code(argument, choice, ref choices));
        }

        if (named.OriginalDefinition.SpecialType == SpecialType.System_Nullable_T)
        {
            return arguments[0];
        }

        if (named.ContainingNamespace.ToDisplayString().StartsWith("System.Collections", StringComparison.Ordinal))
        {
            return arguments.Count == 2 && Maps.Contains(named.Name) ? $"{Space}StorageMap<{arguments[0]}, {arguments[1]}>"
                : arguments.Count == 1 && Sets.Contains(named.Name) ? $"{Space}StorageMap<{arguments[0]}, {Space}Nothing>"
                : $"{Space}StorageList<{arguments[arguments.Count - 1]}>";
        }

        string name = named.OriginalDefinition.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat.WithGenericsOptions(SymbolDisplayGenericsOptions.None));
        return $"{name}<{string.Join(", ", arguments)}>";
    }
}
