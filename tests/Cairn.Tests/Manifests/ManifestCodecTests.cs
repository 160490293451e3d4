using System.Buffers.Binary;
using Cairn.Manifests;
using Xunit;

namespace Cairn.Tests.Manifests;

public sealed class ManifestCodecTests
{
    [Fact]
    public void Manifest_Encoded_IsTheGoldenFile()
    {
        GoldenFile.Check("manifest-new.bin", ManifestCodec.Encode(SampleManifests.New()));
        GoldenFile.Check("manifest-full.bin", ManifestCodec.Encode(SampleManifests.Full()));
        GoldenFile.Check("manifest-installed.bin", ManifestCodec.Encode(SampleManifests.Installed()));
        GoldenFile.Check("manifest-unfinished.bin", ManifestCodec.Encode(SampleManifests.Unfinished()));
    }

    [Fact]
    public void Manifest_EncodedAndDecoded_IsTheSame()
    {
        foreach (StoreManifest manifest in new[] { SampleManifests.New(), SampleManifests.Full(), SampleManifests.Installed(), SampleManifests.Unfinished() })
        {
            StoreManifest decoded = ManifestDecoder.Decode("m", ManifestCodec.Encode(manifest));
            Assert.Equal(manifest.Files, decoded.Files);
            Assert.Equal(manifest.Content.Abandoned, decoded.Content.Abandoned);
            Assert.Equal(manifest.Content with { Abandoned = decoded.Content.Abandoned }, decoded.Content);
            Assert.Equal(manifest with { Files = decoded.Files, Content = decoded.Content }, decoded);
        }
    }

    [Fact]
    public void Decode_AnyBitFlipped_RefusesNamingTheFile()
    {
        byte[] good = ManifestCodec.Encode(SampleManifests.Full());
        for (int bit = 0; bit < good.Length * 8; bit++)
        {
            byte[] bad = [.. good];
            bad[bit / 8] ^= (byte)(1 << (bit % 8));
            StateCorruptedException damage = Assert.Throws<StateCorruptedException>(() => ManifestDecoder.Decode("the-file", bad));
            Assert.Equal("the-file", damage.File);
        }
    }

    [Fact]
    public void Decode_AnyOtherLength_Refuses()
    {
        byte[] good = ManifestCodec.Encode(SampleManifests.Full());
        for (int length = 0; length < good.Length; length++)
        {
            Assert.Throws<StateCorruptedException>(() => ManifestDecoder.Decode("m", good.AsSpan(0, length)));
        }

        Assert.Throws<StateCorruptedException>(() => ManifestDecoder.Decode("m", [.. good, 0]));
    }

