using System.Buffers.Binary;
using Cairn.Homes;
using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>Memory handed from draft to draft: nobody sees what another block left in it. Memory given back is overwritten.</summary>
public sealed class DraftBuffersTests
{
    private static readonly StateStoreOptions Poisoned = new() { PoisonFreedPages = true, Durability = Durability.DangerNoSync };

    [Fact]
    public async Task Records_OfManyBlocks_StayInAMemoryHome()
    {
        MemoryHome home = new();
        await using StateStore store = await StateStore.OpenAsync(home, Poisoned);
        for (ulong height = 1; height <= 20; height++)
        {
            await CommitAsync(store, height, keys: (int)(height * 7));
        }

        ulong expected = 0;
        await foreach (LogRecord record in home.Log.Read(LogPosition.Start, CancellationToken.None))
        {
            expected++;
            Assert.Equal((int)(expected * 7), record.StateChanges.Count);
            for (int i = 0; i < record.StateChanges.Count; i++)
            {
                Assert.Equal(Key(i), record.StateChanges.Key(i).ToArray());
                Assert.Equal(Value(expected, i), record.StateChanges.New(i).ToArray());
                bool hadOld = i < (int)((expected - 1) * 7);
                Assert.Equal(hadOld, record.StateChanges.HasOld(i));
                Assert.Equal(hadOld ? Value(expected - 1, i) : [], record.StateChanges.Old(i).ToArray());
            }
        }

        Assert.Equal(20UL, expected);
    }

    [Fact]
    public async Task Scan_OfADisposedDraft_Throws()
    {
        await using StateStore store = await StateStore.OpenAsync(new MemoryHome(), Poisoned);
        BlockDraft draft = store.CreateDraft((BlockHeight)1);
        draft.State.Put("a"u8, "1"u8);
        draft.State.Put("b"u8, "2"u8);
        EntryScan scan = draft.State.Range(default, default);
        Assert.True(scan.MoveNext());
        draft.Dispose();
        using BlockDraft next = store.CreateDraft((BlockHeight)1);
        next.State.Put("c"u8, "3"u8);
        Assert.Throws<ObjectDisposedException>(() => scan.Key.ToArray());
        Assert.Throws<ObjectDisposedException>(() => scan.Value.ToArray());
        Assert.Throws<ObjectDisposedException>(() => scan.MoveNext());
    }

    [Fact]
    public async Task Drafts_SideBySide_DoNotShareMemory()
    {
        await using StateStore store = await StateStore.OpenAsync(new MemoryHome(), Poisoned);
        BlockDraft first = store.CreateDraft((BlockHeight)1);
        first.State.Put("a"u8, "1"u8);
        first.Dispose();
        first.Dispose();
        using BlockDraft left = store.CreateDraft((BlockHeight)1);
        using BlockDraft right = store.CreateDraft((BlockHeight)1);
        left.State.Put("a"u8, "left"u8);
        right.State.Put("a"u8, "right"u8);
        Hash256 root = left.ComputeRoot();
        Assert.NotEqual(root, right.ComputeRoot());
        Assert.Equal("left"u8.ToArray(), left.State.Get("a"u8));
        Assert.Equal("right"u8.ToArray(), right.State.Get("a"u8));
        Assert.Equal(root, (await store.CommitAsync(left)).Root);
    }

    [Fact]
    public async Task Commit_OfADisposedDraft_IsRefusedAndLeavesTheNextOneAlone()
    {
        await using StateStore store = await StateStore.OpenAsync(new MemoryHome(), Poisoned);
        BlockDraft draft = store.CreateDraft((BlockHeight)1);
        draft.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await store.CommitAsync(draft));
        Assert.Equal(0, draft.SavepointDepth);
        await CommitAsync(store, 1, keys: 3);
        Assert.Equal(3UL, store.GetStatistics().State.Entries);
    }

    [Fact]
    public async Task Commit_InSteadyState_LeavesNothingLargeToTheCollector()
    {
        using TestHome home = TestHome.Create(HomeKind.Directory);
        await using StateStore store = await StateStore.OpenAsync(home.Location, Poisoned with { ApplyWorkers = 1 });
        for (ulong height = 1; height <= 4; height++)
        {
            await CommitAsync(store, height, keys: 20_000);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        using (BlockDraft draft = store.CreateDraft((BlockHeight)5))
        {
            byte[] key = new byte[4];
            byte[] value = new byte[100];
            for (int i = 0; i < 20_000; i++)
            {
                BinaryPrimitives.WriteInt32BigEndian(key, i);
                draft.State.Put(key, value);
            }

            draft.ComputeRoot();
        }

        // The tree has about 460 pages: an object and a handle each. The changes alone have two megabytes.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 400_000);
    }

    private static async Task CommitAsync(StateStore store, ulong height, int keys)
    {
        using BlockDraft draft = store.CreateDraft((BlockHeight)height);
        for (int i = 0; i < keys; i++)
        {
            draft.State.Put(Key(i), Value(height, i));
        }

        await store.CommitAsync(draft);
    }

    private static byte[] Key(int number)
    {
        byte[] key = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(key, number);
        return key;
    }

    private static byte[] Value(ulong height, int number)
    {
        byte[] value = new byte[100];
        BinaryPrimitives.WriteUInt64BigEndian(value, height);
        BinaryPrimitives.WriteInt32BigEndian(value.AsSpan(8), number);
        return value;
    }
}
