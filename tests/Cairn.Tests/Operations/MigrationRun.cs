using Cairn.Homes;
using Cairn.Tests.IO;
using Cairn.Tests.Reference;
using Cairn.Tests.Stores;
using Xunit;

namespace Cairn.Tests.Operations;

/// <summary>A store with its model, and a place it is migrated to.</summary>
internal sealed class MigrationRun(HomeKind from, HomeKind to, int seed = 3) : IDisposable
{
    /// <summary>How many blocks the source retains, where it does not retain all.</summary>
    public const int Retained = 6;

    private static readonly StoreSettings Settings = StoreSettings.Quiet with { RetainBlocks = Retained };

    private readonly ShortRun _run = ShortRun.Make(seed, blocks: 60);
    private readonly TestHome _source = TestHome.Create(from);
    private TestHome _target = TestHome.Create(to);
    private int _blocks;

    public IReadOnlyList<ReferenceState> States => _run.States;

    /// <summary>The files of the target; null where it has none.</summary>
    public SimulatedFileSystem? TargetFiles => (_target as SimulatedHome)?.Files;

    /// <summary>The machine with the target stops.</summary>
    public void Crash(int crashSeed) => _target = new SimulatedHome(to, TargetFiles!.Crash(crashSeed));

    /// <summary>Begins anew with the target, on a machine that will stop.</summary>
    public void Clear(long stop) => _target = new SimulatedHome(to, new SimulatedFileSystem { StopAt = stop });

    /// <summary>Whether the target is the beginning of an import.</summary>
    public async Task<bool> IsUnfinishedAsync()
    {
        try
        {
            await using StateStore store = await _target.OpenAsync(Settings with { ReadOnly = true });
            return false;
        }
        catch (StoreNotFoundException)
        {
            return false;
        }
        catch (ImportUnfinishedException)
        {
            return true;
        }
    }

    public async Task WriteAsync(int blocks, Func<StateStore, Task>? then = null)
    {
        await using StateStore store = await _source.OpenAsync(Settings);
        for (int i = 0; i < blocks; i++)
        {
            await _run.CommitNextAsync(store, _blocks++);
            if (i % 3 == 0 || i == blocks - 1)
            {
                await store.CheckpointAsync();
            }
        }

        await (then?.Invoke(store) ?? Task.CompletedTask);
    }

    public async Task<MigrationReport> MigrateAsync(bool withHistory, MigrationRun? target = null)
    {
        await using StateStore store = await _source.OpenAsync(Settings);
        (StateStore copy, MigrationReport report) = await StoreMigration.RunAsync(store, new Target((target ?? this)._target), new MigrationOptions { WithHistory = withHistory }, CancellationToken.None);
        await copy.DisposeAsync();
        return report;
    }

    /// <summary>The target has the state after each of some blocks, and goes on.</summary>
    public async Task AssertTargetAsync(int blocks, int from, bool heights, Action<StateStore>? check = null)
    {
        StateStore store = await _target.OpenAsync(Settings with { RetainAll = true });
        check?.Invoke(store);
        for (int block = from; block <= blocks; block++)
        {
            using StateView view = store.ViewAt(States[block].Height!.Value);
            Assert.Equal((States[block].Root, States[block].TimeTicks, States[block].Height), (view.Root, view.TimeTicks, view.Height));
            if (heights && (block % 4 == 0 || block == blocks))
            {
                StoreComparison.AssertSame(States[block], view, new Random(block));
            }
        }

        foreach (BlockRecord block in store.Blocks())
        {
            ReferenceState state = States.First(state => state.Height == block.Height);
            Assert.True(block.ParentHeight is null || state.Payload.AsSpan().SequenceEqual((block.Payload ?? default).Span), "Another payload.");
        }

        Assert.Equal((ulong)blocks, heights ? store.GetStatistics().BlockCount : (ulong)blocks);
        await _run.CommitNextAsync(store, blocks);
        Assert.Equal(States[blocks + 1].Root, store.Root);
        await _target.CloseAsync(store);
    }

    public void Dispose()
    {
        _source.Dispose();
        _target.Dispose();
    }

    private sealed class Target(TestHome home) : MigrationTarget
    {
        private static readonly StoreSettings Small = StoreSettings.Quiet with { RetainAll = true };

        public override string Location => home.Location;

        public override async Task<StateStore?> OpenAsync(bool mayCreate, CancellationToken cancellationToken)
        {
            try
            {
                return await home.OpenAsync(Small with { CreateIfMissing = mayCreate });
            }
            catch (StoreNotFoundException) when (!mayCreate)
            {
                return null;
            }
        }

        public override Task<StoreInstaller> InstallAsync(InstalledState state, Hash256 source, CancellationToken cancellationToken) => home.InstallAsync(Small, state, source);
    }
}