    [Theory]
    [InlineData(ManifestLayout.FormatVersionOffset, 2u)]
    [InlineData(ManifestLayout.FormatVersionOffset, 0u)]
    [InlineData(ManifestLayout.RequiredFeaturesOffset, 16u)]
    [InlineData(ManifestLayout.RequiredFeaturesOffset, 0x8000_0000u)]
    public void Decode_UnknownVersionOrRequiredFeature_IsAFormatError(int offset, uint value)
    {
        byte[] bytes = ManifestCodec.Encode(SampleManifests.Full());
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(offset), value);
        Assert.Throws<StoreFormatException>(() => ManifestDecoder.Decode("m", SampleManifests.Repaired(bytes)));
    }

    [Fact]
    public void Decode_UnknownOptionalFeature_IsIgnored()
    {
        byte[] bytes = ManifestCodec.Encode(SampleManifests.Full());
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(ManifestLayout.OptionalFeaturesOffset), uint.MaxValue);
        Assert.Equal(7ul, ManifestDecoder.Decode("m", SampleManifests.Repaired(bytes)).Content.Generation);
    }

    public static TheoryData<string, int, long> Contradictions()
    {
        const int files = ManifestLayout.SizeBytes;
        const int second = files + ManifestPageFileLayout.SizeBytes;
        const int intervals = files + (3 * ManifestPageFileLayout.SizeBytes);
        const int state = ManifestLayout.StateRootOffset;
        const int local = ManifestLayout.LocalRootOffset;
        return new TheoryData<string, int, long>
        {
            { "segment of no whole blocks", ManifestLayout.SegmentBytesOffset, 65_537 },
            { "negative segment", ManifestLayout.SegmentBytesOffset, 0x8000_0000 },
            { "generation 0", ManifestLayout.GenerationOffset, 0 },
            { "unknown presence flag", ManifestLayout.PresenceOffset, 0x5_0000_001f },
            { "absent height with pages", ManifestLayout.PresenceOffset, 0x5_0000_0000 },
            { "absent time that is set", ManifestLayout.PresenceOffset, 0x5_0000_000d },
            { "floor above the height", ManifestLayout.FloorHeightOffset, -1 },
            { "final height above the height", ManifestLayout.FinalizedHeightOffset, -1 },
            { "replay from behind the end", ManifestLayout.ReplayFromOffset, 4401 },
            { "padding of a position", ManifestLayout.LogEndOffset + LogPositionLayout.RecordChecksumOffset, 0x1_feed_face },
            { "more blocks than records", ManifestLayout.BlockCountOffset, 4322 },
            { "all blocks pruned", ManifestLayout.PrunedBlocksOffset, 4300 },
            { "a log floor but nothing pruned", ManifestLayout.PrunedBlocksOffset, 0 },
            { "more blocks pruned than records before the log floor", ManifestLayout.PrunedBlocksOffset, 1235 },
            { "log floor at the place to replay from", ManifestLayout.LogFloorOffset, 4321 },
            { "padding of the log floor", ManifestLayout.LogFloorOffset + LogPositionLayout.RecordChecksumOffset, 0x1_0bad_f00d },
            { "blocks pruned but no floor", ManifestLayout.PresenceOffset, 0x5_0000_000b },
            { "fewer files than fit", ManifestLayout.FileCountOffset, 0x2_0000_0002 },
            { "negative count of files", ManifestLayout.FileCountOffset, 0x2_ffff_ffff },
            { "negative count of intervals", ManifestLayout.FileCountOffset, -0x1_0000_0000 + 3 },
            { "counts that overflow together", ManifestLayout.FileCountOffset, 0x7fff_ffff_7fff_ffff },
            { "highest file below the last", ManifestLayout.PresenceOffset, 0x4_0000_000f },
            { "file number 0", files + ManifestPageFileLayout.FileNumberOffset, 0x1_0000_0000 },
            { "files not ascending", second, 0x1_0000_0001 },
            { "unknown file flag", files + ManifestPageFileLayout.FileNumberOffset, 0x2_0000_0001 },
            { "file without a header", files + ManifestPageFileLayout.TotalBytesOffset, 48 },
            { "file of odd length", second + ManifestPageFileLayout.TotalBytesOffset, 65_537 },
            { "file of negative length", second + ManifestPageFileLayout.TotalBytesOffset, -16 },
            { "file too long for ids", second + ManifestPageFileLayout.TotalBytesOffset, (1L << 36) + 16 },
            { "more live than there is", second + ManifestPageFileLayout.LiveBytesOffset, 65_488 },
            { "negative live bytes", second + ManifestPageFileLayout.LiveBytesOffset, -16 },
            { "odd live bytes", second + ManifestPageFileLayout.LiveBytesOffset, 17 },
            { "root in a file that is not listed", state, 0x2_0000_0004 },
            { "root in the header", state, 0x5_0000_0003 },
            { "root behind the end", state, 0x5_0000_0200 },
            { "no root but entries", state, 0 },
            { "root longer than the rest of the file", state + ManifestRootPageLayout.StoredBytesOffset, 8129 },
            { "root of no bytes", state + ManifestRootPageLayout.StoredBytesOffset, 0 },
            { "root of negative length", state + ManifestRootPageLayout.StoredBytesOffset, 0x8000_0000 },
            { "root without entries", state + ManifestRootPageLayout.EntriesOffset, 0 },
            { "fewer bytes than entries", state + ManifestRootPageLayout.EntryBytesOffset, 999 },
            { "hash of the local tree", local + ManifestRootPageLayout.HashOffset, 1 },
            { "interval from 0", intervals, 0 },
            { "interval backwards", intervals + ManifestIntervalLayout.LastOffset, 16 },
            { "intervals that touch", intervals + ManifestIntervalLayout.LastOffset, 40 },
            { "interval behind the end", intervals + ManifestIntervalLayout.SizeBytes + ManifestIntervalLayout.LastOffset, 4401 },
        };
    }

    [Theory]
    [MemberData(nameof(Contradictions))]
    public void Decode_Contradiction_RefusesThoughTheChecksumIsRight(string what, int offset, long value)
    {
        byte[] bytes = ManifestCodec.Encode(SampleManifests.Full());
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(offset), value);
        StateCorruptedException damage = Assert.Throws<StateCorruptedException>(() => ManifestDecoder.Decode("m", SampleManifests.Repaired(bytes)));
        Assert.True(damage.Offset >= 0, what);
    }

    public static TheoryData<string, bool, int, long> InstalledContradictions()
    {
        const int finished = ManifestLayout.SizeBytes + (3 * ManifestPageFileLayout.SizeBytes) + (2 * ManifestIntervalLayout.SizeBytes);
        const int unfinished = ManifestLayout.SizeBytes + (3 * ManifestPageFileLayout.SizeBytes);
        return new TheoryData<string, bool, int, long>
        {
            { "unknown flag", false, finished, 2 },
            { "padding", false, finished, 0x1_0000_0001 },
            { "an absent time that is set", false, finished, 0 },
            { "no blocks before the state", false, finished + ManifestInstalledLayout.BlockCountOffset, 0 },
            { "more blocks before the state than there are", false, finished + ManifestInstalledLayout.BlockCountOffset, 4301 },
            { "more blocks behind the state than records", false, ManifestLayout.BlockCountOffset, 4362 },
            { "pruned behind the head", false, ManifestLayout.PrunedBlocksOffset, 4300 },
            { "fewer pruned than before the state", false, ManifestLayout.PrunedBlocksOffset, 38 },
            { "nothing pruned, but the floor is not the state", false, ManifestLayout.PrunedBlocksOffset, 39 },
            { "the state pruned, but it is the floor", false, ManifestLayout.FloorHeightOffset, 90 },
            { "the floor below the state", false, ManifestLayout.FloorHeightOffset, 89 },
            { "more pruned than records before the floor", false, ManifestLayout.PrunedBlocksOffset, 40 + 1235 },
            { "the height below the state", false, finished + ManifestInstalledLayout.HeightOffset, -1 },
            { "entries of fewer bytes", false, finished + ManifestInstalledLayout.StateBytesOffset, 2 },
            { "local entries of fewer bytes", false, finished + ManifestInstalledLayout.LocalBytesOffset, 1 },
            { "no entries but a root", false, finished + ManifestInstalledLayout.StateEntriesOffset, 0 },
            { "a source though it is finished", false, finished + ManifestInstalledLayout.SourceOffset, 1 },
            { "another height than the unfinished state's", true, ManifestLayout.HeightOffset, 91 },
            { "blocks behind the unfinished state", true, ManifestLayout.BlockCountOffset, 41 },
            { "a log behind the unfinished state", true, ManifestLayout.LogEndOffset, 1 },
            { "more entries than the state will have", true, unfinished + ManifestInstalledLayout.StateEntriesOffset, 999 },
            { "more local entries than the state will have", true, unfinished + ManifestInstalledLayout.LocalEntriesOffset, 6 },
        };
    }

    [Theory]
    [MemberData(nameof(InstalledContradictions))]
    public void Decode_ContradictionAboutAnInstalledState_Refuses(string what, bool isUnfinished, int offset, long value)
    {
        byte[] bytes = ManifestCodec.Encode(isUnfinished ? SampleManifests.Unfinished() : SampleManifests.Installed());
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(offset), value);
        StateCorruptedException damage = Assert.Throws<StateCorruptedException>(() => ManifestDecoder.Decode("m", SampleManifests.Repaired(bytes)));
        Assert.True(damage.Offset >= 0, what);
    }

    [Fact]
    public void Decode_UnfinishedThatSaysItIsFinished_Refuses()
    {
        byte[] bytes = ManifestCodec.Encode(SampleManifests.Unfinished());
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(ManifestLayout.RequiredFeaturesOffset), ManifestCodec.InstalledFeature);
        bytes.AsSpan(^32..).Clear();
        Assert.Throws<StateCorruptedException>(() => ManifestDecoder.Decode("m", SampleManifests.Repaired(bytes)));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(ManifestLayout.RequiredFeaturesOffset), ManifestCodec.UnfinishedFeature);
        Assert.Throws<StateCorruptedException>(() => ManifestDecoder.Decode("m", SampleManifests.Repaired(bytes[..^128])));
    }

    [Fact]
    public void Decode_TwentyThousandMutations_RefusesOrGivesWhatEncodesToTheSameBytes()
    {
        byte[][] good = [ManifestCodec.Encode(SampleManifests.Full()), ManifestCodec.Encode(SampleManifests.Installed()), ManifestCodec.Encode(SampleManifests.Unfinished())];
        SeededRandom.ForEach(20, random =>
        {
            for (int run = 0; run < 1000; run++)
            {
                byte[] bytes = Mutate(random, good[run % good.Length]);
                try
                {
                    StoreManifest decoded = ManifestDecoder.Decode("m", bytes);
                    bytes.AsSpan(ManifestLayout.OptionalFeaturesOffset, 4).Clear();
                    Assert.Equal(SampleManifests.Repaired(bytes), ManifestCodec.Encode(decoded));
                }
                catch (StateStoreException refusal) when (refusal is StateCorruptedException or StoreFormatException)
                {
                    // Anything else fails the test.
                }
            }
        });
    }

    [Fact]
    public void Encode_ManifestThatCouldNotBeRead_IsTheCallersMistake()
    {
        StoreManifest bad = SampleManifests.Full() with { HighestFile = 4 };
        Assert.Throws<InvalidOperationException>(() => ManifestCodec.Encode(bad));
    }

    private static byte[] Mutate(Random random, byte[] good)
    {
        byte[] bytes = [.. good];
        for (int change = random.Next(1, 5); change > 0; change--)
        {
            int at = random.Next(bytes.Length);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    random.NextBytes(bytes.AsSpan(at, Math.Min(8, bytes.Length - at)));
                    break;
                case 2:
                    bytes.AsSpan(at, Math.Min(random.Next(1, 9), bytes.Length - at)).Fill(random.Next(2) == 0 ? (byte)0xff : (byte)0);
                    break;
                default:
                    Array.Resize(ref bytes, Math.Max(ManifestLayout.SizeBytes, bytes.Length + random.Next(-40, 41)));
                    break;
            }
        }

        if (random.Next(2) == 0)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(ManifestLayout.TotalBytesOffset), bytes.Length);
        }

        return random.Next(8) == 0 ? bytes : SampleManifests.Repaired(bytes);
    }
}
