using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Cairn.Contracts.Generator;

/// <summary>Reads a declaration: what code is made of it, or what is wrong with it.</summary>
internal sealed class RecordReader(INamedTypeSymbol type, bool isContract, CancellationToken cancel)
{
    private readonly List<Fault> _faults = [];

    /// <summary>The type and its base classes with a layout, the lowest first.</summary>
    public static IEnumerable<INamedTypeSymbol> BasesFirst(INamedTypeSymbol type)
    {
        Stack<INamedTypeSymbol> bases = new();
        for (INamedTypeSymbol? part = type; part is not null; part = part.BaseRecord())
        {
            bases.Push(part);
        }

        return bases;
    }

    public Reading Read()
    {
        CheckDeclaration();
        CheckMembers();
        Dictionary<string, CodecModel> parameters = Parameters();
        List<FieldModel> fields = [];
        foreach (IPropertySymbol property in type.Fields())
        {
            cancel.ThrowIfCancellationRequested();
            if (ReadField(property, parameters) is { } field)
            {
                fields.Add(field);
            }
        }

        CheckNames();
        CheckGeneratedNames(fields);
        List<PlacedField> layout = _faults.Count == 0 ? Place(fields, parameters) : [];
        return new(_faults.Count == 0 ? Model(fields, layout) : null, new(_faults.Distinct()));
    }

    private RecordModel Model(List<FieldModel> fields, List<PlacedField> layout)
    {
        List<string> containers = [];
        for (INamedTypeSymbol? outer = type.ContainingType; outer is not null; outer = outer.ContainingType)
        {
            containers.Insert(0, $"partial {(outer.IsRecord ? "record " : "")}{(outer.TypeKind == TypeKind.Struct ? "struct" : outer.TypeKind == TypeKind.Interface ? "interface" : "class")} {Symbols.Escape(outer.Name)}");
        }

        HashSet<string> keys = Symbols.KeyParameters(type);
        string arity = type.TypeParameters.Length == 0 ? "" : "_" + type.TypeParameters.Length;
        INamedTypeSymbol? parent = type.BaseRecord();
        return new(
            $"{type.FullName()}{arity}.g.cs",
            type.ContainingNamespace.IsGlobalNamespace ? "" : type.ContainingNamespace.ToDisplayString(),
            new(containers),
            type.TypeKind == TypeKind.Struct ? "struct" : "class",
            type.Name,
            isContract,
            type.IsSealed,
            parent?.Code(),
            parent?.IsContract() == true,
            new(type.TypeParameters.Select(parameter => new ParameterModel(parameter.Name, keys.Contains(parameter.Name)))),
            new(fields),
            new(layout));
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
            : type.IsAbstract || type.IsStatic ? "is abstract or static; accessors are made of it"
            : type.IsRefLikeType ? "is a ref struct, which no collection can hold"
            : type.IsFileLocal ? "is visible in its file only, where no code can be added"
            : isContract && type.IsGenericType ? "is a contract with type parameters; only records have them"
            : isContract && type.GetAttributes().Any(attribute => string.Equals(attribute.AttributeClass?.ToDisplayString(), "Cairn.Contracts.StorageRecordAttribute", StringComparison.Ordinal)) ? "is marked twice; choose [Contract] or [StorageRecord]"
            : type.TypeKind == TypeKind.Class && type.BaseType is { SpecialType: SpecialType.None, TypeKind: not TypeKind.Error } && type.BaseRecord() is null ? $"has the base class '{type.BaseType.Short()}', which is not marked; mark it with [StorageRecord]"
            : type.BaseRecord() is { IsGenericType: true } ? "has a base class with type parameters, whose layout is not known; make it a field"
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
        foreach (INamedTypeSymbol part in BasesFirst(type))
        {
            foreach (IPropertySymbol field in part.Fields().Where(field => !names.Add(field.Name) && SymbolEqualityComparer.Default.Equals(part, type)))
            {
                Report(Faults.DuplicateName, field, field.Name, $"a field of '{type.Short()}'");
            }
        }
    }

    private void CheckGeneratedNames(List<FieldModel> fields)
    {
        HashSet<string> names = [.. RecordWriter.GeneratedNames(isContract, type.IsGenericType, fields)];
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
            parameter => new CodecModel(parameter.Name, "of" + parameter.Name, $"global::Cairn.Contracts.Storage{(keys.Contains(parameter.Name) ? "Key" : "")}Codec<{parameter.Name}>", keys.Contains(parameter.Name), IsShared: true, IsAccessor: false, IsAssignable: true, Shape: null),
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
        CodecReader reader = new([type], parameters, (id, arguments) => Report(id, property, arguments));
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
    private List<PlacedField> Place(List<FieldModel> fields, Dictionary<string, CodecModel> parameters)
    {
        List<PlacedField> placed = [];
        ulong offset = 0;
        foreach (INamedTypeSymbol part in BasesFirst(type))
        {
            bool isOwn = SymbolEqualityComparer.Default.Equals(part, type);
            if (!isOwn && !part.IsDeclaredHere())
            {
                return [];
            }

            int index = 0;
            foreach (IPropertySymbol field in part.Fields())
            {
                if (offset > uint.MaxValue || (placed.Count > 0 && placed[placed.Count - 1].Shape.Size == uint.MaxValue))
                {
                    Report(Faults.TooLarge, isOwn ? field : type, field.Name, "the fields before it fill the slot");
                    return [];
                }

                Shape? shape = isOwn ? fields[index].Codec.Shape : new CodecReader([type], parameters, static (_, _) => { }).Read(field.Type, new FieldOptions(field))?.Shape;
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

    private void Report(string id, ISymbol symbol, params string[] arguments)
    {
        Location? location = symbol.Locations.FirstOrDefault(static place => place.IsInSource);
        _faults.Add(new(id, location?.SourceTree?.FilePath ?? "", location?.SourceSpan ?? default, location?.GetLineSpan().Span ?? default, new(arguments)));
    }
}
