using Cairn.Format;
using Cairn.Hashing;

namespace Cairn.Tree;

/// <summary>
/// The keys in which two state trees differ, found by descending both at once: subtrees with the same hash are passed over, however the pages of the two trees are cut. What is read is in proportion to the differences.
/// </summary>
/// <remarks>
/// Both trees are critbit trees, so two subtrees either have no key in common, or one lies within a side of the other, or both split at the same bit. Pages are copied into nodes as they are met; nothing of a page is held from one step to the
/// next, only the way to it. Used by one thread.
/// </remarks>
internal sealed class TreeDifference
{
    private readonly Source _one;
    private readonly Source _other;

    /// <summary>Prepares the comparison of two trees, which the caller keeps pinned.</summary>
    public TreeDifference(PageCache pages, in TreeRoot one, PageCache otherPages, in TreeRoot other)
    {
        _one = new Source(pages, one);
        _other = new Source(otherPages, other);
    }

    /// <summary>How many pages were looked at so far.</summary>
    public long PagesRead => _one.PagesRead + _other.PagesRead;

    /// <summary>The keys that only one of the trees has, or that have other values, ascending.</summary>
    public IEnumerable<byte[]> Keys()
    {
        Stack<(Node? One, Node? Other)> todo = new();
        todo.Push((_one.Root(), _other.Root()));
        while (todo.TryPop(out (Node? One, Node? Other) pair))
        {
            if (pair.One is { } one && pair.Other is { } other)
            {
                if (one.Hash != other.Hash)
                {
                    foreach (byte[] key in Both(one, other, todo))
                    {
                        yield return key;
                    }
                }
            }
            else if ((pair.One ?? pair.Other) is { } single)
            {
                if (single.IsLeaf)
                {
                    yield return single.Key;
                    continue;
                }

                (Node left, Node right) = (pair.One is null ? _other : _one).Split(single);
                todo.Push(pair.One is null ? (null, right) : (right, null));
                todo.Push(pair.One is null ? (null, left) : (left, null));
            }
        }
    }

    /// <summary>Takes a pair of subtrees apart: gives the key when both are the same one, and puts on the stack what is left to look at.</summary>
    private IEnumerable<byte[]> Both(Node one, Node other, Stack<(Node? One, Node? Other)> todo)
    {
        int top = Math.Min(one.TopIndex, other.TopIndex);
        int difference = KeyBits.FirstDifference(one.Key, other.Key);
        if (difference != KeyBits.None && difference < top)
        {
            // No key in common: one of them comes first as a whole.
            bool isOneFirst = KeyBits.Bit(one.Key, difference) == 0;
            todo.Push(isOneFirst ? (null, other) : (one, null));
            todo.Push(isOneFirst ? (one, null) : (null, other));
            return [];
        }

        if (one.IsLeaf && other.IsLeaf)
        {
            return [one.Key];
        }

        if (one.TopIndex == other.TopIndex)
        {
            (Node left, Node right) = _one.Split(one);
            (Node otherLeft, Node otherRight) = _other.Split(other);
            todo.Push((right, otherRight));
            todo.Push((left, otherLeft));
        }
        else if (one.TopIndex < other.TopIndex)
        {
            (Node left, Node right) = _one.Split(one);
            bool isRight = KeyBits.Bit(other.Key, top) == 1;
            todo.Push((right, isRight ? other : null));
            todo.Push((left, isRight ? null : other));
        }
        else
        {
            (Node left, Node right) = _other.Split(other);
            bool isRight = KeyBits.Bit(one.Key, top) == 1;
            todo.Push((isRight ? one : null, right));
            todo.Push((isRight ? null : one, left));
        }

        return [];
    }

    /// <summary>A subtree.</summary>
    /// <param name="Hash">Its hash.</param>
    /// <param name="TopIndex">The first bit in which its keys differ; the greatest number for a leaf.</param>
    /// <param name="Key">The key of a leaf; else one that agrees with those of the subtree in the bits before the top index.</param>
    private sealed record Node(Hash256 Hash, int TopIndex, byte[] Key)
    {
        public const int LeafIndex = int.MaxValue;

        public bool IsLeaf => TopIndex == LeafIndex;

        public Node? Left { get; init; }

        public Node? Right { get; init; }

        /// <summary>The way to the page that the subtree is, as indexes of children; null where the sides are known.</summary>
        public int[]? Page { get; init; }
    }

    /// <summary>One of the trees.</summary>
    private sealed class Source(PageCache pages, TreeRoot root)
    {
        public long PagesRead { get; private set; }

        public Node? Root() => root.Reference is null ? null : Load([]);

        public (Node Left, Node Right) Split(Node node)
        {
            Node known = node.Page is { } path ? Load(path) : node;
            return (known.Left!, known.Right!);
        }

        private Node Load(int[] path)
        {
            using ReaderEpochs.Guard guard = ReaderEpochs.Enter();
            Page page = pages.Get(root.Reference!);
            foreach (int child in path)
            {
                page = pages.Get(page.Children[child]);
            }

            PagesRead++;
            return page.Count == 1 ? Item(page, 0, path) : Inner(page, page.TrieRoot, path);
        }

        private Node Inner(Page page, int node, int[] path)
        {
            Node left = Child(page, page.TrieChild(node, right: false), path);
            Node right = Child(page, page.TrieChild(node, right: true), path);
            return new Node(CommitmentHash.Inner(left.Hash, right.Hash), page.Gap(node), left.Key) { Left = left, Right = right };
        }

        private Node Child(Page page, int child, int[] path) =>
            child >= TrieNodeLayout.ItemFlag ? Item(page, child & ~TrieNodeLayout.ItemFlag, path) : Inner(page, child, path);

        private Node Item(Page page, int item, int[] path)
        {
            byte[] key = new byte[page.KeyBytes(item)];
            page.CopyKey(item, key);
            if (page.IsStub(item))
            {
                return new Node(page.StubHash(item), page.StubTopIndex(item), key) { Page = [.. path, page.StubOrdinal(item)] };
            }

            Hash256 value = page.IsBlob(item) ? page.Blob(item).Hash : CommitmentHash.Value(page.InlineValue(item));
            return new Node(CommitmentHash.Leaf(CommitmentHash.Value(key), value), Node.LeafIndex, key);
        }
    }
}
