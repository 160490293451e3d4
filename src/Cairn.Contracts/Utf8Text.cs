using System.Text;
using System.Text.Unicode;

namespace Cairn.Contracts;

/// <summary>Text of records: UTF-8 without a lone surrogate, so that what is read is what was written.</summary>
internal static class Utf8Text
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The bytes of a text.</summary>
    /// <exception cref="ArgumentException">It contains half a surrogate pair.</exception>
    public static byte[] Encode(string text, string parameter)
    {
        try
        {
            return Strict.GetBytes(text);
        }
        catch (EncoderFallbackException fault)
        {
            throw new ArgumentException($"The text contains half a surrogate pair at index {fault.Index}.", parameter, fault);
        }
    }

    /// <summary>How many bytes a text has.</summary>
    /// <exception cref="ArgumentException">It contains half a surrogate pair, or is too long.</exception>
    public static int CountChecked(string text, int maxBytes, string parameter)
    {
        int bytes;
        try
        {
            bytes = Strict.GetByteCount(text);
        }
        catch (EncoderFallbackException fault)
        {
            throw new ArgumentException($"The text contains half a surrogate pair at index {fault.Index}.", parameter, fault);
        }

        return bytes <= maxBytes ? bytes : throw new ArgumentException($"The text has {bytes} bytes of UTF-8; {maxBytes} are allowed.", parameter);
    }

    /// <summary>Writes a text that was counted.</summary>
    public static int Write(string text, Span<byte> destination) => Strict.GetBytes(text, destination);

    /// <summary>Whether bytes are text, and which.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, out string text)
    {
        bool isText = Utf8.IsValid(bytes);
        text = isText ? Encoding.UTF8.GetString(bytes) : "";
        return isText;
    }
}
