using Cairn.Homes;
using Cairn.Tests.Reference;
using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>Runs a sequence of steps on a store and on the reference, and compares all along.</summary>
/// <remarks>
/// Steps (key numbers count twice: even is the state tree, odd the local one): <c>p</c> put key, length, variant; <c>P</c> put many from a key on; <c>d</c>,
/// <c>D</c> delete; <c>b r x</c> begin, release, roll back; <c>n</c> new draft on the newest one; <c>a</c> abandon it; <c>c</c> commit the oldest draft;
/// <c>e</c> commit it with a wrong root first; <c>f</c> a rival draft, which must become stale; <c>h</c> compute the root; <c>k</c> ask the draft; <c>t y</c> time,
/// payload; <c>R</c> rewind by so many blocks; <c>F</c> finalise so many below the head; <c>v w</c> hold a view of the head, of an old height; <c>q z</c> check, close one; <c>s C o</c> sync, checkpoint, reopen; <c>m</c> compact; <c>u</c> check the head; <c>l</c> checkpoint, and ask
/// about the past.
/// </remarks>
internal sealed partial class StoreScriptRunner : IAsyncDisposable
{
    private const int MaxHeldViews = 8;
    private const int MaxDrafts = 4;

    private readonly TestHome _home;
    private readonly Random _random;
    private readonly byte[][] _keys;
    private readonly ReferenceStore _model = new();
    private readonly List<HeldDraft> _drafts = [];
    private readonly List<(StateView View, ReferenceState Model)> _views = [];
    private StateStore? _store;
    private BlockDraft? _rival;

    private int _retainBlocks = int.MaxValue;
    private int _pruned;
    private int _prunable;

    private StoreScriptRunner(StoreScript script)
    {
        _home = TestHome.Create(script.Home);
        _random = new Random(script.Seed);
        _keys = KeyShapes.MakeMixed(_random, script.KeyCount);
    }

    private StateStore Store => _store ?? throw new InvalidOperationException("The store is closed.");

    private ReferenceState NewestBase => _drafts.Count > 0 ? _drafts[^1].Model.Working : _model.Head;

    /// <summary>Runs a sequence from the new store to the last check of the closed one.</summary>
    public static async Task RunAsync(StoreScript script)
    {
        await using StoreScriptRunner runner = new(script);
        await runner.OpenAsync(0);
        for (int i = 0; i < script.Steps.Count; i++)
        {
            try
            {
                await runner.DoAsync(script.Steps[i]);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"Step {i} ({script.Steps[i]}): {exception.GetType().Name}: {exception.Message}", exception);
            }
        }

