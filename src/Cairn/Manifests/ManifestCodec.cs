using System.Buffers.Binary;
using Cairn.Format;
using Cairn.Homes;

namespace Cairn.Manifests;

/// <summary>A manifest as bytes: docs/format.md, "Manifest". Decoding is <see cref="ManifestDecoder"/>'s, which checks every field.</summary>
internal static class ManifestCodec
{
    /// <summary>The format this version writes, and the only one it reads.</summary>
    public const uint FormatVersion = 1;

    /// <summary>Required feature: the store was installed with a state, and the log begins behind it.</summary>
    public const uint InstalledFeature = 1;

    /// <summary>Required feature: not all of that state is there yet.</summary>
    public const uint UnfinishedFeature = 2;

    /// <summary>Required feature: there may be pages that are stored as deltas.</summary>
    public const uint DeltasFeature = 4;

    /// <summary>Set in the required features where deltas may add entries.</summary>
    public const uint AddingDeltasFeature = 8;

    /// <summary>The required features this version knows.</summary>
    public const uint KnownFeatures = InstalledFeature | UnfinishedFeature | DeltasFeature | AddingDeltasFeature;

    /// <summary>The longest manifest: over two million page files. It bounds what is read into memory of a damaged file.</summary>
    public const int MaxBytes = 64 << 20;

    /// <summary>The page file takes no more pages.</summary>
    public const uint SealedFlag = 1;

    /// <summary>The first 8 bytes.</summary>
    public static ReadOnlySpan<byte> Magic => "CairnMan"u8;

    /// <summary>Encodes a manifest.</summary>
    /// <exception cref="InvalidOperationException">The manifest contradicts itself, so that it could not be read again: a mistake of the caller.</exception>
    public static byte[] Encode(StoreManifest manifest)
    {
        Manifest content = manifest.Content;
        long length = Length(manifest.Files.Count, content.Abandoned.Count, content.Installed is not null);
        if (length > MaxBytes)
        {
            throw new InvalidOperationException($"A manifest of {length} bytes is more than the {MaxBytes} it may have: {manifest.Files.Count} page files, {content.Abandoned.Count} abandoned intervals.");
        }

        byte[] bytes = new byte[length];
        EncodeFixedPart(bytes, manifest);
        Span<byte> rest = bytes.AsSpan(ManifestLayout.SizeBytes);
        foreach (PageFileEntry file in manifest.Files)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(rest[ManifestPageFileLayout.FileNumberOffset..], file.Number);
            BinaryPrimitives.WriteUInt32LittleEndian(rest[ManifestPageFileLayout.FlagsOffset..], file.IsSealed ? SealedFlag : 0);
            BinaryPrimitives.WriteInt64LittleEndian(rest[ManifestPageFileLayout.TotalBytesOffset..], file.TotalBytes);
            BinaryPrimitives.WriteInt64LittleEndian(rest[ManifestPageFileLayout.LiveBytesOffset..], file.LiveBytes);
            rest = rest[ManifestPageFileLayout.SizeBytes..];
        }

