using System.Buffers.Binary;
using Cairn.Checking;
using Cairn.IO;
using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>A store on a real file system that becomes full: errors of the operating system, not simulated ones.</summary>
public sealed class SmallDiskTests
{
    private const int DiskMebibytes = 8;
    private const int BallastBytes = 3 << 20;
    private const int MostBlocks = 2000;
    private const int BlockKeys = 20;

    [Theory]
    [InlineData(Durability.Durable, 0)]
    [InlineData(Durability.Durable, 512 << 10)]
    [InlineData(Durability.Grouped, 512 << 10)]
    public async Task SmallDisk_FilledByCommits_GoesOnWhenThereIsRoom(Durability durability, long reserve)
    {
        using SmallDisk? disk = SmallDisk.TryMount(DiskMebibytes, out string refusal);
        Assert.SkipWhen(disk is null, $"No small file system: {refusal}.");
        string ballast = Path.Combine(disk!.Path, "ballast");
        await File.WriteAllBytesAsync(ballast, new byte[BallastBytes], TestContext.Current.CancellationToken);
        string location = Path.Combine(disk.Path, "store");
        StateStoreOptions options = (StoreSettings.Tight with { Durability = durability, ReserveBytes = reserve }).ToOptions(fileSystem: null);
        List<Hash256> roots = [Hash256.EmptyRoot];

        int acknowledged = await FillAsync(location, options, roots);

        // The block whose commit failed may be there or not; a reader shows it only once a writer has found it.
        Assert.InRange(await AssertReadableAsync(location, options, roots), acknowledged, acknowledged + 1);
        Assert.True((await StoreChecker.CheckAsync(location)).IsSound);
        try
        {
            await using StateStore full = await StateStore.OpenAsync(location, options);
            Assert.InRange((int)full.Height!.Value.Value, acknowledged, acknowledged + 1);
        }
        catch (DiskFullException)
        {
            // No room for what opening writes; nothing is lost by it.
        }

        File.Delete(ballast);
        StateStore store = await StateStore.OpenAsync(location, options);
        int committed = (int)store.Height!.Value.Value;
        Assert.InRange(committed, acknowledged, acknowledged + 1);
        using (StateView view = store.OpenView())
        {
            AssertHolds(view, committed);
        }

        Assert.Equal(reserve, store.GetStatistics().ReserveBytes);
        for (int block = committed + 1; block <= committed + 3; block++)
        {
            await CommitAsync(store, block);
        }

        await store.DisposeAsync();
        Assert.True((await StoreChecker.CheckAsync(location)).IsSound);
    }

    [Fact]
    public async Task SmallDisk_FilledByOthers_ClosesCleanly()
    {
        using SmallDisk? disk = SmallDisk.TryMount(DiskMebibytes, out string refusal);
        Assert.SkipWhen(disk is null, $"No small file system: {refusal}.");
        string location = Path.Combine(disk!.Path, "store");
        StateStoreOptions options = (StoreSettings.Quiet with { ReserveBytes = 1 << 20 }).ToOptions(fileSystem: null);
        StateStore store = await StateStore.OpenAsync(location, options, TestContext.Current.CancellationToken);
        await CommitAsync(store, 1);
        Assert.ThrowsAny<IOException>(() => File.WriteAllBytes(Path.Combine(disk.Path, "ballast"), new byte[DiskMebibytes << 20]));
        await store.DisposeAsync();

        // The last checkpoint was stored on the full disk: nothing is left to replay.
        await using StateStore reader = await StateStore.OpenAsync(location, options with { ReadOnly = true }, TestContext.Current.CancellationToken);
        Assert.Equal((1, 1, 0), ((int)reader.Height!.Value.Value, (int)reader.Recovery.CheckpointHeight!.Value.Value, (int)reader.Recovery.BlocksReplayed));
    }

    /// <summary>Commits until the disk is full, then closes.</summary>
    /// <returns>How many blocks were acknowledged.</returns>
    private static async Task<int> FillAsync(string location, StateStoreOptions options, List<Hash256> roots)
    {
        StateStore store = await StateStore.OpenAsync(location, options);
        IOException? first = null;
        int block = 1;
        for (; block <= MostBlocks && first is null; block++)
        {
            try
            {
                await CommitAsync(store, block);
                roots.Add(store.Root);
            }
            catch (IOException failure)
            {
                first = failure;
            }
            catch (StoreFailedException failure)
            {
                first = Assert.IsAssignableFrom<IOException>(failure.InnerException); // a checkpoint met it first
            }
        }

        Assert.Equal(RecoveryAction.FreeSpace, Assert.IsType<DiskFullException>(first).RecoveryAction);
        Assert.Equal(RecoveryAction.FreeSpace, (await Assert.ThrowsAsync<StoreFailedException>(() => CommitAsync(store, MostBlocks))).RecoveryAction);
        using (StateView view = store.OpenView())
        {
            AssertHolds(view, roots.Count - 1);
        }

        await store.DisposeAsync();
        return roots.Count - 1;
    }

    private static async Task<int> AssertReadableAsync(string location, StateStoreOptions options, List<Hash256> roots)
    {
        await using StateStore reader = await StateStore.OpenAsync(location, options with { ReadOnly = true });
        int committed = (int)reader.Height!.Value.Value;
        Assert.True(committed == roots.Count || roots[committed] == reader.Root);
        using StateView view = reader.OpenView();
        AssertHolds(view, committed);
        return committed;
    }

    private static void AssertHolds(StateView view, int blocks)
    {
        Assert.Equal((ulong)(blocks * BlockKeys), view.State.Totals.Entries);
        for (int key = 0; key < blocks * BlockKeys; key += 7)
        {
            Assert.Equal(Value(key), view.State.Get(Key(key)));
        }
    }

    private static async Task CommitAsync(StateStore store, int block)
    {
        using BlockDraft draft = store.CreateDraft((BlockHeight)(ulong)block);
        for (int key = (block - 1) * BlockKeys; key < block * BlockKeys; key++)
        {
            draft.State.Put(Key(key), Value(key));
        }

        await store.CommitAsync(draft);
    }

    private static byte[] Key(int number)
    {
        byte[] key = new byte[12];
        BinaryPrimitives.WriteInt32BigEndian(key, number * 7919);
        BinaryPrimitives.WriteInt32BigEndian(key.AsSpan(4), number);
        return key;
    }

    private static byte[] Value(int number)
    {
        byte[] value = new byte[number % 5 == 0 ? 3000 : 500];
        new Random(number).NextBytes(value);
        return value;
    }
}
