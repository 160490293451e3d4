using System.Diagnostics;
using Cairn.Proofs;
using Cairn.Tree;

namespace Cairn.Proving;

/// <summary>
/// Writes a pruned tree with the fewest stubs: walks the nodes in pre-order, over the borders of pages, and shows of each subtree either its hash or what is in it. However long that takes, no reader epoch is held for long: between
/// two stretches the pages may be evicted or moved, and are then found again by the way that leads to them, which never changes. For one thread, once.
/// </summary>
internal sealed class PrunedProver
{
    /// <summary>How many nodes are written in one reader epoch.</summary>
    private const int StretchNodes = 256;

    /// <summary>The bytes of a leaf beside the rest of its key and its value, at most.</summary>
    private const int LeafBytes = 8;

    private readonly ProofTree _tree;
    private readonly ShownKeys _shown;
    private readonly long _limitBytes;
    private readonly PrunedTreeWriter _writer = new();
    private readonly List<Frame> _frames = [];
    private readonly byte[] _key = new byte[StateLimits.MaxKeyBytes];
    private int _depth;
    private long _moves;

    /// <summary>Makes a prover.</summary>
    public PrunedProver(ProofTree tree, ShownKeys shown, long limitBytes = ProofLimits.MaxProofBytes)
    {
        _tree = tree;
        _shown = shown;
        _limitBytes = limitBytes;
    }

    /// <summary>Writes the proof.</summary>
    /// <exception cref="ProofTooLargeException">It would be longer than the limit.</exception>
    public byte[] Write(CancellationToken cancellationToken)
    {
        bool more = _tree.Root.Reference is not null;
        while (more)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using ReaderEpochs.Guard guard = ReaderEpochs.Enter();
            _tree.ThrowIfInvalid();
            if (_depth == 0)
            {
                _moves = _tree.Pages.MoveCount;
                Enter(_tree.Pages.Get(_tree.Root.Reference!), ordinal: 0, first: 0, _shown.Count, _shown.FromStart);
            }
            else
            {
                Refresh();
            }

            for (int node = 0; node < StretchNodes && more; node++)
            {
                more = Step();
            }
        }

