using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Cairn.Contracts;

/// <summary>The address of a contract or an account: 20 bytes. Orders by its bytes, as unsigned numbers.</summary>
public readonly struct Address : IEquatable<Address>, IComparable<Address>
{
    /// <summary>The length of an address in bytes.</summary>
    public const int SizeBytes = 20;

    private readonly ulong _a;
    private readonly ulong _b;
    private readonly uint _c;

    /// <summary>Copies an address from its bytes.</summary>
    /// <param name="bytes">Exactly 20 bytes.</param>
    /// <exception cref="ArgumentException">The span is not 20 bytes long.</exception>
    public Address(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != SizeBytes)
        {
            throw new ArgumentException($"An address has 20 bytes, not {bytes.Length}.", nameof(bytes));
        }

        _a = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _b = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        _c = BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]);
    }

    /// <summary>The address of 20 zero bytes.</summary>
    public static Address Zero => default;

    /// <summary>Whether two addresses have the same bytes.</summary>
    public static bool operator ==(Address left, Address right) => left.Equals(right);

    /// <summary>Whether two addresses differ.</summary>
    public static bool operator !=(Address left, Address right) => !left.Equals(right);

    /// <summary>Whether the left address comes first.</summary>
    public static bool operator <(Address left, Address right) => left.CompareTo(right) < 0;

    /// <summary>Whether the left address comes last.</summary>
    public static bool operator >(Address left, Address right) => left.CompareTo(right) > 0;

    /// <summary>Whether the left address comes first, or is the same.</summary>
    public static bool operator <=(Address left, Address right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the left address comes last, or is the same.</summary>
    public static bool operator >=(Address left, Address right) => left.CompareTo(right) >= 0;

    /// <summary>Reads an address from 40 hexadecimal digits, either case, with or without <c>0x</c> before them.</summary>
    /// <param name="text">The digits.</param>
    /// <param name="address">The address, or the zero one when the text is none.</param>
    /// <returns>Whether the text was an address.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out Address address)
    {
        ReadOnlySpan<char> digits = text;
        digits = digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? digits[2..] : digits;
        Span<byte> bytes = stackalloc byte[SizeBytes];
        bool isAddress = digits.Length == 2 * SizeBytes && Convert.FromHexString(digits, bytes, out _, out _) == OperationStatus.Done;
        address = isAddress ? new Address(bytes) : default;
        return isAddress;
    }

    /// <summary>Reads an address from 40 hexadecimal digits, either case, with or without <c>0x</c> before them.</summary>
    /// <exception cref="FormatException">The text is no address.</exception>
    public static Address Parse(string text) =>
        TryParse(text, out Address address) ? address : throw new FormatException($"'{text}' is not an address: 40 hexadecimal digits are expected.");

    /// <summary>Writes the 20 bytes.</summary>
    /// <param name="destination">At least 20 bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is less room.</exception>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], _c);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _b);
        BinaryPrimitives.WriteUInt64BigEndian(destination, _a);
    }

    /// <summary>The 20 bytes in a new array.</summary>
    public byte[] ToArray()
    {
        byte[] bytes = new byte[SizeBytes];
        CopyTo(bytes);
        return bytes;
    }

    /// <inheritdoc/>
    public int CompareTo(Address other) => _a != other._a ? _a.CompareTo(other._a) : _b != other._b ? _b.CompareTo(other._b) : _c.CompareTo(other._c);

    /// <inheritdoc/>
    public bool Equals(Address other) => _a == other._a && _b == other._b && _c == other._c;

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Address other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_a, _b, _c);

    /// <summary>The address as <c>0x</c> and 40 lower-case hexadecimal digits.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[SizeBytes];
        CopyTo(bytes);
        return "0x" + Convert.ToHexStringLower(bytes);
    }
}
