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
        text.Open($"private {bare}({Space}StoragePlace place, FieldLayout layout){(model.Base is null ? "" : " : base(place)")}");
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
        text.Line("/// <summary>The layout for type arguments, which their codecs stand for. Made once for each instantiation by what has a field of it.</summary>");
        foreach (ParameterModel parameter in model.Parameters)
        {
            text.Line($"/// <param name=\"of{parameter.Name}\">The codec of {parameter.Name}.</param>");
        }

        text.Line($"public static {Space}RecordCodec<{name}> LayoutOf({codecs}) => new FieldLayout({string.Join(", ", model.Parameters.Select(static parameter => "of" + parameter.Name))}).Whole;");
        text.Line();
        WriteFieldLayout(text, model, name, codecs);
        text.Close();
    }

    private static void WriteFieldLayout(CodeText text, RecordModel model, string name, string codecs)
    {
        text.Open("private sealed class FieldLayout");
        text.Open($"public FieldLayout({codecs})");
        foreach (FieldModel field in model.Fields)
        {
            text.Line($"{field.Name}Codec = {field.Codec.Expression};");
        }

        text.Line($"Whole = new {Space}RecordCodec<{name}>(");
        text.Indent();
        text.Line($"\"{model.Name}\",");
        text.Line($"place => new {name}(place, this),");
        RecordWriter.WriteFields(text, model, static field => field.Name + "Codec", ");");
        text.Unindent();
        foreach (FieldModel field in model.Fields.Where(static field => field.Offset != 0))
        {
            text.Line($"{field.Name}Offset = Whole.OffsetOf(\"{field.Name}\");");
        }

        text.Close();
        text.Line();
        text.Line($"public {Space}RecordCodec<{name}> Whole {{ get; }}");
        foreach (FieldModel field in model.Fields)
        {
            text.Line();
            text.Line($"public {field.Codec.CodecType} {field.Name}Codec {{ get; }}");
            if (field.Offset != 0)
            {
                text.Line();
                text.Line($"public uint {field.Name}Offset {{ get; }}");
            }
        }

        text.Close();
    }
}
