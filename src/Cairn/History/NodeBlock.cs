using Cairn.Format;

namespace Cairn.History;

/// <summary>One child of a node.</summary>
internal readonly ref struct NodeChild
{
    /// <summary>The key of the first entry below.</summary>
    public ReadOnlySpan<byte> Key { get; init; }

    /// <summary>The sequence of that entry.</summary>
    public ulong Sequence { get; init; }

    /// <summary>The block.</summary>
    public uint Block { get; init; }

    /// <summary>The filter over its keys; empty above the lowest level.</summary>
    public ReadOnlySpan<byte> Filter { get; init; }
}

/// <summary>The nodes of a run as bytes: first keys of the blocks below, and of entry blocks the filters. See "History node" in docs/format.md. Stateless.</summary>
internal static class NodeBlock
{
    /// <summary>Reads a child of a checked block.</summary>
    public static NodeChild Child(byte[] block, int index, in RunHeader header)
    {
        int offset = RunBlock.Mark(block, index);
        return TryRead(block, ref offset, header, out NodeChild child) ? child : default;
    }

    /// <summary>The last child whose first entry is at or before a place; the first one when there is none.</summary>
    public static int Search(byte[] block, ReadOnlySpan<byte> key, ulong sequence, in RunHeader header)
    {
        int low = 1;
        int high = RunBlock.Count(block);
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            NodeChild child = Child(block, middle, header);
            int order = child.Key.SequenceCompareTo(key);
            if (order < 0 || (order == 0 && child.Sequence <= sequence))
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low - 1;
    }

    /// <summary>Writes a child.</summary>
    /// <param name="destination">Where; at least as long as key and filter and 32 bytes more.</param>
    /// <param name="child">The child.</param>
    /// <param name="first">The first sequence of the run.</param>
    /// <returns>How many bytes were written.</returns>
    public static int Write(Span<byte> destination, in NodeChild child, ulong first)
    {
        int used = Varint.Write(destination, (ulong)child.Key.Length);
        child.Key.CopyTo(destination[used..]);
        used += child.Key.Length;
        used += Varint.Write(destination[used..], child.Sequence - first);
        used += Varint.Write(destination[used..], child.Block);
        used += Varint.Write(destination[used..], (ulong)child.Filter.Length);
        child.Filter.CopyTo(destination[used..]);
        return used + child.Filter.Length;
    }

    /// <summary>The first rule a node breaks; null when it keeps all.</summary>
    public static string? FaultOf(byte[] block, in RunHeader header)
    {
        int count = RunBlock.Count(block);
        int level = block[HistoryBlockLayout.LevelOffset];
        if (count == 0 || RunBlock.Marks(block) != count || level == 0)
        {
            return "count of children of a node";
        }

        int offset = HistoryBlockLayout.SizeBytes;
        ReadOnlySpan<byte> before = default;
        ulong beforeSequence = 0;
        for (int i = 0; i < count; i++)
        {
            if (RunBlock.Mark(block, i) != offset || !TryRead(block, ref offset, header, out NodeChild child) || (child.Filter.Length > 0) != (level == 1))
            {
                return "child of a node";
            }

            int order = child.Key.SequenceCompareTo(before);
            if (order < 0 || (order == 0 && child.Sequence <= beforeSequence))
            {
                return "order of the children of a node";
            }

            before = child.Key;
            beforeSequence = child.Sequence;
        }

        return offset == RunBlock.End(block) ? null : "end of the children of a node";
    }

    private static bool TryRead(byte[] block, scoped ref int offset, scoped in RunHeader header, out NodeChild child)
    {
        child = default;
        ReadOnlySpan<byte> bytes = block.AsSpan(0, RunBlock.End(block));
        if (!TryNumber(bytes, ref offset, out ulong keyBytes) || keyBytes is < 2 or > RunKey.MaxBytes || keyBytes > (ulong)(bytes.Length - offset))
        {
            return false;
        }

        ReadOnlySpan<byte> key = bytes.Slice(offset, (int)keyBytes);
        offset += (int)keyBytes;
        if (!TryNumber(bytes, ref offset, out ulong sequence) || !TryNumber(bytes, ref offset, out ulong number) || !TryNumber(bytes, ref offset, out ulong filterBytes)
            || sequence >= header.RecordCount || number == 0 || number >= header.FirstRecordBlock || filterBytes > (ulong)(bytes.Length - offset))
        {
            return false;
        }

        child = new NodeChild { Key = key, Sequence = header.FirstSequence + sequence, Block = (uint)number, Filter = bytes.Slice(offset, (int)filterBytes) };
        offset += (int)filterBytes;
        return true;
    }

    private static bool TryNumber(ReadOnlySpan<byte> bytes, ref int offset, out ulong number)
    {
        bool isNumber = Varint.TryRead(bytes[offset..], out number, out int length);
        offset += length;
        return isNumber;
    }
}
