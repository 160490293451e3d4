using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Cairn.Tree;

/// <summary>
/// Walks the entries of a version in key order, either way. Between two steps it holds no reader epoch, so a scan that is left open for hours keeps no memory from being given back: it copies stretches of entries out of
/// their pages and gives them one by one; for the next stretch it looks whether its pages are still there and were not moved by cleaning, and otherwise finds its place again by the last key.
/// </summary>
/// <remarks>Used by one thread at a time. The place is before the item at the top of the path, in the direction of the walk, behind the stretch.</remarks>
internal sealed class TreeCursor
{
    /// <summary>How many entries are copied first, for short scans; later ones are longer, as their pages allow.</summary>
    private const int FirstStretch = 16;
    private const int LongStretch = 32;

    /// <summary>The depth of usual trees.</summary>
    private const int UsualDepth = 8;

    private readonly PageCache _pages;
    private readonly TreeRoot _root;
    private readonly bool _reverse;
    private readonly List<Step> _path = new(UsualDepth);
    private readonly byte[] _key = new byte[StateLimits.MaxKeyBytes];
    private readonly byte[] _end;
    private readonly EntryStretch _stretch = new();
    private byte[] _blob = [];
    private int _keyBytes;
    private int _prefixBytes;
    private int _entry;
    private int _given;
    private int _within;
    private int _most = FirstStretch;
    private long _moves;
    private bool _isBlobRead;
    private bool _isPlaced;
    private bool _hasGiven;
    private bool _isOver;

    /// <summary>Makes a cursor before the first entry at or after <paramref name="bound"/>, or, in reverse, before the last entry below it.</summary>
    /// <param name="pages">Gives the pages.</param>
    /// <param name="root">The version, pinned by the caller as long as the cursor is used.</param>
    /// <param name="bound">The bound; empty for none.</param>
    /// <param name="end">Where to end: before the first entry at or after this key, or, in reverse, after the last one that is not below it; empty for no end.</param>
    /// <param name="reverse">Whether to walk downwards.</param>
    public TreeCursor(PageCache pages, in TreeRoot root, ReadOnlySpan<byte> bound, byte[] end, bool reverse)
    {
        _pages = pages;
        _root = root;
        _reverse = reverse;
        _end = end;

        // Keys are no longer than the limit, and a longer bound has the same entries before it as its beginning, except the entry equal to that beginning, which is below it.
        _keyBytes = Math.Min(bound.Length, StateLimits.MaxKeyBytes);
        bound[.._keyBytes].CopyTo(_key);
        BoundIsLonger = bound.Length > StateLimits.MaxKeyBytes;
    }

    /// <summary>The key the cursor is at; valid until the next step.</summary>
    public ReadOnlySpan<byte> Key => _key.AsSpan(0, _keyBytes);

    /// <summary>The height at which the entry last changed.</summary>
    public BlockHeight Height => _stretch.Height(_entry);

    /// <summary>The value the cursor is at; valid until the next step. Reads a blob when first asked.</summary>
    public ReadOnlySpan<byte> Value
    {
        get
        {
            if (!_stretch.IsBlob(_entry))
            {
                _stretch.Suffix(_entry, out ReadOnlySpan<byte> value);
                return value;
            }

            if (!_isBlobRead)
            {
                _blob = ReadBlob();
                _isBlobRead = true;
            }

            return _blob;
        }
    }

    private bool BoundIsLonger { get; }

    /// <summary>Goes to the next entry.</summary>
    /// <returns>False at the end.</returns>
    public bool MoveNext()
    {
        if (_given < _within || TakeStretch())
        {
            _entry = _reverse ? _stretch.Count - 1 - _given : _given;
            _given++;
            ReadOnlySpan<byte> suffix = _stretch.Suffix(_entry, out _);
            suffix.CopyTo(_key.AsSpan(_prefixBytes));
            _keyBytes = _prefixBytes + suffix.Length;
            _isBlobRead = false;
            _hasGiven = true;
            return true;
        }

        return false;
    }

