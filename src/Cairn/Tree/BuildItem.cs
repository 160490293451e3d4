using System.Runtime.InteropServices;

namespace Cairn.Tree;

/// <summary>
/// An item on its way into a page: an entry or stub of a page of the version before, an entry of the block's changes, or a stub for a page just made. Lists of them are what cuts are decided on.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal struct BuildItem
{
    /// <summary>The page the item is taken from; null for a changed entry and for the stub of a new page.</summary>
    public Page? Source;

    /// <summary>The child of a stub; null for entries.</summary>
    public PageReference? Child;

    /// <summary>The page that keeps the hash of the node at <see cref="Gap"/>; null when no hash is kept.</summary>
    public Page? GapSource;

    /// <summary>The item in <see cref="Source"/>, or the number of the change.</summary>
    public int Index;

    /// <summary>The index of the first difference from the item before in the list; without meaning for the first.</summary>
    public int Gap;

    /// <summary>The node of <see cref="GapSource"/>.</summary>
    public byte GapNode;

    /// <summary>Whether hashes above the item have to be computed again: it changed, or a neighbour of it vanished.</summary>
    public bool Dirty;

    /// <summary>0 for an entry, one more than its page's level for a stub.</summary>
    public ushort Level;

    /// <summary>What it counts against the soft limit of a page.</summary>
    public int Weight;

    /// <summary>Whether it is a stub.</summary>
    public readonly bool IsStub => Child is not null;

    /// <summary>The stub of a page just made.</summary>
    public static BuildItem OfNewPage(PageReference child, Page page) => new()
    {
        Child = child,
        Level = (ushort)(page.Level + 1),
        Dirty = true,
        Weight = Format.KeyBits.PrefixBytes(page.TopIndex) + StubLayout.SizeBytes,
    };

    /// <summary>An item of a page as it is; the caller sets the gap.</summary>
    public static BuildItem OfPage(Page page, int item)
    {
        bool stub = page.IsStub(item);
        return new BuildItem
        {
            Source = page,
            Index = item,
            Child = stub ? page.Child(item) : null,
            Level = (ushort)(stub ? page.StubLevel(item) + 1 : 0),
            Weight = page.Weight(item),
        };
    }
}

/// <summary>A stack of items whose storage is reused from block to block.</summary>
internal sealed class ItemStack
{
    private BuildItem[] _items = new BuildItem[256];
    private int _used; // since the last clearing

    /// <summary>How many items there are.</summary>
    public int Count { get; private set; }

    /// <summary>An item by its place.</summary>
    public ref BuildItem this[int index] => ref _items[index];

    /// <summary>The items from a place on.</summary>
    public Span<BuildItem> From(int start) => _items.AsSpan(start, Count - start);

    /// <summary>Some of the items.</summary>
    public Span<BuildItem> Slice(int start, int count) => _items.AsSpan(start, count);

    /// <summary>Puts an item on top.</summary>
    public void Push(in BuildItem item)
    {
        if (Count == _items.Length)
        {
            Array.Resize(ref _items, Count * 2);
        }

        _items[Count++] = item;
        _used = Math.Max(_used, Count);
    }

    /// <summary>Drops all items from a place on. Their references stay in the storage until <see cref="Clear"/>.</summary>
    public void CutTo(int count) => Count = count;

    /// <summary>Takes the items [from, end) to the place <paramref name="to"/> below them and drops what was above it.</summary>
    public void MoveDown(int from, int to)
    {
        int count = Count - from;
        _items.AsSpan(from, count).CopyTo(_items.AsSpan(to));
        Count = to + count;
    }

    /// <summary>Forgets everything, so that no page is kept alive.</summary>
    public void Clear()
    {
        _items.AsSpan(0, _used).Clear();
        _used = 0;
        Count = 0;
        if (_items.Length > 1 << 16)
        {
            _items = new BuildItem[256];
        }
    }
}
