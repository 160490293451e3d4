using Microsoft.CodeAnalysis;

namespace Cairn.Contracts.Generator;

/// <summary>Finds the codec of a type, or says why it has none.</summary>
/// <param name="path">The records around the type, the one that is generated first.</param>
/// <param name="parameters">What stands for the type parameters of the innermost of them.</param>
/// <param name="fault">Takes the rule that is broken, and the arguments of its message.</param>
internal sealed class CodecReader(IReadOnlyList<INamedTypeSymbol> path, IReadOnlyDictionary<string, CodecModel> parameters, Action<string, string[]> fault)
{
    private const uint WholeSlot = uint.MaxValue;
    private const int MapLinkBytes = 9;
    private const uint MapNodesOffset = 4;
    private const uint MapFreeOffset = 8;
    private const string Codecs = "global::Cairn.Contracts.StorageCodecs.";

    /// <summary>The codec of a type; null after a fault.</summary>
    public CodecModel? Read(ITypeSymbol type, FieldOptions options)
    {
        if ((type.NullableAnnotation == NullableAnnotation.Annotated && !type.IsValueType) || type.OriginalDefinition.SpecialType == SpecialType.System_Nullable_T)
        {
            return Refuse(Faults.Nullable, type.Short());
        }

        if (type is ITypeParameterSymbol parameter)
        {
            return parameters.TryGetValue(parameter.Name, out CodecModel? codec) ? codec : null;
        }

        if (type.TypeKind == TypeKind.Error)
        {
            return null;
        }

        if (Primitives.Find(type) is { } primitive)
        {
            return ReadPrimitive(type, primitive, options);
        }

        if (type is INamedTypeSymbol { EnumUnderlyingType: { } integer } && Primitives.Find(integer) is { } number)
        {
            CodecModel? inner = ReadPrimitive(integer, number, options);
            string name = type.Code();
            return inner is null ? null : Composed(
                type,
                $"{Codecs}Enum({inner.Expression}, static value => ({name})value, static value => ({inner.Type})value)",
                isKey: true,
                isAccessor: false,
                inner.Shape);
        }

        return type is INamedTypeSymbol named ? ReadNamed(named, options) : Refuse(Faults.Collection, type.Short(), Primitives.Instead(type) ?? "a type of Cairn.Contracts");
    }

    private CodecModel? ReadPrimitive(ITypeSymbol type, Primitive primitive, FieldOptions options)
    {
        if (options.Bits is not { } bits || primitive.IntegerBits == 0)
        {
            return new(type.Code(), Codecs + primitive.Codec, CodecType(type, primitive.IsKey), primitive.IsKey, IsShared: true, IsAccessor: false, IsAssignable: true, primitive.IsElsewhere ? Shape.Of(primitive.Size, primitive.TypeName, 0) : Shape.Of(primitive.Size, primitive.TypeName));
        }

        options.AreBitsUsed = true;
        if (bits <= 0 || bits % 8 != 0 || bits > primitive.IntegerBits)
        {
            return Refuse(Faults.Width, bits.ToString(), type.Short(), $"the width is a multiple of 8, from 8 to {primitive.IntegerBits}");
        }

        return Composed(type, $"{Codecs}Integer<{type.Code()}>(bits: {bits})", isKey: true, isAccessor: false, Shape.Of((uint)bits / 8, $"{primitive.TypeName[0]}{bits}"));
    }

    private CodecModel? ReadNamed(INamedTypeSymbol type, FieldOptions options)
    {
        switch (type.FullName())
        {
            case "Cairn.Contracts.StorageMap":
                return ReadMap(type, options);
            case "Cairn.Contracts.StorageList":
                return ReadItems(type, options, "List", static item => Shape.Of(4, $"list<{item.TypeName}>", 0));
            case "Cairn.Contracts.StorageVector":
                return ReadItems(type, options, "Vector", static item => Shape.Of(WholeSlot, $"vector<{item.TypeName}>") with { HasMoreSlots = item.Slots.Count > 0 || item.HasMoreSlots });
            case "Cairn.Contracts.StorageArray":
                return ReadArray(type, options);
            case "Cairn.Contracts.Indirect":
                CodecModel? value = Read(type.TypeArguments[0], options);
                return value is null ? null : Composed(type, $"{Codecs}Indirect({value.Expression})", isKey: false, isAccessor: true, value.Shape is { } shape ? Shape.Of(1, $"indirect<{shape.TypeName}>", 0) : null);
            default:
                break;
        }

        if (type.OriginalDefinition.HasLayout() || type.IsDeclaredHere())
        {
            return ReadRecord(type, options);
        }

        return Primitives.Instead(type) is { } instead
            ? Refuse(Primitives.IsCollection(type) ? Faults.Collection : Faults.Primitive, type.Short(), instead)
            : Refuse(Faults.Unmarked, type.Short());
    }

    private CodecModel? ReadMap(INamedTypeSymbol type, FieldOptions options)
    {
        CodecModel? key = Read(type.TypeArguments[0], options);
        CodecModel? value = Read(type.TypeArguments[1], options);
        if (key is { IsKey: false })
        {
            return Refuse(Faults.NoKey, type.TypeArguments[0].Short());
        }

        if (key is null || value is null)
        {
            return null;
        }

        if ((ulong)(key.Shape?.Size ?? 0) + (value.Shape?.Size ?? 0) + MapLinkBytes > WholeSlot)
        {
            return Refuse(Faults.TooLarge, type.Short(), "a value takes all of a slot");
        }

        Shape? shape = key.Shape is { } keys && value.Shape is { } values ? Shape.Of(12, $"map<{keys.TypeName},{values.TypeName}>", MapNodesOffset, MapFreeOffset) : null;
        return Composed(type, $"{Codecs}Map({key.Expression}, {value.Expression})", isKey: false, isAccessor: true, shape);
    }

