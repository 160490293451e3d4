using Cairn.Homes;
using Cairn.Tests.IO;
using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>Scans when something happens on the way.</summary>
public sealed class ScanFaultTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task MoveNext_AfterAReadThatFailed_SkipsNothing(bool reverse)
    {
        SimulatedFileSystem files = new();
        await using (StateStore store = await StateStore.OpenAsync("dir:/store", new StateStoreOptions { FileSystem = files }))
        {
            using BlockDraft draft = store.CreateDraft((BlockHeight)1);
            for (int i = 0; i < 20_000; i++)
            {
                draft.State.Put([(byte)(i >> 8), (byte)i], [(byte)i]);
            }

            await store.CommitAsync(draft);
        }

        bool isFailing = false;
        int failures = 0;
        int reads = 0;
        HookedFileSystem hooked = new(files, () =>
        {
            if (isFailing && ++reads % 2 == 1)
            {
                failures++;
                throw new IOException("The disk was busy.");
            }
        });
        await using StateStore reopened = await StateStore.OpenAsync("dir:/store", new StateStoreOptions { FileSystem = hooked, CacheBytes = 64 * 1024 });
        using StateView view = reopened.OpenView();
        isFailing = true;
        int count = 0;
        EntryScan scan = view.State.Range([0, 100], [70, 0], reverse: reverse);
        while (true)
        {
            try
            {
                if (!scan.MoveNext())
                {
                    break;
                }

                count++;
            }
            catch (IOException)
            {
                // Tried again.
            }
        }

        isFailing = false;
        Assert.True(failures > 10);
        Assert.Equal((70 * 256) - 100, count);
    }

    [Fact]
    public async Task MoveNext_FirstChangeOfTheDraftMeanwhile_IsRefused()
    {
        await using StateStore store = await StateStore.OpenAsync(new MemoryHome(), new StateStoreOptions());
        using BlockDraft draft = store.CreateDraft((BlockHeight)1);
        EntryScan scan = draft.State.Prefix([]);
        draft.State.Put("a"u8, "1"u8);
        Assert.Throws<InvalidOperationException>(() => scan.MoveNext());
    }
}
