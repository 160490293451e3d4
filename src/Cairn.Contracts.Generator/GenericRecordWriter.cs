namespace Cairn.Contracts.Generator;

/// <summary>Writes a record with type parameters: its layout is an object, made once for each instantiation by what has a field of it.</summary>
internal static class GenericRecordWriter
{
    private const string Space = "global::Cairn.Contracts.";

    public static void Write(CodeText text, RecordModel model)
    {
        string bare = Symbols.Escape(model.Name);
        string name = $"{bare}<{string.Join(", ", model.Parameters.Select(static parameter => parameter.Name))}>";
        string codecs = string.Join(", ", model.Parameters.Select(static parameter => $"{Space}Storage{(parameter.IsKey ? "Key" : "")}Codec<{parameter.Name}> of{parameter.Name}"));
        text.Open($"partial {model.Keyword} {name} : {Space}IStorageValue");
        text.Line($"private readonly {Space}StoragePlace _place;");
        text.Line("private readonly FieldLayout _layout;");
        RecordWriter.WriteKept(text, model);
        text.Line();
        if (IsOpen(model))
        {
            text.Line("/// <summary>Shows a place in storage as this type. Nothing is read or written by it.</summary>");
            text.Line("/// <param name=\"place\">Where it is.</param>");
            text.Line("/// <param name=\"layout\">The layout for the type arguments.</param>");
        }

        text.Open($"{Access(model)} {bare}({Space}StoragePlace place, FieldLayout layout){(model.Base is null ? "" : model.BaseLayout is null ? " : base(place)" : " : base(place, layout.BaseLayout)")}");
        text.Line("_place = place;");
        text.Line("_layout = layout;");
        text.Close();
        text.Line();
        text.Line($"{Space}StoragePlace {Space}IStorageValue.Place => _place;");
        text.Line();
        text.Line($"{Space}StorageCodec {Space}IStorageValue.Codec => Known.Whole;");
        text.Line();
        text.Line("/// <summary>A value that was made by <c>default</c> has no layout.</summary>");
        text.Line("private FieldLayout Known => _layout ?? throw new global::System.InvalidOperationException(\"The value is in no storage. Take it from a contract.\");");
        RecordWriter.WriteProperties(text, model, static field => $"Known.{field.Name}Codec", static field => field.Offset == 0 ? null : $"Known.{field.Name}Offset");
        text.Line();
        if (!model.IsAbstract)
        {
            WriteLayoutOf(text, model, name, codecs);
        }

        WriteFieldLayout(text, model, name, codecs);
        text.Close();
    }

    /// <summary>Whether other classes can derive from it, which need its layout then.</summary>
    private static bool IsOpen(RecordModel model) => !model.IsSealed && string.Equals(model.Keyword, "class", StringComparison.Ordinal);

    private static string Access(RecordModel model) => IsOpen(model) ? "protected" : "private";

    private static void WriteLayoutOf(CodeText text, RecordModel model, string name, string codecs)
    {
        text.Line("/// <summary>The layout for type arguments, which their codecs stand for. Made once for each instantiation by what has a field of it.</summary>");
        foreach (ParameterModel parameter in model.Parameters)
        {
            text.Line($"/// <param name=\"of{parameter.Name}\">The codec of {parameter.Name}.</param>");
        }

        text.Line($"public static {Space}RecordCodec<{name}> LayoutOf({codecs}) => new FieldLayout({string.Join(", ", model.Parameters.Select(static parameter => "of" + parameter.Name))}).Whole;");
        text.Line();
    }

    private static void WriteFieldLayout(CodeText text, RecordModel model, string name, string codecs)
    {
        if (IsOpen(model))
        {
            text.Line("/// <summary>The layout for type arguments, for classes that derive from this one.</summary>");
        }

        text.Open($"{Access(model)} sealed class FieldLayout");
        if (IsOpen(model))
        {
            text.Line("/// <summary>Makes the layout for type arguments, which their codecs stand for.</summary>");
            foreach (ParameterModel parameter in model.Parameters)
            {
                text.Line($"/// <param name=\"of{parameter.Name}\">The codec of {parameter.Name}.</param>");
            }
        }

        text.Open($"public FieldLayout({codecs})");
        if (model.BaseLayout is not null)
        {
            text.Line($"BaseLayout = {model.BaseLayout};");
        }

        foreach (FieldModel field in model.Fields)
        {
            text.Line($"{field.Name}Codec = {field.Codec.Expression};");
        }

        text.Line($"Whole = new {Space}RecordCodec<{name}>(");
        text.Indent();
        text.Line($"\"{model.Name}\",");
        text.Line(model.IsAbstract ? RecordWriter.Unmakeable(model) : $"place => new {name}(place, this),");
        RecordWriter.WriteFields(text, model, static field => field.Name + "Codec", ");");
        text.Unindent();
        foreach (FieldModel field in model.Fields.Where(static field => field.Offset != 0))
        {
            text.Line($"{field.Name}Offset = Whole.OffsetOf(\"{field.Name}\");");
        }

        text.Close();
        text.Line();
        if (IsOpen(model))
        {
            text.Line("/// <summary>All of it.</summary>");
        }

        text.Line($"public {Space}RecordCodec<{name}> Whole {{ get; }}");
        if (model.BaseLayout is not null)
        {
            text.Line();
            text.Line($"internal {model.Base}.FieldLayout BaseLayout {{ get; }}");
        }

        foreach (FieldModel field in model.Fields)
        {
            text.Line();
            text.Line($"internal {field.Codec.CodecType} {field.Name}Codec {{ get; }}");
            if (field.Offset != 0)
            {
                text.Line();
                text.Line($"internal uint {field.Name}Offset {{ get; }}");
            }
        }

        text.Close();
    }
}
