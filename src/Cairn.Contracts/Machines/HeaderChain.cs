using System.Diagnostics.CodeAnalysis;

namespace Cairn.Contracts.Machines;

/// <summary>
/// The headers of blocks in the local tree, by their own hash and by height: a header has the state root, so it cannot be part of the state. Atomic and durable with the block they are saved in and rewound with it. Over a view for
/// any number of threads, over a draft for one.
/// </summary>
public sealed class HeaderChain
{
    private readonly ITreeReader _tree;

    /// <summary>The chain at the height of a view.</summary>
    /// <param name="view">The view; it has to stay open as long as this is used.</param>
    public HeaderChain(StateView view) => _tree = (view ?? throw new ArgumentNullException(nameof(view))).Local;

    /// <summary>The chain with what a draft has saved.</summary>
    /// <param name="draft">The draft; it has to stay open as long as this is used.</param>
    public HeaderChain(BlockDraft draft) => _tree = (draft ?? throw new ArgumentNullException(nameof(draft))).Local;

    /// <summary>How many blocks there are.</summary>
    public ulong Count => _tree.Count(MachineKeys.Heights);

    /// <summary>Saves a header. Whether it fits to the one before is for <see cref="Verify"/>.</summary>
    /// <param name="draft">The block it is saved in, usually the one it describes: <see cref="BlockDraft.ComputeRoot"/> does not depend on it.</param>
    /// <param name="header">The header.</param>
    /// <returns>Its hash.</returns>
    /// <exception cref="InvalidOperationException">There is another block at that height, there are too many extra bytes, or the draft can no longer be changed.</exception>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    /// <exception cref="BlockTooLargeException">The block would become too large.</exception>
    public static Hash256 Save(BlockDraft draft, BlockHeader header)
    {
        ArgumentNullException.ThrowIfNull(draft);
        ArgumentNullException.ThrowIfNull(header);
        byte[] bytes = header.Encode();
        Hash256 hash = BlockHeader.HashOf(bytes);
        if (new HeaderChain(draft).TryGetHash(header.Height, out Hash256 there) && there != hash)
        {
            throw new InvalidOperationException($"Block {there} is at height {header.Height} already; block {hash} cannot be. Rewind first.");
        }

        draft.Begin();
        try
        {
            draft.Local.Put(MachineKeys.Header(hash), bytes);
            draft.Local.Put(MachineKeys.Height(header.Height), hash.ToArray());
        }
        catch
        {
            draft.Rollback();
            throw;
        }

        draft.Release();
        return hash;
    }

    /// <summary>Finds a block by its hash.</summary>
    /// <param name="hash">The hash.</param>
    /// <param name="header">The header; null when there is none.</param>
    /// <returns>Whether there is one.</returns>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    public bool TryGet(Hash256 hash, [NotNullWhen(true)] out BlockHeader? header)
    {
        header = null;
        byte[] key = MachineKeys.Header(hash);
        if (_tree.Get(key) is not { } bytes)
        {
            return false;
        }

        Hash256 computed = BlockHeader.HashOf(bytes);
        return computed == hash && BlockHeader.TryDecode(bytes, out header)
            ? true
            : throw new ContractRecordException("block header", key, $"a header with hash {hash}", $"{bytes.Length} bytes with hash {computed}");
    }

    /// <summary>Finds a block by its height.</summary>
    /// <param name="height">The height.</param>
    /// <param name="header">The header; null when there is none.</param>
    /// <returns>Whether there is one.</returns>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    public bool TryGet(BlockHeight height, [NotNullWhen(true)] out BlockHeader? header)
    {
        header = TryGetHash(height, out Hash256 hash) ? At(height, hash) : null;
        return header is not null;
    }

    /// <summary>Finds the newest block.</summary>
    /// <param name="header">The header; null when there is none.</param>
    /// <returns>Whether there is one.</returns>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    public bool TryGetLatest([NotNullWhen(true)] out BlockHeader? header)
    {
        using EntryScan scan = _tree.Prefix(MachineKeys.Heights, limit: 1, reverse: true);
        header = scan.MoveNext() ? At(MachineKeys.HeightOf(scan.Key), HashAt(scan.Key, scan.Value)) : null;
        return header is not null;
    }

