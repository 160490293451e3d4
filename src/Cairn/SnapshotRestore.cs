using Cairn.Snapshots;

namespace Cairn;

/// <summary>Writes into a draft what leads from the present state to that of a chain of snapshots, by walking over all of them in key order. Used by one thread.</summary>
/// <param name="draft">Takes the changes.</param>
/// <param name="now">The present state, on which the draft is.</param>
internal sealed class SnapshotRestore(TreeDraft draft, ITreeReader now) : IDisposable
{
    private readonly EntryScan _now = now.Range([], []);
    private bool _hasNow;

    /// <summary>Walks over the snapshots; what a later one says of a key counts.</summary>
    /// <param name="chain">The snapshots behind their headers, the full one first.</param>
    /// <param name="cancellationToken">Ends it between two parts.</param>
    public async ValueTask RunAsync(IEnumerable<SnapshotCursor> chain, CancellationToken cancellationToken)
    {
        List<SnapshotCursor> open = [];
        foreach (SnapshotCursor cursor in chain)
        {
            if (await cursor.NextAsync(cancellationToken).ConfigureAwait(false))
            {
                open.Add(cursor);
            }
        }

        _hasNow = _now.MoveNext();
        while (open.Count > 0)
        {
            SnapshotCursor next = open[0];
            foreach (SnapshotCursor cursor in open)
            {
                next = cursor.Key.Span.SequenceCompareTo(next.Key.Span) <= 0 ? cursor : next;
            }

            if (next.Value is { } value)
            {
                Want(next.Key.Span, value.Span);
            }

            ReadOnlyMemory<byte> key = next.Key;
            for (int i = open.Count - 1; i >= 0; i--)
            {
                if (open[i].Key.Span.SequenceEqual(key.Span) && !await open[i].NextAsync(cancellationToken).ConfigureAwait(false))
                {
                    open.RemoveAt(i);
                }
            }
        }

        for (; _hasNow; _hasNow = _now.MoveNext())
        {
            draft.Delete(_now.Key);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _now.Dispose();

    /// <summary>The next entry of the wanted state: what the present one has before it goes.</summary>
    private void Want(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        while (_hasNow && _now.Key.SequenceCompareTo(key) < 0)
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
}