    private CodecModel? ReadItems(INamedTypeSymbol type, FieldOptions options, string method, Func<Shape, Shape> shape)
    {
        CodecModel? item = Read(type.TypeArguments[0], options);
        if (item is null)
        {
            return null;
        }

        return item.Shape?.Size == WholeSlot
            ? Refuse(Faults.TooLarge, type.Short(), "an item takes all of a slot")
            : Composed(type, $"{Codecs}{method}({item.Expression})", isKey: false, isAccessor: true, item.Shape is { } known ? shape(known) : null);
    }

    private CodecModel? ReadArray(INamedTypeSymbol type, FieldOptions options)
    {
        int? length = options.NextLength();
        CodecModel? item = Read(type.TypeArguments[0], options);
        if (item is null || length is not { } count)
        {
            return null;
        }

        ulong size = (ulong)count * (item.Shape?.Size ?? 0);
        return size >= WholeSlot
            ? Refuse(Faults.TooLarge, type.Short(), $"{count} items take {size} bytes")
            : Composed(type, $"{Codecs}Array({item.Expression}, {count})", isKey: false, isAccessor: true, item.Shape is { } shape ? Repeat(shape, count) : null);
    }

    private CodecModel? ReadRecord(INamedTypeSymbol type, FieldOptions options)
    {
        if (path.Any(outer => SymbolEqualityComparer.Default.Equals(outer, type.OriginalDefinition)))
        {
            return SymbolEqualityComparer.Default.Equals(path[0], type.OriginalDefinition) ? Refuse(Faults.Recursive, path[0].Short(), type.Short()) : null;
        }

        string name = type.Code();
        if (!type.IsGenericType)
        {
            return new(name, $"{name}.Layout", $"global::Cairn.Contracts.RecordCodec<{name}>", IsKey: false, IsShared: true, IsAccessor: !type.IsValueType, IsAssignable: true, ShapeOf(type, new Dictionary<string, CodecModel>(StringComparer.Ordinal)));
        }

        HashSet<string> keys = Symbols.KeyParameters(type.OriginalDefinition);
        Dictionary<string, CodecModel> arguments = new(StringComparer.Ordinal);
        for (int i = 0; i < type.TypeArguments.Length; i++)
        {
            CodecModel? argument = Read(type.TypeArguments[i], options);
            if (argument is { IsKey: false } && keys.Contains(type.TypeParameters[i].Name))
            {
                argument = Refuse(Faults.NoKey, type.TypeArguments[i].Short());
            }

            if (argument is not null)
            {
                arguments[type.TypeParameters[i].Name] = argument;
            }
        }

        if (arguments.Count < type.TypeArguments.Length)
        {
            return null;
        }

        string codecs = string.Join(", ", type.TypeParameters.Select(parameter => arguments[parameter.Name].Expression));
        return new(name, $"{name}.LayoutOf({codecs})", $"global::Cairn.Contracts.RecordCodec<{name}>", IsKey: false, IsShared: false, IsAccessor: !type.IsValueType, IsAssignable: true, ShapeOf(type, arguments));
    }

    /// <summary>Size and name of a record, where its fields are to be seen and all known.</summary>
    private Shape? ShapeOf(INamedTypeSymbol type, IReadOnlyDictionary<string, CodecModel> arguments)
    {
        List<string> names = [];
        List<(ulong Offset, Shape Part)> parts = [];
        ulong size = 0;
        foreach (INamedTypeSymbol part in RecordReader.BasesFirst(type.OriginalDefinition))
        {
            if (!part.IsDeclaredHere())
            {
                return null;
            }

            CodecReader reader = new([.. path, type.OriginalDefinition], arguments, PassRecursion);
            foreach (IPropertySymbol field in part.Fields())
            {
                if (reader.Read(field.Type, new FieldOptions(field))?.Shape is not { } shape)
                {
                    return null;
                }

                names.Add($"{field.Name}:{shape.TypeName}");
                parts.Add((size, shape));
                size += shape.Size;
            }
        }

        return Shape.Of((uint)Math.Min(size, WholeSlot), $"{{{string.Join(",", names)}}}", parts);
    }

    /// <summary>What is wrong inside of another record is said there, but that it leads back to this one concerns this one.</summary>
    private void PassRecursion(string id, string[] arguments)
    {
        if (string.Equals(id, Faults.Recursive, StringComparison.Ordinal))
        {
            fault(id, arguments);
        }
    }

    /// <summary>An array: items that have no slots of their own are looked at once, others only until enough slots are listed.</summary>
    private static Shape Repeat(Shape item, int count) => Shape.Of(
        (uint)count * item.Size,
        $"array<{item.TypeName},{count}>",
        item.Slots.Count == 0 && !item.HasMoreSlots ? [] : Enumerable.Range(0, count).Select(index => ((ulong)index * item.Size, item)));

    private static CodecModel Composed(ITypeSymbol type, string expression, bool isKey, bool isAccessor, Shape? shape) =>
        new(type.Code(), expression, CodecType(type, isKey), isKey, IsShared: false, isAccessor, IsAssignable: !isAccessor, shape);

    private static string CodecType(ITypeSymbol type, bool isKey) => $"global::Cairn.Contracts.Storage{(isKey ? "Key" : "")}Codec<{type.Code()}>";

    private CodecModel? Refuse(string id, params string[] arguments)
    {
        fault(id, arguments);
        return null;
    }
}
