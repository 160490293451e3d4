using System.Buffers.Binary;
using Cairn.Snapshots;
using Cairn.Tests.IO;
using Cairn.Tests.Stores;
using Xunit;

namespace Cairn.Tests.Snapshots;

/// <summary>Snapshots from a hostile hand: whatever is changed in them, with or without right checksums, is refused by a typed error before anything of the part concerned is taken over.</summary>
public sealed class SnapshotTamperingTests
{
    [Fact]
    public async Task AnyByteChanged_WithoutChecksum_IsRefused()
    {
        await using SnapshotRun run = await SnapshotRun.MakeAsync(seed: 3, blocks: 3);
        byte[] full = await run.ExportAsync(3);
        byte[] increment = await run.ExportAsync(3, since: 2);
        foreach (byte[] snapshot in new[] { full, increment })
        {
            Assert.Equal(run.States[3].Root, (await SnapshotInfo.VerifyAsync(new MemoryStream(snapshot), "s")).Root);
            for (int at = 0; at < snapshot.Length; at += at < 400 ? 1 : 7)
            {
                byte[] bad = [.. snapshot];
                bad[at] ^= 0x40;
                await AssertRefusedAsync(bad, $"byte {at}", at);
            }
        }
    }

    [Fact]
    public async Task AnyByteOfAPartChanged_WithRightChecksums_IsRefusedByItsProof()
    {
        await using SnapshotRun run = await SnapshotRun.MakeAsync(seed: 3, blocks: 8);
        byte[] snapshot = await run.ExportAsync(8, codec: SnapshotCodec.None);
        List<(int Offset, SnapshotFrame Frame)> frames = SnapshotRun.FramesOf(snapshot);
        Assert.True(frames.Count > 2);
        ulong before = frames[0].Frame.Items;
        (int offset, SnapshotFrame frame) = frames[1];
        for (int at = offset + SnapshotFrameLayout.SizeBytes; at < offset + SnapshotFrameLayout.SizeBytes + frame.StoredBytes; at += 11)
        {
            byte[] bad = [.. snapshot];
            bad[at] ^= 0x01;
            using TestHome home = TestHome.Create(HomeKind.Memory);
            SnapshotDamagedException damage = await Assert.ThrowsAsync<SnapshotDamagedException>(() => home.ImportAsync(StoreSettings.Tight, [SnapshotRun.Repaired(bad)]));
            Assert.Equal(offset, damage.Offset - SnapshotFrameLayout.SizeBytes);
            Assert.Equal(before, (await Assert.ThrowsAsync<ImportUnfinishedException>(() => home.OpenAsync(StoreSettings.Tight))).Entries);
        }
    }

    [Fact]
    public async Task AnyByteOfAnIncrementChanged_WithRightChecksums_LeavesTheStoreUnchanged()
    {
        await using SnapshotRun run = await SnapshotRun.MakeAsync(seed: 3, blocks: 8);
        byte[] full = await run.ExportAsync(6);
        byte[] snapshot = await run.ExportAsync(8, since: 6, codec: SnapshotCodec.None);
        (int offset, SnapshotFrame frame) = SnapshotRun.FramesOf(snapshot)[0];
        using TestHome home = TestHome.Create(HomeKind.Memory);
        StateStore store = await home.ImportAsync(StoreSettings.Tight, [full]);
        for (int at = offset + SnapshotFrameLayout.SizeBytes; at < offset + SnapshotFrameLayout.SizeBytes + frame.StoredBytes; at += 5)
        {
            byte[] bad = [.. snapshot];
            bad[at] ^= 0x01;
            await Assert.ThrowsAsync<SnapshotDamagedException>(() => store.ApplySnapshotAsync(new MemoryStream(SnapshotRun.Repaired(bad))));
            Assert.Equal((run.States[6].Height, run.States[6].Root), (store.Height, store.Root));
        }

        await store.ApplySnapshotAsync(new MemoryStream(snapshot));
        SnapshotTests.AssertEntries(run.States[8], store);
        await home.CloseAsync(store);
    }

