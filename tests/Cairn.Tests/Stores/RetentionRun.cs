using Cairn.Homes;
using Cairn.Tests.IO;
using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>A store with tiny segments that commits blocks of one size at sparse heights, and knows what has to be retained of them.</summary>
internal sealed class RetentionRun : IAsyncDisposable
{
    /// <summary>What a block of <see cref="CommitAsync"/> takes in the log, rounded up to a sync batch.</summary>
    public const int BlockBytes = 16 * 1024;

    private readonly List<BlockHeight> _heights = [];
    private StateStore? _store;

    public RetentionRun(HomeKind kind = HomeKind.SimulatedDirectory, SimulatedFileSystem? files = null)
    {
        Files = files ?? new SimulatedFileSystem();
        Home = kind == HomeKind.SimulatedDirectory || kind == HomeKind.JsonLines ? new SimulatedHome(kind, Files) : TestHome.Create(kind);
    }

    public SimulatedFileSystem Files { get; }

    public TestHome Home { get; }

    public List<StoreEvent> Events { get; } = [];

    public StateStore Store => _store!;

    /// <summary>The heights of all blocks there have been.</summary>
    public IReadOnlyList<BlockHeight> Heights => _heights;

    /// <summary>The first sequences of the segments on the disk.</summary>
    public IReadOnlyList<string> Segments => Files.DirectoryExists("/store/log") ? Files.List("/store/log") : [];

    public static StoreSettings Settings(long retainBlocks) => StoreSettings.Quiet with { RetainBlocks = retainBlocks };

    public async Task OpenAsync(StoreSettings settings) => _store = await Home.OpenAsync(settings with { OnEvent = Events.Add });

    public async Task ReopenAsync(StoreSettings settings)
    {
        await Home.CloseAsync(Store);
        await OpenAsync(settings);
    }

    /// <summary>Commits blocks whose record fills most of <see cref="BlockBytes"/>.</summary>
    public async Task CommitAsync(int blocks)
    {
        for (int i = 0; i < blocks; i++)
        {
            BlockHeight height = new((_heights.Count == 0 ? 0 : _heights[^1].Value) + 1 + ((ulong)_heights.Count % 5));
            using BlockDraft draft = Store.CreateDraft(height);
            draft.State.Put([(byte)(height.Value % 7)], BitConverter.GetBytes(height.Value));
            draft.Payload = new byte[BlockBytes - 1024];
            await Store.CommitAsync(draft);
            _heights.Add(height);
        }
    }

    /// <summary>Commits blocks, with a checkpoint after each.</summary>
    public async Task CommitAndCheckpointAsync(int blocks)
    {
        for (int i = 0; i < blocks; i++)
        {
            await CommitAsync(1);
            await Store.CheckpointAsync();
        }
    }

    /// <summary>The floor is the block behind so many others.</summary>
    public void AssertPruned(int blocks)
    {
        StoreStatistics statistics = Store.GetStatistics();
        Assert.Equal(_heights[blocks], Store.FloorHeight);
        Assert.Equal(_heights[blocks], statistics.FloorHeight);
        Assert.Equal((ulong)_heights.Count, statistics.BlockCount);
        Assert.Equal((ulong)(_heights.Count - blocks), statistics.RetainedBlocks);
        Assert.Null(statistics.RetentionFault);
    }

    /// <summary>The heights of the blocks that the log still has behind the place that its manifest, or a hold, keeps. The store is closed for it.</summary>
    public async Task<List<BlockHeight>> HeightsInLogAsync()
    {
        await Home.CloseAsync(Store);
        await using IHome home = Home.OpenHome();
        List<BlockHeight> heights = [];
        await foreach (LogRecord record in home.Log.Read(home.Pages!.Manifest.LogFloor, default))
        {
            heights.Add(record.Height);
        }

        return heights;
    }

    public async ValueTask DisposeAsync()
    {
        if (_store is not null)
        {
            await _store.DisposeAsync();
        }

        Home.Dispose();
    }
}
