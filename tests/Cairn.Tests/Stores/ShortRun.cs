using Cairn.Tests.Reference;
using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>How far a run came before something stopped it. Numbers count blocks, and rewinds where there are any; 0 is the empty store.</summary>
internal sealed class RunProgress
{
    /// <summary>The last block whose commit was begun.</summary>
    public int Attempted { get; set; }

    /// <summary>The last block whose commit was acknowledged.</summary>
    public int Committed { get; set; }

    /// <summary>The last block that was said to be durable.</summary>
    public int Durable { get; set; }

    /// <summary>What the run is at.</summary>
    public string Doing { get; set; } = "";
}

/// <summary>
/// A short, deterministic run of a store: blocks, checkpoints, syncs and reopenings, with the state after each block worked out beforehand. It is
/// played again and again with something going wrong at another place each time.
/// </summary>
internal sealed class ShortRun
{
    private readonly List<Step> _steps = [];
    private readonly List<ReferenceState> _states = [ReferenceState.Empty];

    private ShortRun()
    {
    }

    /// <summary>The states after 0, 1, 2, … blocks; where the run goes back, a rewind counts like a block.</summary>
    public IReadOnlyList<ReferenceState> States => _states;

    /// <summary>Makes a run: a few blocks of some dozen changes, blobs among them, with everything else in between.</summary>
    /// <param name="seed">Decides the blocks.</param>
    /// <param name="blocks">How many.</param>
    /// <param name="compacting">Whether the page files are compacted now and then.</param>
    /// <param name="rewinding">Whether the chain is taken back now and then, below checkpoints too; something becomes final in the end.</param>
    public static ShortRun Make(int seed, int blocks, bool compacting = false, bool rewinding = false)
    {
        Random random = new(seed);
        byte[][] keys = KeyShapes.MakeMixed(random, 120);
        ShortRun run = new();
        List<ReferenceState> live = [];
        for (int i = 1; i <= blocks; i++)
        {
            run.AddBlock(random, keys);
            live.Add(run._states[^1]);
            if (rewinding && i % 4 == 0)
            {
                // After a checkpoint at i - 1: by turns to it, and below it.
                int taken = Math.Min(1 + (i / 4 % 3), live.Count - 1);
                live.RemoveRange(live.Count - taken, taken);
                run._steps.Add(new Step("rewind", []));
                run._states.Add(live[^1]);
            }

            if (rewinding && i == blocks - 1)
            {
                run._steps.Add(new Step("finalise", []));
            }

            string? between = (i % 4, i % 6) switch
            {
                (3, _) => "checkpoint",
                (_, 5) => "reopen",
                (1, _) when i > 1 => "sync",
                _ => null,
            };
            if (between is not null)
            {
                run._steps.Add(new Step(between, []));
            }

            if (compacting && i % 3 == 2)
            {
                run._steps.Add(new Step("compact", []));
            }
        }

        return run;
    }

    /// <summary>Plays the whole run, from opening to closing. What goes wrong comes out as it is; the progress tells how far it came.</summary>
    /// <param name="home">Where the store is.</param>
    /// <param name="settings">Its options.</param>
    /// <param name="progress">Kept up to date all the while.</param>
    /// <param name="onFailure">Called with the open store when a step fails, before the store is disposed.</param>
    public async Task PlayAsync(TestHome home, StoreSettings settings, RunProgress progress, Func<StateStore, Exception, Task>? onFailure = null)
    {
        progress.Doing = "open";
        StateStore store = await home.OpenAsync(settings);
        foreach (Step step in _steps)
        {
            progress.Doing = step.Kind;
            try
            {
                if (step.Kind == "reopen")
                {
                    await store.DisposeAsync();
                    progress.Durable = progress.Committed;
                    store = await home.OpenAsync(settings);
                }
                else
                {
                    await DoAsync(store, step, progress, settings.Durability);
                }
            }
            catch (Exception failure)
            {
                await (onFailure?.Invoke(store, failure) ?? Task.CompletedTask);
                await QuietlyDisposeAsync(store);
                throw;
            }
        }

        progress.Doing = "close";
        await store.DisposeAsync();
        progress.Durable = progress.Committed;
    }

    /// <summary>Commits the next block, or does the next rewind, on a store that holds the first <paramref name="blocks"/>.</summary>
    public async Task CommitNextAsync(StateStore store, int blocks)
    {
        Step step = _steps.Where(step => step.Kind is "block" or "rewind").ElementAt(blocks);
        if (step.Kind == "rewind")
        {
            await store.RewindAsync(_states[blocks + 1].Height!.Value);
            return;
        }

        using BlockDraft draft = Draft(store, step, _states[blocks + 1]);
        await store.CommitAsync(draft);
    }

    /// <summary>How many blocks a store holds, by its height; −1 for a height that no block has.</summary>
    public int BlocksAt(BlockHeight? height) => _states.FindIndex(state => state.Height == height);

    /// <summary>The states after the blocks that are live after so many blocks and rewinds.</summary>
    private List<ReferenceState> ChainAt(int version)
    {
        List<ReferenceState> chain = [];
        for (int i = 1; i <= version; i++)
        {
            chain.RemoveAll(state => state.Height >= _states[i].Height);
            chain.Add(_states[i]);
        }

        return chain;
    }

