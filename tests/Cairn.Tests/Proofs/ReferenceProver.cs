using System.Security.Cryptography;
using Cairn.Proofs;
using Cairn.Tests.Reference;

namespace Cairn.Tests.Proofs;

/// <summary>
/// Makes proofs out of a sorted list of entries, as directly as possible: a recursive partition by the bits of the keys, written down as nodes, then a walk. Judge of everything that proves faster.
/// </summary>
internal sealed class ReferenceProver
{
    private readonly KeyValuePair<byte[], byte[]>[] _entries;
    private readonly Func<byte[], byte[], byte[]> _leafHash;
    private readonly Node? _top;

    /// <summary>Makes the tree.</summary>
    /// <param name="entries">Keys and values, in any order.</param>
    /// <param name="leafHash">How a leaf is hashed; left out, as it should be. Attacks on weaker leaves give their own.</param>
    public ReferenceProver(IEnumerable<KeyValuePair<byte[], byte[]>> entries, Func<byte[], byte[], byte[]>? leafHash = null)
    {
        _leafHash = leafHash ?? ((key, value) => NaiveMerkle.LeafHash(key, value));
        _entries = [.. entries.OrderBy(entry => entry.Key, ByteStringComparer.Instance)];
        _top = _entries.Length == 0 ? null : Build(0, _entries.Length);
    }

    public Hash256 Root => _top?.Hash ?? new Hash256(SHA256.HashData([]));

    public IReadOnlyList<KeyValuePair<byte[], byte[]>> Entries => _entries;

    /// <summary>The existence proof of the entry at a place in the order.</summary>
    public ExistenceProof Exist(ProofSpec spec, int place)
    {
        List<ProofStep> steps = [];
        for (Node node = _top!; node.Left is not null;)
        {
            bool goesLeft = place < node.Right!.From;
            steps.Insert(0, goesLeft ? new ProofStep(node.Right.Hash, IsSiblingLeft: false) : new ProofStep(node.Left.Hash, IsSiblingLeft: true));
            node = goesLeft ? node.Left : node.Right;
        }

        byte[] value = _entries[place].Value;
        return new ExistenceProof(spec, _entries[place].Key, spec.IsByValueHash ? SHA256.HashData(value) : value, [.. steps]);
    }

    /// <summary>What ICS-23 can say about a key of a tree that is not empty.</summary>
    public ProofEntry Prove(ProofSpec spec, byte[] key)
    {
        int place = FirstAtOrAfter(key);
        if (place < _entries.Length && _entries[place].Key.AsSpan().SequenceEqual(key))
        {
            return ProofEntry.Of(Exist(spec, place));
        }

        return ProofEntry.Of(new NonExistenceProof(key, place == 0 ? null : Exist(spec, place - 1), place == _entries.Length ? null : Exist(spec, place)));
    }

    public CommitmentProof ProveOne(ProofSpec spec, byte[] key) =>
        Prove(spec, key) is { Existence: { } existence } ? CommitmentProof.Of(existence) : CommitmentProof.Of(Prove(spec, key).Absence!);

    /// <summary>The entries of [from, to) with values, their neighbours with hashes; a <paramref name="to"/> of null is no bound.</summary>
    public byte[] Range(byte[] from, byte[]? to)
    {
        int first = FirstAtOrAfter(from);
        int end = to is null ? _entries.Length : Math.Max(first, FirstAtOrAfter(to));
        return Pruned(place => place >= first && place < end ? PrunedLeaf.Value : place == first - 1 || (place == end && to is not null) ? PrunedLeaf.Hash : PrunedLeaf.None);
    }

    /// <summary>All entries under a prefix, with values.</summary>
    public byte[] Prefix(byte[] prefix) => Range(prefix, After(prefix));

