using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Cairn;

/// <summary>
/// A <see cref="StateStore"/> as a plain key-value store, for those who need no blocks of their own: each write is one block at the next height, so that history, roots and proofs are there all the same. Any number of
/// threads read and write; writes are taken in one after the other. See <see cref="KeyValueBatcher"/> for many small writes.
/// </summary>
/// <remarks>Reads answer from the newest block. To read several keys of one moment, open a view on <see cref="State"/>.</remarks>
public sealed class KeyValueStore : IAsyncDisposable
{
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly bool _ownsState;

    /// <summary>Makes a key-value store of an open state store.</summary>
    /// <param name="state">The store. What others commit to it meanwhile is allowed as long as they do not commit while a write here is running.</param>
    /// <param name="tree">Which of its trees to use: the state tree, which the root covers and of which there are proofs, or the local tree, which is not hashed and so is quicker.</param>
    /// <param name="ownsState">Whether disposing this closes the store.</param>
    public KeyValueStore(StateStore state, TreeKind tree = TreeKind.State, bool ownsState = false)
    {
        ArgumentNullException.ThrowIfNull(state);
        State = state;
        Tree = tree;
        _ownsState = ownsState;
    }

    /// <summary>The store underneath: heights, roots, views, history.</summary>
    public StateStore State { get; }

    /// <summary>Which of its trees is used.</summary>
    public TreeKind Tree { get; }

    /// <summary>How many keys there are.</summary>
    public ulong Count => Totals.Entries;

    /// <summary>What there is, all keys together.</summary>
    public TreeTotals Totals
    {
        get
        {
            using StateView view = State.OpenView();
            return Of(view).Totals;
        }
    }

    /// <summary>Opens or creates a store, as <see cref="StateStore.OpenAsync(string, StateStoreOptions?, CancellationToken)"/> does, and closes it when disposed.</summary>
    /// <param name="location">A path or a URI.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="tree">Which tree to use.</param>
    /// <param name="cancellationToken">Ends opening.</param>
    /// <inheritdoc cref="StateStore.OpenAsync(string, StateStoreOptions?, CancellationToken)" path="/exception"/>
    public static async Task<KeyValueStore> OpenAsync(string location, StateStoreOptions? options = null, TreeKind tree = TreeKind.State, CancellationToken cancellationToken = default) =>
        new(await StateStore.OpenAsync(location, options, cancellationToken).ConfigureAwait(false), tree, ownsState: true);

    /// <summary>Reads a value. Allocates nothing when the page is in memory and the value is inline.</summary>
    /// <param name="key">The key.</param>
    /// <param name="destination">Takes the value.</param>
    /// <param name="valueBytes">The length of the value; 0 when the key is absent.</param>
    /// <returns>Whether the key is present.</returns>
    /// <exception cref="ArgumentException">The destination is shorter than the value; the message names the length.</exception>
    /// <exception cref="StateCorruptedException">A stored page or blob on the way is damaged.</exception>
    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    public bool TryGet(ReadOnlySpan<byte> key, Span<byte> destination, out int valueBytes) => State.TryGetAtHead(Tree, key, destination, out valueBytes);

    /// <summary>Reads a value into a new array.</summary>
    /// <returns>The value; null when the key is absent.</returns>
    /// <exception cref="StateCorruptedException">A stored page or blob on the way is damaged.</exception>
    public byte[]? Get(ReadOnlySpan<byte> key)
    {
        using StateView view = State.OpenView();
        return Of(view).Get(key);
    }

    /// <summary>Whether a key is present, with whatever value.</summary>
    public bool Contains(ReadOnlySpan<byte> key)
    {
        using StateView view = State.OpenView();
        return Of(view).Contains(key);
    }

