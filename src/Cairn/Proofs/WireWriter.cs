using Cairn.Format;

namespace Cairn.Proofs;

/// <summary>
/// Writes protobuf messages from the end to the beginning, so that the length of a message is known when it has to be written. Fields are therefore written in descending order. Owned by one call.
/// </summary>
internal sealed class WireWriter
{
    private byte[] _buffer = new byte[1024];
    private int _start = 1024;

    /// <summary>The bytes written so far.</summary>
    public int Length => _buffer.Length - _start;

    /// <summary>What was written, in a new array.</summary>
    public byte[] ToArray() => _buffer[_start..];

    /// <summary>A field of bytes; none when they are empty, which is the default.</summary>
    public void Bytes(byte tag, ReadOnlySpan<byte> bytes)
    {
        if (!bytes.IsEmpty)
        {
            Raw(bytes);
            Number(tag, (ulong)bytes.Length);
        }
    }

    /// <summary>A number with its tag: a field of type varint, or the head of what was written before.</summary>
    public void Number(byte tag, ulong number)
    {
        Span<byte> head = stackalloc byte[1 + Varint.MaxBytes];
        head[0] = tag;
        Raw(head[..(1 + Varint.Write(head[1..], number))]);
    }

    /// <summary>A number without a tag, as packed fields have them.</summary>
    public void Packed(ulong number)
    {
        Span<byte> bytes = stackalloc byte[Varint.MaxBytes];
        Raw(bytes[..Varint.Write(bytes, number)]);
    }

    /// <summary>Makes what was written since a length a message field.</summary>
    public void Enclose(byte tag, int since) => Number(tag, (ulong)(Length - since));

    /// <summary>Bytes as they are.</summary>
    public void Raw(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _start)
        {
            Grow(bytes.Length);
        }

        _start -= bytes.Length;
        bytes.CopyTo(_buffer.AsSpan(_start));
    }

    private void Grow(int more)
    {
        byte[] larger = new byte[Math.Max(checked(_buffer.Length + more), (int)Math.Min(2L * _buffer.Length, Array.MaxLength))];
        int start = larger.Length - Length;
        _buffer.AsSpan(_start).CopyTo(larger.AsSpan(start));
        _buffer = larger;
        _start = start;
    }
}
