using System.Text;
using System.Text.Unicode;

namespace Cairn.Cli.Output;

/// <summary>How keys and values are shown in lines: as the text they are, or as <c>hex:</c> and digits where that would not be readable and unambiguous.</summary>
internal static class TextForm
{
    private static ReadOnlySpan<byte> HexPrefix => "hex:"u8;

    /// <summary>Whether bytes are UTF-8 without control characters (U+0000 to U+001F, U+007F to U+009F).</summary>
    public static bool IsText(ReadOnlySpan<byte> bytes)
    {
        if (bytes.ContainsAnyInRange((byte)0, (byte)0x1f) || bytes.Contains((byte)0x7f) || !Utf8.IsValid(bytes))
        {
            return false;
        }

        for (int at = bytes.IndexOf((byte)0xc2); at >= 0; at = bytes.IndexOf((byte)0xc2))
        {
            if (bytes[at + 1] < 0xa0)
            {
                return false;
            }

            bytes = bytes[(at + 2)..];
        }

        return true;
    }

    /// <summary>Whether bytes are shown as they are: text that does not look like the other form.</summary>
    public static bool IsPlain(ReadOnlySpan<byte> bytes) => IsText(bytes) && !bytes.StartsWith(HexPrefix);

    /// <summary>The form of bytes as a string.</summary>
    public static string Of(ReadOnlySpan<byte> bytes) => IsPlain(bytes) ? Encoding.UTF8.GetString(bytes) : "hex:" + Convert.ToHexStringLower(bytes);

    /// <summary>The word for a tree.</summary>
    public static string Of(TreeKind tree) => tree == TreeKind.Local ? "local" : "state";

    /// <summary>Writes the form of a value that may be absent, which is a dash; the value that is a dash is written in the other form.</summary>
    public static void WriteOrAbsent(Stream output, byte[]? value)
    {
        if (value is null)
        {
            output.Write("-"u8);
        }
        else if (value.AsSpan().SequenceEqual("-"u8))
        {
            output.Write("hex:2d"u8);
        }
        else
        {
            Write(output, value);
        }
    }

    /// <summary>Writes the form of bytes.</summary>
    public static void Write(Stream output, ReadOnlySpan<byte> bytes)
    {
        if (IsPlain(bytes))
        {
            output.Write(bytes);
            return;
        }

        output.Write(HexPrefix);
        Span<byte> digits = stackalloc byte[1024];
        while (bytes.Length > 0)
        {
            int part = Math.Min(bytes.Length, digits.Length / 2);
            Convert.TryToHexStringLower(bytes[..part], digits, out int written);
            output.Write(digits[..written]);
            bytes = bytes[part..];
        }
    }
}
