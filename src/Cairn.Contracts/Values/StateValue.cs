using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace Cairn.Contracts.Values;

/// <summary>
/// A value of the language and of the keys of namespaces: null, a Boolean, a number (IEEE 754 binary64), text, or an object (JSON in canonical form). Immutable; <c>default</c> is null. Two values are equal as keys of dictionaries are
/// when they have the same kind and content (<see cref="Equals(StateValue)"/>); whether the language calls them equal says <see cref="IsEqualTo"/>.
/// </summary>
public readonly partial struct StateValue : IEquatable<StateValue>
{
    private readonly string? _text;
    private readonly double _number;
    private readonly ValueKind _kind;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private StateValue(ValueKind kind, double number, string? text)
    {
        _text = text;
        _number = number;
        _kind = kind;
    }

    /// <summary>No value.</summary>
    public static StateValue Null => default;

    /// <summary>True.</summary>
    public static StateValue True => new(ValueKind.Boolean, 1, text: null);

    /// <summary>False.</summary>
    public static StateValue False => new(ValueKind.Boolean, 0, text: null);

    /// <summary>What it is.</summary>
    public ValueKind Kind => _kind;

    /// <summary>The number; of a Boolean 1 or 0, of anything else 0.</summary>
    public double Number => _number;

    /// <summary>Whether it is the Boolean true.</summary>
    public bool Boolean => _kind == ValueKind.Boolean && _number != 0;

    /// <summary>The text of a string, the canonical JSON of an object; empty for anything else.</summary>
    public string Text => _text ?? "";

    /// <summary>Whether the language takes it for true: a number that is neither 0 nor NaN, true, text that is not empty, and every object.</summary>
    public bool IsTrue => _kind switch
    {
        ValueKind.String => Text.Length > 0,
        ValueKind.Object => true,
        _ => _number != 0 && !double.IsNaN(_number),
    };

    /// <summary>Whether two values have the same kind and content.</summary>
    public static bool operator ==(StateValue left, StateValue right) => left.Equals(right);

    /// <summary>Whether two values differ in kind or content.</summary>
    public static bool operator !=(StateValue left, StateValue right) => !left.Equals(right);

    /// <summary>A number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static StateValue FromNumber(double number) => new(ValueKind.Number, number, text: null);

    /// <summary>A Boolean.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static StateValue FromBoolean(bool value) => new(ValueKind.Boolean, value ? 1 : 0, text: null);

    /// <summary>Text.</summary>
    /// <param name="text">The text: any Unicode without half a surrogate pair.</param>
    /// <exception cref="ArgumentException">It contains half a surrogate pair.</exception>
    public static StateValue FromText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return IsUnicode(text) ? new StateValue(ValueKind.String, 0, text) : throw new ArgumentException("The text contains half a surrogate pair.", nameof(text));
    }

    /// <summary>Reads a JSON object or array, in any form, nested up to 64 deep.</summary>
    /// <param name="utf8Json">The document.</param>
    /// <exception cref="ValueFormatException">It is no JSON, neither object nor array, names a member twice, or has a number that binary64 cannot hold.</exception>
    public static StateValue ParseObject(ReadOnlySpan<byte> utf8Json)
    {
        StateValue value = ParseJson(utf8Json);
        return value.Kind == ValueKind.Object ? value : throw new ValueFormatException("The JSON", 0, "an object or array", $"{value.KindName} {value.ToShortText()}");
    }

    /// <summary>Reads any JSON document: an object or array, a string, a number, a Boolean, null.</summary>
    /// <param name="utf8Json">The document.</param>
    /// <exception cref="ValueFormatException">It is no JSON, names a member twice, or has a number that binary64 cannot hold.</exception>
    public static StateValue ParseJson(ReadOnlySpan<byte> utf8Json)
    {
        string text = CanonicalJson.Read(utf8Json, out JsonTokenType first);
        return first switch
        {
            JsonTokenType.StartObject or JsonTokenType.StartArray => new StateValue(ValueKind.Object, 0, text),
            JsonTokenType.String => new StateValue(ValueKind.String, 0, text),
            JsonTokenType.Number => NumberText.TryParse(text, out double number) ? FromNumber(number) : throw new System.Diagnostics.UnreachableException("A canonical number is a number."),
            JsonTokenType.True => True,
            JsonTokenType.False => False,
            _ => Null,
        };
    }

    /// <summary>What the language's <c>eq</c> says: never equal across kinds; numbers by IEEE 754, so that NaN is not equal to itself and 0 is equal to -0; text and objects by content.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsEqualTo(in StateValue other) => _kind == other._kind && _number == other._number && (ReferenceEquals(_text, other._text) || string.Equals(_text, other._text, StringComparison.Ordinal));

    /// <inheritdoc/>
    public bool Equals(StateValue other) => _kind == other._kind && _number.Equals(other._number) && double.IsNegative(_number) == double.IsNegative(other._number) | double.IsNaN(_number) && string.Equals(_text, other._text, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is StateValue other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_kind, _number, _text);

    /// <summary>The value as text: the number's <see cref="NumberText"/>, <c>true</c>, <c>false</c>, <c>null</c>, the text itself, the JSON.</summary>
    public override string ToString() => _kind switch
    {
        ValueKind.Null => "null",
        ValueKind.Boolean => Boolean ? "true" : "false",
        ValueKind.Number => NumberText.Format(_number),
        _ => Text,
    };

    /// <summary>The value as JSON, in canonical form. NaN and the infinities, which JSON does not have, are strings.</summary>
    public string ToJson()
    {
        if (_kind != ValueKind.String && (_kind != ValueKind.Number || double.IsFinite(_number)))
        {
            return ToString();
        }

        string text = ToString();
        StringBuilder json = new(text.Length + 2);
        CanonicalJson.WriteString(json, text);
        return json.ToString();
    }

    /// <summary>The kind as users read it in messages.</summary>
    internal string KindName => _kind switch
    {
        ValueKind.Null => "null",
        ValueKind.Boolean => "Boolean",
        ValueKind.Number => "number",
        ValueKind.String => "string",
        _ => "object",
    };

    /// <summary>The beginning of the JSON of the value, for messages.</summary>
    internal string ToShortText()
    {
        const int MostChars = 64;
        string text = _text is { Length: > MostChars } ? new StateValue(_kind, 0, _text[..(char.IsHighSurrogate(_text[MostChars - 1]) ? MostChars - 1 : MostChars)]).ToJson() + "…" : ToJson();
        return text;
    }

    private static bool IsUnicode(string text)
    {
        int at = text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF');
        while (at >= 0 && at < text.Length)
        {
            if (!char.IsSurrogate(text[at]))
            {
                at++;
            }
            else if (char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]))
            {
                at += 2;
            }
            else
            {
                return false;
            }
        }

        return true;
    }
}
