using System.Security.Cryptography;
using System.Text;
using Cairn.Contracts;

namespace Cairn.Tests.Contracts;

/// <summary>What the slots of a contract hold, read from the state as raw entries: slot id to content without zeros at its end.</summary>
internal sealed class StorageImage
{
    private readonly SortedDictionary<SlotId, byte[]> _slots = [];

    public StorageImage(ITreeReader state, Address contract)
    {
        byte[] prefix = new byte[ContractKeys.ContractPrefixBytes];
        ContractKeys.WriteContractPrefix(contract, prefix);
        using EntryScan scan = state.Prefix(prefix);
        while (scan.MoveNext())
        {
            if (!ContractKeys.TryParseChunkKey(scan.Key, out _, out SlotId slot, out uint chunk) || scan.Value.IsEmpty || scan.Value[^1] == 0)
            {
                throw new InvalidOperationException($"{Convert.ToHexStringLower(scan.Key)} = {Convert.ToHexStringLower(scan.Value)} is no chunk.");
            }

            byte[] before = _slots.GetValueOrDefault(slot, []);
            int start = (int)chunk * ContractKeys.ChunkBytes;
            byte[] content = new byte[start + scan.Value.Length];
            before.CopyTo(content, 0);
            scan.Value.CopyTo(content.AsSpan(start));
            _slots[slot] = content;
        }
    }

    /// <summary>How many slots hold something.</summary>
    public int Count => _slots.Count;

    /// <summary>A slot as hexadecimal digits; empty for one that holds nothing.</summary>
    public string this[SlotId slot] => Convert.ToHexStringLower(_slots.GetValueOrDefault(slot, []));

    /// <summary>The SHA-256 of the lines <c>slot:content</c>.</summary>
    public string Fingerprint()
    {
        StringBuilder text = new();
        foreach ((SlotId slot, byte[] content) in _slots)
        {
            text.Append(slot).Append(':').Append(Convert.ToHexStringLower(content)).Append('\n');
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(text.ToString())));
    }
}
