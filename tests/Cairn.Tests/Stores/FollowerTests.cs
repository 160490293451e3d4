using Cairn.Tests.IO;
using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>A store opened for reading beside its writer.</summary>
public sealed class FollowerTests
{
    private const string Location = "dir:/store";

    [Fact]
    public async Task RefreshAsync_BlocksWrittenSince_AreDurable()
    {
        SimulatedFileSystem files = new();
        await using StateStore writer = await StateStore.OpenAsync(Location, new StateStoreOptions { FileSystem = files });
        await CommitAsync(writer, 1, 10);
        await using StateStore reader = await StateStore.OpenAsync(Location, new StateStoreOptions { FileSystem = files, ReadOnly = true });
        await CommitAsync(writer, 2, 10);
        await reader.RefreshAsync();
        Assert.Equal((BlockHeight)2, reader.Height);
        Assert.Equal((BlockHeight)2, reader.DurableHeight);
    }

    [Fact]
    public async Task RefreshAsync_BlobsAboveTheCapAndANewCheckpoint_LetsGoOfThem()
    {
        SimulatedFileSystem files = new();
        await using StateStore writer = await StateStore.OpenAsync(Location, new StateStoreOptions { FileSystem = files });
        await CommitAsync(writer, 1, 10);
        await using StateStore reader = await StateStore.OpenAsync(Location, new StateStoreOptions { FileSystem = files, ReadOnly = true, DirtyBytes = 64 * 1024 });
        for (ulong height = 2; height <= 5; height++)
        {
            await CommitAsync(writer, height, 40_000);
            await reader.RefreshAsync();
        }

        Assert.InRange(reader.GetStatistics().DirtyBytes, 160_000, 170_000);
        await writer.CheckpointAsync();
        await reader.RefreshAsync();
        Assert.Equal(writer.Root, reader.Root);
        Assert.Equal(0, reader.GetStatistics().DirtyBytes);
        await CommitAsync(writer, 6, 40_000);
        await reader.RefreshAsync();
        Assert.InRange(reader.GetStatistics().DirtyBytes, 40_000, 50_000);
        using StateView view = reader.OpenView();
        Assert.Equal(40_000, view.State.Get([3])!.Length);
    }

    private static async Task CommitAsync(StateStore store, ulong height, int valueBytes)
    {
        using BlockDraft draft = store.CreateDraft((BlockHeight)height);
        draft.State.Put([(byte)height], new byte[valueBytes]);
        await store.CommitAsync(draft);
    }
}
