using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Cairn;

/// <summary>
/// Puts and deletes for <see cref="KeyValueStore.WriteAsync"/>, which are applied together or not at all. Of several changes of one key the last counts. For one thread at a time; it can be written more than once, and used again after
/// <see cref="Clear"/>.
/// </summary>
public sealed class KeyValueBatch
{
    private const int SmallestBuffer = 256;

    private readonly List<Change> _changes = [];
    private byte[] _bytes = [];
    private int _used;

    /// <summary>How many changes there are, those of the same key counted apart.</summary>
    public int Count => _changes.Count;

    /// <summary>The bytes of all keys and values of the changes.</summary>
    public long ByteCount => _used;

    /// <summary>Puts a value.</summary>
    /// <param name="key">The key, 1 to <see cref="StateLimits.MaxKeyBytes"/> bytes. Copied.</param>
    /// <param name="value">The value, up to <see cref="StateLimits.MaxValueBytes"/> bytes; an empty one is present all the same. Copied.</param>
    /// <exception cref="ArgumentException">The key or value is too short or too long.</exception>
    /// <exception cref="InvalidOperationException">The batch would be larger than <see cref="StateLimits.MaxBlockBytes"/>.</exception>
    public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        StateLimits.CheckKey(key);
        StateLimits.CheckValue(value);
        Add(key, value, isDelete: false);
    }

    /// <summary>Puts a value as JSON. A null is the JSON text <c>null</c>: present, and so distinguishable from an absent key.</summary>
    /// <param name="key">The key. Copied.</param>
    /// <param name="value">The value.</param>
    /// <param name="type">How to write it; of a <c>JsonSerializerContext</c>, say.</param>
    /// <exception cref="ArgumentException">The key is too short or too long, or the text too long.</exception>
    /// <exception cref="InvalidOperationException">The batch would be larger than <see cref="StateLimits.MaxBlockBytes"/>.</exception>
    public void PutJson<T>(ReadOnlySpan<byte> key, T value, JsonTypeInfo<T> type) => Put(key, JsonSerializer.SerializeToUtf8Bytes(value, type));

    /// <summary>Puts a value as JSON, as the default options write it.</summary>
    /// <inheritdoc cref="PutJson{T}(ReadOnlySpan{byte}, T, JsonTypeInfo{T})"/>
    [RequiresUnreferencedCode("Finds the members of the type by reflection. Trimmed programs name a JsonTypeInfo.")]
    [RequiresDynamicCode("Finds the members of the type by reflection. Programs compiled ahead of time name a JsonTypeInfo.")]
    public void PutJson<T>(ReadOnlySpan<byte> key, T value) => PutJson(key, value, KeyValueJson.Reflected<T>());

    /// <summary>Deletes a key. Deleting an absent key is no change.</summary>
    /// <param name="key">The key, 1 to <see cref="StateLimits.MaxKeyBytes"/> bytes. Copied.</param>
    /// <exception cref="ArgumentException">The key is too short or too long.</exception>
    /// <exception cref="InvalidOperationException">The batch would be larger than <see cref="StateLimits.MaxBlockBytes"/>.</exception>
    public void Delete(ReadOnlySpan<byte> key)
    {
        StateLimits.CheckKey(key);
        Add(key, default, isDelete: true);
    }

    /// <summary>Forgets all changes.</summary>
    public void Clear()
    {
        _changes.Clear();
        _used = 0;
    }

    /// <summary>Adds the changes of another batch behind those here, from one of them on.</summary>
    /// <exception cref="InvalidOperationException">The batch would be larger than <see cref="StateLimits.MaxBlockBytes"/>.</exception>
    internal void Append(KeyValueBatch other, int first = 0)
    {
        int start = first < other.Count ? other._changes[first].Start : other._used;
        Reserve(other._used - start);
        other._bytes.AsSpan(start, other._used - start).CopyTo(_bytes.AsSpan(_used));
        for (int index = first; index < other.Count; index++)
        {
            _changes.Add(other._changes[index] with { Start = _used + other._changes[index].Start - start });
        }

        _used += other._used - start;
    }

    /// <summary>Makes some of the changes in one tree of a draft.</summary>
    internal void ApplyTo(TreeDraft draft, Range changes)
    {
        (int first, int count) = changes.GetOffsetAndLength(_changes.Count);
        for (int index = first; index < first + count; index++)
        {
            Change change = _changes[index];
            ReadOnlySpan<byte> key = _bytes.AsSpan(change.Start, change.KeyBytes);
            if (change.ValueBytes < 0)
            {
                draft.Delete(key);
            }
            else
            {
                draft.Put(key, _bytes.AsSpan(change.Start + change.KeyBytes, change.ValueBytes));
            }
        }
    }

    private void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool isDelete)
    {
        Reserve(key.Length + value.Length);
        key.CopyTo(_bytes.AsSpan(_used));
        value.CopyTo(_bytes.AsSpan(_used + key.Length));
        _changes.Add(new Change(_used, key.Length, isDelete ? -1 : value.Length));
        _used += key.Length + value.Length;
    }

    private void Reserve(int bytes)
    {
        long needed = _used + (long)bytes;
        if (needed > StateLimits.MaxBlockBytes)
        {
            throw new InvalidOperationException($"A batch has at most {StateLimits.MaxBlockBytes} bytes of keys and values, not {needed}. Write it and go on with another one.");
        }

        if (needed > _bytes.Length)
        {
            Array.Resize(ref _bytes, (int)Math.Max(needed, Math.Max(SmallestBuffer, Math.Min(StateLimits.MaxBlockBytes, 2L * _bytes.Length))));
        }
    }

    /// <summary>One change: where its key begins, its value following; a negative length of the value means deleted.</summary>
    private readonly record struct Change(int Start, int KeyBytes, int ValueBytes);
}
