using System.Buffers.Binary;

namespace Cairn.Contracts;

/// <summary>
/// Where the bytes of slots are in the state tree: <c>02 ‖ address ‖ slot id ‖ chunk index</c>, the index as four bytes, most significant first. A chunk is <see cref="ChunkBytes"/> bytes of a slot without the zero bytes at
/// its end; one of zeros alone is absent.
/// </summary>
public static class ContractKeys
{
    /// <summary>The first byte of every key of slot bytes.</summary>
    public const byte SlotPrefix = 0x02;

    /// <summary>How many bytes of a slot one entry of the state holds.</summary>
    public const int ChunkBytes = 256;

    /// <summary>The length of a key in bytes.</summary>
    public const int ChunkKeyBytes = ContractPrefixBytes + SlotId.SizeBytes + sizeof(uint);

    /// <summary>The length of what the keys of one contract have in common.</summary>
    public const int ContractPrefixBytes = 1 + Address.SizeBytes;

    /// <summary>Writes the key of a chunk.</summary>
    /// <param name="contract">The contract.</param>
    /// <param name="slot">The slot.</param>
    /// <param name="chunk">The index of the chunk: the offset divided by <see cref="ChunkBytes"/>.</param>
    /// <param name="destination">At least <see cref="ChunkKeyBytes"/> bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is less room.</exception>
    public static void WriteChunkKey(Address contract, SlotId slot, uint chunk, Span<byte> destination)
    {
        WriteContractPrefix(contract, destination);
        slot.CopyTo(destination[ContractPrefixBytes..]);
        BinaryPrimitives.WriteUInt32BigEndian(destination[(ContractPrefixBytes + SlotId.SizeBytes)..], chunk);
    }

    /// <summary>The key of a chunk in a new array.</summary>
    /// <param name="contract">The contract.</param>
    /// <param name="slot">The slot.</param>
    /// <param name="chunk">The index of the chunk: the offset divided by <see cref="ChunkBytes"/>.</param>
    public static byte[] ChunkKey(Address contract, SlotId slot, uint chunk)
    {
        byte[] key = new byte[ChunkKeyBytes];
        WriteChunkKey(contract, slot, chunk, key);
        return key;
    }

    /// <summary>Writes what the keys of all slots of a contract begin with.</summary>
    /// <param name="contract">The contract.</param>
    /// <param name="destination">At least <see cref="ContractPrefixBytes"/> bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is less room.</exception>
    public static void WriteContractPrefix(Address contract, Span<byte> destination)
    {
        contract.CopyTo(destination[1..]);
        destination[0] = SlotPrefix;
    }

    /// <summary>Takes the key of a chunk apart.</summary>
    /// <param name="key">The key.</param>
    /// <param name="contract">The contract.</param>
    /// <param name="slot">The slot.</param>
    /// <param name="chunk">The index of the chunk.</param>
    /// <returns>Whether it is one.</returns>
    public static bool TryParseChunkKey(ReadOnlySpan<byte> key, out Address contract, out SlotId slot, out uint chunk)
    {
        (contract, slot, chunk) = (default, default, 0);
        if (key.Length != ChunkKeyBytes || key[0] != SlotPrefix)
        {
            return false;
        }

        contract = new Address(key[1..ContractPrefixBytes]);
        slot = new SlotId(key.Slice(ContractPrefixBytes, SlotId.SizeBytes));
        chunk = BinaryPrimitives.ReadUInt32BigEndian(key[(ContractPrefixBytes + SlotId.SizeBytes)..]);
        return true;
    }
}
