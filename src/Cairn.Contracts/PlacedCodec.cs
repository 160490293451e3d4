namespace Cairn.Contracts;

/// <summary>How values are laid out that live in storage. Reading gives an accessor; writing copies what another one shows.</summary>
/// <typeparam name="T">The accessor.</typeparam>
public abstract class PlacedCodec<T> : StorageCodec<T>
    where T : IStorageValue
{
    private protected PlacedCodec(string typeName, uint size)
        : base(typeName, size)
    {
    }

    /// <inheritdoc/>
    public sealed override void Write(StoragePlace place, T value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (!string.Equals(value.Codec.TypeName, TypeName, StringComparison.Ordinal))
        {
            throw new ArgumentException($"The value is laid out as {value.Codec.TypeName}, the place as {TypeName}.", nameof(value));
        }

        if (value.Place == place)
        {
            return;
        }

        // A slice of an array may reach into the place it is assigned to.
        StoragePlace from = value.Place.Overlaps(place, Size) ? Detach(value).Place : value.Place;
        using StorageScope scope = place.BeginScope();
        Copy(from, place);
        scope.Release();
    }

    /// <inheritdoc/>
    internal sealed override T Detach(T value)
    {
        StoragePlace place = SlotStorage.InMemory(value.Place.Storage.Session.Profile).Root;
        Write(place, value);
        return Read(place);
    }
}
