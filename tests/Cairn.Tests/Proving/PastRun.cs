using Cairn.Tests.Reference;
using Cairn.Tests.Stores;
using Cairn.Tests.Tree;

namespace Cairn.Tests.Proving;

/// <summary>Commits random blocks and remembers the state after each, for proofs at old heights.</summary>
internal sealed class PastRun(Random random, KeyShape shape)
{
    /// <summary>No height but the newest two has a version of its own.</summary>
    public static readonly StoreSettings Settings = StoreSettings.Tight with { RecentViewBytes = 0, RetainAll = true };

    private readonly SortedDictionary<byte[], byte[]> _model = new(ByteStringComparer.Instance);

    /// <summary>The states by height, those of the present chain.</summary>
    public SortedDictionary<ulong, SortedDictionary<byte[], byte[]>> States { get; } = [];

    public ulong Next { get; private set; } = 1;

    public async Task CommitAsync(StateStore store, int keysAtMost = 60, int valuesAtMost = 30)
    {
        using BlockDraft draft = store.CreateDraft((BlockHeight)Next);
        foreach ((byte[] key, byte[]? value) in TestTree.RandomBatch(random, shape, _model, keysAtMost, valuesAtMost))
        {
            if (value is null)
            {
                draft.State.Delete(key);
            }
            else
            {
                draft.State.Put(key, value);
            }
        }

        await store.CommitAsync(draft);
        States.Add(Next, new SortedDictionary<byte[], byte[]>(_model, ByteStringComparer.Instance));
        Next += (ulong)random.Next(1, 3);
    }

    /// <summary>A block that leaves the state as it is was committed at the next height.</summary>
    public void Skip() => Next += 3;

    public async Task RewindAsync(StateStore store, ulong height)
    {
        await store.RewindAsync((BlockHeight)height);
        foreach (ulong gone in States.Keys.Where(known => known > height).ToArray())
        {
            States.Remove(gone);
        }

        _model.Clear();
        foreach ((byte[] key, byte[] value) in States[height])
        {
            _model.Add(key, value);
        }

        Next = height + 1;
    }

    /// <summary>Every kind of proof at a height.</summary>
    public void Check(StateStore store, ulong height)
    {
        using StateView view = store.ViewAt((BlockHeight)height);
        ProofQuestions questions = new(random, States[height]);
        questions.Check(view);
        questions.CheckParts(view);
    }

    public void CheckAll(StateStore store)
    {
        foreach (ulong height in States.Keys)
        {
            Check(store, height);
        }
    }
}
