using System.Buffers.Binary;

namespace Cairn.Contracts.Registry;

/// <summary>
/// Where the keys and values of contracts are in the state tree: <c>03 ‖ length of the contract ‖ contract ‖ key</c>, the length as two bytes, most significant first. So no two pairs of contract and key meet, whatever bytes they have.
/// </summary>
public static class ContractStateKeys
{
    /// <summary>The first byte of every key.</summary>
    public const byte Prefix = 0x03;

    /// <summary>How many bytes a contract and a key have together at most.</summary>
    public const int MaxContractAndKeyBytes = 300;

    /// <summary>The longest key in bytes, of a contract with the shortest id.</summary>
    public const int MaxBytes = HeadBytes + MaxContractAndKeyBytes;

    private const int HeadBytes = 1 + sizeof(ushort);

    /// <summary>Writes the key of an entry.</summary>
    /// <param name="contract">The contract.</param>
    /// <param name="key">The key, at least one byte.</param>
    /// <param name="destination">At least <see cref="MaxBytes"/> bytes.</param>
    /// <returns>How many bytes it has.</returns>
    /// <exception cref="ArgumentException">The id is missing, the key is empty, or both together are too long.</exception>
    public static int Write(ContractId contract, ReadOnlySpan<byte> key, Span<byte> destination)
    {
        if (key.IsEmpty)
        {
            throw new ArgumentException("The key of a state entry has at least one byte.", nameof(key));
        }

        return WritePrefix(contract, key, destination);
    }

    /// <summary>The key of an entry in a new array: what proofs of it are asked for with.</summary>
    /// <param name="contract">The contract.</param>
    /// <param name="key">The key, at least one byte.</param>
    /// <exception cref="ArgumentException">The id is missing, the key is empty, or both together are too long.</exception>
    public static byte[] Of(ContractId contract, ReadOnlySpan<byte> key)
    {
        Span<byte> bytes = stackalloc byte[MaxBytes];
        return bytes[..Write(contract, key, bytes)].ToArray();
    }

    /// <summary>Writes what the keys of some entries begin with.</summary>
    /// <param name="contract">The contract.</param>
    /// <param name="keyPrefix">What the keys begin with; empty for all of the contract.</param>
    /// <param name="destination">At least <see cref="MaxBytes"/> bytes.</param>
    /// <returns>How many bytes it has.</returns>
    /// <exception cref="ArgumentException">The id is missing, or both together are too long.</exception>
    public static int WritePrefix(ContractId contract, ReadOnlySpan<byte> keyPrefix, Span<byte> destination)
    {
        ReadOnlySpan<byte> id = contract.CheckedBytes(nameof(contract));
        if (id.Length + keyPrefix.Length > MaxContractAndKeyBytes)
        {
            throw new ArgumentException($"Contract and key together have at most {MaxContractAndKeyBytes} bytes, not {id.Length} and {keyPrefix.Length}.", nameof(keyPrefix));
        }

        destination[0] = Prefix;
        BinaryPrimitives.WriteUInt16BigEndian(destination[1..], (ushort)id.Length);
        id.CopyTo(destination[HeadBytes..]);
        keyPrefix.CopyTo(destination[(HeadBytes + id.Length)..]);
        return HeadBytes + id.Length + keyPrefix.Length;
    }

    /// <summary>Takes the key of an entry apart.</summary>
    /// <param name="bytes">The key.</param>
    /// <param name="contract">The contract.</param>
    /// <param name="key">The key of the entry, a part of <paramref name="bytes"/>.</param>
    /// <returns>Whether it is one.</returns>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out ContractId contract, out ReadOnlySpan<byte> key)
    {
        contract = default;
        key = default;
        if (bytes.Length is < HeadBytes or > MaxBytes || bytes[0] != Prefix)
        {
            return false;
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(bytes[1..]);
        if (length is 0 or > ContractId.MaxBytes || HeadBytes + length >= bytes.Length)
        {
            return false;
        }

        contract = new ContractId(bytes.Slice(HeadBytes, length));
        key = bytes[(HeadBytes + length)..];
        return true;
    }
}
