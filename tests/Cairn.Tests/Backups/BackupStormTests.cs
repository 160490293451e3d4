using Cairn.Checking;
using Cairn.Tests.Stores;
using Xunit;

namespace Cairn.Tests.Backups;

/// <summary>Backups of a real directory while blocks are committed without a pause, with checkpoints, cleaning and retention: by the store itself and as another process would.</summary>
public sealed class BackupStormTests
{
    private const int Keys = 600;

    [Fact]
    public async Task Backups_DuringAWriteStorm_AreEachTheStoreAtTheirHeight()
    {
        using TemporaryDirectory directory = new();
        string source = directory.PathOf("store");
        List<Hash256> roots = [Hash256.EmptyRoot];
        using CancellationTokenSource done = new();
        StoreSettings settings = StoreSettings.Tight with { RetainBlocks = 20, Durability = Durability.Grouped };
        await using StateStore store = await StateStore.OpenAsync(source, settings.ToOptions(fileSystem: null));
        Task writer = Task.Run(() => WriteAsync(store, roots, done.Token));
        Dictionary<string, BlockHeight> heights = [];
        for (int round = 0; round < 6 || CountOf(roots) <= 100; round++)
        {
            string own = directory.PathOf("own");
            string beside = directory.PathOf("beside");
            heights[own] = await BackUpAsync(() => store.BackupAsync(own), roots, own);
            heights[beside] = await BackUpAsync(() => StoreBackup.RunAsync(source, beside), roots, beside);
        }

        await done.CancelAsync();
        await writer;
        Assert.True(store.GetStatistics().RetainedBlocks < store.GetStatistics().BlockCount);
        foreach ((string target, BlockHeight height) in heights)
        {
            await using (StateStore restored = await StateStore.OpenAsync(target, settings.ToOptions(fileSystem: null)))
            {
                Assert.Equal(height, restored.Height);
                await CommitAsync(restored, new Random(1), roots: null);
            }

            Assert.True((await StoreChecker.CheckAsync(target)).IsSound);
        }

        await store.DisposeAsync();
        CheckReport report = await StoreChecker.CheckAsync(source);
        Assert.True(report.IsSound, string.Join('\n', report.Faults));
    }

    private static int CountOf(List<Hash256> roots)
    {
        lock (roots)
        {
            return roots.Count;
        }
    }

    private static async Task<BlockHeight> BackUpAsync(Func<Task<BackupReport>> backUp, List<Hash256> roots, string target)
    {
        BackupReport report = await backUp();
        CheckReport check = await StoreChecker.CheckAsync(target);
        Assert.True(check.IsSound, string.Join('\n', check.Faults));
        Assert.Equal((report.Height, report.Root), (check.Height, check.Root!.Value));
        lock (roots)
        {
            Assert.Equal(roots[(int)(report.Height?.Value ?? 0)], report.Root);
        }

        return report.Height ?? default;
    }

    private static async Task WriteAsync(StateStore store, List<Hash256> roots, CancellationToken done)
    {
        Random random = new(5);
        while (!done.IsCancellationRequested)
        {
            await CommitAsync(store, random, roots);
        }
    }

    private static async Task CommitAsync(StateStore store, Random random, List<Hash256>? roots)
    {
        using BlockDraft draft = store.CreateDraft(new BlockHeight((store.Height?.Value ?? 0) + 1));
        for (int i = 0; i < 40; i++)
        {
            byte[] value = new byte[random.Next(20) == 0 ? 2000 : 60];
            random.NextBytes(value);
            draft.State.Put(BitConverter.GetBytes(random.Next(Keys)), value);
        }

        draft.Local.Put("last"u8, BitConverter.GetBytes(draft.Height.Value));
        if (roots is not null)
        {
            Hash256 root = draft.ComputeRoot();
            lock (roots)
            {
                roots.Add(root);
            }
        }

        await store.CommitAsync(draft);
    }
}
