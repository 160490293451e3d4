namespace Cairn.Contracts;

/// <summary>A value in a slot of its own.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
public sealed class Indirect<T> : IStorageValue
{
    private readonly IndirectCodec<T> _codec;

    internal Indirect(StoragePlace place, IndirectCodec<T> codec)
    {
        Place = place;
        _codec = codec;
    }

    /// <inheritdoc/>
    public StoragePlace Place { get; }

    /// <inheritdoc/>
    public StorageCodec Codec => _codec;

    /// <summary>The value; where it lives in storage itself, its accessor. What is assigned is copied.</summary>
    public T Value
    {
        get => _codec.Values.Read(Place.Indirect());
        set => _codec.Values.Write(Place.Indirect(), value);
    }
}
