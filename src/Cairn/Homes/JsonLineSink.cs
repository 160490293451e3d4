using System.Buffers;
using System.Buffers.Text;
using System.Text.Encodings.Web;
using Cairn.Format;
using Cairn.IO;

namespace Cairn.Homes;

/// <summary>
/// Writes one line at a time to the end of a file and keeps the checksum that chains the lines. A line of the usual size is one write; a long
/// one goes out in pieces, so that memory does not grow with it. One thread at a time.
/// </summary>
internal sealed class JsonLineSink
{
    private const int BufferBytes = 64 * 1024;

    private readonly IFile _file;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _used;
    private uint _crc;

    /// <summary>Makes a sink.</summary>
    /// <param name="file">Where the lines go.</param>
    /// <param name="offset">The end of the last line.</param>
    /// <param name="crc">The checksum of the last line; 0 before the first.</param>
    public JsonLineSink(IFile file, long offset, uint crc)
    {
        _file = file;
        Offset = offset;
        _crc = crc;
    }

    /// <summary>The place after what was written to the file.</summary>
    public long Offset { get; private set; }

    /// <summary>The checksum of the last complete line.</summary>
    public uint Crc => _crc;

    /// <summary>Adds bytes as they are.</summary>
    public void Raw(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > _buffer.Length - _used)
        {
            int part = _buffer.Length - _used;
            bytes[..part].CopyTo(_buffer.AsSpan(_used));
            _used += part;
            bytes = bytes[part..];
            Flush(covered: true);
        }

        bytes.CopyTo(_buffer.AsSpan(_used));
        _used += bytes.Length;
    }

    /// <summary>Adds a number.</summary>
    public void Number(ulong value)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(value, digits, out int length);
        Raw(digits[..length]);
    }

    /// <summary>Adds a number that may be negative.</summary>
    public void Number(long value)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(value, digits, out int length);
        Raw(digits[..length]);
    }

    /// <summary>Adds the inside of a JSON string, escaping what has to be.</summary>
    /// <param name="utf8">Valid UTF-8.</param>
    public void Text(ReadOnlySpan<byte> utf8)
    {
        while (JavaScriptEncoder.UnsafeRelaxedJsonEscaping.EncodeUtf8(utf8, _buffer.AsSpan(_used), out int consumed, out int written) == OperationStatus.DestinationTooSmall)
        {
            _used += written;
            utf8 = utf8[consumed..];
            Flush(covered: true);
        }

        JavaScriptEncoder.UnsafeRelaxedJsonEscaping.EncodeUtf8(utf8, _buffer.AsSpan(_used), out _, out int last);
        _used += last;
    }

    /// <summary>Adds bytes as lower-case hexadecimal digits.</summary>
    public void Hex(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            if (_buffer.Length - _used < 2)
            {
                Flush(covered: true);
            }

            int part = Math.Min(bytes.Length, (_buffer.Length - _used) / 2);
            Convert.TryToHexStringLower(bytes[..part], _buffer.AsSpan(_used), out int written);
            _used += written;
            bytes = bytes[part..];
        }
    }

    /// <summary>Ends the line with its checksum and gives all of it to the file.</summary>
    public void EndLine()
    {
        if (_buffer.Length - _used < JsonLinesFormat.TailBytes + 1)
        {
            Flush(covered: true);
        }

        _crc = Crc32C.Append(_crc, _buffer.AsSpan(0, _used));
        Span<byte> digits = stackalloc byte[8];
        _crc.TryFormat(digits, out _, "x8");
        Raw(JsonLinesFormat.TailStart);
        Raw(digits);
        Raw(JsonLinesFormat.TailEnd);
        Raw("\n"u8);
        Flush(covered: false);
    }

    private void Flush(bool covered)
    {
        if (covered)
        {
            _crc = Crc32C.Append(_crc, _buffer.AsSpan(0, _used));
        }

        _file.Write(Offset, _buffer.AsSpan(0, _used));
        Offset += _used;
        _used = 0;
    }
}
