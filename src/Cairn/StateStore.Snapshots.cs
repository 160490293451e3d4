using Cairn.Snapshots;
using Cairn.Tree;

namespace Cairn;

/// <content>
/// Snapshots: the state tree at a height as a stream, in parts of which each proves that it belongs to the root. A full one is put into a new store; an incremental one, on the state it builds on, becomes an ordinary block.
/// </content>
public sealed partial class StateStore
{
    /// <summary>Writes the state at a height as a snapshot. Only the state tree is in it. Commits go on meanwhile.</summary>
    /// <param name="height">The height, retained; the state after the newest block at or below it.</param>
    /// <param name="stream">Takes the snapshot; flushed, and left open.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="cancellationToken">Ends it between two parts; what was written is worth nothing then.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="HeightNotRetainedException">The height, or that of the base, is not retained.</exception>
    /// <exception cref="SnapshotChainException">The base is not before the height.</exception>
    /// <exception cref="StoreOptionsException">An option is out of range, or the codec is not available here.</exception>
    /// <exception cref="RebuildTooLargeException">The height is no longer recent, and rebuilding its tree from the log takes more than <see cref="StateStoreOptions.RebuildBytes"/>.</exception>
    /// <exception cref="StateCorruptedException">A stored page or the log is damaged.</exception>
    /// <exception cref="ViewOutdatedException">The store is read-only, and its writer has removed what the height needs.</exception>
    /// <exception cref="IOException">Reading failed, or writing to the stream.</exception>
    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    public async Task<SnapshotProgress> ExportSnapshotAsync(BlockHeight height, Stream stream, SnapshotExportOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ThrowIfDisposed();
        options ??= new SnapshotExportOptions();
        SnapshotExport.Validate(options);
        using StateView view = ViewAt(height);
        StateView? below = options.BaseHeight is { } baseHeight ? ViewAt(baseHeight) : null;
        using StateView? baseView = below;
        SnapshotInfo info = new()
        {
            Height = view.Height!.Value,
            TimeTicks = view.TimeTicks,
            CreatedTicks = (_options.TimeProvider.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks,
            BlockCount = BlockCountAt(view),
            Root = view.Root,
            Totals = view.State.Totals,
            BaseHeight = baseView?.Height,
            BaseRoot = baseView?.Root,
            ChunkBytes = options.ChunkBytes,
            Codec = options.Codec,
        };
        if (info.BaseHeight >= info.Height)
        {
            throw new SnapshotChainException(SnapshotChainFault.Cycle, "to be made", info.BaseHeight.Value, info.BaseRoot!.Value, $"the snapshot itself is of height {info.Height}");
        }

        SnapshotExport export = new(view, info, stream, options.OnProgress);
        return info.BaseHeight is { } from
            ? await export.RunAsync(Diff(from, info.Height).Where(static change => change.Tree == TreeKind.State).Select(static change => change.Key), cancellationToken).ConfigureAwait(false)
            : await export.RunAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Puts snapshots into a store: a full one into a new or empty store, and behind it incremental ones, each on the one before; or incremental ones alone into a store that is exactly at the state the first one builds on. Nothing of a
    /// part is taken over before it has proved that it belongs to the root of its snapshot. When it is interrupted, the same call with the same snapshots, from their beginning, goes on where it stopped; until then the store is refused by
    /// everyone else.
    /// </summary>
    /// <param name="location">The store, as for <see cref="OpenAsync(string, StateStoreOptions?, CancellationToken)"/>.</param>
    /// <param name="snapshots">The snapshots in their order, each read up to its end mark.</param>
    /// <param name="options">The options of the store; null for the defaults.</param>
    /// <param name="importOptions">How to import; null for the defaults.</param>
    /// <param name="cancellationToken">Ends it between two parts; what is there stays.</param>
    /// <returns>The store, open, at the state of the last snapshot.</returns>
    /// <exception cref="SnapshotDamagedException">A snapshot is damaged, cut short, or does not prove what it claims.</exception>
    /// <exception cref="SnapshotChainException">A snapshot does not build on the one before, or on the state of the store.</exception>
    /// <exception cref="RootMismatchException">The last snapshot has another root than <see cref="SnapshotImportOptions.ExpectedRoot"/>. Nothing was changed.</exception>
    /// <exception cref="StoreNotEmptyException">The first snapshot is full, and the store has blocks.</exception>
    /// <exception cref="ImportUnfinishedException">Another import was begun there.</exception>
    /// <exception cref="BlockTooLargeException">An incremental snapshot, or any in a home without pages, is larger than a block may be.</exception>
    /// <exception cref="StoreFormatException">A snapshot is of a later version, or of a codec that is not available here.</exception>
    /// <exception cref="IOException">Reading or writing failed.</exception>
    public static Task<StateStore> ImportSnapshotAsync(
        string location, IReadOnlyList<Stream> snapshots, StateStoreOptions? options = null, SnapshotImportOptions? importOptions = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(location);
        ArgumentNullException.ThrowIfNull(snapshots);
        options ??= new StateStoreOptions();
        return new SnapshotImport(SnapshotTarget.At(location, options), importOptions ?? new SnapshotImportOptions()).RunAsync(snapshots, cancellationToken);
    }

    /// <summary>Commits an incremental snapshot as the next block, at its height. The store has to be exactly at the state it builds on. The local tree stays as it is.</summary>
    /// <param name="snapshot">The snapshot, read up to its end mark.</param>
    /// <param name="importOptions">How to import; null for the defaults.</param>
    /// <param name="cancellationToken">Ends it between two parts; then nothing was changed.</param>
    /// <returns>The block.</returns>
    /// <exception cref="SnapshotDamagedException">The snapshot is damaged, cut short, or does not prove what it claims. Nothing was changed.</exception>
    /// <exception cref="SnapshotChainException">The store is not at the state the snapshot builds on. Nothing was changed.</exception>
    /// <exception cref="StoreNotEmptyException">The snapshot is a full one.</exception>
    /// <exception cref="BlockTooLargeException">The changes are more than a block may have. Nothing was changed.</exception>
    /// <exception cref="StaleDraftException">Another block was committed meanwhile.</exception>
    /// <exception cref="RootMismatchException">The snapshot has another root than <see cref="SnapshotImportOptions.ExpectedRoot"/>. Nothing was changed.</exception>
    public async Task<CommittedBlock> ApplySnapshotAsync(Stream snapshot, SnapshotImportOptions? importOptions = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ThrowIfUnwritable();
        importOptions ??= new SnapshotImportOptions();
        SnapshotReader reader = new(snapshot, importOptions.Names is [var name, ..] ? name : "snapshot");
        SnapshotInfo info = await reader.BeginAsync(cancellationToken).ConfigureAwait(false);
        SnapshotImport.CheckRoot(info, importOptions);
        return info.IsIncremental ? await ApplySnapshotAsync(reader, importOptions.OnProgress, cancellationToken).ConfigureAwait(false) : throw new StoreNotEmptyException(Location, Height);
    }

    /// <summary>The same with a reader behind the header of an incremental snapshot.</summary>
    internal async Task<CommittedBlock> ApplySnapshotAsync(SnapshotReader reader, Action<SnapshotProgress>? onProgress, CancellationToken cancellationToken)
    {
        SnapshotInfo info = reader.Info;
        using StateView head = OpenView();
        SnapshotImport.CheckBase(reader, head.Height, head.Root);
        using BlockDraft draft = CreateDraftOn(head, info.Height);
        draft.TimeTicks = info.TimeTicks;
        long parts = 0;
        ulong items = 0;
        byte[]? last = null;
        while (await reader.NextAsync(cancellationToken).ConfigureAwait(false))
        {
            foreach ((byte[] key, ReadOnlyMemory<byte>? value) in SnapshotContent.Changes(reader, last))
            {
                if (value is { } put)
                {
                    draft.State.Put(key, put.Span);
                }
                else
                {
                    draft.State.Delete(key);
                }

                last = key;
                items++;
            }

            onProgress?.Invoke(new SnapshotProgress(info, ++parts, items, reader.Offset));
        }

        Hash256 root = draft.ComputeRoot();
        if (root != info.Root || draft.State.Totals != info.Totals)
        {
            throw reader.Damaged(0, "state that the changes lead to", $"root {info.Root}, {info.Totals}", $"root {root}, {draft.State.Totals}");
        }

        return await CommitAsync(draft, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes a draft on a view of the head.</summary>
    /// <exception cref="StaleDraftException">Another block was committed meanwhile.</exception>
    private BlockDraft CreateDraftOn(StateView head, BlockHeight height)
    {
        BlockDraft draft = CreateDraft(height);
        if (!draft.IsOn(head.Version))
        {
            StaleDraftException stale = new(height, head.Height, draft.BaseHeight);
            draft.Dispose();
            throw stale;
        }

        return draft;
    }

    /// <summary>How many blocks lead to a view, as far as the store knows.</summary>
    private ulong BlockCountAt(StateView view)
    {
        StateVersion version = view.Version;
        if (version.Height == view.Height)
        {
            return version.BlockCount;
        }

        ulong above = (ulong)History.Blocks(new BlockHeight(view.Height!.Value.Value + 1), version.Height!.Value, version.After.Sequence).LongCount();
        return version.BlockCount - Math.Min(version.BlockCount - 1, above);
    }
}
