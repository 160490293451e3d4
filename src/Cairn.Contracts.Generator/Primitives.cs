using Microsoft.CodeAnalysis;

namespace Cairn.Contracts.Generator;

/// <summary>A type that storage knows.</summary>
/// <param name="Codec">Its codec, a member of <c>StorageCodecs</c>.</param>
/// <param name="Size">Its bytes in place.</param>
/// <param name="TypeName">Its name in layouts.</param>
/// <param name="IntegerBits">The bits of an integer, otherwise 0.</param>
/// <param name="IsKey">Whether it can be the key of a map.</param>
/// <param name="IsElsewhere">Whether its content is in a slot of its own.</param>
internal sealed record Primitive(string Codec, uint Size, string TypeName, int IntegerBits = 0, bool IsKey = true, bool IsElsewhere = false);

/// <summary>The types that storage knows, and those that authors try in vain.</summary>
internal static class Primitives
{
    private static readonly Dictionary<string, Primitive> Known = new(StringComparer.Ordinal)
    {
        ["System.Byte"] = Integer("UInt8", 8),
        ["System.UInt16"] = Integer("UInt16", 16),
        ["System.UInt32"] = Integer("UInt32", 32),
        ["System.UInt64"] = Integer("UInt64", 64),
        ["System.UInt128"] = Integer("UInt128", 128),
        ["Cairn.Contracts.UInt256"] = Integer("UInt256", 256),
        ["System.SByte"] = Integer("Int8", 8),
        ["System.Int16"] = Integer("Int16", 16),
        ["System.Int32"] = Integer("Int32", 32),
        ["System.Int64"] = Integer("Int64", 64),
        ["System.Int128"] = Integer("Int128", 128),
        ["Cairn.Contracts.Int256"] = Integer("Int256", 256),
        ["System.Boolean"] = new("Boolean", 1, "bool"),
        ["System.Double"] = new("Double", 8, "float", IsKey: false),
        ["System.String"] = new("Text", 4, "str", IsElsewhere: true),
        ["System.Numerics.BigInteger"] = new("BigInteger", 4, "bigint", IsElsewhere: true),
        ["System.DateTimeOffset"] = new("DateTime", 25, "datetime"),
        ["Cairn.Contracts.StorageBytes"] = new("Bytes", 4, "bytes", IsElsewhere: true),
        ["Cairn.Contracts.Address"] = new("Address", 20, "address"),
        ["Cairn.Hash256"] = new("Hash256", 32, "hash256"),
        ["Cairn.Contracts.Nothing"] = new("Nothing", 0, "none", IsKey: false),
    };

    private static readonly Dictionary<string, string> Replacements = new(StringComparer.Ordinal)
    {
        ["System.DateTime"] = "DateTimeOffset",
        ["System.DateOnly"] = "DateTimeOffset",
        ["System.TimeOnly"] = "DateTimeOffset",
        ["System.TimeSpan"] = "long, counting the unit that you need",
        ["System.Single"] = "double",
        ["System.Half"] = "double",
        ["System.Decimal"] = "UInt256 or BigInteger, counting the smallest unit",
        ["System.Char"] = "string, or ushort for a code unit",
        ["System.IntPtr"] = "long",
        ["System.UIntPtr"] = "ulong",
        ["System.Guid"] = "UInt128",
        ["System.Object"] = "the type that is meant",
    };

    private static readonly Dictionary<string, string> Collections = new(StringComparer.Ordinal)
    {
        ["Dictionary"] = "StorageMap<TKey, TValue>",
        ["IDictionary"] = "StorageMap<TKey, TValue>",
        ["IReadOnlyDictionary"] = "StorageMap<TKey, TValue>",
        ["SortedDictionary"] = "StorageMap<TKey, TValue>",
        ["SortedList"] = "StorageMap<TKey, TValue>",
        ["ConcurrentDictionary"] = "StorageMap<TKey, TValue>",
        ["ImmutableDictionary"] = "StorageMap<TKey, TValue>",
        ["HashSet"] = "StorageMap<T, Nothing>",
        ["SortedSet"] = "StorageMap<T, Nothing>",
        ["ISet"] = "StorageMap<T, Nothing>",
    };

    public static Primitive? Find(ITypeSymbol type) => type is INamedTypeSymbol { IsGenericType: false } && Known.TryGetValue(MetadataName(type), out Primitive? found) ? found : null;

    /// <summary>Whether it is a collection of the framework.</summary>
    public static bool IsCollection(ITypeSymbol type) =>
        type is IArrayTypeSymbol || type.ContainingNamespace?.ToDisplayString().StartsWith("System.Collections", StringComparison.Ordinal) == true;

    /// <summary>What to use instead of a type that authors are likely to try; null for others.</summary>
    public static string? Instead(ITypeSymbol type)
    {
        if (type is IArrayTypeSymbol array)
        {
            return array.ElementType.SpecialType == SpecialType.System_Byte ? "StorageBytes" : "StorageList<T>, or StorageArray<T> where the length is fixed";
        }

        if (IsCollection(type))
        {
            return Collections.TryGetValue(type.Name, out string? collection) ? collection : "StorageList<T>";
        }

        return Replacements.TryGetValue(MetadataName(type), out string? instead) ? instead : null;
    }

    private static Primitive Integer(string codec, int bits) => new(codec, (uint)bits / 8, $"{(codec[0] == 'U' ? 'u' : 'i')}{bits}", bits);

    /// <summary>Namespace and name, where the language has a keyword too.</summary>
    private static string MetadataName(ITypeSymbol type) => $"{type.ContainingNamespace?.ToDisplayString()}.{type.MetadataName}";
}
