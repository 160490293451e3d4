using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Cairn.Homes;
using Cairn.Pages;

namespace Cairn.Manifests;

/// <summary>
/// Makes a <see cref="StoreManifest"/> of bytes, or refuses. The order matters: magic, length and checksum first, so that a flipped bit is damage;
/// then version and features, so that a sound file of a later version is told apart from damage; then every field, because a checksum proves
/// who wrote a file as little as the file itself does.
/// </summary>
internal readonly ref struct ManifestDecoder
{
    private readonly string _file;
    private readonly ReadOnlySpan<byte> _bytes;

    private ManifestDecoder(string file, ReadOnlySpan<byte> bytes)
    {
        _file = file;
        _bytes = bytes;
    }

    /// <summary>Decodes a manifest.</summary>
    /// <param name="file">Where the bytes come from, for messages.</param>
    /// <param name="bytes">The whole file.</param>
    /// <exception cref="StateCorruptedException">The bytes are no manifest.</exception>
    /// <exception cref="StoreFormatException">They are one of a version, or with features, that are not known.</exception>
    public static StoreManifest Decode(string file, ReadOnlySpan<byte> bytes)
    {
        ManifestDecoder decoder = new(file, bytes);
        decoder.CheckEnvelope();
        decoder.CheckFormat();
        int files = decoder.Int32(ManifestLayout.FileCountOffset);
        int intervals = decoder.Int32(ManifestLayout.IntervalCountOffset);
        decoder.Check(files >= 0, ManifestLayout.FileCountOffset, "count of page files", "0 or more", files);
        decoder.Check(intervals >= 0, ManifestLayout.IntervalCountOffset, "count of abandoned intervals", "0 or more", intervals);
        decoder.Check(ManifestCodec.Length(files, intervals, decoder.Has(ManifestCodec.InstalledFeature)) == bytes.Length, ManifestLayout.FileCountOffset, "counts of page files and intervals", $"what {bytes.Length} bytes hold", $"{files} and {intervals}");
        uint highest = decoder.UInt32(ManifestLayout.HighestFileOffset);
        PageFileEntry[] table = decoder.Files(files, highest);
        return new StoreManifest
        {
            StoreId = StoreId.Read(bytes[ManifestLayout.StoreIdOffset..]),
            SegmentBytes = decoder.SegmentBytes(),
            HighestFile = highest,
            Files = table,
            Content = decoder.Content(table, intervals),
        };
    }

    private void CheckEnvelope()
    {
        Check(_bytes.Length is >= ManifestLayout.SizeBytes and <= ManifestCodec.MaxBytes, -1, "length", $"{ManifestLayout.SizeBytes} to {ManifestCodec.MaxBytes} bytes", _bytes.Length);
        Check(_bytes.StartsWith(ManifestCodec.Magic), ManifestLayout.MagicOffset, "magic", Convert.ToHexStringLower(ManifestCodec.Magic), Convert.ToHexStringLower(_bytes[..ManifestCodec.Magic.Length]));
        int total = Int32(ManifestLayout.TotalBytesOffset);
        Check(total == _bytes.Length, ManifestLayout.TotalBytesOffset, "length field", $"{_bytes.Length}, the length of the file", total);
        uint stored = UInt32(ManifestLayout.ChecksumOffset);
        uint computed = ManifestCodec.Checksum(_bytes);
        Check(stored == computed, ManifestLayout.ChecksumOffset, "checksum", $"{computed:x8}", $"{stored:x8}");
    }

    private void CheckFormat()
    {
        uint version = UInt32(ManifestLayout.FormatVersionOffset);
        if (version != ManifestCodec.FormatVersion)
        {
            throw new StoreFormatException(_file, "manifest format", $"{ManifestCodec.FormatVersion}", $"{version}");
        }

        uint features = UInt32(ManifestLayout.RequiredFeaturesOffset);
        if ((features & ~ManifestCodec.KnownFeatures) != 0)
        {
            throw new StoreFormatException(_file, "required features", $"{ManifestCodec.KnownFeatures:x8}", $"{features:x8}");
        }

        Check((features & ~(ManifestCodec.DeltasFeature | ManifestCodec.AddingDeltasFeature)) != ManifestCodec.UnfinishedFeature, ManifestLayout.RequiredFeaturesOffset, "required features", "an installed state, where one is unfinished", $"{features:x8}");
    }

    private bool Has(uint feature) => (UInt32(ManifestLayout.RequiredFeaturesOffset) & feature) != 0;

    private int SegmentBytes()
    {
        int bytes = Int32(ManifestLayout.SegmentBytesOffset);
        Check(StateStoreOptionsValidation.IsSegmentBytes(bytes), ManifestLayout.SegmentBytesOffset, "segment size", "a multiple of 4096, at least 65536", bytes);
        return bytes;
    }

    private PageFileEntry[] Files(int count, uint highest)
    {
        PageFileEntry[] files = new PageFileEntry[count];
        uint previous = 0;
        for (int index = 0; index < count; index++)
        {
            int offset = ManifestLayout.SizeBytes + (index * ManifestPageFileLayout.SizeBytes);
            PageFileEntry file = File(offset);
            Check(file.Number > previous && file.Number <= highest, offset, "page file number", $"above {previous}, at most {highest}", file.Number);
            previous = file.Number;
            files[index] = file;
        }

        return files;
    }

    private PageFileEntry File(int offset)
    {
        uint flags = UInt32(offset + ManifestPageFileLayout.FlagsOffset);
        long total = Int64(offset + ManifestPageFileLayout.TotalBytesOffset);
        long live = Int64(offset + ManifestPageFileLayout.LiveBytesOffset);
        Check((flags & ~ManifestCodec.SealedFlag) == 0, offset + ManifestPageFileLayout.FlagsOffset, "page file flags", "0 or 1", flags);
        Check(
            total is >= PageFileHeaderLayout.SizeBytes and <= PageAddress.MaxFileBytes && total % PageAddress.Alignment == 0,
            offset + ManifestPageFileLayout.TotalBytesOffset,
            "page file length",
            $"a multiple of {PageAddress.Alignment}, {PageFileHeaderLayout.SizeBytes} to {PageAddress.MaxFileBytes}",
            total);
        Check(
            live >= 0 && live <= total - PageFileHeaderLayout.SizeBytes && live % PageAddress.Alignment == 0,
            offset + ManifestPageFileLayout.LiveBytesOffset,
            "live bytes of a page file",
            $"a multiple of {PageAddress.Alignment}, 0 to {total - PageFileHeaderLayout.SizeBytes}",
            live);
        return new PageFileEntry(UInt32(offset + ManifestPageFileLayout.FileNumberOffset), flags == ManifestCodec.SealedFlag, total, live);
    }

    private Manifest Content(PageFileEntry[] files, int intervals)
    {
        ManifestPresence presence = (ManifestPresence)UInt32(ManifestLayout.PresenceOffset);
        Check((presence & ~ManifestPresence.All) == ManifestPresence.None, ManifestLayout.PresenceOffset, "presence flags", "0 to 15", (uint)presence);
        ulong generation = UInt64(ManifestLayout.GenerationOffset);
        Check(generation > 0, ManifestLayout.GenerationOffset, "generation", "1 or more", generation);
        BlockHeight? height = Height(ManifestLayout.HeightOffset, presence.HasFlag(ManifestPresence.Height), "height");
        BlockHeight? floor = Height(ManifestLayout.FloorHeightOffset, presence.HasFlag(ManifestPresence.FloorHeight), "floor height");
        BlockHeight? finalized = Height(ManifestLayout.FinalizedHeightOffset, presence.HasFlag(ManifestPresence.FinalizedHeight), "final height");
        RootPage state = Root(ManifestLayout.StateRootOffset, files, Hash256.EmptyRoot, isHashed: true);
        RootPage local = Root(ManifestLayout.LocalRootOffset, files, default, isHashed: false);
        LogPosition replayFrom = Position(ManifestLayout.ReplayFromOffset);
        LogPosition logEnd = Position(ManifestLayout.LogEndOffset);
        Check(height is not null || (state.Id == PageId.None && local.Id == PageId.None), ManifestLayout.PresenceOffset, "height", "one, where there are pages", "none");
        Check(floor is null || floor <= height, ManifestLayout.FloorHeightOffset, "floor height", $"at most the height {height}", $"{floor}");
        Check(finalized is null || finalized <= height, ManifestLayout.FinalizedHeightOffset, "final height", $"at most the height {height}", $"{finalized}");
        Check(replayFrom.Sequence <= logEnd.Sequence, ManifestLayout.ReplayFromOffset, "sequence to replay from", $"at most {logEnd.Sequence}, the end of the log", replayFrom.Sequence);
        int behindFiles = ManifestLayout.SizeBytes + (files.Length * ManifestPageFileLayout.SizeBytes);
        int behindIntervals = behindFiles + (intervals * ManifestIntervalLayout.SizeBytes);
        Hash256? source = null;
        InstalledState? installed = Has(ManifestCodec.InstalledFeature)
            ? ManifestInstalledCodec.Read(_file, behindIntervals, _bytes[behindIntervals..], Has(ManifestCodec.UnfinishedFeature), out source)
            : null;
        Manifest content = new()
        {
            Generation = generation,
            Height = height,
            TimeTicks = Time(presence, height),
            State = state,
            Local = local,
            ReplayFrom = replayFrom,
            LogEnd = logEnd,
            FloorHeight = floor,
            LogFloor = Position(ManifestLayout.LogFloorOffset),
            BlockCount = UInt64(ManifestLayout.BlockCountOffset),
            PrunedBlocks = UInt64(ManifestLayout.PrunedBlocksOffset),
            FinalizedHeight = finalized,
            Abandoned = Intervals(behindFiles, intervals, logEnd.Sequence),
            Installed = installed,
            InstallSource = source,
            HasDeltas = Has(ManifestCodec.DeltasFeature),
            HasAddingDeltas = Has(ManifestCodec.AddingDeltasFeature),
        };
        if (installed is null)
        {
            CheckRetention(content);
        }
        else
        {
            CheckInstalled(content, installed, behindIntervals);
            CheckRetention(content, installed);
        }

        return content;
    }

    /// <summary>What is pruned lies before the floor, and the floor before the head: there is always a block that is retained.</summary>
    private void CheckRetention(Manifest content)
    {
        ulong blocks = content.BlockCount;
        ulong pruned = content.PrunedBlocks;
        LogPosition floor = content.LogFloor;
        Check(blocks <= content.ReplayFrom.Sequence, ManifestLayout.BlockCountOffset, "count of blocks", $"at most {content.ReplayFrom.Sequence}, the records there were", blocks);
        Check(blocks == 0 || content.Height is not null, ManifestLayout.BlockCountOffset, "count of blocks", "0, as there is no height", blocks);
        Check(content.FloorHeight is null ? pruned == 0 : pruned < blocks, ManifestLayout.PrunedBlocksOffset, "count of pruned blocks", content.FloorHeight is null ? "0, as there is no floor" : $"below {blocks}", pruned);
        Check(pruned == 0 ? floor == LogPosition.Start : floor.Sequence >= pruned, ManifestLayout.LogFloorOffset, "sequence of the log floor", pruned == 0 ? "the start, as nothing is pruned" : $"at least {pruned}", floor.Sequence);
        Check(pruned == 0 || floor.Sequence < content.ReplayFrom.Sequence, ManifestLayout.LogFloorOffset, "sequence of the log floor", $"below {content.ReplayFrom.Sequence}, the place to replay from", floor.Sequence);
    }

    /// <summary>The same where the log begins behind an installed state, which counts as a block as long as it is the floor.</summary>
    private void CheckRetention(Manifest content, InstalledState installed)
    {
        ulong before = installed.BlockCount - 1;
        LogPosition floor = content.LogFloor;
        Check(content.PrunedBlocks >= before && content.PrunedBlocks < content.BlockCount, ManifestLayout.PrunedBlocksOffset, "count of pruned blocks", $"{before} to {content.BlockCount - 1}", content.PrunedBlocks);
        ulong pruned = content.PrunedBlocks - before;
        Check((pruned == 0) == (content.FloorHeight == installed.Height), ManifestLayout.FloorHeightOffset, "floor height", pruned == 0 ? $"{installed.Height}, that of the installed state" : "another than that of the installed state", $"{content.FloorHeight}");
        Check(pruned <= 1 ? floor == LogPosition.Start : floor.Sequence >= pruned - 1, ManifestLayout.LogFloorOffset, "sequence of the log floor", pruned <= 1 ? "the start, as no record is pruned" : $"at least {pruned - 1}", floor.Sequence);
        Check(pruned == 0 || floor.Sequence < content.ReplayFrom.Sequence, ManifestLayout.LogFloorOffset, "sequence of the log floor", $"below {content.ReplayFrom.Sequence}, the place to replay from", floor.Sequence);
    }

    /// <summary>Nothing goes back behind the installed state; and where no block follows it, or not all of it is there, the trees are it.</summary>
    private void CheckInstalled(Manifest content, InstalledState installed, int offset)
    {
        Check(content.Height >= installed.Height, ManifestLayout.HeightOffset, "height", $"at least {installed.Height}, that of the installed state", $"{content.Height}");
        Check(content.FloorHeight >= installed.Height, ManifestLayout.FloorHeightOffset, "floor height", $"at least {installed.Height}, that of the installed state", $"{content.FloorHeight}");
        ulong blocks = content.BlockCount;
        Check(blocks >= installed.BlockCount && blocks - installed.BlockCount <= content.ReplayFrom.Sequence, ManifestLayout.BlockCountOffset, "count of blocks", $"{installed.BlockCount} and at most {content.ReplayFrom.Sequence} more, the records there were", blocks);
        bool isUnfinished = content.InstallSource is not null;
        Check(!isUnfinished || content.LogEnd == LogPosition.Start, ManifestLayout.LogEndOffset, "end of the log", "the start, as the installed state is unfinished", content.LogEnd.Sequence);
        if (blocks == installed.BlockCount)
        {
            Check(content.Height == installed.Height && content.TimeTicks == installed.TimeTicks, ManifestLayout.HeightOffset, "height and time", "those of the installed state, as no block follows it", $"{content.Height}");
            Check(
                isUnfinished ? content.State.Totals.Entries <= installed.StateTotals.Entries && content.Local.Totals.Entries <= installed.LocalTotals.Entries
                    : content.State.Hash == installed.Root && content.State.Totals == installed.StateTotals && content.Local.Totals == installed.LocalTotals,
                offset + ManifestInstalledLayout.RootOffset,
                "installed state",
                isUnfinished ? "at least as many entries as the trees have" : $"root {content.State.Hash} and the totals of the trees",
                $"root {installed.Root}, {installed.StateTotals}, {installed.LocalTotals}");
        }
    }

    private BlockHeight? Height(int offset, bool present, string what)
    {
        ulong value = UInt64(offset);
        Check(present || value == 0, offset, what, "0, as it is absent", value);
        return present ? new BlockHeight(value) : null;
    }

    private long? Time(ManifestPresence presence, BlockHeight? height)
    {
        bool present = presence.HasFlag(ManifestPresence.Time);
        long ticks = Int64(ManifestLayout.TimeOffset);
        Check(present ? height is not null : ticks == 0, ManifestLayout.TimeOffset, "time", "none", ticks);
        return present ? ticks : null;
    }

    private RootPage Root(int offset, PageFileEntry[] files, Hash256 emptyHash, bool isHashed)
    {
        RootPage root = new(
            new PageId(UInt64(offset + ManifestRootPageLayout.PageIdOffset)),
            Int32(offset + ManifestRootPageLayout.StoredBytesOffset),
            UInt32(offset + ManifestRootPageLayout.PageChecksumOffset),
            new Hash256(_bytes.Slice(offset + ManifestRootPageLayout.HashOffset, Hash256.SizeBytes)),
            new TreeTotals(UInt64(offset + ManifestRootPageLayout.EntriesOffset), UInt64(offset + ManifestRootPageLayout.EntryBytesOffset)));
        if (root.Id == PageId.None)
        {
            RootPage empty = new(PageId.None, 0, 0, emptyHash, default);
            Check(root == empty, offset, "root of an empty tree", empty.ToString(), root.ToString());
            return root;
        }

        Check(isHashed || root.Hash == default, offset + ManifestRootPageLayout.HashOffset, "hash of the local tree", "zero", root.Hash.ToString());
        Check(root.Totals.Entries > 0, offset + ManifestRootPageLayout.EntriesOffset, "entries of a tree with pages", "1 or more", 0);
        Check(root.Totals.Bytes >= root.Totals.Entries, offset + ManifestRootPageLayout.EntryBytesOffset, "bytes of the entries", $"at least {root.Totals.Entries}", root.Totals.Bytes);
        CheckExtent(offset, root, files);
        return root;
    }

    private void CheckExtent(int offset, RootPage root, PageFileEntry[] files)
    {
        PageAddress address = PageAddress.Of(root.Id);
        int index = Array.FindIndex(files, file => file.Number == address.File);
        Check(index >= 0, offset, "file of the root page", "a listed page file", address.File);
        long room = files[index].TotalBytes - address.Offset;
        Check(address.Offset >= PageFileHeaderLayout.SizeBytes && room > 0, offset, "place of the root page", $"{PageFileHeaderLayout.SizeBytes} to {files[index].TotalBytes - 1}", address.Offset);
        Check(root.Bytes > 0 && root.Bytes <= room, offset + ManifestRootPageLayout.StoredBytesOffset, "length of the root page", $"1 to {room}", root.Bytes);
    }

    private LogPosition Position(int offset)
    {
        LogPosition position = LogPositionCodec.Read(_bytes[offset..]);
        uint padding = UInt32(offset + LogPositionLayout.PaddingOffset);
        Check(padding == 0, offset + LogPositionLayout.PaddingOffset, "padding", "0", padding);
        return position;
    }

    private SequenceInterval[] Intervals(int start, int count, ulong lastSequence)
    {
        SequenceInterval[] intervals = new SequenceInterval[count];
        ulong previous = 0;
        for (int index = 0; index < count; index++)
        {
            int offset = start + (index * ManifestIntervalLayout.SizeBytes);
            SequenceInterval interval = new(UInt64(offset + ManifestIntervalLayout.FirstOffset), UInt64(offset + ManifestIntervalLayout.LastOffset));
            Check(interval.First > previous, offset, "first abandoned sequence", $"above {previous}", interval.First);
            Check(interval.Last >= interval.First && interval.Last <= lastSequence, offset + ManifestIntervalLayout.LastOffset, "last abandoned sequence", $"{interval.First} to {lastSequence}", interval.Last);
            previous = interval.Last;
            intervals[index] = interval;
        }

        return intervals;
    }

    private int Int32(int offset) => BinaryPrimitives.ReadInt32LittleEndian(_bytes[offset..]);

    private uint UInt32(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(_bytes[offset..]);

    private long Int64(int offset) => BinaryPrimitives.ReadInt64LittleEndian(_bytes[offset..]);

    private ulong UInt64(int offset) => BinaryPrimitives.ReadUInt64LittleEndian(_bytes[offset..]);

    private void Check<T>([DoesNotReturnIf(false)] bool holds, int offset, string what, string expected, T found)
        where T : notnull
    {
        if (!holds)
        {
            throw new StateCorruptedException(_file, offset, "manifest " + what, expected, found.ToString()!);
        }
    }
}
