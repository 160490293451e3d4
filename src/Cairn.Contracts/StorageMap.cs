using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Cairn.Contracts;

/// <summary>
/// A map in storage, in the order of its keys. Changing it succeeds as a whole or not at all. Values that live in storage themselves are given as accessors of their place, valid until their key is removed; what is assigned is
/// copied. Walking it ends with an exception when keys are added or removed meanwhile.
/// </summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
public sealed class StorageMap<TKey, TValue> : IReadOnlyDictionary<TKey, TValue>, IStorageValue
    where TKey : notnull
{
    private readonly MapCodec<TKey, TValue> _codec;
    private readonly MapTree<TKey> _tree;
    private ContainerVersion? _version;

    internal StorageMap(StoragePlace place, MapCodec<TKey, TValue> codec)
    {
        Place = place;
        _codec = codec;
        _tree = new MapTree<TKey>(place, codec.Keys, codec.Values.Size);
    }

    /// <inheritdoc/>
    public StoragePlace Place { get; }

    /// <inheritdoc/>
    public StorageCodec Codec => _codec;

    /// <summary>How many entries there are.</summary>
    public int Count => _tree.Count;

    /// <summary>The keys, in order.</summary>
    public IEnumerable<TKey> Keys => this.Select(entry => entry.Key);

    /// <summary>The values, in the order of their keys.</summary>
    public IEnumerable<TValue> Values => this.Select(entry => entry.Value);

    private ContainerVersion Version => _version ??= Place.Version;

    /// <summary>The value of a key. Assigning adds the key if need be.</summary>
    /// <param name="key">The key.</param>
    /// <exception cref="KeyNotFoundException">The key is not there.</exception>
    public TValue this[TKey key]
    {
        get => TryGetValue(key, out TValue? value) ? value : throw new KeyNotFoundException($"The map has no key '{key}'.");
        set => Set(key, value);
    }

    /// <summary>Looks up the value of a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <returns>Whether the key is there.</returns>
    public bool TryGetValue(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        uint node = _tree.Find(key);
        value = node == 0 ? default : _codec.Values.Read(_tree.ValueOf(node));
        return node != 0;
    }

    /// <summary>The value of a key, or another one where the key is not there. Adds nothing.</summary>
    /// <param name="key">The key.</param>
    /// <param name="otherwise">What to give for a key that is not there.</param>
    public TValue? GetValueOrDefault(TKey key, TValue? otherwise = default) => TryGetValue(key, out TValue? value) ? value : otherwise;

    /// <summary>Whether a key is there.</summary>
    /// <param name="key">The key.</param>
    public bool ContainsKey(TKey key) => _tree.Find(key) != 0;

    /// <summary>The value of a key, which is added with a value as if never written if need be.</summary>
    /// <param name="key">The key.</param>
    public TValue GetOrAdd(TKey key)
    {
        using StorageScope scope = Place.BeginScope();
        (uint node, bool isNew) = _tree.FindOrAdd(key);
        StoragePlace value = _tree.ValueOf(node);
        if (isNew)
        {
            _codec.Values.Reset(value);
            Version.Changes++;
        }

        scope.Release();
        return _codec.Values.Read(value);
    }

    /// <summary>The value of a key, which is added with a computed one if need be.</summary>
    /// <param name="key">The key.</param>
    /// <param name="make">Computes the value. May use the map.</param>
    public TValue GetOrAdd(TKey key, Func<TKey, TValue> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        if (TryGetValue(key, out TValue? present))
        {
            return present;
        }

        Set(key, make(key));
        return this[key];
    }

    /// <summary>Removes a key.</summary>
    /// <param name="key">The key.</param>
    /// <returns>Whether it was there.</returns>
    public bool Remove(TKey key)
    {
        using StorageScope scope = Place.BeginScope();
        bool isRemoved = _tree.Remove(key);
        scope.Release();
        Version.Changes += isRemoved ? 1 : 0;
        return isRemoved;
    }

    /// <summary>Removes all keys.</summary>
    public void Clear() => _codec.Reset(Place);

    /// <summary>The entries from a key on, in order.</summary>
    /// <param name="first">The first key, whether it is there or not.</param>
    public IEnumerable<KeyValuePair<TKey, TValue>> From(TKey first) => Walk(path => Descend(path, first));

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<TKey, TValue>> GetEnumerator() => Walk(path => DescendLeft(path, _tree.Root)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private void Set(TKey key, TValue value)
    {
        using StorageScope scope = Place.BeginScope();
        (uint node, bool isNew) = _tree.FindOrAdd(key);
        _codec.Values.Write(_tree.ValueOf(node), value);
        scope.Release();
        Version.Changes += isNew ? 1 : 0;
    }

    private IEnumerable<KeyValuePair<TKey, TValue>> Walk(Action<Stack<uint>> begin)
    {
        ContainerVersion version = Version;
        int changes = version.Changes;
        long rollbacks = Place.Storage.RollbackCount;
        int left = Count;
        Stack<uint> path = new();
        begin(path);
        while (path.TryPop(out uint node))
        {
            // Each node is met once: a tree that leads back into itself is found out by the number of entries.
            if (left-- == 0)
            {
                throw Place.Fault("the tree of the map has more entries than nodes");
            }

            yield return new KeyValuePair<TKey, TValue>(_codec.Keys.Read(_tree.KeyOf(node)), _codec.Values.Read(_tree.ValueOf(node)));
            if (version.Changes != changes || Place.Storage.RollbackCount != rollbacks)
            {
                throw new InvalidOperationException("The map was changed while it was walked.");
            }

            DescendLeft(path, _tree.Right(node));
        }
    }

    private void DescendLeft(Stack<uint> path, uint node)
    {
        for (; node != 0; node = _tree.Left(node))
        {
            Push(path, node);
        }
    }

    private void Descend(Stack<uint> path, TKey first)
    {
        int depth = 0;
        for (uint node = _tree.Root; node != 0;)
        {
            bool isBefore = _codec.Keys.Compare(_tree.KeyOf(node), first) < 0;
            if (!isBefore)
            {
                Push(path, node);
            }
            else if (++depth > StorageLimits.MaxMapDepth)
            {
                throw Place.Fault($"the tree of the map is deeper than {StorageLimits.MaxMapDepth} levels");
            }

            node = isBefore ? _tree.Right(node) : _tree.Left(node);
        }
    }

    private void Push(Stack<uint> path, uint node)
    {
        if (path.Count > StorageLimits.MaxMapDepth)
        {
            throw Place.Fault($"the tree of the map is deeper than {StorageLimits.MaxMapDepth} levels");
        }

        path.Push(node);
    }
}
