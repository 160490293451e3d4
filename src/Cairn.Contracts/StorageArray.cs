using System.Collections;

namespace Cairn.Contracts;

/// <summary>An array of fixed length in storage, item after item in place. Items that live in storage themselves are given as accessors of their place; what is assigned is copied.</summary>
/// <typeparam name="T">The type of the items.</typeparam>
public sealed class StorageArray<T> : IReadOnlyList<T>, IStorageValue
{
    private readonly ArrayCodec<T> _codec;

    internal StorageArray(StoragePlace place, ArrayCodec<T> codec)
    {
        Place = place;
        _codec = codec;
    }

    /// <inheritdoc/>
    public StoragePlace Place { get; }

    /// <inheritdoc/>
    public StorageCodec Codec => _codec;

    /// <summary>How many items there are.</summary>
    public int Count => _codec.Length;

    /// <summary>An item.</summary>
    /// <param name="index">Its index; <c>^1</c> is that of the last one.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such item.</exception>
    public T this[int index]
    {
        get => _codec.Items.Read(ItemAt(index));
        set => _codec.Items.Write(ItemAt(index), value);
    }

    /// <summary>Items that follow each other, in place: changing them changes the array. <c>array[1..3]</c> calls it.</summary>
    /// <param name="start">The index of the first one.</param>
    /// <param name="length">How many.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no such items.</exception>
    public StorageArray<T> Slice(int start, int length) => start >= 0 && length >= 0 && length <= Count - start
        ? new StorageArray<T>(Place.At((ulong)start * _codec.Items.Size), new ArrayCodec<T>(_codec.Items, length))
        : throw new ArgumentOutOfRangeException(nameof(start), start, $"{length} items from index {start} on are not among the {Count} of the array.");

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator()
    {
        for (int i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private StoragePlace ItemAt(int index) => index >= 0 && index < Count
        ? Place.At((ulong)index * _codec.Items.Size)
        : throw new ArgumentOutOfRangeException(nameof(index), index, $"The array has {Count} items.");
}
