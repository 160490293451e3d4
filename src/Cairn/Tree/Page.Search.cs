using Cairn.Format;

namespace Cairn.Tree;

/// <summary>Where a key is, or would be, in a page.</summary>
internal enum SearchOutcome
{
    /// <summary>An entry has the key.</summary>
    Found,

    /// <summary>The key belongs to the page of a stub.</summary>
    Child,

    /// <summary>The key is absent and its place is between two items.</summary>
    Absent,
}

/// <summary>What a search found.</summary>
/// <param name="Outcome">Which case it is.</param>
/// <param name="Index">The item; for an absent key, the item it would be put before.</param>
/// <param name="LeftGap">Absent: the first difference from the item before its place; <see cref="KeyBits.None"/> without one.</param>
/// <param name="RightGap">Absent: the first difference from the item after its place; <see cref="KeyBits.None"/> without one.</param>
internal readonly record struct SearchResult(SearchOutcome Outcome, int Index, int LeftGap, int RightGap);

internal sealed partial class Page
{
    /// <summary>Follows the trie by the bits of a key to the one item that can have it.</summary>
    public int Candidate(ReadOnlySpan<byte> key)
    {
        if (Count == 1)
        {
            return 0;
        }

        ReadOnlySpan<byte> trie = _memory.Span.Slice(_trieOffset, (Count - 1) * TrieNodeLayout.SizeBytes);
        int node = TrieRoot;
        do
        {
            int at = node * TrieNodeLayout.SizeBytes;
            int index = trie[at] | (trie[at + 1] << 8);
            node = trie[at + TrieNodeLayout.LeftOffset + KeyBits.Bit(key, index)];
        }
        while (node < TrieNodeLayout.ItemFlag);
        return node & ~TrieNodeLayout.ItemFlag;
    }

    /// <summary>Decides a look-up: the entry or stub that has the key.</summary>
    /// <returns>False when the key is absent.</returns>
    public bool Find(ReadOnlySpan<byte> key, out int item)
    {
        item = Candidate(key);
        if (IsStub(item))
        {
            return Difference(item, key) == KeyBits.None;
        }

        ReadOnlySpan<byte> suffix = Suffix(item);
        return key.Length == PrefixBytes + suffix.Length && key.StartsWith(Prefix) && key[PrefixBytes..].SequenceEqual(suffix);
    }

    /// <summary>Finds a key or its place.</summary>
    public SearchResult Search(ReadOnlySpan<byte> key)
    {
        int item = Candidate(key);
        int difference = Difference(item, key);
        if (difference == KeyBits.None)
        {
            return new SearchResult(IsStub(item) ? SearchOutcome.Child : SearchOutcome.Found, item, KeyBits.None, KeyBits.None);
        }

        // The candidate is only some key on the right path: the key's place is before or after the whole run of items that agree with the candidate beyond the difference.
        int left = item;
        int right = item;
        while (left > 0 && Gap(left - 1) > difference)
        {
            left--;
        }

        while (right < Count - 1 && Gap(right) > difference)
        {
            right++;
        }

        return KeyBits.Bit(key, difference) == 0
            ? new SearchResult(SearchOutcome.Absent, left, left > 0 ? Gap(left - 1) : KeyBits.None, difference)
            : new SearchResult(SearchOutcome.Absent, right + 1, difference, right < Count - 1 ? Gap(right) : KeyBits.None);
    }

    /// <summary>The first difference of an item and a key; for a stub, only one before its top index counts: without it the key belongs to the child.</summary>
    public int Difference(int item, ReadOnlySpan<byte> key)
    {
        ReadOnlySpan<byte> prefix = Prefix;
        int common = key.CommonPrefixLength(prefix);
        if (common < prefix.Length)
        {
            return common == key.Length ? common << KeyBits.ByteShift : KeyBits.OfBytes(common, key[common], prefix[common]);
        }

        ReadOnlySpan<byte> suffix = Suffix(item);
        ReadOnlySpan<byte> rest = key[prefix.Length..];
        common = rest.CommonPrefixLength(suffix);
        if (!IsStub(item))
        {
            return common == suffix.Length || common == rest.Length
                ? (suffix.Length == rest.Length ? KeyBits.None : (prefix.Length + common) << KeyBits.ByteShift)
                : KeyBits.OfBytes(prefix.Length + common, rest[common], suffix[common]);
        }

        if (common == suffix.Length)
        {
            return KeyBits.None;
        }

        int difference = common == rest.Length
            ? (prefix.Length + common) << KeyBits.ByteShift
            : KeyBits.OfBytes(prefix.Length + common, rest[common], suffix[common]);
        return difference < StubTopIndex(item) ? difference : KeyBits.None;
    }
}
