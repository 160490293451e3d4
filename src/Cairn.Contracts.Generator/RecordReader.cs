using Cairn.Contracts.Generator.Layouts;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Cairn.Contracts.Generator;

/// <summary>Reads a declaration: what code is made of it, or what is wrong with it.</summary>
internal sealed class RecordReader(INamedTypeSymbol type, bool isContract, CancellationToken cancel)
{
    private readonly List<Fault> _faults = [];
    private readonly LayoutEntries _entries = new();

    public Reading Read()
    {
        CheckDeclaration();
        CheckMembers();
        Dictionary<string, CodecModel> parameters = Parameters();
        List<FieldModel> fields = [];
        bool isComplete = true;
        foreach (IPropertySymbol property in type.Fields())
        {
            cancel.ThrowIfCancellationRequested();
            if (ReadField(property, parameters) is { } field)
            {
                fields.Add(field);
            }
            else
            {
                // There is a fault, or a type that the compiler does not find and complains of.
                isComplete = false;
            }
        }

        CheckNames();
        CheckGeneratedNames(fields);
        IReadOnlyList<RecordPart>? parts = _faults.Count == 0 && isComplete ? Parts(parameters) : null;
        List<PlacedField> layout = parts is null ? [] : Place(fields, parts);
        return new(_faults.Count == 0 && parts is not null ? Model(fields, parts, layout) : null, new(_faults.Distinct()));
    }

    /// <summary>The type and its base classes; null, and a fault, when a base class has type arguments without a layout.</summary>
    private IReadOnlyList<RecordPart>? Parts(Dictionary<string, CodecModel> parameters)
    {
        IReadOnlyList<RecordPart>? parts = new CodecReader([type], parameters, (id, arguments) => Report(id, type, arguments), _entries).Parts(type);
        if (parts is null && _faults.Count == 0)
        {
            Report(Faults.TypeShape, type, type.Short(), $"has the base class '{type.BaseType?.Short()}', whose type arguments have no layout of their own; give it records that hold them");
        }

        return parts;
    }

    private RecordModel Model(List<FieldModel> fields, IReadOnlyList<RecordPart> parts, List<PlacedField> layout)
    {
        HashSet<string> keys = Symbols.KeyParameters(type);
        INamedTypeSymbol? parent = type.BaseRecord();
        RecordPart[] bases = [.. parts.Take(parts.Count - 1)];
        RecordArguments own = parts[parts.Count - 1].Arguments;
        LayoutEntry entry = new(type.LayoutName(own.Labels), Describe(fields, parts));
        return new(
            $"{type.FileName()}.g.cs",
            type.ContainingNamespace.IsGlobalNamespace ? "" : type.ContainingNamespace.ToDisplayString(),
            new(type.ContainerHeaders()),
            type.TypeKind == TypeKind.Struct ? "struct" : "class",
            type.Name,
            isContract,
            type.IsSealed,
            type.IsAbstract,
            parent?.Code(),
            parent is { IsGenericType: true } ? $"new {parent.Code()}.FieldLayout({bases[bases.Length - 1].Arguments.Expressions})" : null,
            Array.Exists(bases, static part => part.Type.IsGenericType),
            Array.Exists(bases, static part => !part.Type.IsAbstract && part.Type.IsContract()),
            new(type.TypeParameters.Select(parameter => new ParameterModel(parameter.Name, keys.Contains(parameter.Name)))),
            new(fields),
            new(layout),
            new([entry, .. _entries.All.Where(other => !string.Equals(other.Name, entry.Name, StringComparison.Ordinal))]));
    }

    /// <summary>The description of the layout.</summary>
    private string Describe(List<FieldModel> fields, IReadOnlyList<RecordPart> parts)
    {
        List<LayoutField> described = [];
        foreach (RecordPart part in parts.Take(parts.Count - 1))
        {
            string name = part.Type.LayoutName(part.Arguments.Labels);
            if (!part.Type.IsDeclaredHere())
            {
                if (LayoutEntries.Find(part.Type, name) is not { IsUnknown: false } foreign)
                {
                    return Layout.Unknown;
                }

                _entries.Add(part.Type, name, layout: null);
                described.AddRange(foreign.Fields);
                continue;
            }

            CodecReader reader = new([type], part.Arguments.ByName, static (_, _) => { }, _entries);
            foreach (IPropertySymbol field in part.Type.Fields())
            {
                if (reader.Read(field.Type, new FieldOptions(field)) is not { } codec)
                {
                    return Layout.Unknown;
                }

                described.Add(new(field.Name, LayoutType.Parse(codec.Label)));
            }
        }

        described.AddRange(fields.Select(static field => new LayoutField(field.Name, LayoutType.Parse(field.Codec.Label))));
        return new Layout("", type.IsAbstract ? Layout.Base : isContract ? Layout.Contract : Layout.Record, described).ToString();
    }

