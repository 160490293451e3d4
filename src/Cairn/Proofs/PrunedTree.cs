using Cairn.Hashing;

namespace Cairn.Proofs;

/// <summary>
/// A part of the state, verified against a root: single keys, complete ranges, absences, the roots of namespaces. Made by <see cref="Verify"/> alone, so that having one is the proof. Immutable and thread-safe;
/// it owns its bytes. What it does not show it says it does not know.
/// </summary>
public sealed partial class PrunedTree
{
    private const int LeavesPerRestart = 16;

    private readonly byte[] _bytes;
    private readonly PrunedTerminal[] _terminals;

    /// <summary>Every so many leaves the whole key, so that a key is found without building all before it.</summary>
    private readonly List<Restart> _restarts = [];

    private PrunedTree(byte[] bytes, PrunedTerminal[] terminals, Hash256 root, int depth)
    {
        _bytes = bytes;
        _terminals = terminals;
        Root = root;
        Depth = depth;
        MakeRestarts();
    }

    /// <summary>The root it was checked against.</summary>
    public Hash256 Root { get; }

    /// <summary>The depth of the deepest node it shows.</summary>
    public int Depth { get; }

    /// <summary>How many leaves it shows, with or without value.</summary>
    public int LeafCount { get; private set; }

    /// <summary>How many subtrees it shows as a hash only.</summary>
    public int StubCount => _terminals.Length - LeafCount;

    /// <summary>Checks the bytes of a pruned tree against a root.</summary>
    /// <param name="root">The state root; of a namespace, its root.</param>
    /// <param name="proof">The bytes, any bytes. They are copied.</param>
    /// <param name="tree">The tree, to be asked; null unless it is verified.</param>
    /// <returns>Verified, or the first reason to refuse. Never an exception; time and memory are linear in the bytes.</returns>
    public static ProofResult Verify(Hash256 root, ReadOnlySpan<byte> proof, out PrunedTree? tree)
    {
        tree = null;
        ProofOutcome outcome = PrunedParser.Parse(proof, stackalloc byte[StateLimits.MaxKeyBytes], out PrunedParser parsed);
        if (outcome == ProofOutcome.Verified && parsed.Root != root)
        {
            outcome = ProofOutcome.WrongRoot;
        }

        if (outcome != ProofOutcome.Verified)
        {
            return ProofResult.Refuse(outcome, parsed.Depth);
        }

        tree = new PrunedTree(proof.ToArray(), parsed.Terminals, root, parsed.Depth);
        return ProofResult.Verify(parsed.Depth);
    }

    /// <summary>The hash of a leaf.</summary>
    internal static Hash256 LeafHash(ReadOnlySpan<byte> bytes, PrunedTerminal leaf, ReadOnlySpan<byte> key) => CommitmentHash.Leaf(CommitmentHash.Value(key), ValueHash(bytes, leaf));

    private static Hash256 ValueHash(ReadOnlySpan<byte> bytes, PrunedTerminal leaf)
    {
        ReadOnlySpan<byte> data = bytes.Slice(leaf.DataOffset, leaf.DataBytes);
        return leaf.Code == PrunedCode.LeafWithValue ? CommitmentHash.Value(data) : new Hash256(data);
    }

    private void MakeRestarts()
    {
        LeafCount = 0;
        for (Cursor cursor = new(this, stackalloc byte[StateLimits.MaxKeyBytes]); cursor.MoveNext(); LeafCount++)
        {
            if (LeafCount % LeavesPerRestart == 0)
            {
                _restarts.Add(new Restart(cursor.Place, cursor.Key.ToArray()));
            }
        }
    }

    private readonly record struct Restart(int Place, byte[] Key);

    /// <summary>Goes through the leaves in order and builds their keys.</summary>
    private ref struct Cursor(PrunedTree tree, Span<byte> buffer)
    {
        private readonly Span<byte> _buffer = buffer;
        private int _keyBytes;

        /// <summary>The place of the leaf among the terminals; behind the last terminal at the end.</summary>
        public int Place { get; private set; } = -1;

        public readonly bool IsAtEnd => Place == tree._terminals.Length;

        public readonly ReadOnlySpan<byte> Key => _buffer[.._keyBytes];

        public bool MoveNext()
        {
            while (!IsAtEnd && ++Place < tree._terminals.Length)
            {
                PrunedTerminal terminal = tree._terminals[Place];
                if (terminal.IsShown)
                {
                    tree._bytes.AsSpan(terminal.RestOffset, terminal.RestBytes).CopyTo(_buffer[terminal.Shared..]);
                    _keyBytes = terminal.KeyBytes;
                    return true;
                }
            }

            return false;
        }

        public void MoveTo(Restart restart)
        {
            Place = restart.Place;
            restart.Key.CopyTo(_buffer);
            _keyBytes = restart.Key.Length;
        }

        /// <summary>Goes to the first leaf at or behind a key, or to the end. Says where the last leaf before it is, -1 when there is none.</summary>
        public int Seek(ReadOnlySpan<byte> key)
        {
            int low = 0;
            for (int high = tree._restarts.Count; low < high;)
            {
                int middle = (low + high) / 2;
                (low, high) = tree._restarts[middle].Key.AsSpan().SequenceCompareTo(key) < 0 ? (middle + 1, high) : (low, middle);
            }

            int before = -1;
            if (low == 0)
            {
                Place = -1;
                MoveNext();
            }
            else
            {
                MoveTo(tree._restarts[low - 1]);
            }

            while (!IsAtEnd && Key.SequenceCompareTo(key) < 0)
            {
                before = Place;
                MoveNext();
            }

            return before;
        }
    }
}
