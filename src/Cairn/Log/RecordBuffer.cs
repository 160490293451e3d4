using Cairn.IO;

namespace Cairn.Log;

/// <summary>
/// A buffer that grows and is used again, so that encoding a record allocates nothing once it has met a large one. A large one lies in memory as <see cref="IFile.WriteDirect"/> wants it. One thread at a time.
/// </summary>
internal sealed class RecordBuffer
{
    /// <summary>From here on the garbage collector leaves an array where it is.</summary>
    private const int LargeBytes = 128 << 10;

    private byte[] _bytes = [];
    private int _start;

    /// <summary>How many bytes it holds.</summary>
    public int Length { get; private set; }

    /// <summary>The bytes. Valid until the next call of <see cref="Extend"/>.</summary>
    public Span<byte> Bytes => _bytes.AsSpan(_start, Length);

    /// <summary>The bytes with zeros behind them up to a multiple of <see cref="IFile.DirectBytes"/>. Valid until the next call.</summary>
    public Span<byte> PaddedBytes
    {
        get
        {
            int padded = (int)AlignedMemory.Up(Length);
            Reserve(padded);
            _bytes.AsSpan(_start + Length, padded - Length).Clear();
            return _bytes.AsSpan(_start, padded);
        }
    }

    /// <summary>Forgets the bytes and keeps the memory.</summary>
    public void Clear()
    {
        Length = 0;
        _start = StartOf(_bytes); // a compacting collection may have moved it
    }

    /// <summary>Adds bytes at the end.</summary>
    /// <returns>The new bytes, with any content. Valid until the next call.</returns>
    public Span<byte> Extend(int count)
    {
        int start = Length;
        int length = checked(start + count);
        Reserve(length);
        Length = length;
        return _bytes.AsSpan(_start + start, count);
    }

    private void Reserve(int length)
    {
        if (length <= _bytes.Length - _start)
        {
            return;
        }

        long bytes = Math.Max(length, Math.Max(4096, _bytes.Length * 2L));
        byte[] grown = new byte[(int)Math.Min(Array.MaxLength, bytes >= LargeBytes ? AlignedMemory.Up(bytes) + IFile.DirectBytes : bytes)];
        int start = StartOf(grown);
        if (length > grown.Length - start)
        {
            start = 0; // at the end of what an array can hold
        }

        Bytes.CopyTo(grown.AsSpan(start));
        (_bytes, _start) = (grown, start);
    }

    private static int StartOf(byte[] bytes) => bytes.Length >= LargeBytes ? AlignedMemory.Start(bytes, 0) : 0;
}
