using Cairn.Homes;

namespace Cairn.Tree;

/// <summary>
/// The memory that drafts write into and blocks are recorded in, handed from block to block, so that a commit in steady state leaves nothing large to the garbage collector. Safe for any thread.
/// </summary>
/// <remarks>
/// Invariants: what is given back is referred to by nobody else (a draft gives it back when it and every draft on it are disposed and no commit of it runs); at most <see cref="MostKept"/> of each kind are kept, and none that grew
/// beyond <see cref="MostKeptBytes"/>, so that one huge block does not hold memory for ever.
/// </remarks>
internal sealed class DraftBuffers(bool poison)
{
    /// <summary>Both trees of a draft being written and of one being committed.</summary>
    private const int MostKept = 4;

    /// <summary>About what a block of 100,000 changes takes.</summary>
    private const long MostKeptBytes = 24L << 20;

    /// <summary>What a record is given at once; with the places of its changes it can still be kept.</summary>
    private const long MostExpectedBytes = 16L << 20;

    private readonly Lock _lock = new();
    private readonly Stack<ChangeSet> _changes = new();
    private readonly Stack<ChangeList.Builder> _records = new();
    private readonly Stack<TreeChange> _trees = new();

    /// <summary>An empty change set.</summary>
    public ChangeSet RentChanges() => Rent(_changes) ?? new ChangeSet();

    /// <summary>An empty builder with room for the changes of a set and for old values like the new ones, so that the buffers of ordinary blocks do not grow.</summary>
    public ChangeList.Builder RentRecord(ChangeSet changes)
    {
        ChangeList.Builder record = Rent(_records) ?? new ChangeList.Builder();
        record.Expect(changes.Count, (int)Math.Min(2 * changes.ByteCount, MostExpectedBytes));
        return record;
    }

    /// <summary>An empty account of what applying does.</summary>
    public TreeChange RentTree() => Rent(_trees) ?? new TreeChange();

    /// <summary>Takes a change set back.</summary>
    public void Return(ChangeSet changes)
    {
        changes.Reset(poison);
        Keep(_changes, changes, changes.KeptBytes);
    }

    /// <summary>Takes a builder back with the list it built, which is empty afterwards.</summary>
    public void Return(ChangeList.Builder record, ChangeList built)
    {
        record.Reclaim(built, poison);
        Keep(_records, record, record.KeptBytes);
    }

    /// <summary>Takes the account of an apply back.</summary>
    public void Return(TreeChange tree)
    {
        tree.Clear();
        Keep(_trees, tree, tree.KeptBytes);
    }

    private T? Rent<T>(Stack<T> kept)
        where T : class
    {
        lock (_lock)
        {
            return kept.TryPop(out T? buffer) ? buffer : null;
        }
    }

    private void Keep<T>(Stack<T> kept, T buffer, long bytes)
    {
        lock (_lock)
        {
            if (kept.Count < MostKept && bytes <= MostKeptBytes)
            {
                kept.Push(buffer);
            }
        }
    }
}
