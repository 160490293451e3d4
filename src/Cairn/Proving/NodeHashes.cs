using Cairn.Hashing;
using Cairn.Tree;

namespace Cairn.Proving;

/// <summary>
/// The hashes of the nodes inside a page. A page made in this process has all of them; one that was read has those that were stored with it, and what lies below is hashed again here, entries included.
/// </summary>
internal static class NodeHashes
{
    /// <summary>The hash of what a child of a trie node stands for. The caller is inside <see cref="ReaderEpochs"/>. Recurses at most as deep as a page has items.</summary>
    /// <param name="page">A page of a state tree.</param>
    /// <param name="child">A node, or an item with <see cref="TrieNodeLayout.ItemFlag"/>.</param>
    public static Hash256 Of(Page page, int child)
    {
        if ((child & TrieNodeLayout.ItemFlag) == 0)
        {
            return ((page.HashValid >> child) & 1) != 0
                ? new Hash256(page.NodeHash(child))
                : CommitmentHash.Inner(Of(page, page.TrieChild(child, right: false)), Of(page, page.TrieChild(child, right: true)));
        }

        int item = child & ~TrieNodeLayout.ItemFlag;
        if (page.IsStub(item))
        {
            return page.StubHash(item);
        }

        Span<byte> key = stackalloc byte[StateLimits.MaxKeyBytes];
        return CommitmentHash.Leaf(CommitmentHash.Value(key[..page.CopyKey(item, key)]), OfValue(page, item));
    }

    /// <summary>The SHA-256 of the value of an entry; of a blob without reading it.</summary>
    public static Hash256 OfValue(Page page, int item) => page.IsBlob(item) ? page.Blob(item).Hash : CommitmentHash.Value(page.InlineValue(item));
}
