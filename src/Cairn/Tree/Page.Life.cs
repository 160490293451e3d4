using System.Buffers.Binary;
using System.Numerics;

namespace Cairn.Tree;

/// <content>From being begun on memory to being used again: a page object serves many pages, one after the other.</content>
/// <remarks>
/// <see cref="Life"/> is even while the object stands for a page that can be found, and odd from the retirement of that page on until another one is begun. So a number taken together with a page, inside a reader epoch, is never
/// that of another page: it is either odd, which is not alive, or passed for good when the page is retired. It comes round after two thousand million pages on one object.
/// </remarks>
internal sealed partial class Page
{
    /// <summary>Begins a page on memory that holds a valid body; the page owns the memory. Its children, if it has any, are in place already (<see cref="PutChild"/>).</summary>
    public void Begin(PageMemory memory, int bodyBytes, BlobReference[] blobs, ulong born)
    {
        _memory = memory;
        _bodyBytes = checked((ushort)bodyBytes);
        Blobs = blobs;
        Born = born;
        ReadOnlySpan<byte> header = memory.Span[..PageHeaderLayout.SizeBytes];
        Tree = (TreeKind)header[PageHeaderLayout.TreeOffset];
        _count = header[PageHeaderLayout.ItemCountOffset];
        _level = BinaryPrimitives.ReadUInt16LittleEndian(header[PageHeaderLayout.LevelOffset..]);
        _prefixBytes = BinaryPrimitives.ReadUInt16LittleEndian(header[PageHeaderLayout.PrefixBytesOffset..]);
        _trieRoot = header[PageHeaderLayout.TrieRootOffset];
        StubMask = BinaryPrimitives.ReadUInt64LittleEndian(header[PageHeaderLayout.StubMaskOffset..]);
        BlobMask = BinaryPrimitives.ReadUInt64LittleEndian(header[PageHeaderLayout.BlobMaskOffset..]);
        _heightWidth = header[PageHeaderLayout.HeightWidthOffset];
        PageSections sections = new(Count, BitOperations.PopCount(StubMask), _heightWidth, PrefixBytes);
        _trieOffset = checked((ushort)sections.Trie);
        _offsetsOffset = checked((ushort)sections.Offsets);
        _heightsOffset = checked((ushort)sections.Heights);
        _prefixOffset = checked((ushort)sections.Prefix);
        _dataOffset = checked((ushort)sections.Data);
        _hashOffset = checked((ushort)PageSections.HashesBehind(bodyBytes));
    }

    /// <summary>Begins a copy of a page on memory that holds its bytes, to be changed before anybody sees it.</summary>
    public void BeginCopy(Page source, PageMemory memory, ulong born)
    {
        _memory = memory;
        _bodyBytes = source._bodyBytes;
        Blobs = source.Blobs.Length == 0 ? [] : (BlobReference[])source.Blobs.Clone();
        Born = born;
        Tree = source.Tree;
        _count = source._count;
        _level = source._level;
        _prefixBytes = source._prefixBytes;
        _trieRoot = source._trieRoot;
        StubMask = source.StubMask;
        BlobMask = source.BlobMask;
        _heightWidth = source._heightWidth;
        _trieOffset = source._trieOffset;
        _offsetsOffset = source._offsetsOffset;
        _heightsOffset = source._heightsOffset;
        _prefixOffset = source._prefixOffset;
        _dataOffset = source._dataOffset;
        _hashOffset = source._hashOffset;
        HashValid = source.HashValid;
        ChangedItems = source.ChangedItems;
        AddedItems = source.AddedItems;
        _childCount = source._childCount;
        source.Children.CopyTo(_children);
    }

    /// <summary>The handle of a page just made.</summary>
    /// <param name="bases">What is stored of the page it is a patched copy of; null for one that was built.</param>
    public PageReference MakeHandle(PageBases? bases = null)
    {
        _handle ??= _pool.Handles.TryTake();
        if (_handle is { } handle)
        {
            handle.DropBases(_pool.Handles);
            handle.Begin(this, bases);
            return handle;
        }

        return _handle = new PageReference(this, bases);
    }

    /// <summary>The page has been taken out of its handle for good: that may go on to the next page together with the object.</summary>
    public void TakeHandle(PageReference handle) => _handle ??= handle;

    /// <summary>The page leaves memory, but its handle stays with those who know it.</summary>
    public void LeaveHandle(PageReference handle) => _handle = ReferenceEquals(_handle, handle) ? null : _handle;

    /// <summary>Puts the handle of the next child in place, before the page is begun or, to replace one, before anybody sees it.</summary>
    public void PutChild(int ordinal, PageReference child)
    {
        _children[ordinal] = child;
        _childCount = Math.Max(_childCount, (byte)(ordinal + 1));
    }

    /// <summary>Asks the processor for an object. No method of the object itself, as calling one waits for it.</summary>
    public static void Prefetch(Page? page) => PageProbe.PrefetchObject(page, ObjectLines);

    /// <summary>Asks the processor for the handle.</summary>
    public void PrefetchHandle() => PageProbe.PrefetchObject(_handle, PageReference.Lines);

    /// <summary>Asks the processor for what goes with the object: its handle, and the places of its children.</summary>
    public void PrefetchParts()
    {
        PageProbe.PrefetchObject(_handle, PageReference.Lines);
        if (HasChildren)
        {
            PageProbe.PrefetchObject(_children, ChildrenLines);
        }
    }

    /// <summary>Whether the object still stands for the page that it stood for when <see cref="Life"/> was read. Inside <see cref="ReaderEpochs"/> a true answer holds until leaving.</summary>
    public bool IsAlive(uint life) => (life & 1) == 0 && Life == life;

    /// <summary>Says that no reader can find the page any more. Called once, by its retirement.</summary>
    public void MarkRetired() => Volatile.Write(ref _life, _life + 1);

    /// <summary>Gives memory and object back. Called once, when no reader can hold the page.</summary>
    public void Free() => _pool.Free(this);

    /// <summary>Lets go of everything, so that the object can serve another page: whoever uses it although the page is gone finds no memory and no children.</summary>
    /// <returns>The memory, which belongs to the caller now.</returns>
    public PageMemory End()
    {
        PageMemory memory = _memory;
        _memory = default;
        _children.AsSpan(0, _childCount).Clear();
        _childCount = 0;
        Blobs = [];
        HashValid = 0;
        ChangedItems = 0;
        AddedItems = 0;
        IsAsStored = false;
        PendingStubs = 0;
        IsEntered = false;
        IsOutdated = false;
        Ahead = null;
        _handle = _handle?.TryGiveBack() == true ? _handle : null;
        Residency = PageResidency.Draft;
        _life = (_life | 1) + 1;
        return memory;
    }
}