    /// <summary>Reads a value that was put as JSON.</summary>
    /// <param name="key">The key.</param>
    /// <param name="type">How to read it; of a <c>JsonSerializerContext</c>, say.</param>
    /// <param name="value">The value; null also when null was put.</param>
    /// <returns>Whether the key is present: true for a null that was put, false for an absent key.</returns>
    /// <exception cref="JsonException">The value is not JSON text of the type.</exception>
    public bool TryGetJson<T>(ReadOnlySpan<byte> key, JsonTypeInfo<T> type, out T? value)
    {
        byte[]? text = Get(key);
        value = text is null ? default : KeyValueJson.Read(key, text, type);
        return text is not null;
    }

    /// <summary>Reads a value that was put as JSON, as the default options read it.</summary>
    /// <inheritdoc cref="TryGetJson{T}(ReadOnlySpan{byte}, JsonTypeInfo{T}, out T)"/>
    [RequiresUnreferencedCode("Finds the members of the type by reflection. Trimmed programs name a JsonTypeInfo.")]
    [RequiresDynamicCode("Finds the members of the type by reflection. Programs compiled ahead of time name a JsonTypeInfo.")]
    public bool TryGetJson<T>(ReadOnlySpan<byte> key, out T? value) => TryGetJson(key, KeyValueJson.Reflected<T>(), out value);

    /// <summary>Walks the entries of a half-open range in key order, all as of the moment of the call.</summary>
    /// <param name="start">The first key; empty for the beginning.</param>
    /// <param name="end">The key after the last; empty for no upper bound.</param>
    /// <param name="limit">The most entries to give.</param>
    /// <param name="reverse">Whether to begin at the end.</param>
    /// <returns>A walk before its first entry. Dispose it, as <c>foreach</c> does: it keeps its height until then.</returns>
    public KeyValueScan Range(ReadOnlySpan<byte> start, ReadOnlySpan<byte> end, long limit = long.MaxValue, bool reverse = false)
    {
        StateView view = State.OpenView();
        try
        {
            return new KeyValueScan(view, Of(view).Range(start, end, limit, reverse));
        }
        catch
        {
            view.Dispose();
            throw;
        }
    }

    /// <summary>Walks the entries whose keys begin with a prefix in key order, all as of the moment of the call.</summary>
    /// <param name="prefix">The prefix; empty for everything.</param>
    /// <param name="limit">The most entries to give.</param>
    /// <param name="reverse">Whether to begin at the end.</param>
    /// <returns>A walk before its first entry. Dispose it, as <c>foreach</c> does: it keeps its height until then.</returns>
    public KeyValueScan Prefix(ReadOnlySpan<byte> prefix, long limit = long.MaxValue, bool reverse = false)
    {
        StateView view = State.OpenView();
        try
        {
            return new KeyValueScan(view, Of(view).Prefix(prefix, limit, reverse));
        }
        catch
        {
            view.Dispose();
            throw;
        }
    }

    /// <summary>Puts a value, as a block of its own.</summary>
    /// <param name="key">The key, 1 to <see cref="StateLimits.MaxKeyBytes"/> bytes. Copied before the call returns.</param>
    /// <param name="value">The value, up to <see cref="StateLimits.MaxValueBytes"/> bytes; an empty one is present all the same. Copied before the call returns.</param>
    /// <param name="cancellationToken">Honoured until the block is written.</param>
    /// <inheritdoc cref="WriteAsync" path="/*[not(self::param)]"/>
    public Task<CommittedBlock> PutAsync(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, CancellationToken cancellationToken = default)
    {
        KeyValueBatch batch = new();
        batch.Put(key, value);
        return WriteAsync(batch, cancellationToken);
    }

    /// <summary>Puts a value as JSON, as a block of its own. A null is the JSON text <c>null</c>: present, and so distinguishable from an absent key.</summary>
    /// <param name="key">The key. Copied before the call returns.</param>
    /// <param name="value">The value.</param>
    /// <param name="type">How to write it; of a <c>JsonSerializerContext</c>, say.</param>
    /// <param name="cancellationToken">Honoured until the block is written.</param>
    /// <inheritdoc cref="WriteAsync" path="/*[not(self::param)]"/>
    public Task<CommittedBlock> PutJsonAsync<T>(ReadOnlySpan<byte> key, T value, JsonTypeInfo<T> type, CancellationToken cancellationToken = default)
    {
        KeyValueBatch batch = new();
        batch.PutJson(key, value, type);
        return WriteAsync(batch, cancellationToken);
    }

