using Cairn.Tests.Reference;
using Xunit;

namespace Cairn.Tests.Soak;

/// <summary>The writing side: random blocks, checkpoints, syncs, compactions, drafts that are given up. Notes every block in the model before it is committed, as readers may see it at once.</summary>
internal sealed class SoakWriter(StateStore store, SoakModel model, Random random, ulong lastHeight)
{
    private const int HotKeys = 25;
    private const int CompareTotalsEvery = 40;
    private const int CompareRootEvery = 400;

    /// <summary>The height of the newest block that was tried.</summary>
    public ulong Tried { get; private set; } = lastHeight;

    /// <summary>How many blocks were committed.</summary>
    public long Blocks { get; private set; }

    /// <summary>Commits blocks until <paramref name="done"/> or a failure.</summary>
    public async Task RunAsync(CancellationToken done)
    {
        while (!done.IsCancellationRequested)
        {
            await CommitAsync();
            await DoSomethingElseAsync();
            if (Blocks % CompareTotalsEvery == 0)
            {
                Compare(withRoot: Blocks % CompareRootEvery == 0);
            }
        }
    }

    /// <summary>Compares the head with the model: totals, and the root when asked for.</summary>
    public void Compare(bool withRoot)
    {
        using StateView view = store.OpenView();
        SortedDictionary<byte[], byte[]> state = model.StateAt(view.Height?.Value ?? 0);
        Assert.Equal(NaiveMerkle.Totals(state), view.State.Totals);
        if (withRoot)
        {
            Assert.Equal(NaiveMerkle.Root(state), view.Root);
        }
    }

    private async Task CommitAsync()
    {
        ulong height = Tried + (ulong)random.Next(1, 4);
        using BlockDraft draft = store.CreateDraft((BlockHeight)height);
        Dictionary<int, bool> changes = [];
        Change(draft, changes, height, random.Next(8) == 0 ? 300 : random.Next(40));
        if (random.Next(3) == 0)
        {
            draft.Begin();
            Change(draft, [], height, random.Next(20));
            draft.Rollback();
        }

        if (random.Next(10) == 0)
        {
            return; // given up
        }

        foreach ((int key, bool isPut) in changes)
        {
            model.Note(key, height, isPut);
        }

        Tried = height;
        await store.CommitAsync(draft);
        Blocks++;
    }

    private void Change(BlockDraft draft, Dictionary<int, bool> changes, ulong height, int count)
    {
        for (int i = 0; i < count; i++)
        {
            int key = random.Next(random.Next(2) == 0 ? HotKeys : model.Keys.Length);
            bool isPut = random.Next(4) != 0;
            changes[key] = isPut;
            if (isPut)
            {
                draft.State.Put(model.Keys[key], model.Value(key, height));
                draft.Local.Put(model.Keys[key], []);
            }
            else
            {
                draft.State.Delete(model.Keys[key]);
                draft.Local.Delete(model.Keys[key]);
            }
        }
    }

    private async Task DoSomethingElseAsync()
    {
        switch (random.Next(200))
        {
            case 0:
                await store.CheckpointAsync();
                break;
            case 1:
                await store.SyncAsync();
                break;
            case 2:
                using (BlockDraft draft = store.CreateDraft((BlockHeight)(Tried + 1)))
                {
                    Change(draft, [], Tried + 1, 50);
                    draft.ComputeRoot();
                }

                break;
            case 3:
                await store.CompactAsync();
                break;
            default:
                break;
        }
    }
}
