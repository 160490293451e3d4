namespace Cairn.Contracts;

/// <summary>An indirection: a byte in place that is never written, the value at the beginning of the slot that the place refers to.</summary>
internal sealed class IndirectCodec<T>(StorageCodec<T> values) : PlacedCodec<Indirect<T>>($"indirect<{values.TypeName}>", size: 1)
{
    public StorageCodec<T> Values => values;

    internal override bool IsPlain => false;

    public override Indirect<T> Read(StoragePlace place) => new(place, this);

    internal override void Copy(StoragePlace from, StoragePlace to) => values.Copy(from.Indirect(), to.Indirect());

    internal override void Reset(StoragePlace place) => values.Reset(place.Indirect());
}
