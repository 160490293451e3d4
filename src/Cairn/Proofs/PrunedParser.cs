using Cairn.Format;

namespace Cairn.Proofs;

/// <summary>
/// Reads the bytes of a pruned tree once: codes and terminals together, folding the hashes bottom-up with one frame for each inner node on the way down. Checks everything but the root.
/// </summary>
internal ref struct PrunedParser
{
    private const int MinLeafBytes = 4; // shared, rest, a byte of the key, an empty value

    private readonly ReadOnlySpan<byte> _bytes;
    private readonly Span<byte> _key;
    private readonly (int First, int Last)? _wanted;
    private readonly Stack<Part?> _open;
    private int _at;
    private int _keyBytes;
    private int _count;

    private PrunedParser(ReadOnlySpan<byte> bytes, Span<byte> key, (int First, int Last)? wanted)
    {
        _bytes = bytes;
        _key = key;
        _wanted = wanted;
        _open = new Stack<Part?>();
    }

    /// <summary>The terminals; as many as the proof announced.</summary>
    public PrunedTerminal[] Terminals { get; private set; } = [];

    /// <summary>The hash of the whole tree.</summary>
    public Hash256 Root { get; private set; } = Hash256.EmptyRoot;

    /// <summary>The depth of the deepest terminal.</summary>
    public int Depth { get; private set; }

    /// <summary>The node that was wanted; null when there is none over exactly these terminals.</summary>
    public NamespaceNode? Node { get; private set; }

    /// <summary>Parses a pruned tree.</summary>
    /// <param name="bytes">The proof.</param>
    /// <param name="key">Room for a key of the greatest length.</param>
    /// <param name="parsed">What was found.</param>
    /// <param name="wanted">The first and last terminal of a node of interest, which becomes <see cref="Node"/>.</param>
    /// <returns>Verified when everything but the root was checked.</returns>
    public static ProofOutcome Parse(ReadOnlySpan<byte> bytes, Span<byte> key, scoped out PrunedParser parsed, (int First, int Last)? wanted = null)
    {
        parsed = new PrunedParser(bytes, key, wanted);
        return bytes.Length > ProofLimits.MaxProofBytes ? ProofOutcome.TooLarge : parsed.Parse();
    }

    private ProofOutcome Parse()
    {
        if (_bytes.IsEmpty)
        {
            return ProofOutcome.Malformed;
        }

        if (_bytes[PrunedTreeLayout.VersionOffset] != PrunedTreeLayout.Version)
        {
            return ProofOutcome.UnknownVersion;
        }

        _at = PrunedTreeLayout.VersionBytes;
        if (!TryNumber(_bytes.Length / MinLeafBytes, out int terminals))
        {
            return ProofOutcome.Malformed;
        }

        int codeBytes = (int)PrunedTreeLayout.CodeBytes(terminals);
        if (_bytes.Length - _at < codeBytes + ((long)terminals * MinLeafBytes))
        {
            return ProofOutcome.Malformed;
        }

        ReadOnlySpan<byte> codes = _bytes.Slice(_at, codeBytes);
        _at += codeBytes;
        Terminals = new PrunedTerminal[terminals];
        ProofOutcome outcome = terminals == 0 ? ProofOutcome.Verified : Walk(codes);
        return outcome == ProofOutcome.Verified && _at != _bytes.Length ? ProofOutcome.Malformed : outcome;
    }

    /// <summary>Goes through the nodes in pre-order. The tree is whole at the last node, or the codes are none.</summary>
    private ProofOutcome Walk(ReadOnlySpan<byte> codes)
    {
        int nodes = (2 * Terminals.Length) - 1;
        for (int node = 0; node < nodes; node++)
        {
            PrunedCode code = PrunedTreeLayout.CodeAt(codes, node);
            if (code == PrunedCode.Inner)
            {
                if (_open.Count == ProofLimits.MaxDepth)
                {
                    return ProofOutcome.TooDeep;
                }

                _open.Push(null);
                continue;
            }

            Depth = Math.Max(Depth, _open.Count);
            ProofOutcome outcome = code == PrunedCode.Stub ? Stub(out Part part) : Leaf(code, out part);
            if (outcome == ProofOutcome.Verified)
            {
                outcome = Close(part);
            }

            if (outcome != ProofOutcome.Verified)
            {
                return outcome;
            }

            if (_open.Count == 0 && node != nodes - 1)
            {
                return ProofOutcome.NotATree;
            }
        }

        if (_open.Count > 0)
        {
            return ProofOutcome.NotATree;
        }

        int padding = (PrunedTreeLayout.CodesPerByte - (nodes % PrunedTreeLayout.CodesPerByte)) % PrunedTreeLayout.CodesPerByte * PrunedTreeLayout.CodeBits;
        return (codes[^1] & ((1 << padding) - 1)) == 0 ? ProofOutcome.Verified : ProofOutcome.Malformed;
    }

    private ProofOutcome Stub(out Part part)
    {
        part = default;
        if (_bytes.Length - _at < Hash256.SizeBytes)
        {
            return ProofOutcome.Malformed;
        }

        part = new Part(new Hash256(_bytes.Slice(_at, Hash256.SizeBytes)), _count, IsStub: true, HasLeaf: false, FirstGap: KeyBits.None, TopIndex: KeyBits.None);
        Terminals[_count++] = new PrunedTerminal(PrunedCode.Stub, Shared: 0, RestBytes: 0, RestOffset: 0, _at, Hash256.SizeBytes);
        _at += Hash256.SizeBytes;
        return ProofOutcome.Verified;
    }

    private ProofOutcome Leaf(PrunedCode code, out Part part)
    {
        part = default;
        ProofOutcome outcome = Key(out int shared, out int rest, out int gap);
        if (outcome != ProofOutcome.Verified)
        {
            return outcome;
        }

        int restOffset = _at - rest;
        int length = Hash256.SizeBytes;
        if (code == PrunedCode.LeafWithValue && !TryNumber(int.MaxValue, out length))
        {
            return ProofOutcome.Malformed;
        }

        if (length > StateLimits.MaxValueBytes)
        {
            return ProofOutcome.InvalidValue;
        }

        if (length > _bytes.Length - _at)
        {
            return ProofOutcome.Malformed;
        }

        PrunedTerminal terminal = new(code, (ushort)shared, (ushort)rest, restOffset, _at, length);
        _at += length;
        part = new Part(PrunedTree.LeafHash(_bytes, terminal, _key[.._keyBytes]), _count, IsStub: false, HasLeaf: true, gap, TopIndex: KeyBits.None);
        Terminals[_count++] = terminal;
        return ProofOutcome.Verified;
    }

    /// <summary>Reads a key behind the one before: its shared part is exactly what they have in common, and it is greater. Gives the first index in which the two differ.</summary>
    private ProofOutcome Key(out int shared, out int rest, out int gap)
    {
        gap = KeyBits.None;
        rest = 0;
        if (!TryNumber(int.MaxValue, out shared) || !TryNumber(int.MaxValue, out rest))
        {
            return ProofOutcome.Malformed;
        }

        if (shared > _keyBytes)
        {
            return ProofOutcome.WrongSharedPrefix;
        }

        if (rest > StateLimits.MaxKeyBytes - shared || (rest == 0 && _keyBytes == 0))
        {
            return ProofOutcome.InvalidKey;
        }

        if (rest == 0)
        {
            return ProofOutcome.KeysNotAscending; // the key before, or a prefix of it
        }

        if (rest > _bytes.Length - _at)
        {
            return ProofOutcome.Malformed;
        }

        byte next = _bytes[_at];
        if (shared < _keyBytes && next <= _key[shared])
        {
            return next == _key[shared] ? ProofOutcome.WrongSharedPrefix : ProofOutcome.KeysNotAscending;
        }

        gap = shared < _keyBytes ? KeyBits.OfBytes(shared, _key[shared], next) : shared << KeyBits.ByteShift;
        _bytes.Slice(_at, rest).CopyTo(_key[shared..]);
        _keyBytes = shared + rest;
        _at += rest;
        return ProofOutcome.Verified;
    }

    /// <summary>Goes up from a part through all inner nodes that are whole now.</summary>
    private ProofOutcome Close(Part part)
    {
        while (true)
        {
            if (_wanted == (part.First, _count - 1))
            {
                Node = new NamespaceNode(part.Hash, _open.Count);
            }

            if (!_open.TryPop(out Part? other))
            {
                Root = part.Hash;
                return ProofOutcome.Verified;
            }

            if (other is not { } left)
            {
                _open.Push(part);
                return ProofOutcome.Verified;
            }

            if (left.IsStub && part.IsStub)
            {
                return ProofOutcome.TwoStubs;
            }

            if (!Part.TryJoin(left, part, out Part joined))
            {
                return ProofOutcome.WrongShape;
            }

            part = joined;
        }
    }

    private bool TryNumber(int limit, out int number)
    {
        bool isRead = Varint.TryRead(_bytes[_at..], out ulong value, out int bytes) && value <= (ulong)limit;
        number = isRead ? (int)value : 0;
        _at += isRead ? bytes : 0;
        return isRead;
    }

    /// <summary>A subtree whose hash is known.</summary>
    /// <param name="Hash">The hash of its top node.</param>
    /// <param name="First">Its first terminal.</param>
    /// <param name="IsStub">Whether it is a stub.</param>
    /// <param name="HasLeaf">Whether a leaf is shown in it.</param>
    /// <param name="FirstGap">The first index in which its first leaf differs from the leaf shown before it.</param>
    /// <param name="TopIndex">The index of its highest inner node with leaves on both sides; none when there is none.</param>
    private readonly record struct Part(Hash256 Hash, int First, bool IsStub, bool HasLeaf, int FirstGap, int TopIndex)
    {
        /// <summary>
        /// Makes the inner node over two parts. Where both show leaves, its index is known: that of the last leaf on its left and the first on its right. It must lie before those of the nodes below it.
        /// </summary>
        public static bool TryJoin(in Part left, in Part right, out Part joined)
        {
            bool isKnown = left.HasLeaf && right.HasLeaf;
            int index = isKnown ? right.FirstGap : Math.Max(left.TopIndex, right.TopIndex);
            joined = new Part(Hashing.CommitmentHash.Inner(left.Hash, right.Hash), left.First, IsStub: false, left.HasLeaf || right.HasLeaf, left.HasLeaf ? left.FirstGap : right.FirstGap, index);
            return !isKnown || (IsBelow(left, index) && IsBelow(right, index));
        }

        private static bool IsBelow(in Part part, int index) => part.TopIndex == KeyBits.None || part.TopIndex > index;
    }
}