        foreach (SequenceInterval interval in content.Abandoned)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(rest[ManifestIntervalLayout.FirstOffset..], interval.First);
            BinaryPrimitives.WriteUInt64LittleEndian(rest[ManifestIntervalLayout.LastOffset..], interval.Last);
            rest = rest[ManifestIntervalLayout.SizeBytes..];
        }

        if (content.Installed is { } installed)
        {
            ManifestInstalledCodec.Write(rest, installed, content.InstallSource);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(ManifestLayout.ChecksumOffset), Checksum(bytes));
        AssertReadable(bytes);
        return bytes;
    }

    /// <summary>The bytes of a manifest with so many page files and intervals.</summary>
    public static long Length(long files, long intervals, bool isInstalled) =>
        ManifestLayout.SizeBytes + (files * ManifestPageFileLayout.SizeBytes) + (intervals * ManifestIntervalLayout.SizeBytes) + (isInstalled ? ManifestInstalledLayout.SizeBytes : 0);

    /// <summary>The checksum of a manifest: of everything behind the checksum.</summary>
    public static uint Checksum(ReadOnlySpan<byte> bytes) => Crc32C.Compute(bytes[ManifestLayout.TotalBytesOffset..]);

    private static void EncodeFixedPart(Span<byte> bytes, StoreManifest manifest)
    {
        Manifest content = manifest.Content;
        Magic.CopyTo(bytes[ManifestLayout.MagicOffset..]);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[ManifestLayout.TotalBytesOffset..], bytes.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[ManifestLayout.FormatVersionOffset..], FormatVersion);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[ManifestLayout.RequiredFeaturesOffset..], FeaturesOf(content));
        BinaryPrimitives.WriteInt32LittleEndian(bytes[ManifestLayout.SegmentBytesOffset..], manifest.SegmentBytes);
        manifest.StoreId.Write(bytes[ManifestLayout.StoreIdOffset..]);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[ManifestLayout.GenerationOffset..], content.Generation);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[ManifestLayout.PresenceOffset..], (uint)PresenceOf(content));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[ManifestLayout.HighestFileOffset..], manifest.HighestFile);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[ManifestLayout.HeightOffset..], content.Height?.Value ?? 0);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[ManifestLayout.TimeOffset..], content.TimeTicks ?? 0);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[ManifestLayout.FloorHeightOffset..], content.FloorHeight?.Value ?? 0);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[ManifestLayout.FinalizedHeightOffset..], content.FinalizedHeight?.Value ?? 0);
        WriteRootPage(bytes[ManifestLayout.StateRootOffset..], content.State);
        WriteRootPage(bytes[ManifestLayout.LocalRootOffset..], content.Local);
        LogPositionCodec.Write(bytes[ManifestLayout.ReplayFromOffset..], content.ReplayFrom);
        LogPositionCodec.Write(bytes[ManifestLayout.LogEndOffset..], content.LogEnd);
        LogPositionCodec.Write(bytes[ManifestLayout.LogFloorOffset..], content.LogFloor);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[ManifestLayout.BlockCountOffset..], content.BlockCount);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[ManifestLayout.PrunedBlocksOffset..], content.PrunedBlocks);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[ManifestLayout.FileCountOffset..], manifest.Files.Count);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[ManifestLayout.IntervalCountOffset..], content.Abandoned.Count);
    }

    private static void WriteRootPage(Span<byte> bytes, RootPage root)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[ManifestRootPageLayout.PageIdOffset..], root.Id.Value);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[ManifestRootPageLayout.StoredBytesOffset..], root.Bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[ManifestRootPageLayout.PageChecksumOffset..], root.Crc);
        root.Hash.CopyTo(bytes[ManifestRootPageLayout.HashOffset..]);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[ManifestRootPageLayout.EntriesOffset..], root.Totals.Entries);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[ManifestRootPageLayout.EntryBytesOffset..], root.Totals.Bytes);
    }

    private static uint FeaturesOf(Manifest content) =>
        (content.Installed is null ? 0 : InstalledFeature) | (content.InstallSource is null ? 0 : UnfinishedFeature) | (content.HasDeltas ? DeltasFeature : 0) | (content.HasAddingDeltas ? AddingDeltasFeature : 0);

    private static ManifestPresence PresenceOf(Manifest content) =>
        (content.Height is null ? ManifestPresence.None : ManifestPresence.Height)
        | (content.TimeTicks is null ? ManifestPresence.None : ManifestPresence.Time)
        | (content.FloorHeight is null ? ManifestPresence.None : ManifestPresence.FloorHeight)
        | (content.FinalizedHeight is null ? ManifestPresence.None : ManifestPresence.FinalizedHeight);

    /// <summary>A manifest that cannot be read again must never replace one that can.</summary>
    private static void AssertReadable(byte[] bytes)
    {
        try
        {
            ManifestDecoder.Decode("manifest", bytes);
        }
        catch (StateCorruptedException contradiction)
        {
            throw new InvalidOperationException($"The manifest to be written contradicts itself: {contradiction.What} should be {contradiction.Expected} and is {contradiction.Found}.", contradiction);
        }
    }
}

/// <summary>Which of the optional fields of a manifest are there.</summary>
[Flags]
internal enum ManifestPresence : uint
{
    None = 0,
    Height = 1,
    Time = 2,
    FloorHeight = 4,
    FinalizedHeight = 8,
    All = 15,
}
