using Cairn.Format;

namespace Cairn.Proofs;

/// <summary>
/// Reads the one canonical encoding of a protobuf message: the caller asks for the fields in ascending order, and what is left at the end is a fault. All fields have numbers below 16, so that a tag is a byte.
/// A field in the wrong order, an unknown one, one that is there twice and a tag in more bytes than needed are all left over in the end.
/// </summary>
internal struct WireReader(ReadOnlyMemory<byte> bytes)
{
    private ReadOnlyMemory<byte> _rest = bytes;
    private bool _failed;

    /// <summary>Whether everything was read and nothing was wrong.</summary>
    public readonly bool IsDone => !_failed && _rest.IsEmpty;

    /// <summary>Reads a field of bytes or a message when it comes next. An empty one is a default written out, and a fault.</summary>
    public bool TryRead(byte tag, out ReadOnlyMemory<byte> body)
    {
        body = default;
        ReadOnlySpan<byte> rest = _rest.Span;
        if (_failed || rest.IsEmpty || rest[0] != tag)
        {
            return false;
        }

        if (!Varint.TryRead(rest[1..], out ulong length, out int lengthBytes) || length == 0 || length > (ulong)(rest.Length - 1 - lengthBytes))
        {
            _failed = true;
            return false;
        }

        body = _rest.Slice(1 + lengthBytes, (int)length);
        _rest = _rest[(1 + lengthBytes + (int)length)..];
        return true;
    }
}