    /// <summary>Copies the next stretch of entries.</summary>
    /// <returns>False at the end.</returns>
    private bool TakeStretch()
    {
        if (_isOver)
        {
            return false;
        }

        using ReaderEpochs.Guard guard = ReaderEpochs.Enter();
        if (!_isPlaced || _moves != _pages.MoveCount || !PathIsAlive())
        {
            Seek();
        }

        while (_path.Count > 0)
        {
            Step top = _path[^1];
            if (_reverse ? top.Item < 0 : top.Item >= top.Page.Count)
            {
                _path.RemoveAt(_path.Count - 1);
                continue;
            }

            // The child first: if reading it fails, the next step tries again.
            Page? child = top.Page.IsStub(top.Item) ? _pages.Get(top.Page.Child(top.Item)) : null;
            int items = child is null ? Math.Min(_most, top.Page.EntriesFrom(top.Item, _reverse)) : 1;
            _path[^1] = top with { Item = top.Item + (_reverse ? -items : items) };
            if (child is null)
            {
                Copy(top.Page, _reverse ? top.Item + 1 - items : top.Item, items);
                return _within > 0;
            }

            PrefetchNext(_path[^1]);
            _path.Add(new Step(child, _reverse ? child.Count - 1 : 0));
        }

        return false;
    }

    /// <summary>Asks for the beginning of the page that follows the one gone into, so that it is there when that one is through.</summary>
    private static void PrefetchNext(Step next)
    {
        if ((uint)next.Item < (uint)next.Page.Count && next.Page.IsStub(next.Item))
        {
            next.Page.Child(next.Item).Prefetch();
        }
    }

    private void Copy(Page page, int first, int count)
    {
        page.CopyStretch(first, count, _stretch);
        _prefixBytes = page.PrefixBytes;
        page.Prefix.CopyTo(_key);
        _most = LongStretch;
        _given = 0;
        _within = count;
        if (_end.Length > 0 && !IsWithin(_reverse ? 0 : count - 1))
        {
            int beyond = count;
            for (_within = 0; _within < beyond;)
            {
                int middle = (_within + beyond) / 2;
                if (IsWithin(_reverse ? count - 1 - middle : middle))
                {
                    _within = middle + 1;
                }
                else
                {
                    beyond = middle;
                }
            }

            _isOver = true;
        }
    }

    /// <summary>Whether an entry of the stretch lies before the end.</summary>
    private bool IsWithin(int entry)
    {
        ReadOnlySpan<byte> suffix = _stretch.Suffix(entry, out _);
        int shared = Math.Min(_prefixBytes, _end.Length);
        int order = _key.AsSpan(0, _prefixBytes).SequenceCompareTo(_end.AsSpan(0, shared));
        order = order != 0 || shared < _prefixBytes ? order : suffix.SequenceCompareTo(_end.AsSpan(shared));
        return _reverse ? order >= 0 : order < 0;
    }

    /// <summary>Finds the entry once more: since the cursor came to it, the page may have been dropped and the blob moved.</summary>
    private byte[] ReadBlob()
    {
        using ReaderEpochs.Guard guard = ReaderEpochs.Enter();
        return TreeReading.TryFind(_pages, _root, Key, out Page? page, out int item)
            ? _pages.ReadBlob(page.Blob(item))
            : throw new UnreachableException("The entry a cursor is at is in the version it walks.");
    }

    private bool PathIsAlive()
    {
        foreach (Step step in _path)
        {
            if (!step.Page.IsAlive(step.Life))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Builds the path to the place of the current key: at the start the bound, later the key just given, which is passed over.</summary>
    private void Seek()
    {
        _path.Clear();
        _stretch.Clear();
        _isPlaced = false;
        _moves = _pages.MoveCount;
        bool resumed = _hasGiven;
        PageReference? reference = _root.Reference;
        if (reference is not null && _keyBytes == 0)
        {
            Page page = _pages.Get(reference);
            _path.Add(new Step(page, _reverse ? page.Count - 1 : 0));
            reference = null;
        }

        while (reference is not null)
        {
            Page page = _pages.Get(reference);
            SearchResult found = page.Search(Key);
            reference = null;
            int item = found.Index;
            switch (found.Outcome)
            {
                case SearchOutcome.Child:
                    reference = page.Child(found.Index);
                    item += _reverse ? -1 : 1;
                    break;
                case SearchOutcome.Found:
                    // Forwards the bound itself is the first entry, unless it is already given or only the beginning of a longer bound; in reverse it never is, unless it is.
                    bool passed = resumed || BoundIsLonger;
                    item += _reverse ? (BoundIsLonger && !resumed ? 0 : -1) : (passed ? 1 : 0);
                    break;
                default:
                    item -= _reverse ? 1 : 0;
                    break;
            }

            _path.Add(new Step(page, item));
        }

        _isPlaced = true;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Step(Page Page, int Item, uint Life)
    {
        public Step(Page page, int item)
            : this(page, item, page.Life)
        {
        }
    }
}