    private void CheckDeclaration()
    {
        for (INamedTypeSymbol? part = type; part is not null; part = part.ContainingType)
        {
            if (part.DeclaringSyntaxReferences.Any(reference => reference.GetSyntax(cancel) is TypeDeclarationSyntax declaration && !declaration.Modifiers.Any(SyntaxKind.PartialKeyword)))
            {
                Report(Faults.NotPartial, type, part.Short());
            }

            if (!SymbolEqualityComparer.Default.Equals(part, type) && part.IsGenericType)
            {
                Report(Faults.TypeShape, type, type.Short(), "is inside of a generic type; move it out");
            }
        }

        string? wrong =
            type.IsRecord ? "is a record of the language, which copies itself through memory; make it a class or struct"
            : type.IsStatic ? "is static; accessors are made of it"
            : type.IsRefLikeType ? "is a ref struct, which no collection can hold"
            : type.IsFileLocal ? "is visible in its file only, where no code can be added"
            : isContract && type.IsGenericType && !type.IsAbstract ? "is a contract with type parameters; only records and abstract contracts have them"
            : isContract && type.GetAttributes().Any(attribute => string.Equals(attribute.AttributeClass?.ToDisplayString(), "Cairn.Contracts.StorageRecordAttribute", StringComparison.Ordinal)) ? "is marked twice; choose [Contract] or [StorageRecord]"
            : type.TypeKind == TypeKind.Class && type.BaseType is { SpecialType: SpecialType.None, TypeKind: not TypeKind.Error } && type.BaseRecord() is null ? $"has the base class '{type.BaseType.Short()}', which is not marked; mark it with [StorageRecord]"
            : type.Fields().Select(field => Declaration(field)?.Parent).Distinct().Count() > 1 ? "has fields in several parts; put them into one, since their order is the layout"
            : null;
        if (wrong is not null)
        {
            Report(Faults.TypeShape, type, type.Short(), wrong);
        }
    }

    /// <summary>What the compiler gives memory to would be lost with the object.</summary>
    private void CheckMembers()
    {
        foreach (IFieldSymbol field in type.GetMembers().OfType<IFieldSymbol>().Where(field => !field.IsStatic && !field.IsConst))
        {
            ISymbol member = field.AssociatedSymbol ?? field;
            if (member is not IPropertySymbol { IsPartialDefinition: true })
            {
                Report(Faults.PropertyNotPartial, member, member.Name);
            }
        }
    }

    private void CheckNames()
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        Stack<INamedTypeSymbol> parts = new();
        for (INamedTypeSymbol? part = type; part is not null; part = part.OriginalDefinition.BaseRecord())
        {
            parts.Push(part.OriginalDefinition);
        }

