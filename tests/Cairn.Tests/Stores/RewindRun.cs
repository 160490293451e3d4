using Cairn.Tests.IO;
using Cairn.Tests.Reference;
using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>A store that commits and goes back, and the states that it has to have.</summary>
internal sealed class RewindRun : IAsyncDisposable
{
    private static readonly byte[][] Keys = KeyShapes.MakeMixed(new Random(7), 900);

    private readonly Random _random = new(11);
    private readonly List<ReferenceState> _states = [];
    private readonly List<ReferenceState> _all = [];
    private StateStore? _store;

    private RewindRun(TestHome home) => Home = home;

    public TestHome Home { get; }

    public StateStore Store => _store!;

    /// <summary>The states of the live blocks.</summary>
    public IReadOnlyList<ReferenceState> States => _states;

    /// <summary>The states of all blocks there have been.</summary>
    public IReadOnlyList<ReferenceState> AllStates => _all;

    /// <summary>The heights of the live blocks.</summary>
    public BlockHeight[] Heights => [.. _states.Select(static state => state.Height!.Value)];

    public static async Task<RewindRun> OpenAsync(HomeKind kind, StoreSettings settings, SimulatedFileSystem? files = null)
    {
        RewindRun run = new(files is null ? TestHome.Create(kind) : new SimulatedHome(kind, files));
        run._store = await run.Home.OpenAsync(settings);
        return run;
    }

    /// <summary>Commits blocks, three heights apart; those of another variant differ from what was at the same heights.</summary>
    public async Task CommitAsync(int blocks, int changes = 25, int variant = 0)
    {
        for (int i = 0; i < blocks; i++)
        {
            ReferenceState parent = _states.Count == 0 ? ReferenceState.Empty : _states[^1];
            ReferenceDraft model = new(parent, new BlockHeight((parent.Height?.Value ?? 0) + 3));
            using BlockDraft draft = Store.CreateDraft(model.Height);
            draft.TimeTicks = variant;
            model.SetTime(variant);
            for (int change = 0; change < changes; change++)
            {
                TreeKind kind = _random.Next(4) == 0 ? TreeKind.Local : TreeKind.State;
                byte[] key = Keys[_random.Next(Keys.Length)];
                TreeDraft tree = kind == TreeKind.State ? draft.State : draft.Local;
                if (_random.Next(4) == 0)
                {
                    tree.Delete(key);
                    model.Delete(kind, key);
                }
                else
                {
                    byte[] value = new byte[_random.Next(3) * (_random.Next(8) == 0 ? 800 : 15)];
                    tree.Put(key, value);
                    model.Put(kind, key, value);
                }
            }

            await Store.CommitAsync(draft);
            Assert.Equal(model.Working.Root, Store.Root);
            _states.Add(model.Working);
            _all.Add(model.Working);
        }
    }

    /// <summary>Takes so many blocks back.</summary>
    public async Task RewindAsync(int blocks)
    {
        RewindReport report = await Store.RewindAsync(_states[^(blocks + 1)].Height!.Value);
        Assert.Equal(blocks, report.Blocks);
        Forget(blocks);
        StoreComparison.AssertHead(_states[^1], Store, _random);
    }

    /// <summary>The store was taken back by so many blocks.</summary>
    public void Forget(int blocks) => _states.RemoveRange(_states.Count - blocks, blocks);

    public async Task ReopenAsync(StoreSettings settings)
    {
        await CloseAsync();
        _store = await Home.OpenAsync(settings);
        StoreComparison.AssertHead(_states[^1], Store, _random);
    }

    /// <summary>Closes the store with the check of all of it.</summary>
    public async Task CloseAsync()
    {
        StateStore store = Store;
        _store = null;
        await Home.CloseAsync(store);
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
