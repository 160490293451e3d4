using System.Buffers.Binary;
using Cairn.Format;

namespace Cairn.History;

/// <summary>The changes of an entry block as bytes. See "History entry" in docs/format.md. Stateless.</summary>
internal static class EntryBlock
{
    /// <summary>How many entries follow each other by what they have in common; the next one stands alone, and its offset at the end of the block.</summary>
    public const int RestartInterval = 16;

    /// <summary>Old values up to this length are kept beside the key: reading them elsewhere takes longer than copying them when runs are merged.</summary>
    public const int MaxInlineBytes = 32;

    /// <summary>The most bytes an entry can take: lengths, key, sequence, heights, length of the value, and the value or its place and checksum.</summary>
    public const int MaxEntryBytes = (2 * 2) + RunKey.MaxBytes + (4 * Varint.MaxBytes) + MaxInlineBytes;

    /// <summary>Writes an entry.</summary>
    /// <param name="destination">At least <see cref="MaxEntryBytes"/>.</param>
    /// <param name="key">Its key.</param>
    /// <param name="shared">How many bytes of it the entry before has as well.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="inline">The old value, if it is to be kept here.</param>
    /// <param name="first">The first sequence of the run.</param>
    /// <param name="baseHeight">The base height of the run.</param>
    /// <returns>How many bytes were written.</returns>
    public static int Write(Span<byte> destination, ReadOnlySpan<byte> key, int shared, in RunEntry entry, ReadOnlySpan<byte> inline, ulong first, ulong baseHeight)
    {
        int used = Varint.Write(destination, (ulong)shared);
        used += Varint.Write(destination[used..], (ulong)(key.Length - shared));
        key[shared..].CopyTo(destination[used..]);
        used += key.Length - shared;
        used += Varint.Write(destination[used..], entry.Sequence - first);
        used += Varint.Write(destination[used..], entry.Height - baseHeight);
        if (entry.OldBytes < 0)
        {
            destination[used++] = 0;
            return used;
        }

        bool isInline = entry.InlineOffset != 0;
        used += Varint.Write(destination[used..], 1 + ((ulong)entry.OldBytes * 2) + (isInline ? 1u : 0));
        used += Varint.Write(destination[used..], entry.Height - entry.PreviousHeight);
        if (isInline)
        {
            inline.CopyTo(destination[used..]);
            return used + inline.Length;
        }

        used += Varint.Write(destination[used..], entry.Place);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[used..], entry.Checksum);
        return used + sizeof(uint);
    }

    /// <summary>Reads the entry at an offset.</summary>
    /// <param name="block">The block.</param>
    /// <param name="end">Where its entries end.</param>
    /// <param name="offset">Where the entry begins; then where the next one does.</param>
    /// <param name="header">The run.</param>
    /// <param name="key">The key of the entry before; then its own.</param>
    /// <param name="keyBytes">The length of that key; 0 for an entry that stands alone.</param>
    /// <param name="entry">The entry.</param>
    /// <returns>False when the bytes are none.</returns>
    public static bool TryRead(byte[] block, int end, ref int offset, in RunHeader header, byte[] key, ref int keyBytes, out RunEntry entry)
    {
        entry = default;
        ReadOnlySpan<byte> bytes = block.AsSpan(0, end);
        if (!TryNumber(bytes, ref offset, out ulong shared) || !TryNumber(bytes, ref offset, out ulong rest) || shared > (ulong)keyBytes
            || rest > (ulong)(bytes.Length - offset) || shared + rest > RunKey.MaxBytes || shared + rest < 2)
        {
            return false;
        }

        bytes.Slice(offset, (int)rest).CopyTo(key.AsSpan((int)shared));
        keyBytes = (int)(shared + rest);
        offset += (int)rest;
        if (!TryNumber(bytes, ref offset, out ulong sequence) || !TryNumber(bytes, ref offset, out ulong height) || !TryNumber(bytes, ref offset, out ulong old)
            || sequence >= header.RecordCount || height > ulong.MaxValue - header.BaseHeight)
        {
            return false;
        }

        entry.Sequence = header.FirstSequence + sequence;
        entry.Height = header.BaseHeight + height;
        if (old == 0)
        {
            entry.OldBytes = RunEntry.NoOld;
            return true;
        }

        return TryReadOld(bytes, ref offset, old - 1, ref entry);
    }

    /// <summary>The first rule the entries of a block break; null when they keep all.</summary>
    public static string? FaultOf(byte[] block, in RunHeader header)
    {
        int count = RunBlock.Count(block);
        int end = RunBlock.End(block);
        if (count == 0 || RunBlock.Marks(block) != (count + RestartInterval - 1) / RestartInterval)
        {
            return "count of entries in a block";
        }

        byte[] key = new byte[RunKey.MaxBytes];
        byte[] before = new byte[RunKey.MaxBytes];
        int beforeBytes = 0;
        int keyBytes = 0;
        ulong beforeSequence = 0;
        int offset = HistoryBlockLayout.SizeBytes;
        for (int i = 0; i < count; i++)
        {
            if (i % RestartInterval == 0)
            {
                keyBytes = 0;
                if (RunBlock.Mark(block, i / RestartInterval) != offset)
                {
                    return "offset of an entry";
                }
            }

            if (!TryRead(block, end, ref offset, header, key, ref keyBytes, out RunEntry entry))
            {
                return "entry";
            }

            int order = key.AsSpan(0, keyBytes).SequenceCompareTo(before.AsSpan(0, beforeBytes));
            if (order < 0 || (order == 0 && entry.Sequence <= beforeSequence) || key[0] > RunKey.RootSpace)
            {
                return "order of the entries";
            }

            key.AsSpan(0, keyBytes).CopyTo(before);
            beforeBytes = keyBytes;
            beforeSequence = entry.Sequence;
        }

        return offset == end ? null : "end of the entries";
    }

    private static bool TryReadOld(ReadOnlySpan<byte> bytes, ref int offset, ulong old, ref RunEntry entry)
    {
        ulong length = old / 2;
        if (length > StateLimits.MaxValueBytes || !TryNumber(bytes, ref offset, out ulong gap))
        {
            return false;
        }

        entry.OldBytes = (int)length;
        entry.PreviousHeight = entry.Height - gap;
        if (old % 2 == 1)
        {
            entry.InlineOffset = offset;
            offset += (int)length;
            return length <= MaxInlineBytes && offset <= bytes.Length;
        }

        if (!TryNumber(bytes, ref offset, out entry.Place) || bytes.Length - offset < sizeof(uint))
        {
            return false;
        }

        entry.Checksum = BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);
        offset += sizeof(uint);
        return true;
    }

    /// <summary>Reads a number; most are one byte.</summary>
    private static bool TryNumber(ReadOnlySpan<byte> bytes, ref int offset, out ulong number)
    {
        if ((uint)offset < (uint)bytes.Length && bytes[offset] < 0x80)
        {
            number = bytes[offset++];
            return true;
        }

        if ((uint)offset <= (uint)bytes.Length && Varint.TryRead(bytes[offset..], out number, out int length))
        {
            offset += length;
            return true;
        }

        number = 0;
        return false;
    }
}
