namespace Cairn.Contracts.Registry;

/// <content>The state of contracts: keys and values.</content>
public sealed partial class ContractStateStorage
{
    /// <summary>The most entries of a page unless said otherwise.</summary>
    public const int DefaultLimit = 100;

    /// <summary>Reads a value.</summary>
    /// <param name="contract">The contract.</param>
    /// <param name="key">The key; with the contract up to <see cref="ContractStateKeys.MaxContractAndKeyBytes"/> bytes of any content.</param>
    /// <returns>The value; null when the key is absent.</returns>
    /// <exception cref="ArgumentException">The id is missing, the key is empty, or both together are too long.</exception>
    /// <exception cref="StateCorruptedException">A stored page or blob on the way is damaged.</exception>
    public byte[]? GetState(ContractId contract, ReadOnlySpan<byte> key)
    {
        Span<byte> buffer = stackalloc byte[ContractStateKeys.MaxBytes];
        int length = ContractStateKeys.Write(contract, key, buffer);
        using StorageReading reading = OpenReading();
        return reading.State.Get(buffer[..length]);
    }

    /// <summary>Reads a value into memory of the caller.</summary>
    /// <param name="contract">The contract.</param>
    /// <param name="key">The key.</param>
    /// <param name="destination">Takes the value.</param>
    /// <param name="valueBytes">The length of the value; 0 when the key is absent.</param>
    /// <returns>Whether the key is present.</returns>
    /// <exception cref="ArgumentException">The id is missing, the key is empty, both together are too long, or the destination is shorter than the value.</exception>
    /// <exception cref="StateCorruptedException">A stored page or blob on the way is damaged.</exception>
    public bool TryGetState(ContractId contract, ReadOnlySpan<byte> key, Span<byte> destination, out int valueBytes)
    {
        Span<byte> buffer = stackalloc byte[ContractStateKeys.MaxBytes];
        int length = ContractStateKeys.Write(contract, key, buffer);
        using StorageReading reading = OpenReading();
        return reading.State.TryGet(buffer[..length], destination, out valueBytes);
    }

    /// <summary>Sets a value.</summary>
    /// <param name="contract">The contract. It need not be in the registry.</param>
    /// <param name="key">The key; with the contract up to <see cref="ContractStateKeys.MaxContractAndKeyBytes"/> bytes of any content. Copied before the call returns.</param>
    /// <param name="value">The value, up to 16 MiB; an empty one is present all the same. Copied before the call returns.</param>
    /// <param name="cancellationToken">Honoured until the block is written.</param>
    /// <returns>The block it became; null when one is open, which it is part of.</returns>
    /// <exception cref="ArgumentException">The id is missing, the key is empty, or something is too long.</exception>
    /// <exception cref="ContractStorageBusyException">Somebody else is writing, and second writers are refused.</exception>
    /// <exception cref="BlockTooLargeException">The block would become too large.</exception>
    /// <exception cref="IOException">Writing failed. The store takes no more writes; whether the block is durable is decided by reopening.</exception>
    /// <exception cref="StoreFailedException">An earlier write failed.</exception>
    /// <exception cref="InvalidOperationException">The store is read-only, or somebody commits to it beside the storage at this moment.</exception>
    /// <exception cref="ObjectDisposedException">The storage or the store is closed.</exception>
    public Task<CommittedBlock?> SetStateAsync(ContractId contract, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, CancellationToken cancellationToken = default)
    {
        byte[] place = ContractStateKeys.Of(contract, key);
        if (value.Length > StateLimits.MaxValueBytes)
        {
            throw new ArgumentException($"A value has at most {StateLimits.MaxValueBytes} bytes, not {value.Length}. Split it over several keys.", nameof(value));
        }

        byte[] copy = value.ToArray();
        return WriteAsync(draft => draft.State.Put(place, copy), cancellationToken);
    }

    /// <summary>Deletes a value. Deleting an absent key is no change.</summary>
    /// <param name="contract">The contract.</param>
    /// <param name="key">The key. Copied before the call returns.</param>
    /// <param name="cancellationToken">Honoured until the block is written.</param>
    /// <inheritdoc cref="SetStateAsync" path="/*[self::returns or self::exception]"/>
    public Task<CommittedBlock?> DeleteStateAsync(ContractId contract, ReadOnlySpan<byte> key, CancellationToken cancellationToken = default)
    {
        byte[] place = ContractStateKeys.Of(contract, key);
        return WriteAsync(draft => draft.State.Delete(place), cancellationToken);
    }