    /// <summary>Verifies that each block has the hash and the height under which it is kept, and names the hash of the block before it. It ends at the first one that does not.</summary>
    /// <param name="from">The first height; null, the default, for the beginning. The block before it counts as the one that the first one has to name.</param>
    /// <param name="to">The last height; null, the default, for the end.</param>
    /// <param name="cancellationToken">Ends verifying between two blocks.</param>
    /// <exception cref="ContractRecordException">A key is damaged so that it names no height.</exception>
    public ChainReport Verify(BlockHeight? from = null, BlockHeight? to = null, CancellationToken cancellationToken = default)
    {
        Hash256? previous = from is { } first ? HashBefore(first) : null;
        long blocks = 0;
        byte[] start = from is { } begin ? MachineKeys.Height(begin) : [.. MachineKeys.Heights];
        using EntryScan scan = _tree.Range(start, [MachineKeys.Heights[0], (byte)(MachineKeys.Heights[1] + 1)]);
        while (scan.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            BlockHeight height = MachineKeys.HeightOf(scan.Key);
            if (height > to)
            {
                break;
            }

            if (FaultOf(height, scan.Value, previous) is { } fault)
            {
                return new ChainReport(blocks, fault);
            }

            previous = new Hash256(scan.Value);
            blocks++;
        }

        return new ChainReport(blocks, Fault: null);
    }

    private static Hash256 HashAt(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) =>
        value.Length == Hash256.SizeBytes ? new Hash256(value) : throw new ContractRecordException("hash of a block", key, $"{Hash256.SizeBytes} bytes", $"{value.Length} bytes");

    private ChainFault? FaultOf(BlockHeight height, ReadOnlySpan<byte> value, Hash256? previous)
    {
        if (value.Length != Hash256.SizeBytes)
        {
            return new ChainFault(height, "hash of the block", $"{Hash256.SizeBytes} bytes", $"{value.Length} bytes");
        }

        Hash256 hash = new(value);
        if (_tree.Get(MachineKeys.Header(hash)) is not { } bytes)
        {
            return new ChainFault(height, "header", $"a header with hash {hash}", "none");
        }

        if (BlockHeader.HashOf(bytes) is var computed && computed != hash)
        {
            return new ChainFault(height, "hash of the block", $"{hash}", $"{computed}");
        }

        if (!BlockHeader.TryDecode(bytes, out BlockHeader? header))
        {
            return new ChainFault(height, "header", $"version {BlockHeaderLayout.Version}", "other bytes");
        }

        return header.Height != height ? new ChainFault(height, "height in the header", $"{height}", $"{header.Height}")
            : previous is { } expected && header.PreviousHash != expected ? new ChainFault(height, "hash of the block before", $"{expected}", $"{header.PreviousHash}")
            : null;
    }

    private bool TryGetHash(BlockHeight height, out Hash256 hash)
    {
        Span<byte> bytes = stackalloc byte[Hash256.SizeBytes];
        bool isThere = RecordReading.TryRead(_tree, "hash of a block", MachineKeys.Height(height), bytes);
        hash = isThere ? new Hash256(bytes) : default;
        return isThere;
    }

    private BlockHeader At(BlockHeight height, Hash256 hash)
    {
        if (!TryGet(hash, out BlockHeader? header))
        {
            throw new ContractRecordException("block header", MachineKeys.Header(hash), $"the header of height {height}", "none");
        }

        return header.Height == height ? header : throw new ContractRecordException("block header", MachineKeys.Header(hash), $"height {height}", $"height {header.Height}");
    }

    private Hash256? HashBefore(BlockHeight height)
    {
        using EntryScan scan = _tree.Range(MachineKeys.Heights, MachineKeys.Height(height), limit: 1, reverse: true);
        return scan.MoveNext() ? HashAt(scan.Key, scan.Value) : null;
    }
}