        return _writer.ToArray();
    }

    /// <summary>Writes the next node.</summary>
    /// <returns>False at the end.</returns>
    private bool Step()
    {
        while (_depth > 0 && !_frames[_depth - 1].HasMore)
        {
            _frames[--_depth].Leave();
        }

        if (_depth == 0)
        {
            return false;
        }

        Frame frame = _frames[_depth - 1];
        (int child, int left, int right) = frame.Pop();
        if (!frame.IsTouched(left, right))
        {
            CheckRoom(Hash256.SizeBytes);
            _writer.Stub(_depth == 1 && left == 0 && right == frame.Page.Count - 1 ? _tree.Root.Hash : NodeHashes.Of(frame.Page, child));
        }
        else if ((child & TrieNodeLayout.ItemFlag) == 0)
        {
            _writer.Inner();
            frame.Push(frame.Page.TrieChild(child, right: true), child + 1, right);
            frame.Push(frame.Page.TrieChild(child, right: false), left, child);
        }
        else if (frame.Page.IsStub(left))
        {
            Enter(_tree.Pages.Get(frame.Page.Child(left)), frame.Page.StubOrdinal(left), frame.FirstOf(left), frame.FirstOf(left + 1), frame.IsOpenBefore(left));
        }
        else
        {
            Leaf(frame, left);
        }

        return true;
    }

    private void Leaf(Frame frame, int item)
    {
        Page page = frame.Page;
        ReadOnlySpan<byte> key = _key.AsSpan(0, page.CopyKey(item, _key));
        int first = frame.FirstOf(item);
        if (first < frame.FirstOf(item + 1) && !key.SequenceEqual(_shown[first].Key))
        {
            throw new UnreachableException("A key that is to be shown is in the tree.");
        }

        if (first < frame.FirstOf(item + 1) && !_shown[first].WithValue)
        {
            CheckRoom(LeafBytes + key.Length + Hash256.SizeBytes);
            _writer.Leaf(key, NodeHashes.OfValue(page, item));
        }
        else
        {
            CheckRoom(LeafBytes + key.Length + page.ValueBytes(item));
            _writer.Leaf(key, page.IsBlob(item) ? _tree.Pages.ReadBlob(page.Blob(item)) : page.InlineValue(item));
        }
    }

    private void CheckRoom(long bytes)
    {
        if (_writer.Bytes + bytes > _limitBytes)
        {
            throw new ProofTooLargeException(_writer.Bytes + bytes, _limitBytes);
        }
    }

    private void Enter(Page page, int ordinal, int first, int end, bool isOpen)
    {
        if (_depth == _frames.Count)
        {
            _frames.Add(new Frame());
        }

        _frames[_depth++].Open(page, ordinal, _shown, first, end, isOpen);
    }

    /// <summary>Gets the pages of the path again where they have left memory or have been moved since.</summary>
    private void Refresh()
    {
        bool isWhole = _moves == _tree.Pages.MoveCount;
        for (int level = 0; level < _depth && isWhole; level++)
        {
            isWhole = _frames[level].IsAlive;
        }

        if (isWhole)
        {
            return;
        }

        _moves = _tree.Pages.MoveCount;
        for (int level = 0; level < _depth; level++)
        {
            PageReference reference = level == 0 ? _tree.Root.Reference! : _frames[level - 1].Page.Children[_frames[level].Ordinal];
            _frames[level].Find(_tree.Pages.Get(reference));
        }
    }

    /// <summary>A page of the path: which of its items are shown, in part at least, and which of its nodes are still to be written.</summary>
    private sealed class Frame
    {
        private readonly int[] _first = new int[PageLimits.MaxItems + 1];
        private readonly Stack<(int Child, int Left, int Right)> _pending = new(PageLimits.MaxItems);
        private ulong _touched;
        private ulong _openBefore;
        private uint _life;

        public Page Page { get; private set; } = null!;

        /// <summary>Whether the page is still in memory since it was found.</summary>
        public bool IsAlive => Page.IsAlive(_life);

        /// <summary>Which child of the page above it is.</summary>
        public int Ordinal { get; private set; }

        public bool HasMore => _pending.Count > 0;

        public (int Child, int Left, int Right) Pop() => _pending.Pop();

        public void Push(int child, int left, int right) => _pending.Push((child, left, right));

        public void Leave() => Page = null!;

        /// <summary>Takes the page, which was found in this reader epoch.</summary>
        public void Find(Page page)
        {
            Page = page;
            _life = page.Life;
        }

        /// <summary>The first of the named keys at or behind an item.</summary>
        public int FirstOf(int item) => _first[item];

        /// <summary>Whether everything right before an item is shown.</summary>
        public bool IsOpenBefore(int item) => ((_openBefore >> item) & 1) != 0;

        /// <summary>Whether anything under some items is shown.</summary>
        public bool IsTouched(int left, int right) => ((_touched >> left) & (ulong.MaxValue >> (63 - (right - left)))) != 0;

        public void Open(Page page, int ordinal, ShownKeys shown, int first, int end, bool isOpen)
        {
            Find(page);
            Ordinal = ordinal;
            _touched = 0;
            _openBefore = 0;
            _pending.Clear();
            int next = first;
            for (int item = 0; item < page.Count; item++)
            {
                _first[item] = next;
                bool wasOpen = isOpen;
                while (next < end && page.Candidate(shown[next].Key) == item)
                {
                    isOpen = shown[next++].ThenAll;
                }

                _openBefore |= (wasOpen ? 1UL : 0UL) << item;
                _touched |= (wasOpen || next > _first[item] ? 1UL : 0UL) << item;
            }

            _first[page.Count] = next;
            Push(page.Count == 1 ? TrieNodeLayout.ItemFlag : page.TrieRoot, 0, page.Count - 1);
        }
    }
}
