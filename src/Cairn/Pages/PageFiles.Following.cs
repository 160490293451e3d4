using Cairn.Homes;
using Cairn.Manifests;

namespace Cairn.Pages;

/// <content>Read-only: following a writer in another process, which removes files without asking.</content>
internal sealed partial class PageFiles
{
    private ulong _oldestWhole;

    /// <summary>Read-only: the generation of the oldest manifest known of which all files are still listed. What was read from an older one may be gone.</summary>
    public ulong OldestWholeGeneration => Volatile.Read(ref _oldestWhole);

    /// <summary>Read-only: follows the writer to a newer manifest. Files that it no longer lists stay readable as long as they exist.</summary>
    /// <exception cref="StateCorruptedException">The manifest is damaged or that of another store, or a file it lists is.</exception>
    public ValueTask RefreshAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        if (!_isReadOnly)
        {
            return ValueTask.CompletedTask;
        }

        while (!TryGoOver(ReadNewest()))
        {
            cancellationToken.ThrowIfCancellationRequested();
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Goes over to a manifest.</summary>
    /// <returns>False when the writer has removed a file of it meanwhile, so that there is a newer one.</returns>
    private bool TryGoOver(StoreManifest newest)
    {
        if (newest.Content.Generation <= _manifest.Content.Generation)
        {
            return true;
        }

        PageFileEntry[] added = [.. newest.Files.Except(_manifest.Files)];
        Take(newest);
        try
        {
            foreach (PageFileEntry entry in added)
            {
                PageFilesCheck.CheckFile(_handles, _files[entry.Number], entry);
            }
        }
        catch (StateCorruptedException absent) when (absent.InnerException is FileNotFoundException && ReadNewest().Content.Generation > newest.Content.Generation)
        {
            return false;
        }

        LetGoOfUnlisted(newest);
        Volatile.Write(ref _manifest, newest);
        return true;
    }

    private void LetGoOfUnlisted(StoreManifest newest)
    {
        HashSet<uint> listed = [.. newest.Files.Select(static entry => entry.Number)];
        foreach (PageFile file in _files.Values.Where(file => !listed.Contains(file.Number)))
        {
            if (file.ReleasedBy == 0)
            {
                file.LiveBytes = 0;
                Release(file, newest.Content.Generation);
                Volatile.Write(ref _oldestWhole, newest.Content.Generation);
            }

            // An open file would keep its bytes on the disk after the writer has deleted it.
            _handles.Close(file.Number);
            if (!_fileSystem.FileExists(file.Path) && _files.TryRemove(file.Number, out _))
            {
                Interlocked.Add(ref _releasedBytes, -file.End);
            }
        }
    }

    /// <summary>Read-only: the newest manifest of the writer, without following him to it.</summary>
    /// <exception cref="StateCorruptedException">It is damaged or that of another store.</exception>
    public Manifest LookAtNewest() => ReadNewest().Content;

    private StoreManifest ReadNewest()
    {
        ManifestReading reading = ManifestFiles.ReadBesideWriter(_fileSystem, _store);
        StoreManifest newest = reading.Newest ?? throw reading.Damages[0];
        return newest.StoreId == _manifest.StoreId
            ? newest
            : throw new StateCorruptedException(_store, -1, "store id", _manifest.StoreId.ToString(), newest.StoreId.ToString());
    }

    /// <summary>What an absent file means: to a reader beside a writer that the writer is done with it, if the newest manifest has gone beyond it; else damage.</summary>
    private StateStoreException Absent(uint number, StateCorruptedException damage)
    {
        if (!_isReadOnly || number == 0)
        {
            return damage;
        }

        StoreManifest newest = ReadNewest();
        bool isReleased = number <= newest.HighestFile && newest.Content.Generation > 1 && newest.Files.All(entry => entry.Number != number);
        return isReleased ? new ViewOutdatedException(damage.File, damage) : damage;
    }
}
