using System.Runtime.CompilerServices;
using Cairn.Homes;
using Cairn.Proofs;
using Cairn.Snapshots;

namespace Cairn;

/// <summary>Puts a chain of snapshots into a store. Used once, by one thread at a time.</summary>
internal sealed class SnapshotImport(SnapshotTarget target, SnapshotImportOptions options)
{
    /// <summary>Imports.</summary>
    /// <param name="snapshots">The snapshots in their order.</param>
    /// <param name="cancellationToken">Ends it between two parts.</param>
    /// <returns>The store, open.</returns>
    public async Task<StateStore> RunAsync(IReadOnlyList<Stream> snapshots, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfZero(snapshots.Count, nameof(snapshots));

        // All headers first: a chain with a gap is refused before anything is done.
        List<SnapshotReader> readers = [];
        foreach (Stream snapshot in snapshots)
        {
            SnapshotReader reader = new(snapshot, readers.Count < options.Names.Count ? options.Names[readers.Count] : $"snapshot {readers.Count + 1}");
            SnapshotInfo info = await reader.BeginAsync(cancellationToken).ConfigureAwait(false);
            if (readers.Count > 0)
            {
                CheckLink(reader, info, readers[^1].Info);
            }

            readers.Add(reader);
        }

        CheckRoot(readers[^1].Info, options);
        StateStore? store = await TryOpenAsync(readers[0].Info, cancellationToken).ConfigureAwait(false);
        try
        {
            int done = store is null ? 0 : DoneOf(readers, store);
            if (store is null)
            {
                store = await InstallAsync(readers[done++], cancellationToken).ConfigureAwait(false);
            }

            foreach (SnapshotReader reader in readers.Skip(done))
            {
                await store.ApplySnapshotAsync(reader, options.OnProgress, cancellationToken).ConfigureAwait(false);
            }

            return store;
        }
        catch
        {
            if (store is not null)
            {
                await store.DisposeAsync().ConfigureAwait(false);
            }

            throw;
        }
    }

    /// <summary>Refuses a snapshot of another root than the one that is expected.</summary>
    /// <exception cref="RootMismatchException">It has another.</exception>
    public static void CheckRoot(SnapshotInfo info, SnapshotImportOptions options)
    {
        if (options.ExpectedRoot is { } expected && info.Root != expected)
        {
            throw new RootMismatchException(info.Height, expected, info.Root);
        }
    }

    /// <summary>Refuses an incremental snapshot that does not build on a state.</summary>
    /// <exception cref="SnapshotChainException">It does not.</exception>
    public static void CheckBase(SnapshotReader reader, BlockHeight? height, Hash256 root)
    {
        SnapshotInfo info = reader.Info;
        if (height is not { } there)
        {
            throw new SnapshotChainException(SnapshotChainFault.MissingBase, reader.Name, info.BaseHeight!.Value, info.BaseRoot!.Value, "the store is empty");
        }

        if (there != info.BaseHeight || root != info.BaseRoot)
        {
            throw new SnapshotChainException(SnapshotChainFault.WrongBase, reader.Name, info.BaseHeight!.Value, info.BaseRoot!.Value, $"the state at height {there} with root {root}");
        }
    }

    private static void CheckLink(SnapshotReader reader, SnapshotInfo info, SnapshotInfo before)
    {
        if (!info.IsIncremental)
        {
            throw new ArgumentException($"The snapshot '{reader.Name}' is a full one; only the first one may be.", nameof(reader));
        }

        if (info.BaseHeight != before.Height || info.BaseRoot != before.Root)
        {
            SnapshotChainFault fault = info.BaseHeight > before.Height ? SnapshotChainFault.MissingBase : SnapshotChainFault.WrongBase;
            throw new SnapshotChainException(fault, reader.Name, info.BaseHeight!.Value, info.BaseRoot!.Value, $"the snapshot before it is of height {before.Height} with root {before.Root}");
        }
    }

    /// <summary>How many snapshots a store has already: an import of the same ones that was interrupted between two of them.</summary>
    private static int DoneOf(List<SnapshotReader> readers, StateStore store)
    {
        int last = readers.FindIndex(reader => reader.Info.Height == store.Height && reader.Info.Root == store.Root);
        SnapshotReader first = readers[0];
        if (last >= 0)
        {
            return last + 1;
        }

        if (!first.Info.IsIncremental)
        {
            throw new StoreNotEmptyException(store.Location, store.Height);
        }

        CheckBase(first, store.Height, store.Root);
        return 0;
    }

    /// <summary>Opens the store that is there; null where a state is to be installed.</summary>
    private async Task<StateStore?> TryOpenAsync(SnapshotInfo first, CancellationToken cancellationToken)
    {
        try
        {
            StateStore store = await target.OpenAsync(cancellationToken).ConfigureAwait(false);
            if (store.Height is not null || first.IsIncremental)
            {
                return store;
            }

            await store.DisposeAsync().ConfigureAwait(false);
            return null;
        }
        catch (StoreNotFoundException missing) when (first.IsIncremental)
        {
            throw new SnapshotChainException(SnapshotChainFault.MissingBase, options.Names.Count > 0 ? options.Names[0] : "snapshot 1", first.BaseHeight!.Value, first.BaseRoot!.Value, missing.Message);
        }
        catch (Exception exception) when (!first.IsIncremental && exception is StoreNotFoundException or ImportUnfinishedException)
        {
            return null;
        }
    }

    private async Task<StateStore> InstallAsync(SnapshotReader reader, CancellationToken cancellationToken)
    {
        SnapshotInfo info = reader.Info;
        InstalledState state = new(info.Height, info.TimeTicks, info.BlockCount, info.Root, info.Totals, LocalTotals: default);
        StoreInstaller installer = await target.InstallAsync(state, cancellationToken).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable _ = installer.ConfigureAwait(false);
        try
        {
            await AddPartsAsync(installer, reader, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is SnapshotDamagedException or StoreFormatException or OperationCanceledException)
        {
            // What was proved is kept, so that a sound copy goes on from here.
            await installer.StoreAsync().ConfigureAwait(false);
            throw;
        }

        return await installer.FinishAsync(cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask AddPartsAsync(StoreInstaller installer, SnapshotReader reader, CancellationToken cancellationToken)
    {
        SnapshotInfo info = reader.Info;
        ulong passed = 0;
        long parts = 0;
        while (await reader.NextAsync(cancellationToken).ConfigureAwait(false))
        {
            ulong before = passed;
            passed += reader.Items;
            ulong there = installer.Totals.State.Entries;
            if (passed > there)
            {
                PrunedEntryCollection entries = SnapshotContent.Entries(reader, installer.LastKey(TreeKind.State));
                if (there + (ulong)entries.Count > info.Totals.Entries)
                {
                    throw reader.Damaged(0, "entries of the state", $"{info.Totals.Entries}, as the header says", "more");
                }

                if (before == there && entries.Count != reader.Items)
                {
                    throw reader.Damaged(SnapshotFrameLayout.ItemsOffset, "count of entries in the part", $"{entries.Count}", $"{reader.Items}");
                }

                foreach ((ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value) in entries)
                {
                    installer.Add(TreeKind.State, key.Span, value.Span, info.Height);
                }

                await installer.StepAsync(cancellationToken).ConfigureAwait(false);
            }

            options.OnProgress?.Invoke(new SnapshotProgress(info, ++parts, passed, reader.Offset));
        }

        if (installer.Totals.State != info.Totals)
        {
            throw reader.Damaged(0, "totals of the state", $"{info.Totals}, as the header says", $"{installer.Totals.State} in the parts");
        }
    }
}
