using System.Collections;

namespace Cairn.Contracts;

/// <summary>
/// A length and, right behind it in the same slot, the items. Changing it succeeds as a whole or not at all. Walking it ends with an exception when its length changes meanwhile.
/// </summary>
/// <typeparam name="T">The type of the items.</typeparam>
public sealed class StorageVector<T> : IReadOnlyList<T>, IStorageValue
{
    private readonly VectorCodec<T> _codec;

    internal StorageVector(StoragePlace place, VectorCodec<T> codec)
    {
        Place = place;
        _codec = codec;
    }

    /// <inheritdoc/>
    public StoragePlace Place { get; }

    /// <inheritdoc/>
    public StorageCodec Codec => _codec;

    /// <summary>How many items there are.</summary>
    /// <exception cref="StorageLayoutException">The length that is stored is above 2^31 - 1.</exception>
    public int Count => ListCodec.ReadCount(Place);

    /// <summary>An item.</summary>
    /// <param name="index">Its index.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such item.</exception>
    public T this[int index]
    {
        get => _codec.Items.Read(ItemAt(CheckIndex(index)));
        set => _codec.Items.Write(ItemAt(CheckIndex(index)), value);
    }

    /// <summary>Adds an item at the end.</summary>
    /// <param name="item">The item. Copied.</param>
    public void Add(T item) => AddRange(item);

    /// <summary>Adds items at the end.</summary>
    /// <param name="items">The items. Copied.</param>
    public void AddRange(params IEnumerable<T> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        T[] all = [.. items];
        int count = Count;
        using StorageScope scope = Place.BeginScope();
        for (int i = 0; i < all.Length; i++)
        {
            _codec.Items.Write(ItemAt(count + i), all[i]);
        }

        SetCount(checked(count + all.Length));
        scope.Release();
    }

    /// <summary>Replaces all items.</summary>
    /// <param name="items">The new ones. Copied; may come from the vector itself.</param>
    public void Assign(params IEnumerable<T> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        T[] copies = [.. items.Select(_codec.Items.Detach)];
        using StorageScope scope = Place.BeginScope();
        SetCount(0);
        AddRange(copies);
        scope.Release();
    }

    /// <summary>Takes items off the end.</summary>
    /// <param name="count">How many stay.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are not so many.</exception>
    public void Truncate(int count)
    {
        int all = Count;
        if (count < 0 || count > all)
        {
            throw new ArgumentOutOfRangeException(nameof(count), count, $"The vector has {all} items.");
        }

        SetCount(count);
    }

    /// <summary>Removes all items.</summary>
    public void Clear() => SetCount(0);

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator()
    {
        ContainerVersion version = Place.Version;
        int changes = version.Changes;
        long rollbacks = Place.Storage.RollbackCount;
        int count = Count;
        for (int i = 0; i < count; i++)
        {
            yield return _codec.Items.Read(ItemAt(i));
            if (version.Changes != changes || Place.Storage.RollbackCount != rollbacks)
            {
                throw new InvalidOperationException("The vector was changed while it was walked.");
            }
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private int CheckIndex(int index)
    {
        int count = Count;
        return index >= 0 && index < count ? index : throw new ArgumentOutOfRangeException(nameof(index), index, $"The vector has {count} items.");
    }

    private void SetCount(int count)
    {
        Place.WriteUInt32((uint)count);
        Place.Version.Changes++;
    }

    private StoragePlace ItemAt(int index) => Place.At(ListCodec.SizeBytes + ((ulong)index * _codec.Items.Size));
}
