using System.Runtime.CompilerServices;
using Cairn.Homes;
using Cairn.Pages;
using Cairn.Tree;

namespace Cairn;

/// <content>Deleting page files that are in use no longer: when neither manifest lists them, no view needs them, and whoever was reading when they were released has left. Everything here is used under the pages gate.</content>
public sealed partial class StateStore
{
    /// <summary>How often a checkpoint looks whether readers have left, when it needs the room.</summary>
    private const int MostWaitsForReaders = 20;

    private readonly Queue<Release> _releases = new();
    private ulong _removable;
    private long _removedFiles;

    /// <summary>Deletes the page files that neither manifest nor any view needs. Recent heights in the way give way when the disk is above its bound, but for the newest ones.</summary>
    private void RemoveReleased(int keepRecent = VersionChain.AlwaysRecent)
    {
        if (_pageFiles is not { ReleasedBytes: > 0 } files || IsBackingUp)
        {
            return;
        }

        if (GarbageBytes > GarbageLimit || keepRecent < VersionChain.AlwaysRecent)
        {
            Versions.LetGoOfRecent(_storedOrdinal, keepRecent);
        }

        while (_releases.TryPeek(out Release next) && ReaderEpochs.HavePassed(next.Mark))
        {
            _removable = _releases.Dequeue().Generation;
        }

        PageFilesRemoval removal = files.Remove(_removable, NeededBy(Versions.NeededPlaces));
        Interlocked.Add(ref _removedFiles, removal.Files);
        if (removal.Failure is { } failure)
        {
            Raise(new StoreEvent.CleaningFailed(failure));
        }
    }

    /// <summary>Whether one of some versions, ascending, lies between two.</summary>
    private static Func<ulong, ulong, bool> NeededBy(ulong[] versions) => (first, end) =>
    {
        int at = Array.BinarySearch(versions, first);
        at = at < 0 ? ~at : at;
        return at < versions.Length && versions[at] < end;
    };

    /// <summary>Deletes what can be deleted. What the newest manifest itself released needs another one first, and what died with it a further one: the same once more.</summary>
    private async Task RemoveWithManifestAsync(int keepRecent)
    {
        RemoveReleased(keepRecent);
        while (!_closing.IsCancellationRequested && HelpsRemoving())
        {
            await WriteManifestAsync(_manifest).ConfigureAwait(false);
            RemoveReleased(keepRecent);
        }

        // Readers leave within moments: it is worth waiting for them.
        for (int waits = 0; waits < MostWaitsForReaders && _releases.Count > 0 && GarbageBytes > GarbageLimit; waits++)
        {
            await Task.Delay(LeavingPause, CancellationToken.None).ConfigureAwait(false);
            RemoveReleased(keepRecent);
        }
    }

    /// <summary>Writes a manifest of the pages that the newest one has. It overwrites the older copy in place, so that a full disk does not hinder it.</summary>
    private async ValueTask WriteManifestAsync(Manifest content)
    {
        ICheckpointWriter writer = _home.Pages!.BeginCheckpoint();
        await using ConfiguredAsyncDisposable _ = writer.ConfigureAwait(false);
        Manifest manifest = content with { Generation = _manifest.Generation + 1 };
        try
        {
            await writer.CommitAsync(manifest, [], CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Latch(exception);
            throw;
        }

        Volatile.Write(ref _manifest, manifest);
        NoteManifest(_storedOrdinal, checkpointBytes: 0);
    }

    /// <summary>Whether another manifest makes it possible to delete a file.</summary>
    private bool HelpsRemoving() =>
        _pageFiles!.SealedFiles.Any(static file => file.LiveBytes == 0) || _pageFiles.WouldRemove(_manifest.Generation, NeededBy(Versions.NeededPlaces));

    /// <summary>A manifest released files.</summary>
    /// <param name="Generation">The manifest.</param>
    /// <param name="Mark">When: whoever was reading then may still look at the old place of a page.</param>
    private readonly record struct Release(ulong Generation, long Mark);
}
