using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Cairn.Manifests;

/// <summary>
/// Names one store: 16 random bytes, made with it. Every page file repeats them, so that a file of another store is never taken for one's own.
/// </summary>
/// <param name="Value">The bytes as a little-endian number.</param>
internal readonly record struct StoreId(UInt128 Value)
{
    /// <summary>The length of an id in bytes.</summary>
    public const int SizeBytes = 16;

    /// <summary>Makes an id of a number.</summary>
    public static explicit operator StoreId(UInt128 value) => new(value);

    /// <summary>The number of an id.</summary>
    public static explicit operator UInt128(StoreId id) => id.Value;

    /// <summary>
    /// A new id. It must differ from that of every other store anywhere, hence the system's generator and no seed; neither roots nor answers depend on it.
    /// </summary>
    public static StoreId New() => Read(RandomNumberGenerator.GetBytes(SizeBytes));

    /// <summary>The id at the start of some bytes.</summary>
    public static StoreId Read(ReadOnlySpan<byte> source) => new(BinaryPrimitives.ReadUInt128LittleEndian(source));

    /// <summary>Writes the id to the start of some bytes.</summary>
    public void Write(Span<byte> destination) => BinaryPrimitives.WriteUInt128LittleEndian(destination, Value);

    /// <summary>The bytes of the id as 32 hexadecimal digits.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[SizeBytes];
        Write(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
