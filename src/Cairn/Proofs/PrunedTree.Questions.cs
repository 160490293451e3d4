using System.Diagnostics.CodeAnalysis;
using Cairn.Format;

namespace Cairn.Proofs;

public sealed partial class PrunedTree
{
    /// <summary>Says what is proved about a key.</summary>
    /// <param name="key">The key; may be empty.</param>
    public ProvedKey Find(ReadOnlySpan<byte> key) => Find(key, out _, out _);

    /// <summary>Says what is proved about a key, and its value.</summary>
    /// <param name="key">The key; may be empty.</param>
    /// <param name="value">The value when it is shown, else empty. Valid as long as this object.</param>
    /// <param name="valueHash">The SHA-256 of the value of a key that is present, else null.</param>
    public ProvedKey Find(ReadOnlySpan<byte> key, out ReadOnlyMemory<byte> value, out Hash256? valueHash)
    {
        Cursor cursor = new(this, stackalloc byte[StateLimits.MaxKeyBytes]);
        int before = cursor.Seek(key);
        value = default;
        valueHash = null;
        if (cursor.IsAtEnd || !cursor.Key.SequenceEqual(key))
        {
            // Absent between two leaves that follow each other; the ends of the tree count as leaves.
            return cursor.Place == before + 1 ? ProvedKey.Absent : ProvedKey.Unknown;
        }

        PrunedTerminal leaf = _terminals[cursor.Place];
        valueHash = ValueHash(_bytes, leaf);
        if (leaf.Code != PrunedCode.LeafWithValue)
        {
            return ProvedKey.PresentByHash;
        }

        value = _bytes.AsMemory(leaf.DataOffset, leaf.DataBytes);
        return ProvedKey.Present;
    }

    /// <summary>Gives the entries of a range, when all of them are shown with their values.</summary>
    /// <param name="start">The first key that counts; empty: from the beginning.</param>
    /// <param name="end">The first key that does not count any more; empty: to the end.</param>
    /// <param name="entries">All entries of the range, in order.</param>
    /// <returns>False when the tree does not show that nothing is left out, or a value.</returns>
    public bool TryRange(ReadOnlySpan<byte> start, ReadOnlySpan<byte> end, [NotNullWhen(true)] out PrunedEntryCollection? entries)
    {
        if (!end.IsEmpty && start.SequenceCompareTo(end) >= 0)
        {
            entries = new PrunedEntryCollection(this, 0, 0); // no key is in such a range
            return true;
        }

        Cursor cursor = new(this, stackalloc byte[StateLimits.MaxKeyBytes]);
        int first = cursor.Seek(start) + 1;
        int behind = _terminals.Length;
        if (!end.IsEmpty)
        {
            cursor.Seek(end);
            behind = cursor.Place;
        }

        entries = CountValues(first) >= behind - first ? new PrunedEntryCollection(this, first, behind) : null;
        return entries is not null;
    }

    /// <summary>Gives the entries whose keys begin with a prefix, when all of them are shown with their values.</summary>
    /// <param name="prefix">The prefix; the empty one: all entries.</param>
    /// <param name="entries">All entries under the prefix, in order.</param>
    /// <returns>False when the tree does not show that nothing is left out, or a value.</returns>
    public bool TryPrefix(ReadOnlySpan<byte> prefix, [NotNullWhen(true)] out PrunedEntryCollection? entries)
    {
        byte[] end = new byte[prefix.Length];
        return TryRange(prefix, end.AsSpan(0, KeyRange.After(prefix, end)), out entries);
    }

    /// <summary>Gives what follows a key without a gap: a chunk of a state that is transferred piece by piece.</summary>
    /// <param name="start">Where the chunk begins; empty: at the beginning.</param>
    /// <param name="entries">All entries from there up to the end of the chunk.</param>
    /// <param name="next">Where the next chunk begins; null when nothing follows.</param>
    /// <returns>False when the tree shows nothing from there on.</returns>
    public bool TryChunk(ReadOnlySpan<byte> start, [NotNullWhen(true)] out PrunedEntryCollection? entries, out byte[]? next)
    {
        Cursor cursor = new(this, stackalloc byte[StateLimits.MaxKeyBytes]);
        int first = cursor.Seek(start) + 1;
        int behind = first + CountValues(first);
        entries = new PrunedEntryCollection(this, first, behind);
        next = behind == _terminals.Length ? null : _terminals[behind].IsShown ? KeyAt(behind) : behind == first ? [] : [.. KeyAt(behind - 1), 0];
        if (next is null || (behind > first || next.AsSpan().SequenceCompareTo(start) > 0))
        {
            return true;
        }

        entries = null;
        return false;
    }

    /// <summary>Gives the highest node all of whose keys begin with a prefix, when the tree shows that it covers the whole prefix: the first and last leaf under it, and their outer neighbours.</summary>
    /// <param name="prefix">The prefix; it should end in a separator or have a fixed length.</param>
    /// <param name="node">The node; null when no key begins with the prefix.</param>
    /// <returns>False when the tree does not show enough.</returns>
    public bool TryNamespace(ReadOnlySpan<byte> prefix, out NamespaceNode? node)
    {
        node = null;
        Span<byte> buffer = stackalloc byte[StateLimits.MaxKeyBytes];
        Cursor cursor = new(this, buffer);
        int before = cursor.Seek(prefix);
        int first = cursor.Place;
        if (first != before + 1)
        {
            return false;
        }

        if (cursor.IsAtEnd || !cursor.Key.StartsWith(prefix))
        {
            return true;
        }

        byte[] end = new byte[prefix.Length];
        int endBytes = KeyRange.After(prefix, end);
        int last = endBytes == 0 ? LastLeaf() : cursor.Seek(end.AsSpan(0, endBytes));
        if (last != (endBytes == 0 ? _terminals.Length : cursor.Place) - 1)
        {
            return false;
        }

        PrunedParser.Parse(_bytes, buffer, out PrunedParser parsed, (first, last));
        node = parsed.Node;
        return node is not null;
    }

    internal byte[] KeyAt(int place)
    {
        int restart = _restarts.BinarySearch(new Restart(place, []), Comparer<Restart>.Create(static (a, b) => a.Place.CompareTo(b.Place)));
        Cursor cursor = new(this, stackalloc byte[StateLimits.MaxKeyBytes]);
        cursor.MoveTo(_restarts[restart < 0 ? ~restart - 1 : restart]);
        while (cursor.Place < place)
        {
            cursor.MoveNext();
        }

        return cursor.Key.ToArray();
    }

    /// <summary>The key of a leaf, given the key of the leaf shown before it.</summary>
    internal byte[] KeyAfter(int place, ReadOnlySpan<byte> before)
    {
        PrunedTerminal leaf = _terminals[place];
        return [.. before[..leaf.Shared], .. _bytes.AsSpan(leaf.RestOffset, leaf.RestBytes)];
    }

    internal ReadOnlyMemory<byte> ValueAt(int place) => _bytes.AsMemory(_terminals[place].DataOffset, _terminals[place].DataBytes);

    /// <summary>How many leaves with values follow each other from a place on.</summary>
    private int CountValues(int from)
    {
        int place = from;
        while (place < _terminals.Length && _terminals[place].Code == PrunedCode.LeafWithValue)
        {
            place++;
        }

        return place - from;
    }

    private int LastLeaf() => Array.FindLastIndex(_terminals, static terminal => terminal.IsShown);
}
