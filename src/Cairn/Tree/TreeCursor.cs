using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Cairn.Tree;

/// <summary>
/// Walks the entries of a version in key order, either way. Between two steps it holds no reader epoch, so a scan that is left open for hours keeps no memory from being given back: each step looks whether its pages
/// are still there and were not moved by cleaning, and otherwise finds its place again by the last key.
/// </summary>
/// <remarks>Used by one thread at a time. The place is before the item at the top of the path, in the direction of the walk.</remarks>
internal sealed class TreeCursor
{
    private readonly PageCache _pages;
    private readonly TreeRoot _root;
    private readonly bool _reverse;
    private readonly List<Step> _path = [];
    private readonly byte[] _key = new byte[StateLimits.MaxKeyBytes];
    private byte[] _inline = [];
    private int _keyBytes;
    private int _valueBytes;
    private bool _isBlob;
    private long _moves;
    private bool _isPlaced;
    private bool _hasGiven;

    /// <summary>Makes a cursor before the first entry at or after <paramref name="bound"/>, or, in reverse, before the last entry below it.</summary>
    /// <param name="pages">Gives the pages.</param>
    /// <param name="root">The version, pinned by the caller as long as the cursor is used.</param>
    /// <param name="bound">The bound; empty for none.</param>
    /// <param name="reverse">Whether to walk downwards.</param>
    public TreeCursor(PageCache pages, in TreeRoot root, ReadOnlySpan<byte> bound, bool reverse)
    {
        _pages = pages;
        _root = root;
        _reverse = reverse;

        // Keys are no longer than the limit, and a longer bound has the same entries before it as its beginning, except the entry equal to that beginning, which is below it.
        _keyBytes = Math.Min(bound.Length, StateLimits.MaxKeyBytes);
        bound[.._keyBytes].CopyTo(_key);
        BoundIsLonger = bound.Length > StateLimits.MaxKeyBytes;
    }

    /// <summary>The key the cursor is at; valid until the next step.</summary>
    public ReadOnlySpan<byte> Key => _key.AsSpan(0, _keyBytes);

    /// <summary>The height at which the entry last changed.</summary>
    public BlockHeight Height { get; private set; }

    /// <summary>The value the cursor is at; valid until the next step. Reads a blob when first asked.</summary>
    public ReadOnlySpan<byte> Value
    {
        get
        {
            if (_isBlob)
            {
                _inline = ReadBlob();
                _valueBytes = _inline.Length;
                _isBlob = false;
            }

            return _inline.AsSpan(0, _valueBytes);
        }
    }

    private bool BoundIsLonger { get; }

    /// <summary>Goes to the next entry.</summary>
    /// <returns>False at the end.</returns>
    public bool MoveNext()
    {
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
            _path[^1] = top with { Item = top.Item + (_reverse ? -1 : 1) };
            if (child is null)
            {
                Take(top.Page, top.Item);
                return true;
            }

            _path.Add(new Step(child, _reverse ? child.Count - 1 : 0));
        }

        return false;
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

    private void Take(Page page, int item)
    {
        _hasGiven = true;
        _keyBytes = page.CopyKey(item, _key);
        Height = page.Height(item);
        _isBlob = page.IsBlob(item);
        if (_isBlob)
        {
            return;
        }

        ReadOnlySpan<byte> value = page.InlineValue(item);
        if (_inline.Length < value.Length || _inline.Length > StateLimits.MaxInlineValueBytes)
        {
            _inline = new byte[StateLimits.MaxInlineValueBytes];
        }

        value.CopyTo(_inline);
        _valueBytes = value.Length;
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
