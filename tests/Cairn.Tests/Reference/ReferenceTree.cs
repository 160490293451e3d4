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

/// <summary>One tree of the reference at one height: an immutable sorted map, so that every version stays readable for ever.</summary>
internal sealed class ReferenceTree
{
    private readonly ImmutableSortedDictionary<byte[], ReferenceEntry> _entries;
    private readonly Lazy<Hash256> _root;

    private ReferenceTree(ImmutableSortedDictionary<byte[], ReferenceEntry> entries)
    {
        _entries = entries;
        _root = new Lazy<Hash256>(() => NaiveMerkle.RootOfLeaves([.. _entries.Select(entry => KeyValuePair.Create(entry.Key, entry.Value.LeafHash))]));
    }

    public static ReferenceTree Empty { get; } = new(ImmutableSortedDictionary.Create<byte[], ReferenceEntry>(ByteStringComparer.Instance));

    public IEnumerable<byte[]> Keys => _entries.Keys;

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
        _entries.Count(entry => !ReferenceEquals(parent.Find(entry.Key), entry.Value)) + parent._entries.Keys.Count(key => !_entries.ContainsKey(key));

    /// <summary>The entries with start &lt;= key &lt; end; an empty end is no bound.</summary>
    public IEnumerable<KeyValuePair<byte[], ReferenceEntry>> Range(byte[] start, byte[] end, long limit = long.MaxValue, bool reverse = false) =>
        Take(_entries.Where(entry => entry.Key.AsSpan().SequenceCompareTo(start) >= 0 && (end.Length == 0 || entry.Key.AsSpan().SequenceCompareTo(end) < 0)), limit, reverse);

    /// <summary>The entries whose keys begin with the prefix.</summary>
    public IEnumerable<KeyValuePair<byte[], ReferenceEntry>> Prefix(byte[] prefix, long limit = long.MaxValue, bool reverse = false) =>
        Take(_entries.Where(entry => entry.Key.AsSpan().StartsWith(prefix)), limit, reverse);

    public TreeTotals TotalsOf(byte[] prefix) => Prefix(prefix).Aggregate(
        default(TreeTotals),
        (sum, entry) => sum + new TreeTotals(1, (ulong)(entry.Key.Length + entry.Value.Value.Length)));

    private static IEnumerable<KeyValuePair<byte[], ReferenceEntry>> Take(IEnumerable<KeyValuePair<byte[], ReferenceEntry>> entries, long limit, bool reverse) =>
        (reverse ? entries.Reverse() : entries).Take((int)Math.Min(limit, int.MaxValue));
}
