using System.Text.Encodings.Web;
using System.Text.Json;
using Cairn.Contracts.Values;

namespace Cairn.Cli.Output;

/// <summary>Results as one JSON object on one line.</summary>
internal static class JsonLine
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes an object and a line feed.</summary>
    /// <param name="output">Where it goes.</param>
    /// <param name="fields">Writes the fields.</param>
    public static void Write(Stream output, Action<Utf8JsonWriter> fields)
    {
        using (Utf8JsonWriter writer = new(output, Options))
        {
            writer.WriteStartObject();
            fields(writer);
            writer.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    /// <summary>Writes bytes as a field: as text where they are, else as hexadecimal digits under the name with <c>Hex</c> behind it.</summary>
    public static void Bytes(this Utf8JsonWriter writer, string name, ReadOnlySpan<byte> bytes)
    {
        if (TextForm.IsText(bytes))
        {
            writer.WriteString(name, bytes);
        }
        else
        {
            writer.WriteString(name + "Hex", Convert.ToHexStringLower(bytes));
        }
    }

    /// <summary>Writes bytes, or null, as a field.</summary>
    public static void BytesOrNull(this Utf8JsonWriter writer, string name, byte[]? bytes)
    {
        if (bytes is null)
        {
            writer.WriteNull(name);
        }
        else
        {
            writer.Bytes(name, bytes);
        }
    }

    /// <summary>Writes a number, or null.</summary>
    public static void NumberOrNull(this Utf8JsonWriter writer, string name, ulong? number)
    {
        if (number is { } value)
        {
            writer.WriteNumber(name, value);
        }
        else
        {
            writer.WriteNull(name);
        }
    }

    /// <summary>Writes a value of a namespace as the fields <c>type</c> and <c>value</c>.</summary>
    public static void Value(this Utf8JsonWriter writer, in StateValue value)
    {
        writer.WriteString("type", value.Kind.ToString().ToLowerInvariant());
        writer.WritePropertyName("value");
        writer.WriteRawValue(value.ToJson());
    }

    /// <summary>Writes a height, or null.</summary>
    public static void Height(this Utf8JsonWriter writer, string name, BlockHeight? height)
    {
        if (height is { } value)
        {
            writer.WriteNumber(name, value.Value);
        }
        else
        {
            writer.WriteNull(name);
        }
    }

    /// <summary>Writes a time of 100 ns ticks since 1970 as text, or null. Outside the calendar it is the number.</summary>
    public static void Time(this Utf8JsonWriter writer, string name, long? ticks)
    {
        if (ticks is not { } value)
        {
            writer.WriteNull(name);
        }
        else if (TimeText.IsInCalendar(value))
        {
            writer.WriteString(name, TimeText.Of(value));
        }
        else
        {
            writer.WriteNumber(name, value);
        }
    }
}
