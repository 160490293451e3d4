using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Cairn.Homes;

namespace Cairn.Tree;

/// <summary>
/// The changes of one block, or of several merged, to one tree, sorted by key, each key once: what the tree is asked to apply. Values above the inline limit become blobs here, once, however often the batch is applied.
/// Used by one thread at a time, or by several for different changes.
/// </summary>
internal sealed class ChangeBatch
{
    /// <summary>Key and value of many a change.</summary>
    private const int PrefetchedBytes = 128;

    private readonly byte[] _bytes;
    private readonly Entry[] _entries;
    private readonly BlockHeight[]? _heights;
    private BlobReference?[]? _blobs;

    /// <summary>Makes a batch over bytes that must not change while it is used.</summary>
    /// <param name="bytes">Holds keys and values.</param>
    /// <param name="sortedEntries">Where they are in it.</param>
    /// <param name="count">How many entries count.</param>
    /// <param name="heights">Of several blocks merged, the height each change was made at; null for one block.</param>
    public ChangeBatch(byte[] bytes, Entry[] sortedEntries, int count, BlockHeight[]? heights = null)
    {
        _heights = heights;
        _bytes = bytes;
        _entries = sortedEntries;
        Count = count;
    }

    /// <summary>No changes.</summary>
    public static ChangeBatch Empty { get; } = new([], [], 0);

    /// <summary>The number of changes.</summary>
    public int Count { get; }

    /// <summary>
    /// Whether these are the changes of several blocks merged. Then even a put of the value a key already has is a change: the key had another value in between, and its height of change is that of the put.
    /// </summary>
    public bool IsMerged => _heights is not null;

    /// <summary>The new values of a log record.</summary>
    public static ChangeBatch Of(ChangeList list)
    {
        Entry[] entries = new Entry[list.Count];
        for (int index = 0; index < entries.Length; index++)
        {
            (int keyStart, int keyBytes, int newStart, int newBytes) = list.NewPlace(index);
            entries[index] = new Entry(keyStart, keyBytes, newStart, newBytes);
        }

        return new ChangeBatch(list.Buffer, entries, entries.Length);
    }

    /// <summary>The key of a change.</summary>
    public ReadOnlySpan<byte> Key(int index)
    {
        ref readonly Entry entry = ref _entries[index];
        return _bytes.AsSpan(entry.KeyStart, entry.KeyBytes);
    }

    /// <summary>Asks the processor for key and value of a change: sorted changes lie in memory as they came. Beyond the last one nothing is asked for.</summary>
    public void Prefetch(int index)
    {
        if (index < Count)
        {
            PageProbe.Prefetch(_bytes, _entries[index].KeyStart, PrefetchedBytes);
        }
    }

    /// <summary>The height a change was made at: its own in merged blocks, else that of the block being applied.</summary>
    public BlockHeight HeightOf(int index, BlockHeight block) => _heights is null ? block : _heights[index];

    /// <summary>Whether the change deletes its key.</summary>
    public bool IsDelete(int index) => _entries[index].ValueBytes < 0;

    /// <summary>The value a change puts; empty for a deletion.</summary>
    public ReadOnlySpan<byte> Value(int index)
    {
        ref readonly Entry entry = ref _entries[index];
        return entry.ValueBytes <= 0 ? default : _bytes.AsSpan(entry.ValueStart, entry.ValueBytes);
    }

    /// <summary>Whether the value a change puts is a blob.</summary>
    public bool IsBlob(int index) => _entries[index].ValueBytes > StateLimits.MaxInlineValueBytes;

    /// <summary>The blob a change puts; its bytes are a copy.</summary>
    public BlobReference Blob(int index)
    {
        // Several threads may apply the batch, each other changes of it.
        BlobReference?[] blobs = _blobs ?? Interlocked.CompareExchange(ref _blobs, new BlobReference?[Count], null) ?? _blobs;
        return blobs[index] ??= new BlobReference(Value(index).ToArray(), new Hash256(SHA256.HashData(Value(index))));
    }

    /// <summary>Where a change's key and value are; a negative length deletes.</summary>
    [StructLayout(LayoutKind.Auto)]
    internal readonly record struct Entry(int KeyStart, int KeyBytes, int ValueStart, int ValueBytes);
}
