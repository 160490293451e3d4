using Cairn.Proofs;
using Cairn.Snapshots;
using Cairn.Tests.Stores;
using Xunit;

namespace Cairn.Tests.Snapshots;

/// <summary>The bytes of snapshots.</summary>
public sealed class SnapshotFormatTests
{
    private static readonly SnapshotInfo Full = new()
    {
        Height = new BlockHeight(0x1122_3344_5566_7788),
        TimeTicks = -0x0102_0304_0506_0708,
        CreatedTicks = 17_000_000_000_000_000,
        BlockCount = 4321,
        Root = new Hash256([.. Enumerable.Range(1, 32).Select(static value => (byte)value)]),
        Totals = new TreeTotals(77, 7777),
        ChunkBytes = 65_536,
        Codec = SnapshotCodec.Deflate,
    };

    private static readonly SnapshotInfo Incremental = Full with
    {
        TimeTicks = null,
        CreatedTicks = null,
        BaseHeight = new BlockHeight(0x0102_0304),
        BaseRoot = new Hash256([.. Enumerable.Range(101, 32).Select(static value => (byte)value)]),
        Codec = SnapshotCodec.Zstandard,
    };

    [Fact]
    public void Header_Encoded_IsTheGoldenFile()
    {
        GoldenFile.Check("snapshot-header-full.bin", SnapshotHeader.Encode(Full));
        GoldenFile.Check("snapshot-header-incremental.bin", SnapshotHeader.Encode(Incremental));
    }

    [Fact]
    public void Header_EncodedAndDecoded_IsTheSame()
    {
        Assert.Equal(Full, SnapshotHeader.Decode("s", SnapshotHeader.Encode(Full)));
        Assert.Equal(Incremental, SnapshotHeader.Decode("s", SnapshotHeader.Encode(Incremental)));
    }

    [Fact]
    public void Header_AnyBitFlipped_IsRefused()
    {
        byte[] good = SnapshotHeader.Encode(Incremental);
        for (int bit = 0; bit < good.Length * 8; bit++)
        {
            byte[] bad = [.. good];
            bad[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Equal("s", Assert.Throws<SnapshotDamagedException>(() => SnapshotHeader.Decode("s", bad)).Snapshot);
        }
    }

    [Fact]
    public async Task Snapshot_OfAKnownState_IsTheGoldenFile()
    {
        StateStoreOptions options = new() { RetainAll = true, TimeProvider = new FixedTime() };
        await using StateStore store = await StateStore.OpenAsync("memory:", options);
        await SnapshotTests.CommitAsync(store, 3, ("a", "1"), ("b", "2"), ("c", new string('x', 4200)), ("d", "4"), ("e", ""));
        await SnapshotTests.CommitAsync(store, 7, ("a", "one"), ("b", null), ("f", "new"));
        GoldenFile.Check("snapshot-full.bin", await SnapshotRun.ExportAsync(store, new BlockHeight(3), codec: SnapshotCodec.None));
        GoldenFile.Check("snapshot-incremental.bin", await SnapshotRun.ExportAsync(store, new BlockHeight(7), since: new BlockHeight(3), codec: SnapshotCodec.None));
    }

    [Fact]
    public async Task Snapshot_OfTheGoldenFiles_IsStillImported()
    {
        byte[][] chain = [.. new[] { "snapshot-full.bin", "snapshot-incremental.bin" }.Select(static name => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "golden", name)))];
        using TestHome home = TestHome.Create(HomeKind.SimulatedDirectory);
        StateStore store = await home.ImportAsync(StoreSettings.Tight, chain);
        using (StateView view = store.OpenView())
        {
            Assert.Equal(new BlockHeight(7), view.Height);
            Assert.Equal("one"u8.ToArray(), view.State.Get("a"u8));
            Assert.Null(view.State.Get("b"u8));
            Assert.Equal(5ul, view.State.Totals.Entries);
        }

        await home.CloseAsync(store);
    }

    [Fact]
    public async Task Part_OfAFullSnapshot_IsTheRangeProofThatAnybodyCanServe()
    {
        await using SnapshotRun run = await SnapshotRun.MakeAsync(seed: 3, blocks: 12);
        byte[] snapshot = await run.ExportAsync(12, codec: SnapshotCodec.None);
        using StateView view = run.Store.OpenView();
        ReadOnlyMemory<byte>? start = ReadOnlyMemory<byte>.Empty;
        foreach ((int offset, SnapshotFrame frame) in SnapshotRun.FramesOf(snapshot).SkipLast(1))
        {
            RangeProof proof = view.ProveRange(start!.Value.Span, [], mostBytes: SnapshotHeader.MinChunkBytes);
            Assert.Equal(proof.Proof.ToArray(), snapshot[(offset + SnapshotFrameLayout.SizeBytes)..(offset + SnapshotFrameLayout.SizeBytes + frame.StoredBytes)]);
            Assert.True(PrunedTree.Verify(view.Root, proof.Proof.Span, out PrunedTree? tree).IsVerified);
            Assert.True(tree!.TryChunk(start.Value.Span, out PrunedEntryCollection? entries, out _));
            Assert.Equal(frame.Items, (uint)entries.Count);
            start = proof.Next;
        }

        Assert.Null(start);
    }

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    }
}
