namespace Cairn.Log;

/// <summary>A buffer that grows and is used again, so that encoding a record allocates nothing once it has met a large one. One thread at a time.</summary>
internal sealed class RecordBuffer
{
    private byte[] _bytes = [];

    /// <summary>How many bytes it holds.</summary>
    public int Length { get; private set; }

    /// <summary>The bytes. Valid until the next call of <see cref="Extend"/>.</summary>
    public Span<byte> Bytes => _bytes.AsSpan(0, Length);

    /// <summary>Forgets the bytes and keeps the memory.</summary>
    public void Clear() => Length = 0;

    /// <summary>Adds bytes at the end.</summary>
    /// <returns>The new bytes, with any content. Valid until the next call.</returns>
    public Span<byte> Extend(int count)
    {
        int start = Length;
        int length = checked(start + count);
        if (length > _bytes.Length)
        {
            Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max(length, Math.Max(4096, _bytes.Length * 2L))));
        }

        Length = length;
        return _bytes.AsSpan(start, count);
    }
}
