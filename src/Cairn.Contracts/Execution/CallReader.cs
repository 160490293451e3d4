using System.Buffers.Binary;

namespace Cairn.Contracts.Execution;

/// <summary>Reads encoded arguments or a result, one value after the other. Whatever the bytes are, it reads the value that has exactly them as its encoding, or throws a <see cref="CallEncodingException"/>.</summary>
/// <param name="bytes">The bytes.</param>
public ref struct CallReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>How many bytes were read.</summary>
    public int Offset { get; private set; }

    /// <summary>Whether <see cref="End"/> found the end.</summary>
    internal bool HasEnded { get; private set; }

    private readonly int Left => _bytes.Length - Offset;

    /// <summary>Makes sure that nothing is left.</summary>
    /// <exception cref="CallEncodingException">There are more bytes.</exception>
    public void End()
    {
        if (Left > 0)
        {
            throw new CallEncodingException(Offset, $"{Left} bytes follow the last value");
        }

        HasEnded = true;
    }

    /// <summary>Takes bytes of a value.</summary>
    internal ReadOnlySpan<byte> Take(int length, string typeName)
    {
        if (length > Left)
        {
            throw Fault($"a {typeName} needs {length} bytes, there are {Left}");
        }

        Offset += length;
        return _bytes.Slice(Offset - length, length);
    }

    /// <summary>Takes a length or count, four bytes, little-endian, which the bytes behind it have room for.</summary>
    internal int TakeCount(string typeName, int itemBytes)
    {
        uint count = BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint), typeName));
        return (ulong)count * (uint)itemBytes <= (ulong)Left ? (int)count : throw Fault($"a {typeName} of {count} items needs at least {(ulong)count * (uint)itemBytes} bytes, there are {Left}");
    }

    /// <summary>What is wrong at the present place.</summary>
    internal readonly CallEncodingException Fault(string fault) => new(Offset, fault);
}