    /// <summary>Some keys: values of those present, neighbours of those absent.</summary>
    public byte[] Keys(IEnumerable<byte[]> keys)
    {
        PrunedLeaf[] shown = new PrunedLeaf[_entries.Length];
        foreach (byte[] key in keys)
        {
            int place = FirstAtOrAfter(key);
            bool isPresent = place < _entries.Length && _entries[place].Key.AsSpan().SequenceEqual(key);
            Show(place, isPresent ? PrunedLeaf.Value : PrunedLeaf.Hash);
            Show(place - 1, isPresent ? PrunedLeaf.None : PrunedLeaf.Hash);
        }

        return Pruned(place => shown[place]);

        void Show(int place, PrunedLeaf leaf)
        {
            if (place >= 0 && place < shown.Length && shown[place] < leaf)
            {
                shown[place] = leaf;
            }
        }
    }

    /// <summary>The first and last entry under a prefix and their outer neighbours, all with hashes: what covers a namespace.</summary>
    public byte[] Cover(byte[] prefix)
    {
        int first = FirstAtOrAfter(prefix);
        int end = After(prefix) is { } after ? FirstAtOrAfter(after) : _entries.Length;
        return Pruned(place => place == first - 1 || place == first || place == end - 1 || place == end ? PrunedLeaf.Hash : PrunedLeaf.None);
    }

    /// <summary>The hash of the highest node all of whose keys begin with a prefix; null when there is none.</summary>
    public Hash256? NamespaceRoot(byte[] prefix)
    {
        KeyValuePair<byte[], byte[]>[] below = [.. _entries.Where(entry => entry.Key.AsSpan().StartsWith(prefix))];
        return below.Length == 0 ? null : new ReferenceProver(below).Root;
    }

    /// <summary>A pruned tree with the leaves that are wanted and the fewest stubs.</summary>
    public byte[] Pruned(Func<int, PrunedLeaf> wanted)
    {
        PrunedTreeWriter writer = new();
        int[] shown = [.. Enumerable.Range(0, _entries.Length).Where(place => wanted(place) != PrunedLeaf.None)];
        if (_top is not null)
        {
            Write(_top);
        }

        return writer.ToArray();

        void Write(Node node)
        {
            int next = Array.BinarySearch(shown, node.From);
            next = next < 0 ? ~next : next;
            if (next == shown.Length || shown[next] >= node.To)
            {
                writer.Stub(node.Hash);
            }
            else if (node.Left is not null)
            {
                writer.Inner();
                Write(node.Left);
                Write(node.Right!);
            }
            else if (wanted(node.From) == PrunedLeaf.Value)
            {
                writer.Leaf(_entries[node.From].Key, _entries[node.From].Value.AsSpan());
            }
            else
            {
                writer.Leaf(_entries[node.From].Key, new Hash256(SHA256.HashData(_entries[node.From].Value)));
            }
        }
    }

    /// <summary>The first key after all that begin with a prefix; null when there is none.</summary>
    public static byte[]? After(byte[] prefix)
    {
        byte[] after = [.. prefix.AsSpan().TrimEnd((byte)0xff)];
        if (after.Length == 0)
        {
            return null;
        }

        after[^1]++;
        return after;
    }

    public int FirstAtOrAfter(byte[] key) => _entries.TakeWhile(entry => entry.Key.AsSpan().SequenceCompareTo(key) < 0).Count();

    private Node Build(int from, int to)
    {
        if (to - from == 1)
        {
            return new Node(from, to, new Hash256(_leafHash(_entries[from].Key, _entries[from].Value)), Left: null, Right: null);
        }

        int index = NaiveMerkle.FirstDifferingIndex(_entries[from].Key, _entries[to - 1].Key);
        int middle = Enumerable.Range(from, to - from).First(place => NaiveMerkle.CodeBit(_entries[place].Key, index) == 1);
        Node left = Build(from, middle);
        Node right = Build(middle, to);
        return new Node(from, to, new Hash256(NaiveMerkle.InnerHash(left.Hash.ToArray(), right.Hash.ToArray())), left, right);
    }

    /// <summary>A node over the entries at the places [From, To).</summary>
    private sealed record Node(int From, int To, Hash256 Hash, Node? Left, Node? Right);
}

/// <summary>How much of an entry a pruned tree shows.</summary>
internal enum PrunedLeaf
{
    None,
    Hash,
    Value,
}
