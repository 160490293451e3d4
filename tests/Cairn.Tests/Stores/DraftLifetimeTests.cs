using System.Text;
using Cairn.Homes;
using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>How long drafts keep what they read, and no longer.</summary>
public sealed class DraftLifetimeTests
{
    private static readonly StateStoreOptions NothingRecent = new() { RecentViewBytes = 0, PoisonFreedPages = true };

    [Fact]
    public async Task Draft_CommittedManyBlocksAgo_StaysReadable()
    {
        await using StateStore store = await StateStore.OpenAsync(new MemoryHome(), NothingRecent);
        await CommitAsync(store, 1);
        using BlockDraft draft = store.CreateDraft((BlockHeight)2);
        Fill(draft, 2);
        await store.CommitAsync(draft);
        for (ulong height = 3; height < 10; height++)
        {
            await CommitAsync(store, height);
        }

        Assert.Equal("1"u8.ToArray(), draft.State.Get("only/1"u8));
        Assert.Equal("2"u8.ToArray(), draft.State.Get("same"u8));
        Assert.Equal(3UL, draft.State.Totals.Entries);
    }

    [Fact]
    public async Task Draft_EachBuiltOnTheOneBefore_KeepsNoneOfThoseCommittedAndDisposed()
    {
        await using StateStore store = await StateStore.OpenAsync(new MemoryHome(), NothingRecent);
        BlockDraft ahead = store.CreateDraft((BlockHeight)1);
        Fill(ahead, 1);
        List<long> superseded = [];
        for (ulong height = 2; height < 100; height++)
        {
            BlockDraft next = store.CreateDraft((BlockHeight)height, ahead);
            Fill(next, height);
            await store.CommitAsync(ahead);
            ahead.Dispose();
            ahead = next;
            Assert.Equal(Encoding.ASCII.GetBytes($"{height - 1}"), next.State.Get(Encoding.ASCII.GetBytes($"only/{height - 1}")));
            superseded.Add(store.Pages.Bytes(Cairn.Tree.PageResidency.Superseded));
        }

        ahead.Dispose();

        // Pages of a few heights, not of all.
        Assert.InRange(superseded.Max(), 1, 64 * 1024);
        Assert.Equal(0, store.Pages.Bytes(Cairn.Tree.PageResidency.Draft));
    }

    private static async Task CommitAsync(StateStore store, ulong height)
    {
        using BlockDraft draft = store.CreateDraft((BlockHeight)height);
        Fill(draft, height);
        await store.CommitAsync(draft);
    }

    private static void Fill(BlockDraft draft, ulong height)
    {
        draft.State.Put(Encoding.ASCII.GetBytes($"only/{height}"), Encoding.ASCII.GetBytes($"{height}"));
        draft.State.Put("same"u8, Encoding.ASCII.GetBytes($"{height}"));
    }
}
