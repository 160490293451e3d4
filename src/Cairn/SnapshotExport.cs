using Cairn.Proving;
using Cairn.Snapshots;

namespace Cairn;

/// <summary>Writes one snapshot of a view. Used once, by one thread at a time.</summary>
internal sealed class SnapshotExport(StateView view, SnapshotInfo info, Stream stream, Action<SnapshotProgress>? onProgress)
{
    /// <summary>The most keys that are proved together, so that a part of short values stays of a size that can be held in memory.</summary>
    private const int MaxKeysAPart = 16_384;

    private readonly SnapshotWriter _writer = new(stream, info);
    private ulong _items;

    /// <summary>Refuses options that are out of range.</summary>
    /// <exception cref="StoreOptionsException">One is.</exception>
    public static void Validate(SnapshotExportOptions options)
    {
        if (options.ChunkBytes is < SnapshotHeader.MinChunkBytes or > SnapshotHeader.MaxChunkBytes)
        {
            throw new StoreOptionsException(nameof(SnapshotExportOptions.ChunkBytes), $"{options.ChunkBytes} is not between {SnapshotHeader.MinChunkBytes} and {SnapshotHeader.MaxChunkBytes}.");
        }

        if (!Enum.IsDefined(options.Codec) || !PartCompressor.IsAvailable(options.Codec))
        {
            throw new StoreOptionsException(nameof(SnapshotExportOptions.Codec), $"'{options.Codec}' is not available here: Zstandard needs libzstd.so.1 of the system. Deflate always is.");
        }
    }

    /// <summary>Writes the whole state.</summary>
    public async Task<SnapshotProgress> RunAsync(CancellationToken cancellationToken)
    {
        await _writer.BeginAsync(cancellationToken).ConfigureAwait(false);
        using ProofTree tree = view.OpenProofTree(cancellationToken);
        ReadOnlyMemory<byte>? start = info.Totals.Entries == 0 ? null : (ReadOnlyMemory<byte>?)ReadOnlyMemory<byte>.Empty;
        while (start is { } from)
        {
            cancellationToken.ThrowIfCancellationRequested();
            RangeProof part = PrunedProofs.Range(tree, from.Span, [], ulong.MaxValue, (ulong)info.ChunkBytes, cancellationToken);
            await AddAsync(part.Proof, checked((uint)part.Totals.Entries), cancellationToken).ConfigureAwait(false);
            start = part.Next;
        }

        return await EndAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes what the state has for some keys, ascending.</summary>
    public async Task<SnapshotProgress> RunAsync(IEnumerable<byte[]> keys, CancellationToken cancellationToken)
    {
        await _writer.BeginAsync(cancellationToken).ConfigureAwait(false);
        using ProofTree tree = view.OpenProofTree(cancellationToken);
        List<ReadOnlyMemory<byte>> part = [];
        long bytes = 0;
        foreach (byte[] key in keys)
        {
            part.Add(key);
            bytes += key.Length + (view.State.TryGetLength(key, out int valueBytes) ? valueBytes : 2 * Hash256.SizeBytes);
            if (bytes >= info.ChunkBytes || part.Count == MaxKeysAPart)
            {
                await AddAsync(tree, part, cancellationToken).ConfigureAwait(false);
                part.Clear();
                bytes = 0;
            }
        }

        if (part.Count > 0)
        {
            await AddAsync(tree, part, cancellationToken).ConfigureAwait(false);
        }

        return await EndAsync(cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask AddAsync(ProofTree tree, List<ReadOnlyMemory<byte>> keys, CancellationToken cancellationToken)
    {
        if (TryProve(tree, keys, cancellationToken) is { } part)
        {
            await AddAsync(part, (uint)keys.Count, cancellationToken).ConfigureAwait(false);
            return;
        }

        int half = keys.Count / 2;
        await AddAsync(tree, keys[..half], cancellationToken).ConfigureAwait(false);
        await AddAsync(tree, keys[half..], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Proves keys together, unless that takes more than a part may have: paths to hostile keys are long.</summary>
    private static byte[]? TryProve(ProofTree tree, List<ReadOnlyMemory<byte>> keys, CancellationToken cancellationToken)
    {
        try
        {
            byte[] part = ChangedKeys.Encode(keys, PrunedProofs.Keys(tree, keys, cancellationToken));
            return keys.Count == 1 || part.Length <= SnapshotFrame.MaxRawBytes ? part : null;
        }
        catch (ProofTooLargeException) when (keys.Count > 1)
        {
            return null;
        }
    }

    private async ValueTask AddAsync(ReadOnlyMemory<byte> part, uint items, CancellationToken cancellationToken)
    {
        await _writer.AddAsync(part, items, cancellationToken).ConfigureAwait(false);
        _items += items;
        onProgress?.Invoke(Progress());
    }

    private async Task<SnapshotProgress> EndAsync(CancellationToken cancellationToken)
    {
        await _writer.EndAsync(cancellationToken).ConfigureAwait(false);
        return Progress();
    }

    private SnapshotProgress Progress() => new(info, _writer.Parts, _items, _writer.WrittenBytes);
}
