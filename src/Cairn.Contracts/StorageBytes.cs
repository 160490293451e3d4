namespace Cairn.Contracts;

/// <summary>A byte string: immutable, compares and orders by its bytes as unsigned numbers. The default is empty.</summary>
public readonly struct StorageBytes : IEquatable<StorageBytes>, IComparable<StorageBytes>
{
    private readonly byte[]? _bytes;

    /// <summary>Copies bytes.</summary>
    /// <param name="bytes">The bytes.</param>
    public StorageBytes(ReadOnlySpan<byte> bytes) => _bytes = bytes.ToArray();

    /// <summary>How many bytes there are.</summary>
    public int Length => _bytes?.Length ?? 0;

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Span => _bytes;

    /// <summary>Copies bytes.</summary>
    public static implicit operator StorageBytes(byte[] bytes) => new(bytes);

    /// <summary>Whether two byte strings are equal.</summary>
    public static bool operator ==(StorageBytes left, StorageBytes right) => left.Equals(right);

    /// <summary>Whether two byte strings differ.</summary>
    public static bool operator !=(StorageBytes left, StorageBytes right) => !left.Equals(right);

    /// <summary>Whether the left byte string comes first.</summary>
    public static bool operator <(StorageBytes left, StorageBytes right) => left.CompareTo(right) < 0;

    /// <summary>Whether the left byte string comes last.</summary>
    public static bool operator >(StorageBytes left, StorageBytes right) => left.CompareTo(right) > 0;

    /// <summary>Whether the left byte string comes first, or is the same.</summary>
    public static bool operator <=(StorageBytes left, StorageBytes right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the left byte string comes last, or is the same.</summary>
    public static bool operator >=(StorageBytes left, StorageBytes right) => left.CompareTo(right) >= 0;

    /// <summary>The bytes in a new array.</summary>
    public byte[] ToArray() => Span.ToArray();

    /// <inheritdoc/>
    public int CompareTo(StorageBytes other) => Span.SequenceCompareTo(other.Span);

    /// <inheritdoc/>
    public bool Equals(StorageBytes other) => Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is StorageBytes other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    /// <summary>The bytes as lower-case hexadecimal digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(Span);
}
