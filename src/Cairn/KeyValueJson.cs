using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Cairn;

/// <summary>Values as JSON text.</summary>
internal static class KeyValueJson
{
    /// <summary>How the default options write a type.</summary>
    [RequiresUnreferencedCode("Finds the members of the type by reflection.")]
    [RequiresDynamicCode("Finds the members of the type by reflection.")]
    public static JsonTypeInfo<T> Reflected<T>() => (JsonTypeInfo<T>)JsonSerializerOptions.Default.GetTypeInfo(typeof(T));

    /// <summary>Reads a value.</summary>
    /// <exception cref="JsonException">It is not JSON text of the type; the message names the key.</exception>
    public static T? Read<T>(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(value, type);
        }
        catch (JsonException exception)
        {
            throw new JsonException(
                $"The {value.Length} bytes under key {Convert.ToHexStringLower(key)} (hex) are not JSON text of type '{typeof(T)}': {exception.Message}",
                exception.Path,
                exception.LineNumber,
                exception.BytePositionInLine,
                exception);
        }
    }
}
