namespace Cairn.Contracts.Execution;

/// <summary>How values of a type are encoded in arguments and results: every value in one way, which is no other's.</summary>
/// <typeparam name="T">The type.</typeparam>
public abstract class CallCodec<T> : CallCodec
{
    private protected CallCodec(string typeName, int minBytes)
        : base(typeName, minBytes)
    {
    }

    /// <summary>Reads a value.</summary>
    /// <param name="reader">Where it is.</param>
    /// <exception cref="CallEncodingException">The bytes are no value of the type.</exception>
    public abstract T Read(ref CallReader reader);

    /// <summary>Writes a value.</summary>
    /// <param name="writer">Takes it.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="ArgumentException">The value has no encoding: half a surrogate pair, null.</exception>
    /// <exception cref="CallEncodingException">With it there would be too many bytes.</exception>
    public abstract void Write(CallWriter writer, T value);

    /// <summary>The encoding of one value alone.</summary>
    /// <param name="value">The value.</param>
    /// <exception cref="ArgumentException">The value has no encoding.</exception>
    /// <exception cref="CallEncodingException">It would have too many bytes.</exception>
    public byte[] Encode(T value)
    {
        CallWriter writer = new();
        Write(writer, value);
        return writer.ToArray();
    }

    /// <summary>The value with an encoding.</summary>
    /// <param name="bytes">The encoding.</param>
    /// <exception cref="CallEncodingException">The bytes are no value of the type, or go on behind it.</exception>
    public T Decode(ReadOnlySpan<byte> bytes)
    {
        CallReader reader = new(bytes);
        T value = Read(ref reader);
        reader.End();
        return value;
    }
}
