using System.Diagnostics.CodeAnalysis;

namespace Cairn.Contracts.Execution;

/// <summary>What names an execution in the whole history: 1 to 64 bytes, a hash or a text. Immutable; compares by content. The default value is no id and is refused wherever one is needed.</summary>
public readonly struct ExecutionId : IEquatable<ExecutionId>
{
    /// <summary>The longest id in bytes.</summary>
    public const int MaxBytes = 64;

    private readonly byte[]? _bytes;

    /// <summary>Makes an id of bytes.</summary>
    /// <param name="bytes">1 to <see cref="MaxBytes"/> bytes. Copied.</param>
    /// <exception cref="ArgumentException">There are none, or too many.</exception>
    public ExecutionId(ReadOnlySpan<byte> bytes)
        : this(bytes.ToArray())
    {
    }

    /// <summary>Makes an id of a hash.</summary>
    public ExecutionId(Hash256 hash)
        : this(hash.ToArray())
    {
    }

    private ExecutionId(byte[] bytes)
    {
        if (bytes.Length is 0 or > MaxBytes)
        {
            throw new ArgumentException($"The id of an execution has 1 to {MaxBytes} bytes, not {bytes.Length}.", nameof(bytes));
        }

        _bytes = bytes;
    }

    /// <summary>The bytes; none of the default value. Valid as long as the id.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>How many bytes it has; 0 of the default value.</summary>
    public int Length => _bytes?.Length ?? 0;

    /// <summary>Whether it is the default value, which names nothing.</summary>
    public bool IsDefault => _bytes is null;

    /// <summary>Whether two ids have the same bytes.</summary>
    public static bool operator ==(ExecutionId left, ExecutionId right) => left.Equals(right);

    /// <summary>Whether two ids differ.</summary>
    public static bool operator !=(ExecutionId left, ExecutionId right) => !left.Equals(right);

    /// <summary>An id of the UTF-8 bytes of a text.</summary>
    /// <param name="text">The text, 1 to <see cref="MaxBytes"/> bytes of UTF-8.</param>
    /// <exception cref="ArgumentException">It is empty, too long, or contains half a surrogate pair.</exception>
    public static ExecutionId FromText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new ExecutionId(Utf8Text.Encode(text, nameof(text)));
    }

    /// <summary>The bytes in a new array.</summary>
    public byte[] ToArray() => Bytes.ToArray();

    /// <inheritdoc/>
    public bool Equals(ExecutionId other) => Bytes.SequenceEqual(other.Bytes);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is ExecutionId other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.AddBytes(Bytes);
        return hash.ToHashCode();
    }

    /// <summary>The text when all of it is printable ASCII, otherwise <c>0x</c> and lower-case hexadecimal digits.</summary>
    public override string ToString() =>
        Bytes.ContainsAnyExceptInRange((byte)' ', (byte)'~') || Bytes.StartsWith("0x"u8) ? "0x" + Convert.ToHexStringLower(Bytes) : System.Text.Encoding.ASCII.GetString(Bytes);
}
