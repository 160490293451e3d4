using System.Buffers.Binary;

namespace Cairn.Benchmarks.Engines;

/// <summary>What a scan came upon; equal for equal entries, in whatever order they were added.</summary>
/// <param name="Entries">How many entries.</param>
/// <param name="Bytes">The bytes of their keys and values.</param>
/// <param name="Mix">A sum over the last bytes of keys and values, so that both have to be read.</param>
internal readonly record struct ScanSum(long Entries, long Bytes, ulong Mix)
{
    /// <summary>Adds an entry.</summary>
    public ScanSum With(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) =>
        new(Entries + 1, Bytes + key.Length + value.Length, Mix + (Tail(key) * 31) + Tail(value));

    /// <summary>Adds the entries of another scan.</summary>
    public ScanSum With(ScanSum other) => new(Entries + other.Entries, Bytes + other.Bytes, Mix + other.Mix);

    private static ulong Tail(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= sizeof(ulong))
        {
            return BinaryPrimitives.ReadUInt64LittleEndian(bytes[^sizeof(ulong)..]);
        }

        ulong tail = 0;
        foreach (byte part in bytes)
        {
            tail = (tail << 8) | part;
        }

        return tail;
    }
}
