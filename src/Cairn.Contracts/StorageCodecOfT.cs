namespace Cairn.Contracts;

/// <summary>How values of a type are laid out in a slot, read and written.</summary>
/// <typeparam name="T">The type of the values. For what lives in storage itself (records, maps, lists) it is the accessor, and writing copies what it shows.</typeparam>
public abstract class StorageCodec<T> : StorageCodec
{
    private protected StorageCodec(string typeName, uint size)
        : base(typeName, size)
    {
    }

    /// <summary>Reads the value at a place. What was never written reads as zero, empty or false.</summary>
    /// <param name="place">Where it is.</param>
    /// <exception cref="StorageLayoutException">The bytes there are no such value.</exception>
    public abstract T Read(StoragePlace place);

    /// <summary>Writes the value at a place, as a whole or not at all.</summary>
    /// <param name="place">Where it goes.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="ArgumentException">The value cannot be stored as this type. Nothing was written.</exception>
    /// <exception cref="SlotForbiddenException">A slot may not be written. Nothing was written.</exception>
    /// <exception cref="PageLimitException">The execution would write to more pages than it may. Nothing was written.</exception>
    public abstract void Write(StoragePlace place, T value);

    /// <summary>The value, independent of the place it was read from.</summary>
    internal virtual T Detach(T value) => value;
}
