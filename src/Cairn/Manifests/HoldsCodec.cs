using System.Buffers.Binary;
using System.Text;
using Cairn.Format;
using Cairn.Homes;

namespace Cairn.Manifests;

/// <summary>The holds of a store as the bytes of a file: docs/format.md, "Holds". The file has two copies of the same, so that a rotten bit in one loses nothing.</summary>
internal static class HoldsCodec
{
    /// <summary>The longest file.</summary>
    public const int MaxFileBytes = 2 * (HoldsLayout.SizeBytes + (LogHold.MaxHolds * HoldLayout.SizeBytes));

    private const uint FormatVersion = 1;
    private const uint BrokenFlag = 1;

    private static ReadOnlySpan<byte> Magic => "CairnHld"u8;

    /// <summary>Encodes a file: both copies.</summary>
    public static byte[] Encode(IReadOnlyList<StoredHold> holds, StoreId storeId)
    {
        byte[] copy = new byte[HoldsLayout.SizeBytes + (holds.Count * HoldLayout.SizeBytes)];
        Magic.CopyTo(copy);
        BinaryPrimitives.WriteInt32LittleEndian(copy.AsSpan(HoldsLayout.TotalBytesOffset), copy.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(copy.AsSpan(HoldsLayout.FormatVersionOffset), FormatVersion);
        BinaryPrimitives.WriteInt32LittleEndian(copy.AsSpan(HoldsLayout.HoldCountOffset), holds.Count);
        storeId.Write(copy.AsSpan(HoldsLayout.StoreIdOffset));
        for (int i = 0; i < holds.Count; i++)
        {
            Encode(holds[i], copy.AsSpan(HoldsLayout.SizeBytes + (i * HoldLayout.SizeBytes), HoldLayout.SizeBytes));
        }

        BinaryPrimitives.WriteUInt32LittleEndian(copy.AsSpan(HoldsLayout.ChecksumOffset), Checksum(copy));
        return [.. copy, .. copy];
    }

    /// <summary>Decodes a file.</summary>
    /// <param name="file">Where the bytes come from, for messages.</param>
    /// <param name="bytes">The whole file.</param>
    /// <param name="storeId">The store.</param>
    /// <param name="damage">What is wrong with one of the copies while the other is whole; null when nothing is.</param>
    /// <exception cref="StateCorruptedException">Neither copy is whole.</exception>
    /// <exception cref="StoreFormatException">A copy is whole, but of a version that is not known.</exception>
    public static IReadOnlyList<StoredHold> Decode(string file, ReadOnlySpan<byte> bytes, StoreId storeId, out StateCorruptedException? damage)
    {
        int half = bytes.Length / 2;
        IReadOnlyList<StoredHold>? first = TryDecode(file, bytes[..half], 0, storeId, out StateCorruptedException? firstDamage);
        IReadOnlyList<StoredHold>? second = TryDecode(file, bytes[half..], half, storeId, out StateCorruptedException? secondDamage);
        damage = firstDamage ?? secondDamage;
        return first ?? second ?? throw firstDamage!;
    }

    private static void Encode(StoredHold hold, Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[HoldLayout.HeightOffset..], hold.Height.Value);
        LogPositionCodec.Write(bytes[HoldLayout.PlaceOffset..], hold.Place);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[HoldLayout.MaxBytesOffset..], hold.MaxBytes);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[HoldLayout.BrokenAtBytesOffset..], hold.BrokenAtBytes ?? 0);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[HoldLayout.FlagsOffset..], hold.BrokenAtBytes is null ? 0 : BrokenFlag);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[HoldLayout.NameLengthOffset..], Encoding.UTF8.GetBytes(hold.Name, bytes[HoldLayout.NameOffset..]));
    }

    private static List<StoredHold>? TryDecode(string file, ReadOnlySpan<byte> copy, int offset, StoreId storeId, out StateCorruptedException? damage)
    {
        damage = null;
        try
        {
            return new Decoder(file, copy, offset).Decode(storeId);
        }
        catch (StateCorruptedException exception)
        {
            damage = exception;
            return null;
        }
    }

    private static uint Checksum(ReadOnlySpan<byte> copy) => Crc32C.Compute(copy[HoldsLayout.TotalBytesOffset..]);

    /// <summary>Reads one copy and refuses what cannot be.</summary>
    private readonly ref struct Decoder(string file, ReadOnlySpan<byte> copy, int offset)
    {
        private readonly ReadOnlySpan<byte> _copy = copy;

        public List<StoredHold> Decode(StoreId storeId)
        {
            Check(_copy.Length is >= HoldsLayout.SizeBytes and <= MaxFileBytes / 2, 0, "length", $"{HoldsLayout.SizeBytes} to {MaxFileBytes / 2} bytes a copy", $"{_copy.Length}");
            Check(_copy.StartsWith(Magic), HoldsLayout.MagicOffset, "magic", Convert.ToHexStringLower(Magic), Convert.ToHexStringLower(_copy[..Magic.Length]));
            int total = Int32(HoldsLayout.TotalBytesOffset);
            Check(total == _copy.Length, HoldsLayout.TotalBytesOffset, "length field", $"{_copy.Length}, half of the file", $"{total}");
            uint stored = (uint)Int32(HoldsLayout.ChecksumOffset);
            Check(stored == Checksum(_copy), HoldsLayout.ChecksumOffset, "checksum", $"{Checksum(_copy):x8}", $"{stored:x8}");
            uint version = (uint)Int32(HoldsLayout.FormatVersionOffset);
            if (version != FormatVersion)
            {
                throw new StoreFormatException(file, "format of the holds", $"{FormatVersion}", $"{version}");
            }

            StoreId found = StoreId.Read(_copy[HoldsLayout.StoreIdOffset..]);
            Check(found == storeId, HoldsLayout.StoreIdOffset, "store id", $"{storeId} as in the manifest", $"{found}");
            int count = Int32(HoldsLayout.HoldCountOffset);
            int fitting = (_copy.Length - HoldsLayout.SizeBytes) / HoldLayout.SizeBytes;
            Check(count == fitting && HoldsLayout.SizeBytes + (count * HoldLayout.SizeBytes) == _copy.Length, HoldsLayout.HoldCountOffset, "count", $"{fitting}, which {_copy.Length} bytes hold", $"{count}");
            List<StoredHold> holds = [];
            for (int i = 0; i < count; i++)
            {
                int at = HoldsLayout.SizeBytes + (i * HoldLayout.SizeBytes);
                StoredHold hold = Hold(at);
                Check(i == 0 || string.CompareOrdinal(holds[^1].Name, hold.Name) < 0, at + HoldLayout.NameOffset, "name", "one above that before", hold.Name);
                holds.Add(hold);
            }

            return holds;
        }

        private StoredHold Hold(int at)
        {
            ReadOnlySpan<byte> field = _copy.Slice(at + HoldLayout.NameOffset, LogHold.MaxNameBytes);
            int length = Int32(at + HoldLayout.NameLengthOffset);
            Check(length is > 0 and <= LogHold.MaxNameBytes && !field[length..].ContainsAnyExcept((byte)0), at + HoldLayout.NameLengthOffset, "length of a name", $"1 to {LogHold.MaxNameBytes}, zeros behind it", $"{length}");
            string name = Encoding.UTF8.GetString(field[..length]);
            Check(LogHold.FaultOf(name) is null && Encoding.UTF8.GetByteCount(name) == length, at + HoldLayout.NameOffset, "name", "printable text", Convert.ToHexStringLower(field[..length]));
            uint flags = (uint)Int32(at + HoldLayout.FlagsOffset);
            Check(flags <= BrokenFlag, at + HoldLayout.FlagsOffset, "flags", "0 or 1", $"{flags}");
            bool isBroken = flags == BrokenFlag;
            long maxBytes = Int64(at + HoldLayout.MaxBytesOffset);
            Check(maxBytes > 0, at + HoldLayout.MaxBytesOffset, "limit", "1 or more", $"{maxBytes}");
            long brokenAt = Int64(at + HoldLayout.BrokenAtBytesOffset);
            Check(isBroken ? brokenAt > maxBytes : brokenAt == 0, at + HoldLayout.BrokenAtBytesOffset, "bytes at breaking", isBroken ? $"above {maxBytes}, the limit" : "0, as it is whole", $"{brokenAt}");
            Check(Int32(at + HoldLayout.PlaceOffset + LogPositionLayout.PaddingOffset) == 0, at + HoldLayout.PlaceOffset + LogPositionLayout.PaddingOffset, "padding", "0", "another number");
            BlockHeight height = (BlockHeight)(ulong)Int64(at + HoldLayout.HeightOffset);
            return new StoredHold(name, height, LogPositionCodec.Read(_copy[(at + HoldLayout.PlaceOffset)..]), maxBytes, isBroken ? brokenAt : null);
        }

        private int Int32(int at) => BinaryPrimitives.ReadInt32LittleEndian(_copy[at..]);

        private long Int64(int at) => BinaryPrimitives.ReadInt64LittleEndian(_copy[at..]);

        private void Check(bool holds, int at, string what, string expected, string found)
        {
            if (!holds)
            {
                throw new StateCorruptedException(file, offset + at, "holds: " + what, expected, found);
            }
        }
    }
}
