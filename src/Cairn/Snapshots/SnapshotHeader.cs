using System.Buffers.Binary;
using Cairn.Format;

namespace Cairn.Snapshots;

/// <summary>The header of a snapshot as bytes: docs/format.md, "Snapshot header".</summary>
internal static class SnapshotHeader
{
    /// <summary>The format this version writes, and the only one it reads.</summary>
    public const uint FormatVersion = 1;

    /// <summary>The smallest size of a part that may be asked for.</summary>
    public const int MinChunkBytes = 4 * 1024;

    /// <summary>The largest size of a part that may be asked for: a part is held in memory.</summary>
    public const int MaxChunkBytes = 16 << 20;

    /// <summary>Required feature: what changed since a base, and not the whole.</summary>
    private const uint IncrementalFeature = 1;

    private const uint TimeFlag = 1;
    private const uint CreatedFlag = 2;

    private static ReadOnlySpan<byte> Magic => "CairnSnp"u8;

    /// <summary>Encodes a header.</summary>
    public static byte[] Encode(SnapshotInfo info)
    {
        byte[] bytes = new byte[SnapshotHeaderLayout.SizeBytes];
        Magic.CopyTo(bytes);
        uint flags = (info.TimeTicks is null ? 0 : TimeFlag) | (info.CreatedTicks is null ? 0 : CreatedFlag);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(SnapshotHeaderLayout.HeaderBytesOffset), bytes.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(SnapshotHeaderLayout.FormatVersionOffset), FormatVersion);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(SnapshotHeaderLayout.RequiredFeaturesOffset), info.IsIncremental ? IncrementalFeature : 0);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(SnapshotHeaderLayout.FlagsOffset), flags);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(SnapshotHeaderLayout.HeightOffset), info.Height.Value);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(SnapshotHeaderLayout.TimeOffset), info.TimeTicks ?? 0);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(SnapshotHeaderLayout.CreatedOffset), info.CreatedTicks ?? 0);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(SnapshotHeaderLayout.BlockCountOffset), info.BlockCount);
        info.Root.CopyTo(bytes.AsSpan(SnapshotHeaderLayout.RootOffset));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(SnapshotHeaderLayout.EntriesOffset), info.Totals.Entries);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(SnapshotHeaderLayout.EntryBytesOffset), info.Totals.Bytes);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(SnapshotHeaderLayout.BaseHeightOffset), info.BaseHeight?.Value ?? 0);
        info.BaseRoot?.CopyTo(bytes.AsSpan(SnapshotHeaderLayout.BaseRootOffset));
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(SnapshotHeaderLayout.ChunkBytesOffset), info.ChunkBytes);
        bytes[SnapshotHeaderLayout.CodecOffset] = (byte)info.Codec;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(SnapshotHeaderLayout.ChecksumOffset), ChecksumOf(bytes));
        return bytes;
    }

    /// <summary>The checksum of a header: of everything behind the checksum.</summary>
    public static uint ChecksumOf(ReadOnlySpan<byte> header) => Crc32C.Compute(header[SnapshotHeaderLayout.HeaderBytesOffset..]);

    /// <summary>Decodes a header and refuses what cannot be.</summary>
    /// <param name="name">The snapshot, for messages.</param>
    /// <param name="bytes">Exactly <see cref="SnapshotHeaderLayout.SizeBytes"/> bytes.</param>
    /// <exception cref="SnapshotDamagedException">The bytes are no header.</exception>
    /// <exception cref="StoreFormatException">They are one of a version, or with features, that are not known.</exception>
    /// <exception cref="SnapshotChainException">The snapshot builds on something that is not before it.</exception>
    public static SnapshotInfo Decode(string name, ReadOnlySpan<byte> bytes)
    {
        Decoder decoder = new(name, bytes);
        decoder.CheckEnvelope();
        return decoder.Decode();
    }

    /// <summary>Reads the fields, in an order that tells damage from a later version.</summary>
    private readonly ref struct Decoder(string name, ReadOnlySpan<byte> bytes)
    {
        private readonly ReadOnlySpan<byte> _bytes = bytes;

        public void CheckEnvelope()
        {
            Check(_bytes.StartsWith(Magic), SnapshotHeaderLayout.MagicOffset, "magic", Convert.ToHexStringLower(Magic), Convert.ToHexStringLower(_bytes[..Magic.Length]));
            uint stored = UInt32(SnapshotHeaderLayout.ChecksumOffset);
            Check(stored == ChecksumOf(_bytes), SnapshotHeaderLayout.ChecksumOffset, "checksum of the header", $"{ChecksumOf(_bytes):x8}", $"{stored:x8}");
            uint version = UInt32(SnapshotHeaderLayout.FormatVersionOffset);
            if (version != FormatVersion)
            {
                throw new StoreFormatException(name, "snapshot format", $"{FormatVersion}", $"{version}");
            }

            uint features = UInt32(SnapshotHeaderLayout.RequiredFeaturesOffset);
            if ((features & ~IncrementalFeature) != 0)
            {
                throw new StoreFormatException(name, "required features of the snapshot", $"{IncrementalFeature:x8}", $"{features:x8}");
            }

            uint length = UInt32(SnapshotHeaderLayout.HeaderBytesOffset);
            Check(length == SnapshotHeaderLayout.SizeBytes, SnapshotHeaderLayout.HeaderBytesOffset, "length of the header", $"{SnapshotHeaderLayout.SizeBytes}", $"{length}");
        }

        public SnapshotInfo Decode()
        {
            uint flags = UInt32(SnapshotHeaderLayout.FlagsOffset);
            bool isIncremental = UInt32(SnapshotHeaderLayout.RequiredFeaturesOffset) == IncrementalFeature;
            Check(flags <= (TimeFlag | CreatedFlag), SnapshotHeaderLayout.FlagsOffset, "flags", "0 to 3", $"{flags}");
            ulong blocks = UInt64(SnapshotHeaderLayout.BlockCountOffset);
            Check(blocks > 0, SnapshotHeaderLayout.BlockCountOffset, "count of blocks", "1 or more", "0");
            TreeTotals totals = new(UInt64(SnapshotHeaderLayout.EntriesOffset), UInt64(SnapshotHeaderLayout.EntryBytesOffset));
            Hash256 root = Hash(SnapshotHeaderLayout.RootOffset);
            Check(totals.Bytes >= totals.Entries && (totals.Entries > 0 || totals.Bytes == 0), SnapshotHeaderLayout.EntryBytesOffset, "bytes of the state", $"what {totals.Entries} entries can have", $"{totals.Bytes}");
            Check((totals.Entries == 0) == (root == Hash256.EmptyRoot), SnapshotHeaderLayout.RootOffset, "root", totals.Entries == 0 ? $"{Hash256.EmptyRoot}, that of no entries" : "that of a state with entries", $"{root}");
            int chunkBytes = (int)UInt32(SnapshotHeaderLayout.ChunkBytesOffset);
            Check(chunkBytes is >= MinChunkBytes and <= MaxChunkBytes, SnapshotHeaderLayout.ChunkBytesOffset, "size of the parts", $"{MinChunkBytes} to {MaxChunkBytes}", $"{chunkBytes}");
            uint codec = UInt32(SnapshotHeaderLayout.CodecOffset);
            Check(codec <= (uint)SnapshotCodec.Zstandard, SnapshotHeaderLayout.CodecOffset, "codec", "0, 1 or 2, and zeros behind it", $"{codec:x8}");
            BlockHeight height = new(UInt64(SnapshotHeaderLayout.HeightOffset));
            BlockHeight baseHeight = new(UInt64(SnapshotHeaderLayout.BaseHeightOffset));
            Hash256 baseRoot = Hash(SnapshotHeaderLayout.BaseRootOffset);
            Check(isIncremental || (baseHeight == default && baseRoot == default), SnapshotHeaderLayout.BaseHeightOffset, "base", "none, as the snapshot is full", $"{baseHeight}, {baseRoot}");
            if (isIncremental && baseHeight >= height)
            {
                throw new SnapshotChainException(SnapshotChainFault.Cycle, name, baseHeight, baseRoot, $"the snapshot itself is of height {height}");
            }

            return new SnapshotInfo
            {
                Height = height,
                TimeTicks = Time(SnapshotHeaderLayout.TimeOffset, (flags & TimeFlag) != 0, "time"),
                CreatedTicks = Time(SnapshotHeaderLayout.CreatedOffset, (flags & CreatedFlag) != 0, "time of creation"),
                BlockCount = blocks,
                Root = root,
                Totals = totals,
                BaseHeight = isIncremental ? baseHeight : null,
                BaseRoot = isIncremental ? baseRoot : null,
                ChunkBytes = chunkBytes,
                Codec = (SnapshotCodec)codec,
            };
        }

        private long? Time(int at, bool isThere, string what)
        {
            long ticks = BinaryPrimitives.ReadInt64LittleEndian(_bytes[at..]);
            Check(isThere || ticks == 0, at, what, "0, as it is absent", $"{ticks}");
            return isThere ? ticks : null;
        }

        private Hash256 Hash(int at) => new(_bytes.Slice(at, Hash256.SizeBytes));

        private uint UInt32(int at) => BinaryPrimitives.ReadUInt32LittleEndian(_bytes[at..]);

        private ulong UInt64(int at) => BinaryPrimitives.ReadUInt64LittleEndian(_bytes[at..]);

        private void Check(bool holds, int at, string what, string expected, string found)
        {
            if (!holds)
            {
                throw new SnapshotDamagedException(name, at, what, expected, found);
            }
        }
    }
}
