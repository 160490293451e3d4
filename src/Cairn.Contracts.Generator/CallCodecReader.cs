using Microsoft.CodeAnalysis;

namespace Cairn.Contracts.Generator;

/// <summary>Finds how a type is encoded in calls.</summary>
internal static class CallCodecReader
{
    private const string Codecs = "global::Cairn.Contracts.Execution.CallCodecs.";
    private const int MaxTupleItems = 4;

    /// <summary>The codec of a type; null when it has none, with what to use instead.</summary>
    public static CallCodecModel? Read(ITypeSymbol type, out string instead)
    {
        instead = "an integer, bool, an enum, string, StorageBytes, Address, Hash256, BigInteger, DateTimeOffset, or an array, an optional value or a tuple of these";
        if (type.NullableAnnotation == NullableAnnotation.Annotated && !type.IsValueType)
        {
            instead = "the type without '?', with a bool beside it";
            return null;
        }

        switch (type)
        {
            case IArrayTypeSymbol array:
                return array.Rank == 1 ? Compose(type, "Array", [array.ElementType], ref instead) : null;
            case INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } optional:
                return Compose(type, "Optional", [optional.TypeArguments[0]], ref instead);
            case INamedTypeSymbol { IsTupleType: true } tuple:
                return tuple.TupleElements.Length is > 1 and <= MaxTupleItems ? Compose(type, "Tuple", tuple.TupleElements.Select(static item => item.Type), ref instead) : null;
            case INamedTypeSymbol { EnumUnderlyingType: { } integer } when Read(integer, out _) is { } number:
                string name = type.Code();
                return new(name, $"{Codecs}Enum({number.Expression}, static value => ({name})value, static value => ({number.Type})value)", IsShared: false);
            default:
                break;
        }

        if (Primitives.Find(type) is { Codec: not ("Double" or "Nothing") } primitive)
        {
            return new(type.Code(), Codecs + primitive.Codec, IsShared: true);
        }

        instead = InsteadOf(type) ?? instead;
        return null;
    }

    private static CallCodecModel? Compose(ITypeSymbol type, string method, IEnumerable<ITypeSymbol> parts, ref string instead)
    {
        List<string> codecs = [];
        foreach (ITypeSymbol part in parts)
        {
            if (Read(part, out string other) is not { } codec)
            {
                instead = other;
                return null;
            }

            codecs.Add(codec.Expression);
        }

        return new(type.Code(), $"{Codecs}{method}({string.Join(", ", codecs)})", IsShared: false);
    }

    private static string? InsteadOf(ITypeSymbol type) => type.FullName() switch
    {
        "System.Threading.Tasks.Task" or "System.Threading.Tasks.ValueTask" => "the result itself: a contract does not wait",
        "System.Single" or "System.Double" or "System.Half" => "an integer that counts the smallest unit",
        _ when type.HasLayout() || type.FullName().StartsWith("Cairn.Contracts.Storage", StringComparison.Ordinal) => "the values that are in it: what lives in storage cannot leave it",
        _ when Primitives.IsCollection(type) => "an array",
        _ => Primitives.Instead(type),
    };
}
