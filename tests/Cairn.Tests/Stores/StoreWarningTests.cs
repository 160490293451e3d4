using Cairn.Checking;
using Cairn.Manifests;
using Cairn.Tests.IO;
using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>What opening does without is said, and mended by closing.</summary>
public sealed class StoreWarningTests
{
    private static readonly string Path = System.IO.Path.GetFullPath("/store");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Open_WithOneManifestCopyDamaged_WarnsAndMendsIt(bool even)
    {
        SimulatedFileSystem files = new();
        for (ulong height = 1; height <= 3; height++)
        {
            await using StateStore store = await StateStore.OpenAsync(Path, new StateStoreOptions { FileSystem = files });
            using BlockDraft draft = store.CreateDraft((BlockHeight)height);
            draft.State.Put("height"u8, [(byte)height]);
            await store.CommitAsync(draft);
        }

        string damaged = ManifestFiles.PathOf(Path, even);
        files.FlipBit(damaged, 777);
        await using (StateStore store = await StateStore.OpenAsync(Path, new StateStoreOptions { FileSystem = files }))
        {
            Assert.Equal((BlockHeight)3, store.Height);
            Assert.Contains(damaged, Assert.Single(store.Recovery.Warnings), StringComparison.Ordinal);
        }

        Assert.Empty((await StoreChecker.CheckAsync(Path, new CheckOptions { FileSystem = files })).Faults);
        await using StateStore again = await StateStore.OpenAsync(Path, new StateStoreOptions { FileSystem = files });
        Assert.Empty(again.Recovery.Warnings);
        Assert.Equal((BlockHeight)3, again.Height);
    }
}
