using System.Buffers.Binary;

namespace Cairn.Contracts.Execution;

/// <summary>Gathers encoded arguments or a result, up to <see cref="CallLimits.MaxEncodedBytes"/>. For one thread.</summary>
public sealed class CallWriter
{
    private byte[] _bytes = [];

    /// <summary>How many bytes were written.</summary>
    public int Length { get; private set; }

    /// <summary>What was written. Valid until the next write.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    /// <summary>What was written, in a new array.</summary>
    public byte[] ToArray() => Length == 0 ? [] : Written.ToArray();

    /// <summary>Begins anew with the same memory.</summary>
    internal void Clear() => Length = 0;

    /// <summary>Makes room for bytes, which the caller fills.</summary>
    /// <exception cref="CallEncodingException">That would be too many.</exception>
    internal Span<byte> Take(int length)
    {
        if (length > CallLimits.MaxEncodedBytes - Length)
        {
            throw new CallEncodingException(Length, $"{(long)Length + length} bytes are more than the {CallLimits.MaxEncodedBytes} that a call may have");
        }

        if (Length + length > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(64, Math.Max(2 * _bytes.Length, Length + length)));
        }

        Length += length;
        return _bytes.AsSpan(Length - length, length);
    }

    internal void WriteCount(int count) => BinaryPrimitives.WriteInt32LittleEndian(Take(sizeof(int)), count);
}
