using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cairn.Contracts.Namespaces.Access;
using Cairn.Contracts.Namespaces.Auditing;
using Cairn.Contracts.Values;

namespace Cairn.Contracts.Namespaces;

/// <content>Values of a type that is asked for, and values as JSON.</content>
public sealed partial class NamespaceStore
{
    /// <summary>Writes a value that has to be of a type.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="type">The type; an integer is a number without a fraction.</param>
    /// <returns>The number of the version made.</returns>
    /// <exception cref="ValueTypeException">It is of another one, and the principal may write there.</exception>
    /// <exception cref="AccessDeniedException">The principal may not write there.</exception>
    /// <exception cref="QuotaExceededException">A quota has no room for it.</exception>
    /// <exception cref="InvalidOperationException">The store is over a view, or the draft can no longer be changed.</exception>
    public ulong SetTyped(StatePath key, StateValue value, StateType type)
    {
        ArgumentNullException.ThrowIfNull(key);
        bool isWhole = type != StateType.Integer || (double.IsFinite(value.Number) && Math.Floor(value.Number) == value.Number);
        if (value.Kind == KindOf(type) && isWhole)
        {
            return Set(key, value);
        }

        // Who may not write there is denied, whatever the value is.
        _session.RequireWriting(this, key, AuditAction.Write);
        throw new ValueTypeException(key.ToString(), type, value);
    }

    /// <summary>Reads a value that has to be of a type; a number and an integer are read as each other.</summary>
    /// <param name="key">The key.</param>
    /// <param name="type">The type.</param>
    /// <exception cref="ValueTypeException">It is of another one.</exception>
    /// <exception cref="KeyMissingException">The key has no value.</exception>
    /// <exception cref="AccessDeniedException">The principal may not read there.</exception>
    public StateValue GetTyped(StatePath key, StateType type)
    {
        StateValue value = Get(key);
        return value.Kind == KindOf(type) ? value : throw new ValueTypeException(key.ToString(), type, value);
    }

    /// <summary>Writes a JSON document: an object or array in its canonical form, anything else as the value it stands for.</summary>
    /// <param name="key">The key.</param>
    /// <param name="utf8Json">The document.</param>
    /// <returns>The number of the version made.</returns>
    /// <exception cref="ValueFormatException">It is no JSON, and the principal may write there.</exception>
    /// <exception cref="AccessDeniedException">The principal may not write there.</exception>
    /// <exception cref="QuotaExceededException">A quota has no room for it.</exception>
    /// <exception cref="InvalidOperationException">The store is over a view, or the draft can no longer be changed.</exception>
    public ulong SetJson(StatePath key, ReadOnlySpan<byte> utf8Json)
    {
        ArgumentNullException.ThrowIfNull(key);
        _session.RequireWriting(this, key, AuditAction.Write);
        return Set(key, StateValue.ParseJson(utf8Json));
    }

    /// <summary>Writes an object as JSON.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The object.</param>
    /// <param name="type">How it is written.</param>
    /// <returns>The number of the version made.</returns>
    /// <exception cref="AccessDeniedException">The principal may not write there.</exception>
    /// <exception cref="QuotaExceededException">A quota has no room for it.</exception>
    public ulong SetJson<T>(StatePath key, T value, JsonTypeInfo<T> type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return SetJson(key, JsonSerializer.SerializeToUtf8Bytes(value, type));
    }

    /// <summary>Reads a value as JSON, in canonical form.</summary>
    /// <exception cref="KeyMissingException">The key has no value.</exception>
    /// <exception cref="AccessDeniedException">The principal may not read there.</exception>
    public string GetJson(StatePath key) => Get(key).ToJson();

    /// <summary>Reads an object from JSON.</summary>
    /// <param name="key">The key.</param>
    /// <param name="type">How it is read.</param>
    /// <exception cref="JsonException">The JSON is of another type.</exception>
    /// <exception cref="KeyMissingException">The key has no value.</exception>
    /// <exception cref="AccessDeniedException">The principal may not read there.</exception>
    public T? GetJson<T>(StatePath key, JsonTypeInfo<T> type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return JsonSerializer.Deserialize(GetJson(key), type);
    }

    private static ValueKind KindOf(StateType type) => type switch
    {
        StateType.Number or StateType.Integer => ValueKind.Number,
        StateType.Boolean => ValueKind.Boolean,
        StateType.String => ValueKind.String,
        StateType.Object => ValueKind.Object,
        StateType.Null => ValueKind.Null,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "There is no such type."),
    };
}