    [Fact]
    public async Task PartsLeftOutSwappedOrRepeated_WithRightChecksums_AreRefused()
    {
        await using SnapshotRun run = await SnapshotRun.MakeAsync(seed: 3, blocks: 12);
        byte[] snapshot = await run.ExportAsync(12);
        List<(int Offset, SnapshotFrame Frame)> frames = SnapshotRun.FramesOf(snapshot);
        byte[] header = snapshot[..SnapshotHeaderLayout.SizeBytes];
        byte[][] parts = [.. frames.Select(part => snapshot[part.Offset..(part.Offset + SnapshotFrameLayout.SizeBytes + part.Frame.StoredBytes)])];
        int[] order = [.. Enumerable.Range(0, parts.Length)];
        int end = parts.Length - 1;
        int[][] wrong =
        [
            [.. order.Where(part => part != 0)],
            [.. order.Where(part => part != 1)],
            [.. order.Where(part => part != end - 1)],
            [1, 0, .. order[2..]],
            [0, 0, .. order[1..]],
            [0, end],
            [end],
        ];
        foreach (int[] parts2 in wrong)
        {
            byte[] bad = Renumbered([.. header, .. parts2.SelectMany(part => parts[part])]);
            await AssertRefusedAsync(bad, string.Join(' ', parts2), at: -1);
        }
    }

    [Fact]
    public async Task HeaderFieldsChanged_WithRightChecksums_AreRefused()
    {
        await using SnapshotRun run = await SnapshotRun.MakeAsync(seed: 3, blocks: 6);
        byte[] snapshot = await run.ExportAsync(6);
        (string What, int Offset, byte Value)[] changes =
        [
            ("length", SnapshotHeaderLayout.HeaderBytesOffset, 1),
            ("version", SnapshotHeaderLayout.FormatVersionOffset, 9),
            ("unknown feature", SnapshotHeaderLayout.RequiredFeaturesOffset, 0x80),
            ("flags", SnapshotHeaderLayout.FlagsOffset, 8),
            ("no blocks", SnapshotHeaderLayout.BlockCountOffset, 0),
            ("root", SnapshotHeaderLayout.RootOffset, 0x77),
            ("entries", SnapshotHeaderLayout.EntriesOffset, 1),
            ("bytes", SnapshotHeaderLayout.EntryBytesOffset, 1),
            ("a base", SnapshotHeaderLayout.BaseHeightOffset, 1),
            ("the root of a base", SnapshotHeaderLayout.BaseRootOffset, 1),
            ("size of parts", SnapshotHeaderLayout.ChunkBytesOffset + 3, 0x7f),
            ("codec", SnapshotHeaderLayout.CodecOffset, 9),
        ];
        foreach ((string what, int offset, byte value) in changes)
        {
            byte[] bad = [.. snapshot];
            bad[offset] = value;
            await AssertRefusedAsync(SnapshotRun.Repaired(bad), what, at: -1);
        }
    }

    [Fact]
    public async Task HostileLengths_TakeNoMemoryAndAreRefused()
    {
        await using SnapshotRun run = await SnapshotRun.MakeAsync(seed: 3, blocks: 3);
        byte[] snapshot = await run.ExportAsync(3);
        int frame = SnapshotHeaderLayout.SizeBytes;
        foreach (uint length in new[] { 0u, 1u, (uint)SnapshotFrame.MaxRawBytes, (uint)SnapshotFrame.MaxRawBytes + 1, 0x7fff_ffffu, 0x8000_0000u, uint.MaxValue })
        {
            foreach (int field in new[] { SnapshotFrameLayout.RawBytesOffset, SnapshotFrameLayout.StoredBytesOffset, SnapshotFrameLayout.ItemsOffset })
            {
                byte[] bad = [.. snapshot];
                BinaryPrimitives.WriteUInt32LittleEndian(bad.AsSpan(frame + field), length);
                if (field == SnapshotFrameLayout.ItemsOffset)
                {
                    SnapshotRun.Repaired(bad);
                }

                await AssertRefusedAsync(bad, $"field {field}: {length}", at: -1);
            }
        }
    }

