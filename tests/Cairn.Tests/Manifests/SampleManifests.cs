using System.Buffers.Binary;
using Cairn.Homes;
using Cairn.Manifests;

namespace Cairn.Tests.Manifests;

/// <summary>Manifests to test with.</summary>
internal static class SampleManifests
{
    public static StoreId Id { get; } = new(new UInt128(0x0f0e0d0c0b0a0908, 0x0706050403020100));

    /// <summary>The manifest of a new store.</summary>
    public static StoreManifest New(ulong generation = 1) => new()
    {
        StoreId = Id,
        SegmentBytes = 1 << 20,
        Content = Manifest.Empty with { Generation = generation },
    };

    /// <summary>A manifest with every field in use.</summary>
    public static StoreManifest Full(ulong generation = 7) => new()
    {
        StoreId = Id,
        SegmentBytes = 64 << 20,
        HighestFile = 5,
        Files =
        [
            new PageFileEntry(1, IsSealed: true, TotalBytes: 4096, LiveBytes: 0),
            new PageFileEntry(3, IsSealed: true, TotalBytes: 65_536, LiveBytes: 65_472),
            new PageFileEntry(5, IsSealed: false, TotalBytes: 8192, LiveBytes: 4096),
        ],
        Content = new Manifest
        {
            Generation = generation,
            Height = (BlockHeight)0x1122334455667788ul,
            TimeTicks = -0x0102030405060708,
            State = new RootPage((PageId)0x0000_0005_0000_0004ul, 4000, 0xaabbccdd, Hash(0x11), new TreeTotals(1000, 52_000)),
            Local = new RootPage((PageId)0x0000_0003_0000_0100ul, 333, 0x01020304, default, new TreeTotals(7, 99)),
            ReplayFrom = new LogPosition(4321, 0x0000_0002_0000_1000, 0xdeadbeef),
            LogEnd = new LogPosition(4400, 0x0000_0002_0000_9000, 0xfeedface),
            FloorHeight = (BlockHeight)100ul,
            LogFloor = new LogPosition(1234, 0x0000_0000_0000_5040, 0x0badf00d),
            BlockCount = 4300,
            PrunedBlocks = 1200,
            FinalizedHeight = (BlockHeight)200ul,
            Abandoned = [new SequenceInterval(17, 19), new SequenceInterval(40, 40)],
        },
    };

    /// <summary>A manifest of a store that was installed with a state, and has gone on from it.</summary>
    public static StoreManifest Installed(ulong generation = 7)
    {
        StoreManifest full = Full(generation);
        return full with
        {
            Content = full.Content with
            {
                Installed = new InstalledState((BlockHeight)90ul, -5, 40, Hash(0x77), new TreeTotals(3, 33), new TreeTotals(2, 22)),
                BlockCount = 4300,
                PrunedBlocks = 1000,
            },
        };
    }

    /// <summary>A manifest of a store of which only a part is installed.</summary>
    public static StoreManifest Unfinished(ulong generation = 7)
    {
        StoreManifest full = Full(generation);
        return full with
        {
            Content = full.Content with
            {
                Height = (BlockHeight)90ul,
                TimeTicks = null,
                FloorHeight = (BlockHeight)90ul,
                FinalizedHeight = null,
                ReplayFrom = LogPosition.Start,
                LogEnd = LogPosition.Start,
                LogFloor = LogPosition.Start,
                BlockCount = 40,
                PrunedBlocks = 39,
                Abandoned = [],
                Installed = new InstalledState((BlockHeight)90ul, TimeTicks: null, 40, Hash(0x77), new TreeTotals(5000, 133_000), new TreeTotals(8, 222)),
                InstallSource = Hash(0x55),
            },
        };
    }

    /// <summary>Makes the checksum right again after a change.</summary>
    public static byte[] Repaired(byte[] bytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(ManifestLayout.ChecksumOffset), ManifestCodec.Checksum(bytes));
        return bytes;
    }

    public static Hash256 Hash(byte value) => new([.. Enumerable.Repeat(value, Hash256.SizeBytes)]);
}
