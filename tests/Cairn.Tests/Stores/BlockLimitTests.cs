using Cairn.Homes;
using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>The largest block: exactly so much, not a byte more, and the draft survives being told.</summary>
public sealed class BlockLimitTests
{
    [Fact]
    public async Task Put_BeyondTheLargestBlock_IsRefusedAndChangesNothing()
    {
        await using StateStore store = await StateStore.OpenAsync(new MemoryHome(), StoreSettings.Quiet.ToOptions(fileSystem: null), TestContext.Current.CancellationToken);
        using BlockDraft draft = store.CreateDraft((BlockHeight)1);
        byte[] largest = new byte[StateLimits.MaxValueBytes];
        int whole = (int)(StateLimits.MaxBlockBytes / StateLimits.MaxValueBytes);
        for (int i = 1; i < whole; i++)
        {
            draft.State.Put([(byte)i], largest);
        }

        // Each key takes a byte as well: what is left for the last value, in the other tree, is so much less.
        int rest = (int)(StateLimits.MaxBlockBytes - ((whole - 1L) * (1 + StateLimits.MaxValueBytes)) - 1);
        BlockTooLargeException refusal = Assert.Throws<BlockTooLargeException>(() => draft.Local.Put([1], largest.AsSpan(0, rest + 1)));
        Assert.Contains($"{StateLimits.MaxBlockBytes}", refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"{StateLimits.MaxBlockBytes + 1}", refusal.Message, StringComparison.Ordinal);
        Assert.False(draft.Local.Contains([1]));
        draft.Local.Put([1], largest.AsSpan(0, rest));
        Assert.Throws<BlockTooLargeException>(() => draft.State.Delete([200]));
        Assert.True(draft.State.Contains([1]));

        // Shorter values make room again.
        draft.State.Put([1], []);
        draft.State.Delete([200]);
        Assert.Equal((ulong)(whole - 1), draft.State.Totals.Entries);
    }
}
