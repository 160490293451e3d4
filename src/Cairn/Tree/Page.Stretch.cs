using System.Buffers.Binary;
using System.Numerics;

namespace Cairn.Tree;

/// <content>Many items at once: copies for scans, sums.</content>
internal sealed partial class Page
{
    /// <summary>How many entries follow one another from an item on, that item included, before a stub or the end of the page.</summary>
    /// <param name="item">An entry.</param>
    /// <param name="reverse">Whether to count downwards.</param>
    public int EntriesFrom(int item, bool reverse)
    {
        ulong stubs = reverse ? StubMask << (63 - item) : StubMask >> item;
        return Math.Min(reverse ? BitOperations.LeadingZeroCount(stubs) : BitOperations.TrailingZeroCount(stubs), reverse ? item + 1 : Count - item);
    }

    /// <summary>Copies entries that follow one another.</summary>
    public void CopyStretch(int first, int count, EntryStretch stretch)
    {
        ReadOnlySpan<byte> page = _memory.Span;
        ReadOnlySpan<byte> starts = page.Slice(_offsetsOffset + (first * sizeof(ushort)), (count + 1) * sizeof(ushort));
        int begin = BinaryPrimitives.ReadUInt16LittleEndian(starts);
        int end = BinaryPrimitives.ReadUInt16LittleEndian(starts[(count * sizeof(ushort))..]);
        stretch.Fill(starts, page.Slice(_dataOffset + begin, end - begin), page.Slice(_heightsOffset + (first * _heightWidth), count * _heightWidth), BaseHeight, BlobMask >> first);
    }

    /// <summary>What lies under the items before one.</summary>
    public TreeTotals TotalsBefore(int item)
    {
        // From the nearer end.
        return item <= Count / 2 ? TotalsOf(0, item) : Totals - TotalsOf(item, Count);
    }

    /// <summary>Reads the difference of a height from the base of its page.</summary>
    internal static ulong ReadHeight(ReadOnlySpan<byte> at, int width) => width switch
    {
        2 => BinaryPrimitives.ReadUInt16LittleEndian(at),
        4 => BinaryPrimitives.ReadUInt32LittleEndian(at),
        _ => BinaryPrimitives.ReadUInt64LittleEndian(at),
    };

    private TreeTotals TotalsOf(int first, int end)
    {
        TreeTotals sum = default;
        if (StubMask != 0 || BlobMask != 0)
        {
            for (int item = first; item < end; item++)
            {
                sum += ItemTotals(item);
            }

            return sum;
        }

        // Keys and values of entries lie side by side, but for the lengths of the suffixes.
        long bytes = (end - first) * (long)PrefixBytes;
        for (int item = first; item < end; item++)
        {
            ReadOnlySpan<byte> record = Record(item);
            bytes += record.Length - (record[0] < 0x80 ? 1 : 2);
        }

        return new TreeTotals((ulong)(end - first), (ulong)bytes);
    }
}
