using System.Buffers.Binary;
using System.Text;

namespace Cairn.Contracts.Values;

/// <summary>The bytes of a value: see <c>docs/format.md</c>, "Values of namespaces". Equal values have equal bytes on every machine: there is one NaN.</summary>
public readonly partial struct StateValue
{
    /// <summary>The most bytes an encoded value has: as many as a value of the engine.</summary>
    public const int MaxEncodedBytes = StateLimits.MaxValueBytes;

    private const ulong CanonicalNaN = 0x7FF8_0000_0000_0000;

    /// <summary>The bytes of the content, which quotas of accounts count: 8 of a number, 1 of a Boolean, none of null, the UTF-8 of text and JSON.</summary>
    public int ContentBytes => _kind switch
    {
        ValueKind.Null => 0,
        ValueKind.Boolean => 1,
        ValueKind.Number => sizeof(double),
        _ => Encoding.UTF8.GetByteCount(Text),
    };

    /// <summary>The bytes of the encoded value: the kind and the content.</summary>
    public int EncodedBytes => 1 + ContentBytes;

    /// <summary>Writes the value.</summary>
    /// <param name="destination">Takes it: at least <see cref="EncodedBytes"/> long.</param>
    /// <returns>How many bytes were written.</returns>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public int Encode(Span<byte> destination)
    {
        destination[0] = (byte)_kind;
        Span<byte> content = destination[1..];
        switch (_kind)
        {
            case ValueKind.Null:
                return 1;
            case ValueKind.Boolean:
                content[0] = Boolean ? (byte)1 : (byte)0;
                return 2;
            case ValueKind.Number:
                BinaryPrimitives.WriteUInt64LittleEndian(content, double.IsNaN(_number) ? CanonicalNaN : BitConverter.DoubleToUInt64Bits(_number));
                return 1 + sizeof(double);
            default:
                return 1 + Encoding.UTF8.GetBytes(Text, content);
        }
    }

    /// <summary>The encoded value in an array of its own.</summary>
    public byte[] Encode()
    {
        byte[] bytes = new byte[EncodedBytes];
        Encode(bytes);
        return bytes;
    }

    /// <summary>Reads an encoded value; only what <see cref="Encode(Span{byte})"/> writes is one.</summary>
    /// <param name="encoded">All its bytes.</param>
    /// <exception cref="ValueFormatException">They are no encoded value.</exception>
    public static StateValue Decode(ReadOnlySpan<byte> encoded)
    {
        if (encoded.Length == 0)
        {
            throw Bad(0, "the kind of a value, 0 to 4", "nothing");
        }

        ReadOnlySpan<byte> content = encoded[1..];
        switch ((ValueKind)encoded[0])
        {
            case ValueKind.Null:
                return content.Length == 0 ? Null : throw Bad(1, "nothing behind null", $"{content.Length} bytes");
            case ValueKind.Boolean:
                return content is [0 or 1] ? FromBoolean(content[0] == 1) : throw Bad(1, "a byte that is 0 or 1", Convert.ToHexStringLower(content[..Math.Min(content.Length, 8)]));
            case ValueKind.Number:
                return FromNumber(DecodeNumber(content));
            case ValueKind.String:
                return new StateValue(ValueKind.String, 0, DecodeText(content));
            case ValueKind.Object:
                string text = DecodeText(content);
                StateValue value = ParseObject(content);
                return string.Equals(value.Text, text, StringComparison.Ordinal) ? value : throw Bad(1, "JSON in its canonical form", "another form of it");
            default:
                throw Bad(0, "the kind of a value, 0 to 4", $"{encoded[0]}");
        }
    }

    private static double DecodeNumber(ReadOnlySpan<byte> content)
    {
        if (content.Length != sizeof(double))
        {
            throw Bad(1, "8 bytes of a number", $"{content.Length}");
        }

        ulong bits = BinaryPrimitives.ReadUInt64LittleEndian(content);
        double number = BitConverter.UInt64BitsToDouble(bits);
        return !double.IsNaN(number) || bits == CanonicalNaN ? number : throw Bad(1, $"{CanonicalNaN:x16} as the only NaN", $"{bits:x16}");
    }

    private static string DecodeText(ReadOnlySpan<byte> content) => Utf8Text.TryDecode(content, out string text) ? text : throw Bad(1, "UTF-8", "other bytes");

    private static ValueFormatException Bad(long offset, string expected, string found) => new("The encoded value", offset, expected, found);
}