        await runner.ReopenAsync(0);
        runner.CheckHead();
        await runner.CloseAsync();
        await LogComparison.AssertSameAsync(runner._log, runner._home);
    }

    public async ValueTask DisposeAsync()
    {
        DropAll();
        if (_store is not null)
        {
            await _store.DisposeAsync();
        }

        _home.Dispose();
    }

    private async Task DoAsync(StoreStep step)
    {
        switch (step.Code)
        {
            case 'c' or 'e':
                await CommitAsync(wrongRootFirst: step.Code == 'e');
                break;
            case 's':
                await Store.SyncAsync();
                Assert.Equal(Store.Height, Store.DurableHeight);
                break;
            case 'C':
                await Store.CheckpointAsync();
                CheckFloor();
                Assert.Equal(Store.Height, Store.DurableHeight);
                break;
            case 'm':
                await Store.CompactAsync();
                break;
            case 'R':
                await RewindAsync(step.A, step.B);
                break;
            case 'F':
                await FinalizeAsync(step.A);
                break;
            case 'o':
                await ReopenAsync(step.A);
                break;
            case 'l':
                await AskThePastAsync();
                break;
            case 'v' or 'w' or 'q' or 'z' or 'u':
                DoWithViews(step);
                break;
            default:
                DoWithDrafts(step);
                break;
        }
    }

    private async Task CommitAsync(bool wrongRootFirst)
    {
        if (_drafts.Count == 0)
        {
            NewDraft(gap: 1);
        }

        (BlockDraft draft, ReferenceDraft model) = (_drafts[0].Draft, _drafts[0].Model);
        ReleaseAll(_drafts[0]);
        ReferenceState expected = model.Working;
        if (wrongRootFirst)
        {
            byte[] wrong = expected.Root.ToArray();
            wrong[_random.Next(wrong.Length)] ^= 1;
            draft.ExpectedRoot = new Hash256(wrong);
            RootMismatchException mismatch = await Assert.ThrowsAsync<RootMismatchException>(async () => await Store.CommitAsync(draft));
            Assert.Equal((expected.Height, expected.Root), (mismatch.Height, mismatch.Computed));
            Assert.Equal(_model.Head.Height, Store.Height);
            draft.ExpectedRoot = expected.Root;
        }

        CommittedBlock block = await Store.CommitAsync(draft);
        Assert.Equal((expected.Height, expected.Root, expected.ChangesSince(_model.Head)), (block.Height, block.Root, block.Changes));
        _log.Add(new ReferenceRecord(RecordKind.Block, _model.Head, expected));
        _sequences[expected] = (ulong)_log.Count;
        _model.Commit(expected);
        NotePrunable();
        draft.Dispose();
        _drafts.RemoveAt(0);
        Assert.Equal((expected.Height, expected.Root), (Store.Height, Store.Root));
        await RefuseRivalAsync();
        if (_model.States.Count % 4 == 0)
        {
            CheckHead();
        }
    }

    private async Task RefuseRivalAsync()
    {
        if (_rival is { } rival)
        {
            StaleDraftException stale = await Assert.ThrowsAsync<StaleDraftException>(async () => await Store.CommitAsync(rival));
            Assert.Equal((rival.Height, rival.BaseHeight, _model.Head.Height), (stale.Height, stale.BaseHeight, stale.HeadHeight));
            rival.Dispose();
            _rival = null;
        }
    }

    private async Task ReopenAsync(int mode)
    {
        await CloseAsync();
        await OpenAsync(mode);
        Assert.Equal((_model.Head.Height, _model.Head.Root), (Store.Height, Store.Root));
        Assert.Equal(_model.Head.Height, Store.DurableHeight);
        Assert.Equal(_model.Head.Height, Store.Recovery.Height);
        Assert.Equal(_finalized, Store.FinalizedHeight);
        Assert.Equal(0, Store.Recovery.BytesTruncated);
    }

    private async Task OpenAsync(int mode)
    {
        StoreSettings settings = (mode % 4) switch
        {
            0 => StoreSettings.Tight with { RetainBlocks = 3 },
            1 => StoreSettings.Tight with { Durability = Durability.Grouped, RecentViewBytes = 8 << 20, RetainBlocks = 12, OneByOneReplayBytes = 1 },
            2 => StoreSettings.Tight with { Durability = Durability.DangerNoSync, RetainAll = true },
            _ => StoreSettings.Quiet with { RetainBlocks = 1, CacheBytes = 8 << 20, OneByOneReplayBytes = 400 },
        };
        _store = await _home.OpenAsync(settings with { EvictionPolicy = (EvictionPolicy)(mode / 4 % 3) });
        int retainBlocks = settings.RetainAll || !_home.IsPrunable ? int.MaxValue : (int)settings.RetainBlocks;
        _retainBlocks = Math.Min(_retainBlocks, retainBlocks); // the checkpoint of closing had the options before
        CheckFloor();
        _retainBlocks = retainBlocks;
    }

    /// <summary>No more is pruned than the options ever allowed, and never less than before.</summary>
    private void CheckFloor()
    {
        StoreStatistics statistics = Store.GetStatistics();
        int blocks = _model.States.Count;
        int pruned = blocks - (int)statistics.RetainedBlocks;
        Assert.Null(statistics.RetentionFault);
        Assert.Equal((ulong)blocks, statistics.BlockCount);
        NotePrunable();
        Assert.InRange(pruned, _pruned, Math.Max(_pruned, _prunable));
        Assert.Equal(blocks == 0 ? null : _model.States[pruned].Height, statistics.FloorHeight);
        _pruned = pruned;
    }

    /// <summary>What a checkpoint may prune by now. A rewind takes blocks back, not what was pruned when they were there.</summary>
    private void NotePrunable() => _prunable = Math.Max(_prunable, _model.States.Count - _retainBlocks);

    private async Task CloseAsync()
    {
        DropAll();
        StateStore store = Store;
        _store = null;
        await _home.CloseAsync(store);
    }

    private void DropAll()
    {
        _drafts.ForEach(draft => draft.Draft.Dispose());
        _drafts.Clear();
        _views.ForEach(view => view.View.Dispose());
        _views.Clear();
        _rival?.Dispose();
        _rival = null;
    }

    /// <summary>A draft and its model. Once another draft was built on it, it cannot be changed any more, even when that one is gone.</summary>
    private sealed record HeldDraft(BlockDraft Draft, ReferenceDraft Model)
    {
        public bool IsSealed { get; set; }
    }
}
