using System.Buffers.Binary;

namespace Cairn.Tree;

/// <summary>
/// A copy of entries that follow one another in a page, so that a scan gives them one by one without the page: their records, where each begins and the heights of their last changes. Used by one thread at a time.
/// </summary>
internal sealed class EntryStretch
{
    private readonly ushort[] _starts = new ushort[PageLimits.MaxItems + 1];
    private byte[] _records = [];
    private byte[] _heights = [];
    private ulong _blobMask;
    private ulong _baseHeight;
    private int _heightWidth;

    /// <summary>How many entries there are.</summary>
    public int Count { get; private set; }

    /// <summary>Takes entries of a page, as stored; none of them is a stub.</summary>
    /// <param name="starts">Where their records begin, and where the last one ends: as many as entries and one more.</param>
    /// <param name="records">The records, from the first start on.</param>
    /// <param name="heights">Their heights, each as the difference from the base.</param>
    /// <param name="baseHeight">The base.</param>
    /// <param name="blobMask">Bit i is set when the value of entry i is a blob.</param>
    public void Fill(ReadOnlySpan<byte> starts, ReadOnlySpan<byte> records, ReadOnlySpan<byte> heights, ulong baseHeight, ulong blobMask)
    {
        Count = (starts.Length / sizeof(ushort)) - 1;
        int first = BinaryPrimitives.ReadUInt16LittleEndian(starts);
        for (int entry = 0; entry <= Count; entry++)
        {
            _starts[entry] = (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(starts[(entry * sizeof(ushort))..]) - first);
        }

        Copy(records, ref _records);
        Copy(heights, ref _heights);
        _heightWidth = heights.Length / Count;
        _baseHeight = baseHeight;
        _blobMask = blobMask;
    }

    /// <summary>Forgets the entries.</summary>
    public void Clear() => Count = 0;

    /// <summary>The part of an entry's key behind the prefix of its page, and its inline value or the record of its blob; valid until the next filling.</summary>
    public ReadOnlySpan<byte> Suffix(int entry, out ReadOnlySpan<byte> value)
    {
        ReadOnlySpan<byte> record = _records.AsSpan(_starts[entry], _starts[entry + 1] - _starts[entry]);
        int length = Page.ReadLength(record, out int width);
        value = record[(width + length)..];
        return record.Slice(width, length);
    }

    /// <summary>Whether the value of an entry is a blob.</summary>
    public bool IsBlob(int entry) => ((_blobMask >> entry) & 1) != 0;

    /// <summary>The height at which an entry last changed.</summary>
    public BlockHeight Height(int entry) => (BlockHeight)(_baseHeight + Page.ReadHeight(_heights.AsSpan(entry * _heightWidth), _heightWidth));

    private static void Copy(ReadOnlySpan<byte> from, ref byte[] to)
    {
        if (to.Length < from.Length)
        {
            // The first stretch is short and maybe the only one; from the second on there is room for most pages.
            to = GC.AllocateUninitializedArray<byte>(Math.Max(from.Length, 3 * to.Length));
        }

        from.CopyTo(to);
    }
}
