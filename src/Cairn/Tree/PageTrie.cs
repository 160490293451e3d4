using System.Buffers.Binary;

namespace Cairn.Tree;

/// <summary>Makes the trie of a page: the Cartesian tree of the gaps between its items, the smallest on top.</summary>
internal static class PageTrie
{
    /// <summary>Builds the trie over the gaps in one pass with a stack: a comb is as deep as it has items, so nothing recurses.</summary>
    /// <param name="gaps">The gaps, one less than the page has items.</param>
    /// <param name="nodes">Takes the nodes.</param>
    /// <param name="order">Takes an order in which children come before parents.</param>
    /// <returns>The topmost node; <see cref="TrieNodeLayout.NoNode"/> where there is none.</returns>
    public static int Build(ReadOnlySpan<ushort> gaps, Span<byte> nodes, Span<byte> order)
    {
        if (gaps.IsEmpty)
        {
            return TrieNodeLayout.NoNode;
        }

        Span<byte> stack = stackalloc byte[PageLimits.MaxItems];
        int depth = 0;
        int ordered = 0;
        for (int node = 0; node < gaps.Length; node++)
        {
            int gap = gaps[node];
            int left = node | TrieNodeLayout.ItemFlag;
            while (depth > 0 && gaps[stack[depth - 1]] > gap)
            {
                left = stack[--depth];
                order[ordered++] = (byte)left;
            }

            Span<byte> fields = nodes[(node * TrieNodeLayout.SizeBytes)..];
            BinaryPrimitives.WriteUInt16LittleEndian(fields, (ushort)gap);
            fields[TrieNodeLayout.LeftOffset] = (byte)left;
            fields[TrieNodeLayout.RightOffset] = (byte)((node + 1) | TrieNodeLayout.ItemFlag);
            if (depth > 0)
            {
                nodes[(stack[depth - 1] * TrieNodeLayout.SizeBytes) + TrieNodeLayout.RightOffset] = (byte)node;
            }

            stack[depth++] = (byte)node;
        }

        while (depth > 0)
        {
            order[ordered++] = stack[--depth];
        }

        return stack[0];
    }
}
