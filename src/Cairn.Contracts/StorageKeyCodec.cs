namespace Cairn.Contracts;

/// <summary>How values of a type are laid out that can be keys of maps, and in which order they are.</summary>
/// <typeparam name="T">The type of the keys.</typeparam>
public abstract class StorageKeyCodec<T> : StorageCodec<T>
{
    private protected StorageKeyCodec(string typeName, uint size)
        : base(typeName, size)
    {
    }

    /// <summary>Compares a key that is stored with another one.</summary>
    /// <returns>Below 0 when the stored one comes first, above 0 when it comes last, 0 when they are equal.</returns>
    internal abstract int Compare(StoragePlace stored, T key);
}
