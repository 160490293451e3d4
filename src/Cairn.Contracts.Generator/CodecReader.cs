using Cairn.Contracts.Generator.Layouts;
using Microsoft.CodeAnalysis;

namespace Cairn.Contracts.Generator;

/// <summary>Finds the codec of a type, or says why it has none.</summary>
/// <param name="path">The records around the type, the one that is generated first.</param>
/// <param name="parameters">What stands for the type parameters of the innermost of them.</param>
/// <param name="fault">Takes the rule that is broken, and the arguments of its message.</param>
/// <param name="entries">Takes the descriptions of layouts that no type of the project describes.</param>
internal sealed class CodecReader(IReadOnlyList<INamedTypeSymbol> path, IReadOnlyDictionary<string, CodecModel> parameters, Action<string, string[]> fault, LayoutEntries entries)
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
                inner.Shape,
                inner.Label);
        }

        return type is INamedTypeSymbol named ? ReadNamed(named, options) : Refuse(Faults.Collection, type.Short(), Primitives.Instead(type) ?? "a type of Cairn.Contracts");
    }

    private CodecModel? ReadPrimitive(ITypeSymbol type, Primitive primitive, FieldOptions options)
    {
        if (options.Bits is not { } bits || primitive.IntegerBits == 0)
        {
            return new(type.Code(), Codecs + primitive.Codec, CodecType(type, primitive.IsKey), primitive.IsKey, IsShared: true, IsAccessor: false, IsAssignable: true, primitive.IsElsewhere ? Shape.Of(primitive.Size, primitive.TypeName, 0) : Shape.Of(primitive.Size, primitive.TypeName), primitive.TypeName);
        }

        options.AreBitsUsed = true;
        if (bits <= 0 || bits % 8 != 0 || bits > primitive.IntegerBits)
        {
            return Refuse(Faults.Width, bits.ToString(), type.Short(), $"the width is a multiple of 8, from 8 to {primitive.IntegerBits}");
        }

        string label = $"{primitive.TypeName[0]}{bits}";
        return Composed(type, $"{Codecs}Integer<{type.Code()}>(bits: {bits})", isKey: true, isAccessor: false, Shape.Of((uint)bits / 8, label), label);
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
                return value is null ? null : Composed(type, $"{Codecs}Indirect({value.Expression})", isKey: false, isAccessor: true, value.Shape is { } shape ? Shape.Of(1, $"indirect<{shape.TypeName}>", 0) : null, $"indirect<{value.Label}>");
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
        return Composed(type, $"{Codecs}Map({key.Expression}, {value.Expression})", isKey: false, isAccessor: true, shape, $"map<{key.Label},{value.Label}>");
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
            : Composed(type, $"{Codecs}{method}({item.Expression})", isKey: false, isAccessor: true, item.Shape is { } known ? shape(known) : null, $"{method.ToLowerInvariant()}<{item.Label}>");
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
            : Composed(type, $"{Codecs}Array({item.Expression}, {count})", isKey: false, isAccessor: true, item.Shape is { } shape ? Repeat(shape, count) : null, $"array<{item.Label},{count}>");
    }

    private CodecModel? ReadRecord(INamedTypeSymbol type, FieldOptions options)
    {
        if (path.Any(outer => SymbolEqualityComparer.Default.Equals(outer, type.OriginalDefinition)))
        {
            return SymbolEqualityComparer.Default.Equals(path[0], type.OriginalDefinition) ? Refuse(Faults.Recursive, path[0].Short(), type.Short()) : null;
        }

        if (type.IsAbstract)
        {
            return Refuse(Faults.TypeShape, type.Short(), "is abstract, so there is no value of it; use a class that derives from it");
        }

        if (ReadArguments(type, options) is not { } arguments)
        {
            return null;
        }

        string name = type.Code();
        string label = type.LayoutName(arguments.Labels);
        (Shape? shape, Layout? layout) = Inside(type.OriginalDefinition, label, arguments);
        if (type.IsGenericType || !type.IsDeclaredHere())
        {
            entries.Add(type, label, layout);
        }

        return new(
            name,
            type.IsGenericType ? $"{name}.LayoutOf({arguments.Expressions})" : $"{name}.Layout",
            $"global::Cairn.Contracts.RecordCodec<{name}>",
            IsKey: false,
            IsShared: !type.IsGenericType,
            IsAccessor: !type.IsValueType,
            IsAssignable: true,
            shape,
            label);
    }

    /// <summary>What stands for the type parameters of a record; null after a fault.</summary>
    public RecordArguments? ReadArguments(INamedTypeSymbol type, FieldOptions options)
    {
        HashSet<string> keys = Symbols.KeyParameters(type.OriginalDefinition);
        List<CodecModel> arguments = [];
        for (int i = 0; i < type.TypeArguments.Length; i++)
        {
            CodecModel? argument = Read(type.TypeArguments[i], options);
            if (argument is { IsKey: false } && keys.Contains(type.TypeParameters[i].Name))
            {
                argument = Refuse(Faults.NoKey, type.TypeArguments[i].Short());
            }

            if (argument is not null)
            {
                arguments.Add(argument);
            }
        }

        return arguments.Count < type.TypeArguments.Length ? null : new(type.TypeParameters, arguments);
    }

    /// <summary>A definition and its base classes with what stands for their type parameters, the lowest first; null after a fault.</summary>
    /// <param name="definition">A record; its own type parameters are those of the reader.</param>
    public IReadOnlyList<RecordPart>? Parts(INamedTypeSymbol definition)
    {
        List<RecordPart> parts = [new(definition, new(definition.TypeParameters, [.. definition.TypeParameters.Select(parameter => parameters[parameter.Name])]))];
        CodecReader reader = this;
        for (INamedTypeSymbol? parent = definition.BaseRecord(); parent is not null; parent = parent.OriginalDefinition.BaseRecord())
        {
            if (reader.ReadArguments(parent, new FieldOptions()) is not { } arguments)
            {
                return null;
            }

            parts.Insert(0, new(parent.OriginalDefinition, arguments));
            reader = new(path, arguments.ByName, fault, entries);
        }

        return parts;
    }

    /// <summary>Size and name of a record, where its fields are to be seen and all known, and the description of its layout.</summary>
    private (Shape? Shape, Layout? Layout) Inside(INamedTypeSymbol type, string label, RecordArguments arguments)
    {
        IReadOnlyList<INamedTypeSymbol> inner = [.. path, type];
        if (!type.IsDeclaredHere() || new CodecReader(inner, arguments.ByName, PassRecursion, entries).Parts(type) is not { } all)
        {
            return (null, null);
        }

        List<string> names = [];
        List<LayoutField> fields = [];
        List<(ulong Offset, Shape Part)> shapes = [];
        ulong size = 0;
        bool isShapeKnown = true;
        foreach (RecordPart part in all)
        {
            if (!part.Type.IsDeclaredHere())
            {
                string name = part.Type.LayoutName(part.Arguments.Labels);
                if (LayoutEntries.Find(part.Type, name) is not { IsUnknown: false } foreign)
                {
                    return (null, null);
                }

                entries.Add(part.Type, name, layout: null);
                isShapeKnown = false;
                fields.AddRange(foreign.Fields);
                continue;
            }

            CodecReader reader = new(inner, part.Arguments.ByName, PassRecursion, entries);
            foreach (IPropertySymbol field in part.Type.Fields())
            {
                if (reader.Read(field.Type, new FieldOptions(field)) is not { } codec)
                {
                    return (null, null);
                }

                fields.Add(new(field.Name, LayoutType.Parse(codec.Label)));
                isShapeKnown &= codec.Shape is not null;
                if (codec.Shape is { } shape && isShapeKnown)
                {
                    names.Add($"{field.Name}:{shape.TypeName}");
                    shapes.Add((size, shape));
                    size += shape.Size;
                }
            }
        }

        return (
            isShapeKnown ? Shape.Of((uint)Math.Min(size, WholeSlot), $"{{{string.Join(",", names)}}}", shapes) : null,
            new(label, type.IsContract() ? Layout.Contract : Layout.Record, fields));
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

    private static CodecModel Composed(ITypeSymbol type, string expression, bool isKey, bool isAccessor, Shape? shape, string label) =>
        new(type.Code(), expression, CodecType(type, isKey), isKey, IsShared: false, isAccessor, IsAssignable: !isAccessor, shape, label);

    private static string CodecType(ITypeSymbol type, bool isKey) => $"global::Cairn.Contracts.Storage{(isKey ? "Key" : "")}Codec<{type.Code()}>";

    private CodecModel? Refuse(string id, params string[] arguments)
    {
        fault(id, arguments);
        return null;
    }
}
