using System.Numerics;
using System.Text;
using System.Text.Unicode;

namespace Cairn.Contracts.Execution;

/// <summary>Text as UTF-8. What is no well-formed text is refused.</summary>
internal sealed class TextCallCodec() : CallCodec<string>("str", sizeof(uint))
{
    public override string Read(ref CallReader reader)
    {
        ReadOnlySpan<byte> bytes = reader.Take(reader.TakeCount(TypeName, itemBytes: 1), TypeName);
        return Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : throw reader.Fault($"the {bytes.Length} bytes of the text before it are not UTF-8");
    }

    public override void Write(CallWriter writer, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        int length = Utf8Text.CountChecked(value, CallLimits.MaxEncodedBytes, nameof(value));
        writer.WriteCount(length);
        Utf8Text.Write(value, writer.Take(length));
    }
}

/// <summary>Bytes as they are.</summary>
internal sealed class BytesCallCodec() : CallCodec<StorageBytes>("bytes", sizeof(uint))
{
    public override StorageBytes Read(ref CallReader reader) => new(reader.Take(reader.TakeCount(TypeName, itemBytes: 1), TypeName));

    public override void Write(CallWriter writer, StorageBytes value)
    {
        writer.WriteCount(value.Length);
        value.Span.CopyTo(writer.Take(value.Length));
    }
}

/// <summary>An integer of any size in as few bytes as it takes.</summary>
internal sealed class BigIntegerCallCodec() : CallCodec<BigInteger>("bigint", sizeof(uint) + 1)
{
    public override BigInteger Read(ref CallReader reader)
    {
        ReadOnlySpan<byte> bytes = reader.Take(reader.TakeCount(TypeName, itemBytes: 1), TypeName);
        BigInteger value = new(bytes);
        return value.GetByteCount() == bytes.Length ? value : throw reader.Fault($"the number before it has {bytes.Length} bytes, its encoding {value.GetByteCount()}");
    }

    public override void Write(CallWriter writer, BigInteger value)
    {
        int length = value.GetByteCount();
        writer.WriteCount(length);
        value.TryWriteBytes(writer.Take(length), out _);
    }
}
