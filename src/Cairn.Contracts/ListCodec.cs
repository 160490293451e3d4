namespace Cairn.Contracts;

/// <summary>A list: the number of items in place, four bytes, the items one after the other in the slot that the place refers to.</summary>
internal sealed class ListCodec<T>(StorageCodec<T> items) : PlacedCodec<StorageList<T>>($"list<{items.TypeName}>", ListCodec.SizeBytes)
{
    public StorageCodec<T> Items => items;

    internal override bool IsPlain => false;

    public override StorageList<T> Read(StoragePlace place) => new(place, this);

    internal override void Copy(StoragePlace from, StoragePlace to) => ListCodec.Copy(items, from, to);

    internal override void Reset(StoragePlace place)
    {
        place.WriteUInt32(0);
        place.Version.Changes++;
    }
}

/// <summary>What lists of any type have in common.</summary>
internal static class ListCodec
{
    public const int SizeBytes = sizeof(uint);

    public static int ReadCount(StoragePlace place)
    {
        uint count = place.ReadUInt32();
        return count <= int.MaxValue ? (int)count : throw place.Fault($"a list of {count} items is longer than can be read");
    }

    public static void Copy(StorageCodec items, StoragePlace from, StoragePlace to)
    {
        int count = ReadCount(from);
        if (count > 0)
        {
            CopyItems(items, from.Indirect(), to.Indirect(), count);
        }

        to.WriteUInt32((uint)count);
        to.Version.Changes++;
    }

    public static void CopyItems(StorageCodec items, StoragePlace from, StoragePlace to, int count)
    {
        ulong bytes = (ulong)count * items.Size;
        if (items.IsPlain && bytes <= uint.MaxValue)
        {
            StorageCodec.CopyBytes(from, to, (uint)bytes);
            return;
        }

        for (int i = 0; i < count; i++)
        {
            ulong at = (ulong)i * items.Size;
            items.Copy(from.At(at), to.At(at));
        }
    }
}
