using System.Buffers.Binary;

namespace Cairn.Contracts.Machines;

/// <summary>Where machines and blocks are in the local tree: see <c>docs/format.md</c>, "Machines and blocks".</summary>
internal static class MachineKeys
{
    /// <summary>The states of machines, by name and root.</summary>
    public static ReadOnlySpan<byte> States => [0x06, 0x01];

    /// <summary>The root of the newest state of each machine.</summary>
    public static ReadOnlySpan<byte> Latest => [0x06, 0x02];

    /// <summary>The headers of blocks, by hash.</summary>
    public static ReadOnlySpan<byte> Headers => [0x07, 0x01];

    /// <summary>The hash of the block at each height.</summary>
    public static ReadOnlySpan<byte> Heights => [0x07, 0x02];

    /// <summary>What the keys of the states of a machine begin with.</summary>
    public static byte[] StatesOf(ReadOnlySpan<byte> name) => [.. States, (byte)name.Length, .. name];

    /// <summary>The key of a state.</summary>
    public static byte[] State(ReadOnlySpan<byte> name, Hash256 root) => [.. StatesOf(name), .. root.ToArray()];

    /// <summary>The key of the root of the newest state.</summary>
    public static byte[] LatestOf(ReadOnlySpan<byte> name) => [.. Latest, .. name];

    /// <summary>The key of a header.</summary>
    public static byte[] Header(Hash256 hash) => [.. Headers, .. hash.ToArray()];

    /// <summary>The key of a height.</summary>
    public static byte[] Height(BlockHeight height)
    {
        byte[] key = [.. Heights, .. new byte[sizeof(ulong)]];
        BinaryPrimitives.WriteUInt64BigEndian(key.AsSpan(Heights.Length), height.Value);
        return key;
    }

    /// <summary>The height of a key.</summary>
    /// <exception cref="ContractRecordException">The key is none of a height.</exception>
    public static BlockHeight HeightOf(ReadOnlySpan<byte> key) => key.Length == Heights.Length + sizeof(ulong)
        ? new BlockHeight(BinaryPrimitives.ReadUInt64BigEndian(key[Heights.Length..]))
        : throw new ContractRecordException("height of a block", key, $"a key of {Heights.Length + sizeof(ulong)} bytes", $"{key.Length} bytes");
}