    /// <summary>The same in a run that goes back: the last of the first <paramref name="atMost"/> after which the store would look like this; −1 when there is none.</summary>
    private int VersionAt(StateStore store, int atMost) => _states.FindLastIndex(atMost, state => state.Height == store.Height && state.Root == store.Root);

    /// <summary>What may not be lost after a block or a rewind.</summary>
    private int DurableVersion(StateStore store, RunProgress progress, bool isSynced) =>
        isSynced ? progress.Committed : Math.Max(progress.Durable, _states.FindIndex(state => state.Height == store.DurableHeight));

    private static async Task QuietlyDisposeAsync(StateStore store)
    {
        try
        {
            await store.DisposeAsync();
        }
        catch (Exception exception) when (exception is IOException or StateStoreException or IO.SimulatedCrashException)
        {
            // The failure that stopped the run is the one that is looked at.
        }
    }

    private static BlockDraft Draft(StateStore store, Step step, ReferenceState expected)
    {
        BlockDraft draft = store.CreateDraft(expected.Height!.Value);
        draft.TimeTicks = expected.TimeTicks;
        draft.Payload = expected.Payload is null ? (ReadOnlyMemory<byte>?)null : expected.Payload;
        draft.ExpectedRoot = expected.Root;
        foreach ((TreeKind kind, byte[] key, byte[]? value) in step.Changes)
        {
            TreeDraft tree = kind == TreeKind.State ? draft.State : draft.Local;
            if (value is null)
            {
                tree.Delete(key);
            }
            else
            {
                tree.Put(key, value);
            }
        }

        return draft;
    }

    private async Task DoAsync(StateStore store, Step step, RunProgress progress, Durability durability)
    {
        switch (step.Kind)
        {
            case "block":
                progress.Attempted = progress.Committed + 1;
                using (BlockDraft draft = Draft(store, step, _states[progress.Attempted]))
                {
                    await store.CommitAsync(draft);
                }

                progress.Committed = progress.Attempted;
                break;
            case "rewind":
                progress.Attempted = progress.Committed + 1;
                await CommitNextAsync(store, progress.Committed);
                progress.Committed = progress.Attempted;
                break;
            case "finalise":
                Assert.Equal(store.Height, await store.FinalizeAsync(store.Height!.Value));
                Assert.Equal(store.Height, store.FinalizedHeight);
                break;
            case "checkpoint":
                await store.CheckpointAsync();
                break;
            case "compact":
                await store.CompactAsync();
                break;
            case "sync":
                await store.SyncAsync();
                break;
            default:
                throw new InvalidOperationException(step.Kind);
        }

        progress.Durable = DurableVersion(store, progress, isSynced: durability == Durability.Durable || step.Kind is not ("block" or "rewind" or "finalise"));
    }

    private void AddBlock(Random random, byte[][] keys)
    {
        ReferenceState parent = _states[^1];
        ReferenceDraft draft = new(parent, new BlockHeight((parent.Height?.Value ?? 0) + (ulong)random.Next(1, 4)));
        draft.SetTime(random.Next(2) == 0 ? null : random.NextInt64(1L << 58));
        draft.SetPayload(random.Next(2) == 0 ? null : new byte[random.Next(20)]);
        List<(TreeKind, byte[], byte[]?)> changes = [];
        for (int i = random.Next(5, 60); i > 0; i--)
        {
            TreeKind kind = random.Next(4) == 0 ? TreeKind.Local : TreeKind.State;
            byte[] key = keys[random.Next(keys.Length)];
            byte[]? value = random.Next(5) == 0 ? null : new byte[random.Next(12) == 0 ? random.Next(1025, 3000) : random.Next(80)];
            if (value is null)
            {
                draft.Delete(kind, key);
            }
            else
            {
                random.NextBytes(value);
                draft.Put(kind, key, value);
            }

            changes.Add((kind, key, value));
        }

        _steps.Add(new Step("block", changes));
        _states.Add(draft.Working);
    }

    /// <summary>Opens a store after something went wrong with it: nothing that was durable is missing, nothing came from nowhere, and the run goes on from there.</summary>
    /// <param name="home">Where it is.</param>
    /// <param name="settings">How to open it.</param>
    /// <param name="progress">How far the run had come.</param>
    /// <param name="isWhole">Whether nothing went wrong, so that all of it has to be there.</param>
    /// <param name="asksPast">Whether to ask about old heights, too.</param>
    public async Task VerifyAsync(SimulatedHome home, StoreSettings settings, RunProgress progress, bool isWhole, bool asksPast = true)
    {
        StateStore store = await home.OpenAsync(settings);
        int blocks = VersionAt(store, progress.Attempted);
        Assert.InRange(blocks, isWhole ? States.Count - 1 : progress.Durable, progress.Attempted);
        Assert.Equal(store.Height, store.DurableHeight);
        StoreComparison.AssertHead(States[blocks], store, new Random(blocks));
        if (asksPast)
        {
            PastComparison.AssertSome(ChainAt(blocks), store, new Random(blocks));
        }

        if (blocks + 1 < States.Count)
        {
            await CommitNextAsync(store, blocks);
            Assert.Equal(States[blocks + 1].Root, store.Root);
        }

        await home.CloseAsync(store);
    }

    private sealed record Step(string Kind, IReadOnlyList<(TreeKind Kind, byte[] Key, byte[]? Value)> Changes);
}
