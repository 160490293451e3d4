using System.Collections;

namespace Cairn.Contracts;

/// <summary>
/// A list of any length in storage. Changing it succeeds as a whole or not at all. Items that live in storage themselves are given as accessors of their place; what is added is copied. Walking it ends with an exception when the
/// list changes meanwhile.
/// </summary>
/// <typeparam name="T">The type of the items.</typeparam>
public sealed partial class StorageList<T> : IReadOnlyList<T>, IStorageValue
{
    private readonly ListCodec<T> _codec;
    private StoragePlace? _content;
    private ContainerVersion? _version;

    internal StorageList(StoragePlace place, ListCodec<T> codec)
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

    private StoragePlace Content => _content ??= Place.Indirect();

    private ContainerVersion Version => _version ??= Place.Version;

    /// <summary>An item.</summary>
    /// <param name="index">Its index; <c>^1</c> is that of the last one.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such item.</exception>
    public T this[int index]
    {
        get => _codec.Items.Read(ItemAt(CheckIndex(index, Count)));
        set
        {
            StoragePlace item = ItemAt(CheckIndex(index, Count));
            _codec.Items.Write(item, value);
        }
    }

    /// <summary>Adds an item at the end.</summary>
    /// <param name="item">The item. Copied.</param>
    public void Add(T item) => InsertMany(Count, [item]);

    /// <summary>Adds items at the end.</summary>
    /// <param name="items">The items. Copied.</param>
    public void AddRange(params IEnumerable<T> items) => InsertRange(Count, items);

    /// <summary>Adds an item at the end that is as if it were never written.</summary>
    /// <returns>The item: where it lives in storage, an accessor to fill it with.</returns>
    public T AddNew()
    {
        int count = Count;
        StoragePlace item = ItemAt(count);
        using StorageScope scope = Place.BeginScope();
        _codec.Items.Reset(item);
        SetCount(count + 1);
        scope.Release();
        return _codec.Items.Read(item);
    }

    /// <summary>Takes the last item off.</summary>
    /// <returns>The item, independent of the list.</returns>
    /// <exception cref="InvalidOperationException">The list is empty.</exception>
    public T Pop()
    {
        int count = Count;
        if (count == 0)
        {
            throw new InvalidOperationException("The list is empty.");
        }

        T item = _codec.Items.Detach(_codec.Items.Read(ItemAt(count - 1)));
        SetCount(count - 1);
        return item;
    }

    /// <summary>Puts an item before another one, or at the end.</summary>
    /// <param name="index">The index it will have, at most <see cref="Count"/>.</param>
    /// <param name="item">The item. Copied.</param>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative or above the number of items.</exception>
    public void Insert(int index, T item) => InsertMany(CheckIndex(index, Count + 1), [item]);

    /// <summary>Puts items before another one, or at the end.</summary>
    /// <param name="index">The index of the first one, at most <see cref="Count"/>.</param>
    /// <param name="items">The items. Copied; may come from the list itself.</param>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative or above the number of items.</exception>
    public void InsertRange(int index, IEnumerable<T> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        InsertMany(CheckIndex(index, Count + 1), [.. items]);
    }

    /// <summary>Removes an item; those after it move down.</summary>
    /// <param name="index">Its index.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such item.</exception>
    public void RemoveAt(int index) => RemoveRange(CheckIndex(index, Count), count: 1);

    /// <summary>Removes items that follow each other; those after them move down.</summary>
    /// <param name="index">The index of the first one.</param>
    /// <param name="count">How many.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no such items.</exception>
    public void RemoveRange(int index, int count)
    {
        int all = Count;
        CheckRange(index, count, all);
        using StorageScope scope = Place.BeginScope();
        for (int from = index + count; from < all; from++)
        {
            _codec.Items.Copy(ItemAt(from), ItemAt(from - count));
        }

        SetCount(all - count);
        scope.Release();
    }

    /// <summary>Replaces items that follow each other by others, as many or not.</summary>
    /// <param name="index">The index of the first one.</param>
    /// <param name="count">How many.</param>
    /// <param name="items">What to put there. Copied; may come from the list itself.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no such items.</exception>
    public void ReplaceRange(int index, int count, IEnumerable<T> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        CheckRange(index, count, Count);
        T[] copies = [.. items.Select(_codec.Items.Detach)];
        using StorageScope scope = Place.BeginScope();
        RemoveRange(index, count);
        InsertMany(index, copies);
        scope.Release();
    }

    /// <summary>Copies of items that follow each other; <c>list[1..3]</c> calls it.</summary>
    /// <param name="start">The index of the first one.</param>
    /// <param name="length">How many.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no such items.</exception>
    public T[] Slice(int start, int length)
    {
        CheckRange(start, length, Count);
        T[] items = new T[length];
        for (int i = 0; i < length; i++)
        {
            items[i] = _codec.Items.Detach(_codec.Items.Read(ItemAt(start + i)));
        }

        return items;
    }

    /// <summary>Removes all items.</summary>
    public void Clear() => SetCount(0);

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator()
    {
        ContainerVersion version = Version;
        int changes = version.Changes;
        long rollbacks = Place.Storage.RollbackCount;
        int count = Count;
        for (int i = 0; i < count; i++)
        {
            yield return _codec.Items.Read(ItemAt(i));
            if (version.Changes != changes || Place.Storage.RollbackCount != rollbacks)
            {
                throw new InvalidOperationException("The list was changed while it was walked.");
            }
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static int CheckIndex(int index, int end) =>
        index >= 0 && index < end ? index : throw new ArgumentOutOfRangeException(nameof(index), index, $"The index is not among the {end} that are possible.");

    private static void CheckRange(int start, int length, int count)
    {
        if (start < 0 || length < 0 || length > count - start)
        {
            throw new ArgumentOutOfRangeException(nameof(start), start, $"{length} items from index {start} on are not among the {count} of the list.");
        }
    }

    private void InsertMany(int index, T[] items)
    {
        int count = Count;
        if (index < count)
        {
            // What comes from the list itself moves while room is made.
            items = Array.ConvertAll(items, _codec.Items.Detach);
        }

        using StorageScope scope = Place.BeginScope();
        for (int from = count - 1; from >= index; from--)
        {
            _codec.Items.Copy(ItemAt(from), ItemAt(from + items.Length));
        }

        for (int i = 0; i < items.Length; i++)
        {
            _codec.Items.Write(ItemAt(index + i), items[i]);
        }

        SetCount(checked(count + items.Length));
        scope.Release();
    }

    private void SetCount(int count)
    {
        Place.WriteUInt32((uint)count);
        Version.Changes++;
    }

    private StoragePlace ItemAt(int index) => Content.At((ulong)index * _codec.Items.Size);
}
