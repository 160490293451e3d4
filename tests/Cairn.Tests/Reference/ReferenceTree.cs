using System.Collections.Immutable;

namespace Cairn.Tests.Reference;

/// <summary>An entry of the reference: the value, when it last changed, and its leaf hash, computed once.</summary>
internal sealed class ReferenceEntry(byte[] key, byte[] value, BlockHeight height)
{
    private byte[]? _leafHash;

    public byte[] Value { get; } = value;

    public BlockHeight Height { get; } = height;

    public byte[] LeafHash => _leafHash ??= NaiveMerkle.LeafHash(key, Value);
}

/// <summary>
/// One tree of the reference at one height: an immutable sorted map, so that every version stays readable for ever. Questions are answered from a sorted
/// array made on demand.
/// </summary>
internal sealed class ReferenceTree
{
    private readonly ImmutableSortedDictionary<byte[], ReferenceEntry> _entries;
    private readonly Lazy<KeyValuePair<byte[], ReferenceEntry>[]> _sorted;
    private readonly Lazy<ulong[]> _bytesBefore;
    private readonly Lazy<Hash256> _root;

    private ReferenceTree(ImmutableSortedDictionary<byte[], ReferenceEntry> entries)
    {
        _entries = entries;
        _sorted = new(() => [.. _entries]);
        _bytesBefore = new(BytesBefore);
        _root = new(() => NaiveMerkle.RootOfLeaves([.. Sorted.Select(entry => KeyValuePair.Create(entry.Key, entry.Value.LeafHash))]));
    }

    public static ReferenceTree Empty { get; } = new(ImmutableSortedDictionary.Create<byte[], ReferenceEntry>(ByteStringComparer.Instance));

    /// <summary>The entries in the order of their keys.</summary>
    public KeyValuePair<byte[], ReferenceEntry>[] Sorted => _sorted.Value;

    public Hash256 Root => _root.Value;

    public TreeTotals Totals => TotalsOf([]);

    public ReferenceEntry? Find(byte[] key) => _entries.GetValueOrDefault(key);

    /// <summary>The tree with the entry, as seen by a block built on <paramref name="parent"/>: what equals the parent's entry is no change.</summary>
    public ReferenceTree Put(byte[] key, byte[] value, BlockHeight height, ReferenceTree parent)
    {
        ReferenceEntry? before = parent.Find(key);
        ReferenceEntry after = before is not null && before.Value.AsSpan().SequenceEqual(value) ? before : new ReferenceEntry(key, value, height);
        return new ReferenceTree(_entries.SetItem(key, after));
    }

    public ReferenceTree Delete(byte[] key) => _entries.ContainsKey(key) ? new ReferenceTree(_entries.Remove(key)) : this;

    /// <summary>How many keys differ between two trees.</summary>
    public int ChangesSince(ReferenceTree parent) =>
        ReferenceEquals(this, parent) ? 0 : Sorted.Count(entry => !ReferenceEquals(parent.Find(entry.Key), entry.Value)) + parent.Sorted.Count(entry => !_entries.ContainsKey(entry.Key));

    /// <summary>The entries with start &lt;= key &lt; end; an empty end is no bound.</summary>
    public IEnumerable<KeyValuePair<byte[], ReferenceEntry>> Range(byte[] start, byte[] end, long limit = long.MaxValue, bool reverse = false) =>
        Part(FirstAtOrAfter(start), end.Length == 0 ? Sorted.Length : FirstAtOrAfter(end), limit, reverse);

    /// <summary>The entries whose keys begin with the prefix.</summary>
    public IEnumerable<KeyValuePair<byte[], ReferenceEntry>> Prefix(byte[] prefix, long limit = long.MaxValue, bool reverse = false) =>
        Part(FirstAtOrAfter(prefix), EndOfPrefix(prefix), limit, reverse);

    public TreeTotals TotalsOf(byte[] prefix)
    {
        int from = FirstAtOrAfter(prefix);
        int to = EndOfPrefix(prefix);
        return new TreeTotals((ulong)(to - from), _bytesBefore.Value[to] - _bytesBefore.Value[from]);
    }

    private IEnumerable<KeyValuePair<byte[], ReferenceEntry>> Part(int from, int to, long limit, bool reverse)
    {
        for (long i = 0; i < Math.Min(limit, to - from); i++)
        {
            yield return Sorted[reverse ? to - 1 - i : from + i];
        }
    }

    private int FirstAtOrAfter(byte[] key) => FirstWhere(candidate => candidate.AsSpan().SequenceCompareTo(key) >= 0);

    private int EndOfPrefix(byte[] prefix) => FirstWhere(candidate => candidate.AsSpan().SequenceCompareTo(prefix) > 0 && !candidate.AsSpan().StartsWith(prefix));

    /// <summary>The first place whose key satisfies a condition that all keys after it satisfy too.</summary>
    private int FirstWhere(Predicate<byte[]> holds)
    {
        int low = 0;
        for (int high = Sorted.Length; low < high;)
        {
            int middle = (low + high) / 2;
            (low, high) = holds(Sorted[middle].Key) ? (low, middle) : (middle + 1, high);
        }

        return low;
    }

    private ulong[] BytesBefore()
    {
        ulong[] sums = new ulong[Sorted.Length + 1];
        for (int i = 0; i < Sorted.Length; i++)
        {
            sums[i + 1] = sums[i] + (ulong)(Sorted[i].Key.Length + Sorted[i].Value.Value.Length);
        }

        return sums;
    }
}
