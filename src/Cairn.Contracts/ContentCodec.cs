using System.Buffers;
using System.Numerics;
using System.Text;

namespace Cairn.Contracts;

/// <summary>
/// Values of any length: the length in place, four bytes, the bytes at the beginning of the slot that the place refers to. A shorter value leaves the end of a longer one before it where it was.
/// </summary>
internal abstract class ContentCodec<T>(string typeName) : StorageKeyCodec<T>(typeName, sizeof(uint))
{
    private const int StackBytes = 512;

    internal sealed override bool IsPlain => false;

    public sealed override T Read(StoragePlace place)
    {
        int length = ReadLength(place);
        byte[]? rented = length > StackBytes ? ArrayPool<byte>.Shared.Rent(length) : null;
        Span<byte> bytes = rented is null ? stackalloc byte[StackBytes] : rented;
        bytes = bytes[..length];
        if (length > 0)
        {
            place.Indirect().Read(bytes);
        }

        T value = Decode(place, bytes);
        Return(rented);
        return value;
    }

    public sealed override void Write(StoragePlace place, T value)
    {
        int most = Measure(value);
        if (most > StorageLimits.MaxContentBytes)
        {
            throw new ArgumentException($"A {TypeName} has at most {StorageLimits.MaxContentBytes} bytes, not {most}.", nameof(value));
        }

        byte[]? rented = most > StackBytes ? ArrayPool<byte>.Shared.Rent(most) : null;
        Span<byte> bytes = rented is null ? stackalloc byte[StackBytes] : rented;
        bytes = bytes[..Encode(value, bytes)];
        using StorageScope scope = place.BeginScope();
        if (bytes.Length > 0)
        {
            place.Indirect().Write(bytes);
        }

        place.WriteUInt32((uint)bytes.Length);
        scope.Release();
        Return(rented);
    }

    internal sealed override void Copy(StoragePlace from, StoragePlace to)
    {
        int length = ReadLength(from);
        if (length > 0)
        {
            CopyBytes(from.Indirect(), to.Indirect(), (uint)length);
        }

        to.WriteUInt32((uint)length);
    }

    /// <summary>How many bytes a value takes, or a little more.</summary>
    /// <exception cref="ArgumentException">The value cannot be stored.</exception>
    protected abstract int Measure(T value);

    protected abstract int Encode(T value, Span<byte> bytes);

    protected abstract T Decode(StoragePlace place, ReadOnlySpan<byte> bytes);

    /// <summary>Compares the stored bytes with those of a key, as unsigned numbers.</summary>
    protected int CompareBytes(StoragePlace stored, T key)
    {
        int most = Measure(key);
        int length = ReadLength(stored);
        byte[]? rented = most + length > StackBytes ? ArrayPool<byte>.Shared.Rent(most + length) : null;
        Span<byte> bytes = rented is null ? stackalloc byte[StackBytes] : rented;
        Span<byte> left = bytes[..length];
        Span<byte> right = bytes.Slice(length, most);
        right = right[..Encode(key, right)];
        if (length > 0)
        {
            stored.Indirect().Read(left);
        }

        int order = left.SequenceCompareTo(right);
        Return(rented);
        return order;
    }

    private static int ReadLength(StoragePlace place)
    {
        uint length = place.ReadUInt32();
        return length <= StorageLimits.MaxContentBytes ? (int)length : throw place.Fault($"a length of {length} bytes is above the {StorageLimits.MaxContentBytes} that are read");
    }

    private static void Return(byte[]? rented)
    {
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}

/// <summary>Text as UTF-8. Orders by its bytes. What is no well-formed text, lone surrogates, is refused.</summary>
internal sealed class TextCodec() : ContentCodec<string>("str")
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    internal override int Compare(StoragePlace stored, string key) => CompareBytes(stored, key);

    protected override int Measure(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        try
        {
            return Strict.GetByteCount(value);
        }
        catch (EncoderFallbackException lone)
        {
            throw new ArgumentException($"The text has half a surrogate pair at index {lone.Index}; it cannot be stored as UTF-8.", nameof(value), lone);
        }
    }

    protected override int Encode(string value, Span<byte> bytes) => Strict.GetBytes(value, bytes);

    protected override string Decode(StoragePlace place, ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw place.Fault($"the {bytes.Length} bytes of the text are not UTF-8");
        }
    }
}

/// <summary>Bytes as they are.</summary>
internal sealed class BytesCodec() : ContentCodec<StorageBytes>("bytes")
{
    internal override int Compare(StoragePlace stored, StorageBytes key) => CompareBytes(stored, key);

    protected override int Measure(StorageBytes value) => value.Length;

    protected override int Encode(StorageBytes value, Span<byte> bytes)
    {
        value.Span.CopyTo(bytes);
        return value.Length;
    }

    protected override StorageBytes Decode(StoragePlace place, ReadOnlySpan<byte> bytes) => new(bytes);
}

/// <summary>An integer of any size in two's complement, least significant byte first, with two bytes more than its absolute value has.</summary>
internal sealed class BigIntegerCodec() : ContentCodec<BigInteger>("bigint")
{
    private const int SpareBytes = 2;

    internal override int Compare(StoragePlace stored, BigInteger key) => Read(stored).CompareTo(key);

    protected override int Measure(BigInteger value)
    {
        BigInteger magnitude = BigInteger.Abs(value);
        return SpareBytes + (magnitude.IsZero ? 0 : magnitude.GetByteCount(isUnsigned: true));
    }

    protected override int Encode(BigInteger value, Span<byte> bytes)
    {
        bytes = bytes[..Measure(value)];
        bytes.Fill(value.Sign < 0 ? (byte)0xFF : (byte)0);
        value.TryWriteBytes(bytes, out _);
        return bytes.Length;
    }

    protected override BigInteger Decode(StoragePlace place, ReadOnlySpan<byte> bytes) => new(bytes);
}
