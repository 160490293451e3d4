namespace Cairn.Contracts;

/// <summary>An array of fixed length: the items one after the other, in place.</summary>
internal sealed class ArrayCodec<T>(StorageCodec<T> items, int length) : PlacedCodec<StorageArray<T>>($"array<{items.TypeName},{length}>", SizeOf(items, length))
{
    public StorageCodec<T> Items => items;

    public int Length => length;

    internal override bool IsPlain => items.IsPlain;

    public override StorageArray<T> Read(StoragePlace place) => length > 0 || place.Storage.Session.Profile.AllowsEmptyArrays
        ? new(place, this)
        : throw new ArgumentException($"The profile {place.Storage.Session.Profile.Name} has no arrays without items.", nameof(place));

    internal override void Copy(StoragePlace from, StoragePlace to) => ListCodec.CopyItems(items, from, to, length);

    internal override void Reset(StoragePlace place)
    {
        for (int i = 0; i < length; i++)
        {
            items.Reset(place.At((ulong)i * items.Size));
        }
    }

    private static uint SizeOf(StorageCodec items, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ulong size = (ulong)length * items.Size;
        return size < uint.MaxValue || length == 1
            ? (uint)size
            : throw new ArgumentOutOfRangeException(nameof(length), length, $"{length} items of {items.Size} bytes do not fit into a slot.");
    }
}
