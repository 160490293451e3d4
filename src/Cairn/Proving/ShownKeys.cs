using System.Runtime.InteropServices;
using Cairn.Tree;

namespace Cairn.Proving;

/// <summary>
/// Which entries a pruned tree shows: some keys of the tree, with their value or its hash, and between some of them everything. Keys ascend, each once, and all of them are in the tree.
/// </summary>
internal sealed class ShownKeys
{
    private readonly List<ShownKey> _keys;

    private ShownKeys(bool fromStart, List<ShownKey> keys)
    {
        FromStart = fromStart;
        _keys = keys;
    }

    /// <summary>Whether everything before the first key is shown, too.</summary>
    public bool FromStart { get; }

    /// <summary>How many keys are named.</summary>
    public int Count => _keys.Count;

    /// <summary>A key.</summary>
    public ShownKey this[int index] => _keys[index];

    /// <summary>A half-open range with its values, and the entries at its borders: the last one below it, the first one at or above its end.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="start">The first key.</param>
    /// <param name="end">The key after the last.</param>
    /// <param name="hasEnd">Whether there is one.</param>
    public static ShownKeys Range(ProofTree tree, ReadOnlySpan<byte> start, ReadOnlySpan<byte> end, bool hasEnd)
    {
        using ReaderEpochs.Guard guard = ReaderEpochs.Enter();
        tree.ThrowIfInvalid();
        List<ShownKey> keys = [];
        if (TreePath.Below(tree.Pages, tree.Root, start)?.Key is { } below)
        {
            keys.Add(new ShownKey(below, WithValue: false, ThenAll: true));
        }

        bool fromStart = keys.Count == 0;
        ReadOnlySpan<byte> behind = hasEnd && end.SequenceCompareTo(start) < 0 ? start : end;
        if (hasEnd && TreePath.AtOrAbove(tree.Pages, tree.Root, behind)?.Key is { } above)
        {
            keys.Add(new ShownKey(above, WithValue: false, ThenAll: false));
        }

        return new ShownKeys(fromStart, keys);
    }

    /// <summary>Keys that are asked for: those present with their values, of those absent both neighbours.</summary>
    public static ShownKeys Many(ProofTree tree, IEnumerable<ReadOnlyMemory<byte>> asked, CancellationToken cancellationToken)
    {
        List<ShownKey> keys = [];
        foreach (ReadOnlyMemory<byte> key in asked)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using ReaderEpochs.Guard guard = ReaderEpochs.Enter();
            tree.ThrowIfInvalid();
            if (tree.Root.Reference is null)
            {
                break;
            }

            TreePath path = TreePath.To(tree.Pages, tree.Root, key.Span, out bool isPresent);
            if (isPresent)
            {
                keys.Add(new ShownKey(path.Key, WithValue: true, ThenAll: false));
            }
            else
            {
                Add(keys, path.Before());
                Add(keys, path.AtOrBehind());
            }
        }

        return new ShownKeys(fromStart: false, Distinct(keys));
    }

    /// <summary>The borders of the entries under a prefix: the first and the last, and the ones before and behind, all with the hash of their value.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="prefix">The prefix.</param>
    /// <param name="after">The first key after all keys with the prefix; empty when there is none.</param>
    /// <param name="first">The path to the first entry; null when there is none. To be used before the caller leaves <see cref="ReaderEpochs"/>.</param>
    /// <param name="last">The path to the last entry.</param>
    public static ShownKeys Borders(ProofTree tree, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> after, out TreePath? first, out TreePath? last)
    {
        first = TreePath.AtOrAbove(tree.Pages, tree.Root, prefix);
        TreePath? behind = after.IsEmpty ? null : TreePath.AtOrAbove(tree.Pages, tree.Root, after);
        last = after.IsEmpty ? TreePath.Last(tree.Pages, tree.Root) : TreePath.Below(tree.Pages, tree.Root, after);
        List<ShownKey> keys = [];
        Add(keys, TreePath.Below(tree.Pages, tree.Root, prefix));
        Add(keys, first);
        Add(keys, last);
        Add(keys, behind);
        if (first?.Key.AsSpan().StartsWith(prefix) != true)
        {
            first = null;
        }

        return new ShownKeys(fromStart: false, Distinct(keys));
    }

    private static void Add(List<ShownKey> keys, TreePath? path)
    {
        if (path is not null)
        {
            keys.Add(new ShownKey(path.Key, WithValue: false, ThenAll: false));
        }
    }

    /// <summary>Sorts; a key that is named several times is shown with its value if one of them wants it.</summary>
    private static List<ShownKey> Distinct(List<ShownKey> keys)
    {
        keys.Sort(static (a, b) => a.Key.AsSpan().SequenceCompareTo(b.Key));
        int count = 0;
        foreach (ShownKey key in CollectionsMarshal.AsSpan(keys))
        {
            if (count > 0 && keys[count - 1].Key.AsSpan().SequenceEqual(key.Key))
            {
                keys[count - 1] = key with { WithValue = key.WithValue || keys[count - 1].WithValue };
            }
            else
            {
                keys[count++] = key;
            }
        }

        keys.RemoveRange(count, keys.Count - count);
        return keys;
    }
}

/// <summary>An entry that a pruned tree shows.</summary>
/// <param name="Key">Its key.</param>
/// <param name="WithValue">Whether with its value, or with the hash of it.</param>
/// <param name="ThenAll">Whether everything between it and the next one is shown with values.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ShownKey(byte[] Key, bool WithValue, bool ThenAll);