    /// <summary>Puts a value as JSON, as the default options write it.</summary>
    /// <inheritdoc cref="PutJsonAsync{T}(ReadOnlySpan{byte}, T, JsonTypeInfo{T}, CancellationToken)"/>
    [RequiresUnreferencedCode("Finds the members of the type by reflection. Trimmed programs name a JsonTypeInfo.")]
    [RequiresDynamicCode("Finds the members of the type by reflection. Programs compiled ahead of time name a JsonTypeInfo.")]
    public Task<CommittedBlock> PutJsonAsync<T>(ReadOnlySpan<byte> key, T value, CancellationToken cancellationToken = default) =>
        PutJsonAsync(key, value, KeyValueJson.Reflected<T>(), cancellationToken);

    /// <summary>Deletes a key, as a block of its own. Deleting an absent key is no change.</summary>
    /// <param name="key">The key, 1 to <see cref="StateLimits.MaxKeyBytes"/> bytes. Copied before the call returns.</param>
    /// <param name="cancellationToken">Honoured until the block is written.</param>
    /// <inheritdoc cref="WriteAsync" path="/*[not(self::param)]"/>
    public Task<CommittedBlock> DeleteAsync(ReadOnlySpan<byte> key, CancellationToken cancellationToken = default)
    {
        KeyValueBatch batch = new();
        batch.Delete(key);
        return WriteAsync(batch, cancellationToken);
    }

    /// <summary>Writes a batch as the block at the next height: all of it or nothing. When the task ends, it survives what the durability of the store promises.</summary>
    /// <param name="batch">The changes. It must not be changed until the task ends. An empty one gives an empty block.</param>
    /// <param name="cancellationToken">Honoured until the block is written.</param>
    /// <returns>The block; its changes are 0 when everything was so already.</returns>
    /// <exception cref="ArgumentException">A key or value is too short or too long.</exception>
    /// <exception cref="BlockTooLargeException">The block is too large, with the values it replaces.</exception>
    /// <exception cref="IOException">Writing failed. The store takes no more writes; whether the block is durable is decided by reopening.</exception>
    /// <exception cref="StoreFailedException">An earlier write failed.</exception>
    /// <exception cref="InvalidOperationException">The store is read-only, or somebody else commits to it at this moment.</exception>
    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    public Task<CommittedBlock> WriteAsync(KeyValueBatch batch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return WritePartAsync(batch, .., cancellationToken);
    }

    /// <summary>Closes the store if this owns it.</summary>
    /// <exception cref="IOException">The last checkpoint could not be written; nothing written is lost.</exception>
    public ValueTask DisposeAsync() => _ownsState ? State.DisposeAsync() : ValueTask.CompletedTask;

    /// <summary>Writes some of the changes of a batch as one block.</summary>
    internal async Task<CommittedBlock> WritePartAsync(KeyValueBatch batch, Range changes, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await CommitAsync(batch, changes, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task<CommittedBlock> CommitAsync(KeyValueBatch batch, Range changes, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                using BlockDraft draft = State.CreateDraft(NextHeight());
                batch.ApplyTo(Tree == TreeKind.State ? draft.State : draft.Local, changes);
                return await State.CommitAsync(draft, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is StaleDraftException or HeightNotAboveException)
            {
                // Somebody else committed a block between the look at the head and here. It made progress, so this ends.
            }
        }
    }

    private BlockHeight NextHeight() =>
        State.Height is not { } head ? new BlockHeight(1)
        : head.Value < ulong.MaxValue ? new BlockHeight(head.Value + 1)
        : throw new InvalidOperationException($"The head of '{State.Location}' is at height {head}, the highest there is: no block can follow.");

    private ITreeReader Of(StateView view) => Tree == TreeKind.State ? view.State : view.Local;
}