        foreach (INamedTypeSymbol part in parts)
        {
            foreach (IPropertySymbol field in part.Fields().Where(field => !names.Add(field.Name) && SymbolEqualityComparer.Default.Equals(part, type)))
            {
                Report(Faults.DuplicateName, field, field.Name, $"a field of '{type.Short()}'");
            }
        }
    }

    private void CheckGeneratedNames(List<FieldModel> fields)
    {
        HashSet<string> names = [.. RecordWriter.GeneratedNames(isContract, type.IsGenericType, type.BaseRecord()?.IsGenericType == true, fields)];
        foreach (ISymbol member in type.GetMembers().Where(member => !member.IsImplicitlyDeclared && names.Contains(member.Name)))
        {
            Report(Faults.DuplicateName, member, member.Name, "the name of a generated member");
        }
    }

    private Dictionary<string, CodecModel> Parameters()
    {
        HashSet<string> keys = Symbols.KeyParameters(type);
        return type.TypeParameters.ToDictionary(
            parameter => parameter.Name,
            parameter => new CodecModel(parameter.Name, "of" + parameter.Name, $"global::Cairn.Contracts.Storage{(keys.Contains(parameter.Name) ? "Key" : "")}Codec<{parameter.Name}>", keys.Contains(parameter.Name), IsShared: true, IsAccessor: false, IsAssignable: true, Shape: null, "$" + parameter.Ordinal),
            StringComparer.Ordinal);
    }

    private FieldModel? ReadField(IPropertySymbol property, Dictionary<string, CodecModel> parameters)
    {
        string? wrong =
            property.IsStatic ? "static; a field in storage belongs to an object"
            : property.IsIndexer ? "an indexer; use a StorageMap or a StorageList"
            : property.GetMethod is null ? "without a getter"
            : property.SetMethod is { IsInitOnly: true } ? "set by 'init'; what is in storage can be written at any time, so write 'set', or no setter"
            : property.RefKind != RefKind.None ? "returned by reference, but lives in no memory"
            : property.IsRequired ? "required, but what is in storage always has a value"
            : null;
        if (wrong is not null || Declaration(property) is not { } declaration)
        {
            Report(Faults.PropertyShape, property, property.Name, wrong ?? "not declared in C#");
            return null;
        }

        FieldOptions options = new(property);
        int before = _faults.Count;
        CodecReader reader = new([type], parameters, (id, arguments) => Report(id, property, arguments), _entries);
        CodecModel? codec = reader.Read(property.Type, options);
        if (_faults.Count == before && options.Bits is { } bits && !options.AreBitsUsed)
        {
            Report(Faults.Width, property, bits.ToString(), property.Type.Short(), "there is no integer in it");
        }

        if (_faults.Count == before && (options.LengthCount != options.ArrayCount || codec is null) && property.Type.TypeKind != TypeKind.Error)
        {
            Report(Faults.Length, property, property.Name, Count(options.ArrayCount, "array"), Count(options.LengthCount, "length"));
        }

        return codec is null ? null : new(
            property.Name,
            Modifiers(declaration.Modifiers),
            Modifiers(Accessor(declaration, SyntaxKind.GetAccessorDeclaration)?.Modifiers ?? default),
            Accessor(declaration, SyntaxKind.SetAccessorDeclaration) is { } setter ? Modifiers(setter.Modifiers) : null,
            codec,
            Offset: null);
    }

    /// <summary>Gives the fields their offsets, and returns the whole layout; nothing, and fields without offsets, where something is known at run time only.</summary>
    private List<PlacedField> Place(List<FieldModel> fields, IReadOnlyList<RecordPart> parts)
    {
        List<PlacedField> placed = [];
        ulong offset = 0;
        foreach (RecordPart part in parts)
        {
            bool isOwn = SymbolEqualityComparer.Default.Equals(part.Type, type);
            if (!isOwn && !part.Type.IsDeclaredHere())
            {
                return [];
            }

            int index = 0;
            foreach (IPropertySymbol field in part.Type.Fields())
            {
                if (offset > uint.MaxValue || (placed.Count > 0 && placed[placed.Count - 1].Shape.Size == uint.MaxValue))
                {
                    Report(Faults.TooLarge, isOwn ? field : type, field.Name, "the fields before it fill the slot");
                    return [];
                }

                Shape? shape = isOwn ? fields[index].Codec.Shape : new CodecReader([type], part.Arguments.ByName, static (_, _) => { }, _entries).Read(field.Type, new FieldOptions(field))?.Shape;
                if (isOwn)
                {
                    fields[index] = fields[index] with { Offset = (uint)offset };
                    index++;
                }

                if (shape is null)
                {
                    return [];
                }

                placed.Add(new(field.Name, (uint)offset, shape));
                offset += shape.Size;
            }
        }

        return placed;
    }

    private static string Count(int count, string thing) => count == 1 ? "1 " + thing : $"{count} {thing}s";

    private static string Modifiers(SyntaxTokenList modifiers) =>
        string.Concat(modifiers.Where(modifier => !modifier.IsKind(SyntaxKind.PartialKeyword)).Select(modifier => modifier.Text + " "));

    private static AccessorDeclarationSyntax? Accessor(PropertyDeclarationSyntax property, SyntaxKind kind) => property.AccessorList?.Accessors.FirstOrDefault(accessor => accessor.IsKind(kind));

    private PropertyDeclarationSyntax? Declaration(IPropertySymbol property) => property.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancel) as PropertyDeclarationSyntax;

    private void Report(string id, ISymbol symbol, params string[] arguments) => _faults.Add(Fault.Of(id, symbol, arguments));
}
