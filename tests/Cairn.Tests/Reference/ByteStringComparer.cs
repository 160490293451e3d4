namespace Cairn.Tests.Reference;

/// <summary>Byte strings in the order of the data model: unsigned, lexicographic, a proper prefix before its extensions.</summary>
internal sealed class ByteStringComparer : IComparer<byte[]>, IEqualityComparer<byte[]>
{
    public static ByteStringComparer Instance { get; } = new();

    public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);

    public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

    public int GetHashCode(byte[] bytes)
    {
        HashCode hash = default;
        hash.AddBytes(bytes);
        return hash.ToHashCode();
    }
}
