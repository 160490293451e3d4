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

    /// <summary>The bytes of a block's payload.</summary>
    public int PayloadBytes { get; init; } = BlockBytes - 1024;

    /// <summary>The heights of all blocks there have been.</summary>
    public IReadOnlyList<BlockHeight> Heights => _heights;

    /// <summary>The first sequences of the segments on the disk.</summary>
    public IReadOnlyList<string> Segments => Files.DirectoryExists("/store/log") ? Files.List("/store/log") : [];

    public static StoreSettings Settings(long retainBlocks) => StoreSettings.Quiet with { RetainBlocks = retainBlocks };

    public async Task OpenAsync(StoreSettings settings) => _store = await Home.OpenAsync(settings with { OnEvent = Events.Add });

    /// <summary>Opens a store that another run has left, with as many blocks as it turns out to have.</summary>
    public async Task TakeOverAsync(StoreSettings settings)
    {
        await OpenAsync(settings);
        _heights.Clear();
        while (Store.Height is { } head && (_heights.Count == 0 || _heights[^1] < head))
        {
            _heights.Add(NextHeight());
        }

        Assert.Equal(Store.Height, _heights.Count == 0 ? null : _heights[^1]);
    }

    public async Task ReopenAsync(StoreSettings settings)
    {
        await CloseAsync();
        await OpenAsync(settings);
    }

    /// <summary>Commits blocks whose record fills most of <see cref="BlockBytes"/>.</summary>
    public async Task CommitAsync(int blocks)
    {
        for (int i = 0; i < blocks; i++)
        {
            BlockHeight height = NextHeight();
            using BlockDraft draft = Store.CreateDraft(height);
            draft.State.Put([(byte)(height.Value % 7)], BitConverter.GetBytes(height.Value));
            draft.Payload = new byte[PayloadBytes];
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

    /// <summary>Closes the store with the check of all of it.</summary>
    public async Task CloseAsync()
    {
        StateStore store = Store;
        _store = null;
        await Home.CloseAsync(store);
    }

    /// <summary>Closes the store without looking at what it wrote.</summary>
    public async Task CloseUncheckedAsync()
    {
        StateStore store = Store;
        _store = null;
        await store.DisposeAsync();
    }

    /// <summary>The heights of the blocks that the log still has behind the place of a hold, or behind the floor. The store is closed for it.</summary>
    public async Task<List<BlockHeight>> HeightsInLogAsync(string? hold = null)
    {
        await CloseAsync();
        await using IHome home = Home.OpenHome();
        List<BlockHeight> heights = [];
        LogPosition from = hold is null ? home.Pages!.Manifest.LogFloor : home.Holds!.Read().Single(held => held.Name == hold).Place;
        await foreach (LogRecord record in home.Log.Read(from, default))
        {
            heights.Add(record.Height);
        }

        return heights;
    }

    private BlockHeight NextHeight() => new((_heights.Count == 0 ? 0 : _heights[^1].Value) + 1 + ((ulong)_heights.Count % 5));

    public async ValueTask DisposeAsync()
    {
        if (_store is not null)
        {
            await _store.DisposeAsync();
        }

        Home.Dispose();
    }
}
