using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Cairn.Contracts.Registry;

/// <summary>
/// What names a contract: 1 to 299 bytes of any content, most often the 20 bytes of an address or a text. Immutable; compares by content and orders by its bytes, as unsigned numbers. The default value is no id and is refused
/// wherever one is needed.
/// </summary>
public readonly struct ContractId : IEquatable<ContractId>, IComparable<ContractId>
{
    /// <summary>The longest id in bytes. With a key of its state it has at most one byte more.</summary>
    public const int MaxBytes = 299;

    private readonly byte[]? _bytes;

    /// <summary>Makes an id of bytes.</summary>
    /// <param name="bytes">1 to <see cref="MaxBytes"/> bytes. Copied.</param>
    /// <exception cref="ArgumentException">There are none, or too many.</exception>
    public ContractId(ReadOnlySpan<byte> bytes)
        : this(bytes.ToArray(), checks: true)
    {
    }

    /// <summary>Makes an id of the 20 bytes of an address.</summary>
    public ContractId(Address address)
        : this(address.ToArray(), checks: false)
    {
    }

    private ContractId(byte[] bytes, bool checks)
    {
        if (checks && bytes.Length is 0 or > MaxBytes)
        {
            throw new ArgumentException($"The id of a contract has 1 to {MaxBytes} bytes, not {bytes.Length}.", nameof(bytes));
        }

        _bytes = bytes;
    }

    /// <summary>The bytes; none of the default value. Valid as long as the id.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>How many bytes it has; 0 of the default value.</summary>
    public int Length => _bytes?.Length ?? 0;

    /// <summary>Whether it is the default value, which names nothing.</summary>
    public bool IsDefault => _bytes is null;

    /// <summary>An id of the bytes of an address.</summary>
    public static implicit operator ContractId(Address address) => FromAddress(address);

    /// <summary>Whether two ids have the same bytes.</summary>
    public static bool operator ==(ContractId left, ContractId right) => left.Equals(right);

    /// <summary>Whether two ids differ.</summary>
    public static bool operator !=(ContractId left, ContractId right) => !left.Equals(right);

    /// <summary>Whether the left id comes first.</summary>
    public static bool operator <(ContractId left, ContractId right) => left.CompareTo(right) < 0;

    /// <summary>Whether the left id comes last.</summary>
    public static bool operator >(ContractId left, ContractId right) => left.CompareTo(right) > 0;

    /// <summary>Whether the left id comes first, or is the same.</summary>
    public static bool operator <=(ContractId left, ContractId right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the left id comes last, or is the same.</summary>
    public static bool operator >=(ContractId left, ContractId right) => left.CompareTo(right) >= 0;

    /// <summary>An id of the 20 bytes of an address.</summary>
    public static ContractId FromAddress(Address address) => new(address);

    /// <summary>An id of the UTF-8 bytes of a text.</summary>
    /// <param name="text">The text, 1 to <see cref="MaxBytes"/> bytes of UTF-8.</param>
    /// <exception cref="ArgumentException">It is empty, too long, or contains half a surrogate pair.</exception>
    public static ContractId FromText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new ContractId(Utf8Text.Encode(text, nameof(text)), checks: true);
    }

    /// <summary>Reads what <see cref="ToString"/> writes: <c>0x</c> and hexadecimal digits are bytes, everything else is text.</summary>
    /// <exception cref="FormatException">It is neither, or too long.</exception>
    public static ContractId Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            return text.StartsWith("0x", StringComparison.Ordinal) ? new ContractId(Convert.FromHexString(text.AsSpan(2)), checks: true) : FromText(text);
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException)
        {
            throw new FormatException($"'{text}' is no id of a contract: text, or 0x and two hexadecimal digits a byte, 1 to {MaxBytes} bytes.", fault);
        }
    }

    /// <summary>The address with the same bytes.</summary>
    /// <param name="address">The address, or the zero one when the id is none.</param>
    /// <returns>Whether the id has the length of an address.</returns>
    public bool TryGetAddress(out Address address)
    {
        bool isAddress = Length == Address.SizeBytes;
        address = isAddress ? new Address(_bytes) : default;
        return isAddress;
    }

    /// <summary>The bytes in a new array.</summary>
    public byte[] ToArray() => Bytes.ToArray();

    /// <inheritdoc/>
    public int CompareTo(ContractId other) => Bytes.SequenceCompareTo(other.Bytes);

    /// <inheritdoc/>
    public bool Equals(ContractId other) => Bytes.SequenceEqual(other.Bytes);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is ContractId other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.AddBytes(Bytes);
        return hash.ToHashCode();
    }

    /// <summary>The text when it is one that can be shown and is no address, otherwise <c>0x</c> and lower-case hexadecimal digits. <see cref="Parse"/> reads both.</summary>
    public override string ToString() =>
        Length != Address.SizeBytes && Utf8Text.TryDecode(Bytes, out string text) && IsPlain(text) ? text : "0x" + Convert.ToHexStringLower(Bytes);

    /// <summary>The bytes of an id that is one.</summary>
    /// <exception cref="ArgumentException">It is the default value.</exception>
    internal ReadOnlySpan<byte> CheckedBytes(string parameter) => _bytes ?? throw new ArgumentException("The id of the contract is missing.", parameter);

    /// <summary>Whether a text is shown as it is: no control characters, nothing that would be read as bytes.</summary>
    private static bool IsPlain(string text)
    {
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (Rune.IsControl(rune))
            {
                return false;
            }
        }

        return !text.StartsWith("0x", StringComparison.Ordinal);
    }
}
