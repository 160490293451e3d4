using Cairn.Homes;
using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>Overwritten blobs count against what recent heights may cost.</summary>
public sealed class RecentBlobTests
{
    [Fact]
    public async Task Commit_OneBlobOverwrittenAgainAndAgain_KeepsFewRecentHeights()
    {
        await using StateStore store = await StateStore.OpenAsync(new MemoryHome(), new StateStoreOptions { RecentViewBytes = 1 << 20 });
        byte[] value = new byte[100_000];
        for (ulong height = 1; height <= 60; height++)
        {
            value[0] = (byte)height;
            using BlockDraft draft = store.CreateDraft((BlockHeight)height);
            draft.State.Put("blob"u8, value);
            await store.CommitAsync(draft);
        }

        StoreStatistics statistics = store.GetStatistics();
        Assert.InRange(statistics.OldestRecentHeight!.Value.Value, 48UL, 51UL);
        Assert.InRange(statistics.RecentBytes, 900_000, 1 << 20);
        using StateView view = store.ViewAt(statistics.OldestRecentHeight.Value);
        Assert.Equal((byte)view.Height!.Value.Value, view.State.Get("blob"u8)![0]);
    }
}
