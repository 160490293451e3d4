namespace Cairn.Tests.Reference;

/// <summary>Both trees after a block, with what else is remembered about it.</summary>
internal sealed record ReferenceState(BlockHeight? Height, long? TimeTicks, byte[]? Payload, ReferenceTree State, ReferenceTree Local)
{
    public static ReferenceState Empty { get; } = new(Height: null, TimeTicks: null, Payload: null, ReferenceTree.Empty, ReferenceTree.Empty);

    public Hash256 Root => State.Root;

    public ReferenceTree Tree(TreeKind kind) => kind == TreeKind.State ? State : Local;

    /// <summary>The state with another version of one of its trees.</summary>
    public ReferenceState With(TreeKind kind, ReferenceTree tree) => kind == TreeKind.State ? this with { State = tree } : this with { Local = tree };

    public int ChangesSince(ReferenceState parent) => State.ChangesSince(parent.State) + Local.ChangesSince(parent.Local);
}

/// <summary>The model of a store: the state after every block, for ever. It knows nothing of homes, pages, caches or files.</summary>
internal sealed class ReferenceStore
{
    private readonly SortedList<ulong, ReferenceState> _states = [];

    /// <summary>The states after each block, oldest first.</summary>
    public IList<ReferenceState> States => _states.Values;

    public ReferenceState Head => _states.Count == 0 ? ReferenceState.Empty : _states.Values[^1];

    public void Commit(ReferenceState state) => _states.Add(state.Height!.Value.Value, state);

    /// <summary>The state after the newest block at or below a height; null when there is none.</summary>
    public ReferenceState? At(BlockHeight height) => _states.Values.LastOrDefault(state => state.Height <= height);

    /// <summary>The state after the block of exactly that height; the empty one for null.</summary>
    public ReferenceState After(BlockHeight? height) => height is { } value ? _states[value.Value] : ReferenceState.Empty;

    /// <summary>Forgets the blocks above a height, as a crash does with those that were not durable; null forgets all.</summary>
    public void ForgetAbove(BlockHeight? height)
    {
        while (_states.Count > 0 && (height is null || _states.Keys[^1] > height.Value.Value))
        {
            _states.RemoveAt(_states.Count - 1);
        }
    }
}

/// <summary>The model of a draft: a working state on a parent, and the savepoints taken in it.</summary>
internal sealed class ReferenceDraft(ReferenceState parent, BlockHeight height)
{
    private readonly Stack<ReferenceState> _savepoints = new();

    public ReferenceState Parent { get; } = parent;

    public BlockHeight Height { get; } = height;

    /// <summary>The state with the draft's changes so far.</summary>
    public ReferenceState Working { get; private set; } = parent with { Height = height, TimeTicks = null, Payload = null };

    public int SavepointDepth => _savepoints.Count;

    public void Put(TreeKind kind, byte[] key, byte[] value) =>
        Working = Working.With(kind, Working.Tree(kind).Put(key, value, Height, Parent.Tree(kind)));

    public void Delete(TreeKind kind, byte[] key) => Working = Working.With(kind, Working.Tree(kind).Delete(key));

    public void SetTime(long? ticks) => Working = Working with { TimeTicks = ticks };

    public void SetPayload(byte[]? payload) => Working = Working with { Payload = payload };

    public void Begin() => _savepoints.Push(Working);

    public void Release() => _savepoints.Pop();

    /// <summary>Takes the changes of both trees back; time and payload are not part of a savepoint.</summary>
    public void Rollback()
    {
        ReferenceState saved = _savepoints.Pop();
        Working = Working with { State = saved.State, Local = saved.Local };
    }
}
