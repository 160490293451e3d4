namespace Cairn.Contracts;

/// <summary>Where the parts of a map are.</summary>
internal static class MapTree
{
    public const int SizeBytes = 12;
    public const int NodesOffset = 4;
    public const int FreeOffset = 8;

    /// <summary>The links of a node behind key and value: left, right, balance.</summary>
    public const int LinkBytes = 9;
}

/// <summary>
/// The tree of a map: an AVL tree of nodes in a list, byte for byte as the layout says.
/// <list type="bullet">
/// <item>A node is key, value, left (4), right (4), balance (1). References are the index plus one; 0 is none.</item>
/// <item>The balance is the height on the right less that on the left, -1 to 1.</item>
/// <item>A released node at the end of the list shortens it; any other goes to the end of the list of free ones, from whose end new nodes are taken. Its bytes stay.</item>
/// <item>Stored references are checked before they are followed: within the list, no deeper than <see cref="StorageLimits.MaxMapDepth"/>.</item>
/// </list>
/// </summary>
internal readonly struct MapTree<TKey>(StoragePlace place, StorageKeyCodec<TKey> keys, uint valueBytes)
{
    private const uint RightOffset = 4;
    private const uint BalanceOffset = 8;
    private readonly uint _linksOffset = keys.Size + valueBytes;
    private readonly StoragePlace _nodes = place.At(MapTree.NodesOffset);
    private readonly StoragePlace _free = place.At(MapTree.FreeOffset);
    private readonly StoragePlace _content = place.At(MapTree.NodesOffset).Indirect();

    public uint Root => place.ReadUInt32();

    /// <summary>How many entries there are.</summary>
    public int Count
    {
        get
        {
            int count = ListCodec.ReadCount(_nodes) - ListCodec.ReadCount(_free);
            return count >= 0 ? count : throw place.Fault("the map has more free nodes than nodes");
        }
    }

    public StoragePlace KeyOf(uint node) => _content.At((node - 1) * ((ulong)_linksOffset + MapTree.LinkBytes));

    public StoragePlace ValueOf(uint node) => KeyOf(node).At(keys.Size);

    public uint Left(uint node) => Check(Links(node).ReadUInt32());

    public uint Right(uint node) => Check(Links(node).At(RightOffset).ReadUInt32());

    /// <summary>The node of a key; 0 for none.</summary>
    public uint Find(TKey key)
    {
        uint node = Check(Root);
        for (int depth = 0; node != 0; depth++)
        {
            ThrowIfTooDeep(depth);
            int order = keys.Compare(KeyOf(node), key);
            if (order == 0)
            {
                return node;
            }

            node = order > 0 ? Left(node) : Right(node);
        }

        return 0;
    }

    /// <summary>The node of a key, which is added if need be, with whatever value its bytes were.</summary>
    /// <returns>The node, and whether it is new.</returns>
    public (uint Node, bool IsNew) FindOrAdd(TKey key)
    {
        Span<uint> path = stackalloc uint[StorageLimits.MaxMapDepth];
        Span<bool> rights = stackalloc bool[StorageLimits.MaxMapDepth];
        int depth = 0;
        for (uint node = Check(Root); node != 0; depth++)
        {
            ThrowIfTooDeep(depth);
            int order = keys.Compare(KeyOf(node), key);
            if (order == 0)
            {
                return (node, false);
            }

            (path[depth], rights[depth]) = (node, order < 0);
            node = order > 0 ? Left(node) : Right(node);
        }

        uint added = Allocate();
        keys.Write(KeyOf(added), key);
        SetLinks(added, left: 0, right: 0, balance: 0);
        Link(path, rights, depth, added);
        RebalanceAfterAdding(path, rights, depth);
        return (added, true);
    }

    /// <summary>Removes a key.</summary>
    /// <returns>Whether it was there.</returns>
    public bool Remove(TKey key)
    {
        Span<uint> path = stackalloc uint[StorageLimits.MaxMapDepth];
        Span<bool> rights = stackalloc bool[StorageLimits.MaxMapDepth];
        int depth = 0;
        uint node = Check(Root);
        for (; node != 0; depth++)
        {
            ThrowIfTooDeep(depth);
            int order = keys.Compare(KeyOf(node), key);
            if (order == 0)
            {
                break;
            }

            (path[depth], rights[depth]) = (node, order < 0);
            node = order > 0 ? Left(node) : Right(node);
        }

        if (node == 0)
        {
            return false;
        }

        (uint left, uint right) = (Left(node), Right(node));
        if (left == 0 || right == 0)
        {
            uint child = left + right;
            Release(node);
            Link(path, rights, depth, child);
            if (child != 0)
            {
                SetBalance(child, 0);
            }
        }
        else
        {
            depth = Replace(node, path, rights, depth);
        }

        RebalanceAfterRemoving(path, rights, depth);
        return true;
    }

    /// <summary>Puts the next node in order into the place of one with two children, which is released.</summary>
    /// <returns>The new depth: the way to where the tree became shorter.</returns>
    private int Replace(uint node, Span<uint> path, Span<bool> rights, int depth)
    {
        int top = depth;
        (uint left, uint right, sbyte balance) = (Left(node), Right(node), Balance(node));
        (path[depth], rights[depth]) = (node, true);
        depth++;
        uint next = right;
        for (uint smaller = Left(next); smaller != 0; smaller = Left(next))
        {
            ThrowIfTooDeep(depth);
            (path[depth], rights[depth]) = (next, false);
            depth++;
            next = smaller;
        }

        uint orphan = Right(next);
        Release(node);
        if (orphan != 0)
        {
            SetBalance(orphan, 0);
        }

        if (next == right)
        {
            SetLinks(next, left, orphan, balance);
        }
        else
        {
            SetLeft(path[depth - 1], orphan);
            SetLinks(next, left, right, balance);
        }

        path[top] = next;
        Link(path, rights, top, next);
        return depth;
    }

    private void RebalanceAfterAdding(Span<uint> path, Span<bool> rights, int depth)
    {
        for (int i = depth - 1; i >= 0; i--)
        {
            int balance = Balance(path[i]) + (rights[i] ? 1 : -1);
            if (balance is 2 or -2)
            {
                Link(path, rights, i, Rotate(path[i], balance > 0));
                return;
            }

            SetBalance(path[i], (sbyte)balance);
            if (balance == 0)
            {
                return;
            }
        }
    }

    private void RebalanceAfterRemoving(Span<uint> path, Span<bool> rights, int depth)
    {
        for (int i = depth - 1; i >= 0; i--)
        {
            int balance = Balance(path[i]) + (rights[i] ? -1 : 1);
            if (balance is 2 or -2)
            {
                uint sibling = balance > 0 ? Right(path[i]) : Left(path[i]);
                bool keepsHeight = Balance(sibling) == 0;
                Link(path, rights, i, Rotate(path[i], balance > 0));
                if (keepsHeight)
                {
                    return;
                }

                continue;
            }

            SetBalance(path[i], (sbyte)balance);
            if (balance != 0)
            {
                return;
            }
        }
    }

    /// <summary>Turns a node whose one side is two levels higher, once or twice.</summary>
    /// <returns>The node that takes its place.</returns>
    private uint Rotate(uint node, bool rightIsHigher)
    {
        uint child = rightIsHigher ? Right(node) : Left(node);
        int sign = rightIsHigher ? 1 : -1;
        if (child == 0)
        {
            throw place.Fault("the tree of the map is not balanced as it says");
        }

        int childBalance = Balance(child);
        if (childBalance != -sign)
        {
            SetSide(node, rightIsHigher, rightIsHigher ? Left(child) : Right(child));
            SetSide(child, !rightIsHigher, node);
            SetBalance(node, (sbyte)(childBalance == 0 ? sign : 0));
            SetBalance(child, (sbyte)(childBalance == 0 ? -sign : 0));
            return child;
        }

        uint middle = rightIsHigher ? Left(child) : Right(child);
        if (middle == 0)
        {
            throw place.Fault("the tree of the map is not balanced as it says");
        }

        int middleBalance = Balance(middle);
        SetSide(child, !rightIsHigher, rightIsHigher ? Right(middle) : Left(middle));
        SetSide(node, rightIsHigher, rightIsHigher ? Left(middle) : Right(middle));
        SetSide(middle, rightIsHigher, child);
        SetSide(middle, !rightIsHigher, node);
        SetBalance(node, (sbyte)(middleBalance == sign ? -sign : 0));
        SetBalance(child, (sbyte)(middleBalance == -sign ? sign : 0));
        SetBalance(middle, 0);
        return middle;
    }

    private uint Allocate()
    {
        int free = ListCodec.ReadCount(_free);
        if (free > 0)
        {
            uint index = _free.Indirect().At((ulong)(free - 1) * sizeof(uint)).ReadUInt32();
            _free.WriteUInt32((uint)(free - 1));
            return index < uint.MaxValue ? CheckPresent(index + 1) : throw _free.Fault("the list of free nodes of the map names none");
        }

        int count = ListCodec.ReadCount(_nodes);
        _nodes.WriteUInt32(checked((uint)(count + 1)));
        return (uint)(count + 1);
    }

    private void Release(uint node)
    {
        int count = ListCodec.ReadCount(_nodes);
        if (node == count)
        {
            _nodes.WriteUInt32((uint)(count - 1));
            return;
        }

        int free = ListCodec.ReadCount(_free);
        _free.Indirect().At((ulong)free * sizeof(uint)).WriteUInt32(node - 1);
        _free.WriteUInt32(checked((uint)(free + 1)));
    }

    /// <summary>Makes a node the child that the last step of a way leads to, or the root.</summary>
    private void Link(ReadOnlySpan<uint> path, ReadOnlySpan<bool> rights, int depth, uint node)
    {
        if (depth == 0)
        {
            place.WriteUInt32(node);
            return;
        }

        SetSide(path[depth - 1], rights[depth - 1], node);
    }

    private StoragePlace Links(uint node) => KeyOf(node).At(_linksOffset);

    private sbyte Balance(uint node) => (sbyte)Links(node).At(BalanceOffset).ReadByte();

    private void SetBalance(uint node, sbyte balance) => Links(node).At(BalanceOffset).WriteByte((byte)balance);

    private void SetLeft(uint node, uint child) => Links(node).WriteUInt32(child);

    private void SetSide(uint node, bool isRight, uint child) => Links(node).At(isRight ? RightOffset : 0).WriteUInt32(child);

    private void SetLinks(uint node, uint left, uint right, sbyte balance)
    {
        SetLeft(node, left);
        SetSide(node, isRight: true, right);
        SetBalance(node, balance);
    }

    private uint CheckPresent(uint node) => node != 0 ? Check(node) : throw place.Fault("the tree of the map misses a node");

    private uint Check(uint node)
    {
        uint count = _nodes.ReadUInt32();
        return node <= count ? node : throw place.Fault($"the tree of the map refers to node {node} of {count}");
    }

    private void ThrowIfTooDeep(int depth)
    {
        if (depth >= StorageLimits.MaxMapDepth - 1)
        {
            throw place.Fault($"the tree of the map is deeper than {StorageLimits.MaxMapDepth} levels");
        }
    }
}
