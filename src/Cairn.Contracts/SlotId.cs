using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Cairn.Contracts;

/// <summary>The id of a slot, one of a contract's memories: 32 bytes. Orders by its bytes, as unsigned numbers.</summary>
public readonly struct SlotId : IEquatable<SlotId>, IComparable<SlotId>
{
    /// <summary>The length of an id in bytes.</summary>
    public const int SizeBytes = 32;

    private readonly ulong _a;
    private readonly ulong _b;
    private readonly ulong _c;
    private readonly ulong _d;

    /// <summary>Copies an id from its bytes.</summary>
    /// <param name="bytes">Exactly 32 bytes.</param>
    /// <exception cref="ArgumentException">The span is not 32 bytes long.</exception>
    public SlotId(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != SizeBytes)
        {
            throw new ArgumentException($"A slot id has 32 bytes, not {bytes.Length}.", nameof(bytes));
        }

        _a = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _b = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        _c = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]);
        _d = BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]);
    }

    /// <summary>The slot everything begins in: 32 zero bytes.</summary>
    public static SlotId Root => default;

    /// <summary>Whether two ids have the same bytes.</summary>
    public static bool operator ==(SlotId left, SlotId right) => left.Equals(right);

    /// <summary>Whether two ids differ.</summary>
    public static bool operator !=(SlotId left, SlotId right) => !left.Equals(right);

    /// <summary>Whether the left id comes first.</summary>
    public static bool operator <(SlotId left, SlotId right) => left.CompareTo(right) < 0;

    /// <summary>Whether the left id comes last.</summary>
    public static bool operator >(SlotId left, SlotId right) => left.CompareTo(right) > 0;

    /// <summary>Whether the left id comes first, or is the same.</summary>
    public static bool operator <=(SlotId left, SlotId right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the left id comes last, or is the same.</summary>
    public static bool operator >=(SlotId left, SlotId right) => left.CompareTo(right) >= 0;

    /// <summary>Reads an id from 64 hexadecimal digits, either case.</summary>
    /// <exception cref="FormatException">The text is no id.</exception>
    public static SlotId Parse(string text) => new(Hash256.Parse(text).ToArray());

    /// <summary>The id whose bytes are a number, least significant byte first: how lists of locked slots write it.</summary>
    public static SlotId FromInteger(UInt256 value)
    {
        Span<byte> bytes = stackalloc byte[SizeBytes];
        value.WriteLittleEndian(bytes);
        return new SlotId(bytes);
    }

    /// <summary>The bytes read as a number, least significant byte first.</summary>
    public UInt256 ToInteger()
    {
        Span<byte> bytes = stackalloc byte[SizeBytes];
        CopyTo(bytes);
        return UInt256.ReadLittleEndian(bytes);
    }

    /// <summary>The slot that holds what the byte at an offset of this one refers to: SHA3-256 of the id and the offset, four bytes, least significant first.</summary>
    /// <param name="offset">The offset in this slot.</param>
    public SlotId Indirect(uint offset)
    {
        Span<byte> message = stackalloc byte[SizeBytes + sizeof(uint)];
        CopyTo(message);
        BinaryPrimitives.WriteUInt32LittleEndian(message[SizeBytes..], offset);
        Span<byte> hash = stackalloc byte[Sha3.HashBytes];
        Sha3.Hash(message, hash);
        return new SlotId(hash);
    }

    /// <summary>Writes the 32 bytes.</summary>
    /// <param name="destination">At least 32 bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is less room.</exception>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], _d);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], _c);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _b);
        BinaryPrimitives.WriteUInt64BigEndian(destination, _a);
    }

    /// <inheritdoc/>
    public int CompareTo(SlotId other) =>
        _a != other._a ? _a.CompareTo(other._a) : _b != other._b ? _b.CompareTo(other._b) : _c != other._c ? _c.CompareTo(other._c) : _d.CompareTo(other._d);

    /// <inheritdoc/>
    public bool Equals(SlotId other) => _a == other._a && _b == other._b && _c == other._c && _d == other._d;

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is SlotId other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_a, _b, _c, _d);

    /// <summary>The id as 64 lower-case hexadecimal digits.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[SizeBytes];
        CopyTo(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
