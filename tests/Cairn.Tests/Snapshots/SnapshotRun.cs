using System.Buffers.Binary;
using Cairn.Format;
using Cairn.Snapshots;
using Cairn.Tests.Reference;
using Cairn.Tests.Stores;

namespace Cairn.Tests.Snapshots;

/// <summary>A store with the blocks of a <see cref="ShortRun"/>, to make snapshots of; and what a hostile hand does to them.</summary>
internal sealed class SnapshotRun : IAsyncDisposable
{
    private readonly TestHome _home;

    private SnapshotRun(ShortRun run, TestHome home, StateStore store)
    {
        Run = run;
        _home = home;
        Store = store;
    }

    public ShortRun Run { get; }

    public StateStore Store { get; }

    /// <summary>The states after 0, 1, 2, … blocks.</summary>
    public IReadOnlyList<ReferenceState> States => Run.States;

    /// <summary>Makes a store with so many blocks, in memory unless told otherwise.</summary>
    /// <param name="seed">Decides the blocks.</param>
    /// <param name="blocks">How many.</param>
    /// <param name="kind">Where it is.</param>
    /// <param name="recentViewBytes">Whether heights stay recent: all of them, or with 0 none but the newest two.</param>
    public static async Task<SnapshotRun> MakeAsync(int seed, int blocks, HomeKind kind = HomeKind.Memory, long recentViewBytes = 64 << 20)
    {
        ShortRun run = ShortRun.Make(seed, blocks);
        TestHome home = TestHome.Create(kind);
        StateStore store = await home.OpenAsync(StoreSettings.Quiet with { RetainAll = true, RecentViewBytes = recentViewBytes });
        for (int block = 0; block < blocks; block++)
        {
            await run.CommitNextAsync(store, block);
        }

        return new SnapshotRun(run, home, store);
    }

    /// <summary>A snapshot of the state after so many blocks, the changes since other blocks only if told so.</summary>
    public Task<byte[]> ExportAsync(int blocks, int? since = null, int chunkBytes = SnapshotHeader.MinChunkBytes, SnapshotCodec codec = SnapshotCodec.Deflate) =>
        ExportAsync(Store, States[blocks].Height!.Value, since is { } below ? States[below].Height : null, chunkBytes, codec);

    /// <summary>A snapshot as bytes.</summary>
    public static async Task<byte[]> ExportAsync(StateStore store, BlockHeight height, BlockHeight? since = null, int chunkBytes = SnapshotHeader.MinChunkBytes, SnapshotCodec codec = SnapshotCodec.Deflate)
    {
        using MemoryStream stream = new();
        SnapshotProgress written = await store.ExportSnapshotAsync(height, stream, new SnapshotExportOptions { ChunkBytes = chunkBytes, Codec = codec, BaseHeight = since });
        return written.Bytes == stream.Length ? stream.ToArray() : throw new InvalidOperationException($"{written.Bytes} bytes were told, {stream.Length} written.");
    }

    /// <summary>The frames of a snapshot: where each begins, and what it says. The last one is the end mark.</summary>
    public static List<(int Offset, SnapshotFrame Frame)> FramesOf(ReadOnlySpan<byte> snapshot)
    {
        List<(int Offset, SnapshotFrame Frame)> frames = [];
        for (int at = SnapshotHeaderLayout.SizeBytes; at >= 0 && at <= snapshot.Length - SnapshotFrameLayout.SizeBytes;)
        {
            SnapshotFrame frame = SnapshotFrame.Read(snapshot[at..]);
            frames.Add((at, frame));
            at += SnapshotFrameLayout.SizeBytes + frame.StoredBytes;
        }

        return frames;
    }

    /// <summary>Makes every checksum right again after a change that left the lengths as they were.</summary>
    public static byte[] Repaired(byte[] snapshot)
    {
        List<(int Offset, SnapshotFrame Frame)> frames = FramesOf(snapshot);
        uint checksum = SnapshotHeader.ChecksumOf(snapshot.AsSpan(0, SnapshotHeaderLayout.SizeBytes));
        BinaryPrimitives.WriteUInt32LittleEndian(snapshot.AsSpan(SnapshotHeaderLayout.ChecksumOffset), checksum);
        foreach ((int offset, SnapshotFrame frame) in frames)
        {
            Span<byte> bytes = snapshot.AsSpan(offset, SnapshotFrameLayout.SizeBytes + frame.StoredBytes);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[SnapshotFrameLayout.PreviousChecksumOffset..], checksum);
            checksum = Crc32C.Compute(bytes[SnapshotFrameLayout.KindOffset..]);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, checksum);
        }

        return snapshot;
    }

    public async ValueTask DisposeAsync()
    {
        await _home.CloseAsync(Store);
        _home.Dispose();
    }
}
