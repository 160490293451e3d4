using Cairn.Homes;
using Cairn.Snapshots;

namespace Cairn;

/// <content>
/// Snapshots kept in the store under names. Restoring one is a block like any other, at the next height, with the net changes that lead back to its state: the history stays, and it works also when the height of the snapshot is no longer
/// retained. The local tree stays as it is.
/// </content>
public sealed partial class StateStore
{
    /// <summary>Held by whoever creates or deletes a snapshot.</summary>
    private readonly SemaphoreSlim _snapshotsGate = new(1, 1);

    /// <summary>The named snapshots, in the order of their names. Of one that is damaged, only name and size are known.</summary>
    /// <exception cref="IOException">Reading failed.</exception>
    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    public IReadOnlyList<NamedSnapshot> ListSnapshots()
    {
        ThrowIfDisposed();
        if (_home.Snapshots is not { } snapshots)
        {
            return [];
        }

        NamedSnapshot[] list = [.. snapshots.List().Where(static name => NamedSnapshot.FaultOf(name) is null).Select(name => Look(snapshots, name)).OfType<NamedSnapshot>()];
        return [.. list.Select(snapshot => snapshot with { BaseName = list.FirstOrDefault(other => IsBaseOf(other, snapshot))?.Name })];
    }

    /// <summary>Makes a snapshot and keeps it in the store under a name. Commits go on meanwhile. Without success nothing is left of it.</summary>
    /// <param name="name">Its name: 1 to 64 letters, digits, '-', '_' and '.', not taken.</param>
    /// <param name="height">The height, retained; null for the head.</param>
    /// <param name="baseName">The named snapshot to build on: then only what changed since is in it. Null for the whole state.</param>
    /// <param name="options">How to make it; null for the defaults. Its base height is not looked at.</param>
    /// <param name="cancellationToken">Ends it between two parts.</param>
    /// <returns>The snapshot.</returns>
    /// <exception cref="ArgumentException">The name is none that a snapshot may have.</exception>
    /// <exception cref="InvalidOperationException">The name is taken, or the store is read-only, or its home keeps no snapshots.</exception>
    /// <exception cref="HeightNotRetainedException">The height, or that of the base, is not retained, or there is no block yet.</exception>
    /// <exception cref="SnapshotNotFoundException">There is no snapshot to build on.</exception>
    /// <exception cref="SnapshotChainException">The one to build on is not before the height, or is of a state that the store has not.</exception>
    /// <exception cref="IOException">Writing failed; the store itself goes on.</exception>
    public async Task<NamedSnapshot> CreateSnapshotAsync(
        string name, BlockHeight? height = null, string? baseName = null, SnapshotExportOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        ISnapshotStore snapshots = SnapshotsToWrite();
        if (NamedSnapshot.FaultOf(name) is { } fault)
        {
            throw new ArgumentException($"The name of a snapshot {fault}: '{name}'.", nameof(name));
        }

        BlockHeight at = height ?? Height ?? throw NotRetained(new BlockHeight(0));
        await _snapshotsGate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (snapshots.List().FirstOrDefault(other => string.Equals(other, name, StringComparison.OrdinalIgnoreCase)) is { } taken)
            {
                throw new InvalidOperationException($"The store '{Location}' has a snapshot named '{taken}' already. Delete it, or give another name.");
            }

            SnapshotInfo? below = baseName is null ? null : InfoOf(snapshots, baseName);
            CheckBaseIsHere(baseName, below);
            using (ISnapshotDraft draft = snapshots.Create(name))
            {
                await ExportSnapshotAsync(at, draft.Content, (options ?? new SnapshotExportOptions()) with { BaseHeight = below?.Height }, cancellationToken).ConfigureAwait(false);
                draft.Commit();
            }

            return Look(snapshots, name)! with { BaseName = baseName };
        }
        finally
        {
            _snapshotsGate.Release();
        }
    }

    /// <summary>Opens a named snapshot for copying it elsewhere. The caller disposes the stream.</summary>
    /// <exception cref="SnapshotNotFoundException">There is none of that name.</exception>
    /// <exception cref="IOException">Reading failed.</exception>
    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    public Stream OpenSnapshot(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        ThrowIfDisposed();
        return _home.Snapshots is { } snapshots ? Open(snapshots, name) : throw new SnapshotNotFoundException(Location, name);
    }

    /// <summary>Deletes a named snapshot. A damaged one can be deleted as well.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Ends the waiting for another call.</param>
    /// <exception cref="SnapshotNotFoundException">There is none of that name.</exception>
    /// <exception cref="SnapshotInUseException">Another one builds on it.</exception>
    /// <exception cref="InvalidOperationException">The store is read-only.</exception>
    /// <exception cref="IOException">Writing failed: the snapshot is there, or not.</exception>
    public async Task DeleteSnapshotAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        ISnapshotStore snapshots = SnapshotsToWrite();
        await _snapshotsGate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            Open(snapshots, name).Dispose();
            IReadOnlyList<NamedSnapshot> all = ListSnapshots();
            string[] dependents = [.. all.Where(other => string.Equals(other.BaseName, name, StringComparison.Ordinal) && !all.Any(second => !string.Equals(second.Name, name, StringComparison.Ordinal) && IsBaseOf(second, other))).Select(static other => other.Name)];
            if (dependents.Length > 0)
            {
                throw new SnapshotInUseException(name, dependents);
            }

            snapshots.Delete(name);
        }
        finally
        {
            _snapshotsGate.Release();
        }
    }

    private static bool IsBaseOf(NamedSnapshot snapshot, NamedSnapshot other) =>
        snapshot.Info is { } info && other.Info is { IsIncremental: true } above && info.Height == above.BaseHeight && info.Root == above.BaseRoot;

    /// <summary>Looks at the header of a snapshot; null when it has gone meanwhile.</summary>
    private NamedSnapshot? Look(ISnapshotStore snapshots, string name)
    {
        try
        {
            using Stream stream = snapshots.OpenRead(name);
            return new NamedSnapshot(name, stream.Length, TryReadInfo(stream, name, out string? damage), BaseName: null, damage);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private static SnapshotInfo? TryReadInfo(Stream stream, string name, out string? damage)
    {
        damage = null;
        try
        {
            return SnapshotReader.ReadInfo(stream, name);
        }
        catch (StateStoreException exception)
        {
            damage = exception.Message;
            return null;
        }
    }

    private SnapshotInfo InfoOf(ISnapshotStore snapshots, string name)
    {
        using Stream stream = Open(snapshots, name);
        return SnapshotReader.ReadInfo(stream, name);
    }

    private Stream Open(ISnapshotStore snapshots, string name)
    {
        try
        {
            return NamedSnapshot.FaultOf(name) is null ? snapshots.OpenRead(name) : throw new SnapshotNotFoundException(Location, name);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new SnapshotNotFoundException(Location, name);
        }
    }

    /// <summary>Refuses to build on a snapshot of a state that the store has not had, or has gone back behind.</summary>
    private void CheckBaseIsHere(string? baseName, SnapshotInfo? below)
    {
        if (below is not null && RootAt(below.Height) is var root && root != below.Root)
        {
            throw new SnapshotChainException(SnapshotChainFault.WrongBase, baseName!, below.Height, below.Root, $"at that height the store has root {root}");
        }
    }

    private ISnapshotStore SnapshotsToWrite()
    {
        ThrowIfUnwritable();
        return _home.Snapshots ?? throw new InvalidOperationException($"The store '{Location}' has no place for snapshots. Export them to files.");
    }
}