    /// <summary>How many keys of a contract there are, and how many bytes they and their values have in the tree.</summary>
    /// <param name="contract">The contract.</param>
    /// <param name="keyPrefix">What the keys begin with; empty, the default, for all.</param>
    /// <exception cref="ArgumentException">The id is missing, or both together are too long.</exception>
    public TreeTotals StateTotalsOf(ContractId contract, ReadOnlySpan<byte> keyPrefix = default)
    {
        Span<byte> prefix = stackalloc byte[ContractStateKeys.MaxBytes];
        int length = ContractStateKeys.WritePrefix(contract, keyPrefix, prefix);
        using StorageReading reading = OpenReading();
        return reading.State.TotalsOf(prefix[..length]);
    }

    /// <summary>Reads a page of the state of a contract in the order of the keys.</summary>
    /// <param name="contract">The contract.</param>
    /// <param name="keyPrefix">What the keys begin with; empty, the default, for all.</param>
    /// <param name="from">The first key to give: <see cref="StatePage.Next"/> of the page before; empty, the default, for the beginning.</param>
    /// <param name="limit">The most entries to give.</param>
    /// <exception cref="ArgumentException">The id is missing, or both together are too long.</exception>
    /// <exception cref="StateCorruptedException">A stored page or blob on the way is damaged.</exception>
    public StatePage ListState(ContractId contract, ReadOnlySpan<byte> keyPrefix = default, ReadOnlySpan<byte> from = default, int limit = DefaultLimit)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        byte[] prefix = PrefixOf(contract, keyPrefix);
        byte[] first = from.SequenceCompareTo(keyPrefix) > 0 ? PrefixOf(contract, from) : prefix;
        using StorageReading reading = OpenReading();
        return ReadPage(reading.State, prefix, first, prefix.Length - keyPrefix.Length, limit);
    }

    /// <summary>Walks the state of a contract in the order of the keys. Outside a block all of it is as of the first step; inside one, what is written meanwhile behind the place that is reached is seen.</summary>
    /// <param name="contract">The contract.</param>
    /// <param name="keyPrefix">What the keys begin with; empty, the default, for all. Copied.</param>
    /// <returns>The entries, read as they are asked for. End the walk or dispose it: it keeps its height until then.</returns>
    /// <exception cref="ArgumentException">The id is missing, or both together are too long.</exception>
    /// <exception cref="StateCorruptedException">A stored page or blob on the way is damaged; thrown by the step that meets it.</exception>
    public IEnumerable<StateEntry> EnumerateState(ContractId contract, ReadOnlySpan<byte> keyPrefix = default)
    {
        byte[] prefix = PrefixOf(contract, keyPrefix);
        return Walk(prefix, prefix.Length - keyPrefix.Length);
    }

    private static byte[] PrefixOf(ContractId contract, ReadOnlySpan<byte> keyPrefix)
    {
        Span<byte> prefix = stackalloc byte[ContractStateKeys.MaxBytes];
        return prefix[..ContractStateKeys.WritePrefix(contract, keyPrefix, prefix)].ToArray();
    }

    private static StatePage ReadPage(ITreeReader tree, byte[] prefix, byte[] first, int headBytes, int limit)
    {
        List<StateEntry> entries = [];
        using EntryScan scan = tree.Range(first, AfterAll(prefix));
        while (scan.MoveNext())
        {
            byte[] key = scan.Key[headBytes..].ToArray();
            if (entries.Count == limit)
            {
                return new StatePage(entries, key);
            }

            entries.Add(new StateEntry(key, scan.Value.ToArray()));
        }

        return new StatePage(entries, Next: null);
    }

    /// <summary>The key behind all that begin with a prefix, whose first byte is below 0xff.</summary>
    private static byte[] AfterAll(byte[] prefix)
    {
        int last = prefix.AsSpan().LastIndexOfAnyExcept((byte)0xff);
        byte[] after = prefix[..(last + 1)];
        after[last]++;
        return after;
    }

    private IEnumerable<StateEntry> Walk(byte[] prefix, int headBytes)
    {
        using StateView? view = Block is null ? State.OpenView() : null;
        byte[]? first = prefix;
        while (first is not null)
        {
            StatePage page;
            using (StorageReading reading = view is null ? OpenReading() : default)
            {
                page = ReadPage(view?.State ?? reading.State, prefix, first, headBytes, DefaultLimit);
            }

            foreach (StateEntry entry in page.Entries)
            {
                yield return entry;
            }

            first = page.Next is { } next ? [.. prefix.AsSpan(0, headBytes), .. next] : null;
        }
    }
}
