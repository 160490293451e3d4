namespace Cairn.Contracts;

/// <summary>A vector: the number of items, four bytes, and the items behind it in the same slot. It takes all that is left of the slot.</summary>
internal sealed class VectorCodec<T>(StorageCodec<T> items) : PlacedCodec<StorageVector<T>>($"vector<{items.TypeName}>", uint.MaxValue)
{
    public StorageCodec<T> Items => items;

    internal override bool IsPlain => false;

    public override StorageVector<T> Read(StoragePlace place) => new(place, this);

    internal override void Copy(StoragePlace from, StoragePlace to)
    {
        int count = ListCodec.ReadCount(from);
        if (count > 0)
        {
            ListCodec.CopyItems(items, from.At(ListCodec.SizeBytes), to.At(ListCodec.SizeBytes), count);
        }

        to.WriteUInt32((uint)count);
        to.Version.Changes++;
    }

    internal override void Reset(StoragePlace place)
    {
        place.WriteUInt32(0);
        place.Version.Changes++;
    }
}