    [Fact]
    public async Task HostileLength_OfAPartThatIsNotThere_TakesLittleMemory()
    {
        await using SnapshotRun run = await SnapshotRun.MakeAsync(seed: 3, blocks: 3);
        byte[] bad = (await run.ExportAsync(3, codec: SnapshotCodec.None))[..(SnapshotHeaderLayout.SizeBytes + SnapshotFrameLayout.SizeBytes + 100)];
        BinaryPrimitives.WriteInt32LittleEndian(bad.AsSpan(SnapshotHeaderLayout.SizeBytes + SnapshotFrameLayout.RawBytesOffset), SnapshotFrame.MaxRawBytes);
        BinaryPrimitives.WriteInt32LittleEndian(bad.AsSpan(SnapshotHeaderLayout.SizeBytes + SnapshotFrameLayout.StoredBytesOffset), SnapshotFrame.MaxRawBytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        SnapshotDamagedException damage = Assert.Throws<SnapshotDamagedException>(() => SnapshotInfo.VerifyAsync(new MemoryStream(bad), "s").GetAwaiter().GetResult());
        Assert.Equal("end of the snapshot", damage.What);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    [Fact]
    public void TwentyThousandMutations_AreRefusedTyped() => SeededRandom.ForEach(2, random =>
    {
        (byte[] full, byte[] increment) = MakeSmall(random.Next());
        for (int turn = 0; turn < 10_000; turn++)
        {
            byte[] bytes = [.. turn % 2 == 0 ? full : increment];
            for (int change = random.Next(1, 4); change > 0; change--)
            {
                int at = random.Next(3) == 0 ? random.Next(Math.Min(bytes.Length, 260)) : random.Next(bytes.Length);
                bytes[at] = random.Next(3) switch { 0 => (byte)random.Next(256), 1 => 0xff, _ => (byte)(bytes[at] ^ (1 << random.Next(8))) };
            }

            if (random.Next(4) == 0)
            {
                bytes = bytes[..random.Next(bytes.Length)];
            }

            if (random.Next(2) == 0)
            {
                TryRepair(bytes);
            }

            ReadAll(bytes);
        }
    });

    /// <summary>Reads a snapshot as importing does, without a store. It comes to its end, or is refused; anything else fails the test.</summary>
    private static void ReadAll(byte[] bytes)
    {
        try
        {
            SnapshotReader reader = new(new MemoryStream(bytes), "s");
            SnapshotInfo info = reader.BeginAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult();
            ReadOnlyMemory<byte>? last = null;
            while (reader.NextAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult())
            {
                last = info.IsIncremental ? SnapshotContent.Changes(reader, last)[^1].Key : SnapshotContent.Entries(reader, last).Last().Key;
            }
        }
        catch (StateStoreException refusal) when (refusal is SnapshotDamagedException or StoreFormatException or SnapshotChainException)
        {
            Assert.NotEmpty(refusal.Message);
        }
    }

    private static (byte[] Full, byte[] Increment) MakeSmall(int seed)
    {
        return Task.Run(async () =>
        {
            await using SnapshotRun run = await SnapshotRun.MakeAsync(seed, blocks: 4);
            return (await run.ExportAsync(2), await run.ExportAsync(4, since: 2));
        }).GetAwaiter().GetResult();
    }

    private static void TryRepair(byte[] bytes)
    {
        if (bytes.Length > SnapshotHeaderLayout.SizeBytes + SnapshotFrameLayout.SizeBytes)
        {
            try
            {
                SnapshotRun.Repaired(bytes);
            }
            catch (ArgumentOutOfRangeException)
            {
                // Lengths that lead out of the bytes: they stay as they are.
            }
        }
    }

    /// <summary>Gives the parts the numbers of their places, and makes everything else right that their order does not decide.</summary>
    private static byte[] Renumbered(byte[] snapshot)
    {
        uint index = 0;
        ulong items = 0;
        ulong raw = 0;
        foreach ((int offset, SnapshotFrame frame) in SnapshotRun.FramesOf(snapshot))
        {
            BinaryPrimitives.WriteUInt32LittleEndian(snapshot.AsSpan(offset + SnapshotFrameLayout.IndexOffset), index++);
            if (frame.Kind == SnapshotFrameKind.End)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(snapshot.AsSpan(offset + SnapshotFrameLayout.SizeBytes + SnapshotEndLayout.ItemsOffset), items);
                BinaryPrimitives.WriteUInt64LittleEndian(snapshot.AsSpan(offset + SnapshotFrameLayout.SizeBytes + SnapshotEndLayout.RawBytesOffset), raw);
            }

            items += frame.Items;
            raw += (ulong)frame.RawBytes;
        }

        return SnapshotRun.Repaired(snapshot);
    }

    private static async Task AssertRefusedAsync(byte[] bad, string what, long at)
    {
        StateStoreException verdict = await Assert.ThrowsAnyAsync<StateStoreException>(() => SnapshotInfo.VerifyAsync(new MemoryStream(bad), "s"));
        Assert.True(verdict is SnapshotDamagedException or StoreFormatException or SnapshotChainException, $"{what}: {verdict.Message}");
        SimulatedHome home = new(HomeKind.SimulatedDirectory, new SimulatedFileSystem());
        try
        {
            await (await home.ImportAsync(StoreSettings.Tight, [bad])).DisposeAsync();
            Assert.Fail($"{what}: accepted");
        }
        catch (StateStoreException refusal) when (refusal is SnapshotDamagedException or StoreFormatException or SnapshotChainException)
        {
            Assert.True(refusal is not SnapshotDamagedException damage || at < 0 || damage.Offset <= at + 40 || damage.Offset <= SnapshotHeaderLayout.SizeBytes, what);
        }
    }
}
