namespace Cairn.Contracts;

/// <summary>A map: the root of its tree (4), the list of its nodes (4) and the list of the free ones among them (4); see <see cref="MapTree{TKey}"/>.</summary>
internal sealed class MapCodec<TKey, TValue> : PlacedCodec<StorageMap<TKey, TValue>>
    where TKey : notnull
{
    private readonly StorageCodec[] _node;

    public MapCodec(StorageKeyCodec<TKey> keys, StorageCodec<TValue> values)
        : base($"map<{keys.TypeName},{values.TypeName}>", MapTree.SizeBytes)
    {
        if ((ulong)keys.Size + values.Size + MapTree.LinkBytes > uint.MaxValue)
        {
            throw new ArgumentException($"A {values.TypeName} is too large to be a value of a map. Put it behind an indirection.", nameof(values));
        }

        Keys = keys;
        Values = values;
        _node = [keys, values, StorageCodecs.UInt32, StorageCodecs.UInt32, StorageCodecs.Int8];
        Node = new NodeCodec(_node);
    }

    public StorageKeyCodec<TKey> Keys { get; }

    public StorageCodec<TValue> Values { get; }

    public StorageCodec Node { get; }

    internal override bool IsPlain => false;

    public override StorageMap<TKey, TValue> Read(StoragePlace place) => new(place, this);

    internal override void Copy(StoragePlace from, StoragePlace to)
    {
        to.WriteUInt32(from.ReadUInt32());
        ListCodec.Copy(Node, from.At(MapTree.NodesOffset), to.At(MapTree.NodesOffset));
        ListCodec.Copy(StorageCodecs.UInt32, from.At(MapTree.FreeOffset), to.At(MapTree.FreeOffset));
        to.Version.Changes++;
    }

    internal override void Reset(StoragePlace place)
    {
        Span<byte> zeros = stackalloc byte[MapTree.SizeBytes];
        zeros.Clear();
        place.Write(zeros);
        place.Version.Changes++;
    }

    /// <summary>A node, for copying.</summary>
    private sealed class NodeCodec(StorageCodec[] parts) : StorageCodec("node", (uint)parts.Sum(part => part.Size))
    {
        internal override bool IsPlain { get; } = parts.All(part => part.IsPlain);

        internal override void Copy(StoragePlace from, StoragePlace to)
        {
            uint at = 0;
            foreach (StorageCodec part in parts)
            {
                part.Copy(from.At(at), to.At(at));
                at += part.Size;
            }
        }
    }
}
