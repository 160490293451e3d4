using System.Collections;

namespace Cairn.Proofs;

/// <summary>The entries that a pruned tree proves to be all of a range, in the order of their keys. Keys are built as they are enumerated. Thread-safe.</summary>
public sealed class PrunedEntryCollection : IReadOnlyCollection<KeyValuePair<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>>>
{
    private readonly PrunedTree _tree;
    private readonly int _first;
    private readonly int _behind;

    internal PrunedEntryCollection(PrunedTree tree, int first, int behind)
    {
        _tree = tree;
        _first = first;
        _behind = behind;
    }

    /// <summary>How many entries there are.</summary>
    public int Count => Math.Max(0, _behind - _first);

    /// <summary>Enumerates keys and values. They stay valid.</summary>
    public IEnumerator<KeyValuePair<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>>> GetEnumerator()
    {
        byte[] key = [];
        for (int place = _first; place < _behind; place++)
        {
            key = place == _first ? _tree.KeyAt(place) : _tree.KeyAfter(place, key);
            yield return new(key, _tree.ValueAt(place));
        }
    }

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
