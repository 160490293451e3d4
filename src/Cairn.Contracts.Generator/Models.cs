using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Cairn.Contracts.Generator;

/// <summary>How a type is laid out, as far as it is known while compiling.</summary>
/// <param name="Type">The type as it is written in code.</param>
/// <param name="Expression">What makes the codec.</param>
/// <param name="CodecType">The type of the codec.</param>
/// <param name="IsKey">Whether it can be the key of a map.</param>
/// <param name="IsShared">Whether the expression is cheap enough to be written wherever the codec is needed.</param>
/// <param name="IsAccessor">Whether reading gives an object that shows the place, made once.</param>
/// <param name="IsAssignable">Whether a property of the type is expected to have a setter.</param>
/// <param name="Shape">The size and the name of the type, where they are known.</param>
/// <param name="Label">The type in descriptions of layouts, with the names of records.</param>
internal sealed record CodecModel(string Type, string Expression, string CodecType, bool IsKey, bool IsShared, bool IsAccessor, bool IsAssignable, Shape? Shape, string Label);

/// <summary>A field.</summary>
/// <param name="Name">The name.</param>
/// <param name="Modifiers">The modifiers of the property, without <c>partial</c>.</param>
/// <param name="Getter">The modifiers of its getter.</param>
/// <param name="Setter">The modifiers of its setter; null without one.</param>
/// <param name="Codec">How it is laid out.</param>
/// <param name="Offset">Where it is; null when that is known at run time only.</param>
internal sealed record FieldModel(string Name, string Modifiers, string Getter, string? Setter, CodecModel Codec, uint? Offset);

/// <summary>A type parameter of a record.</summary>
internal sealed record ParameterModel(string Name, bool IsKey);

/// <summary>What is known of a declaration: no symbols, equal when the code made of it is.</summary>
/// <param name="HintName">The name of the generated file.</param>
/// <param name="Namespace">The namespace; empty for the global one.</param>
/// <param name="Containers">The headers of the types around it, outermost first.</param>
/// <param name="Keyword"><c>class</c> or <c>struct</c>.</param>
/// <param name="Name">The name, without type parameters.</param>
/// <param name="IsContract">Whether it is a contract.</param>
/// <param name="IsSealed">Whether nothing derives from it.</param>
/// <param name="IsAbstract">Whether there are only values of what derives from it.</param>
/// <param name="Base">The base class with a layout, as it is written in code; null without one.</param>
/// <param name="BaseLayout">What makes the layout of a base class with type parameters; null for others.</param>
/// <param name="HasGenericBase">Whether one of the base classes has type parameters.</param>
/// <param name="HidesOpen">Whether a base class can be opened too.</param>
/// <param name="Parameters">The type parameters.</param>
/// <param name="Fields">The fields of its own.</param>
/// <param name="Layout">All fields with offsets, for the description; empty when they are known at run time only.</param>
/// <param name="Entries">The description of the layout, and of those in it that no other type of the project describes.</param>
internal sealed record RecordModel(
    string HintName,
    string Namespace,
    EquatableArray<string> Containers,
    string Keyword,
    string Name,
    bool IsContract,
    bool IsSealed,
    bool IsAbstract,
    string? Base,
    string? BaseLayout,
    bool HasGenericBase,
    bool HidesOpen,
    EquatableArray<ParameterModel> Parameters,
    EquatableArray<FieldModel> Fields,
    EquatableArray<PlacedField> Layout,
    EquatableArray<LayoutEntry> Entries);

/// <summary>A description of a layout, for the assembly.</summary>
internal sealed record LayoutEntry(string Name, string Text);

/// <summary>A field in the description of a layout.</summary>
internal sealed record PlacedField(string Name, uint Offset, Shape Shape);

/// <summary>A fault and where it is.</summary>
internal sealed record Fault(string Id, string Path, TextSpan Span, LinePositionSpan Lines, EquatableArray<string> Arguments)
{
    /// <summary>A fault at the place of a symbol.</summary>
    public static Fault Of(string id, ISymbol symbol, params string[] arguments)
    {
        Location? location = symbol.Locations.FirstOrDefault(static place => place.IsInSource);
        return new(id, location?.SourceTree?.FilePath ?? "", location?.SourceSpan ?? default, location?.GetLineSpan().Span ?? default, new(arguments));
    }

    public Diagnostic ToDiagnostic() =>
        Diagnostic.Create(Faults.Descriptor(Id), Path.Length == 0 ? Location.None : Location.Create(Path, Span, Lines), [.. Arguments]);
}

/// <summary>What reading a declaration gives: a model, or faults.</summary>
internal sealed record Reading(RecordModel? Model, EquatableArray<Fault> Faults);
