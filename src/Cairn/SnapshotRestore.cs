namespace Cairn;

/// <summary>Writes into a draft what leads from the present state to that of a snapshot, by walking over both in key order. Used by one thread.</summary>
/// <param name="draft">Takes the changes.</param>
/// <param name="now">The present state, on which the draft is.</param>
/// <param name="above">What incremental snapshots change in the full one; null values delete.</param>
internal sealed class SnapshotRestore(TreeDraft draft, ITreeReader now, SortedList<byte[], ReadOnlyMemory<byte>?> above) : IDisposable
{
    private readonly EntryScan _now = now.Range([], []);
    private bool _hasNow;
    private bool _hasBegun;
    private int _nextAbove;

    /// <summary>The order of keys.</summary>
    public static IComparer<byte[]> KeyOrder { get; } = Comparer<byte[]>.Create(static (a, b) => a.AsSpan().SequenceCompareTo(b));

    /// <summary>Takes the next entry of the full snapshot.</summary>
    public void Add(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value)
    {
        while (_nextAbove < above.Count && above.Keys[_nextAbove].AsSpan().SequenceCompareTo(key.Span) < 0)
        {
            TakeAbove();
        }

        if (_nextAbove < above.Count && above.Keys[_nextAbove].AsSpan().SequenceEqual(key.Span))
        {
            TakeAbove();
            return;
        }

        Want(key.Span, value.Span);
    }

    /// <summary>Takes the end of the full snapshot.</summary>
    public void Finish()
    {
        while (_nextAbove < above.Count)
        {
            TakeAbove();
        }

        for (Begin(); _hasNow; _hasNow = _now.MoveNext())
        {
            draft.Delete(_now.Key);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _now.Dispose();

    private void TakeAbove()
    {
        byte[] key = above.Keys[_nextAbove];
        if (above.Values[_nextAbove++] is { } value)
        {
            Want(key, value.Span);
        }
    }

    /// <summary>The next entry of the wanted state: what the present one has before it goes.</summary>
    private void Want(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        Begin();
        while (_hasNow && _now.Key.SequenceCompareTo(key) is < 0)
        {
            draft.Delete(_now.Key);
            _hasNow = _now.MoveNext();
        }

        bool isThere = _hasNow && _now.Key.SequenceEqual(key);
        if (!isThere || !_now.Value.SequenceEqual(value))
        {
            draft.Put(key, value);
        }

        if (isThere)
        {
            _hasNow = _now.MoveNext();
        }
    }

    private void Begin()
    {
        if (!_hasBegun)
        {
            _hasBegun = true;
            _hasNow = _now.MoveNext();
        }
    }
}
