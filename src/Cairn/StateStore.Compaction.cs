using System.Runtime.ExceptionServices;
using Cairn.Checkpoints;
using Cairn.Pages;
using Cairn.Tree;

namespace Cairn;

/// <content>Cleaning all there is, now.</content>
public sealed partial class StateStore
{
    /// <summary>Files of which less than this part can be won are left as they are.</summary>
    private const int WorthwhileShare = 16;

    /// <summary>The most that one manifest of a compaction moves.</summary>
    private const long CompactionRunBytes = 256 << 20;

    private static readonly TimeSpan LeavingPause = TimeSpan.FromMilliseconds(1);

    /// <summary>
    /// Gives back, now, the disk space of everything in the page files that the head does not need: stores the head, writes anew what is in use in files of which a sixteenth or more is not, and deletes them. When it returns they are
    /// gone, but for those that open views or drafts on older heights read. Recent heights other than the head are no longer readable, unless a view has them open. Blocks can be committed meanwhile. Nothing happens where a home frees
    /// by itself (memory, JSON lines).
    /// </summary>
    /// <param name="cancellationToken">Ends it between two steps; what is done is done, and nothing is lost.</param>
    /// <returns>What was moved and freed.</returns>
    /// <exception cref="StateCorruptedException">A page file is damaged. It stays as it is, the others were compacted, and the store goes on.</exception>
    /// <exception cref="IOException">Reading or writing failed; after a failed write the store takes no more.</exception>
    /// <exception cref="StoreFailedException">An earlier write failed.</exception>
    /// <exception cref="InvalidOperationException">The store is read-only.</exception>
    /// <exception cref="ObjectDisposedException">The store is closed, or was while this ran.</exception>
    public async Task<CompactionReport> CompactAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfUnwritable();
        if (_pageFiles is null)
        {
            await CheckpointAsync(cancellationToken).ConfigureAwait(false);
            return new CompactionReport(0, 0, 0);
        }

        long before = _pageFiles.StoredBytes;
        long moved = Interlocked.Read(ref _cleaningBytes);
        long removed = Interlocked.Read(ref _removedFiles);
        StateCorruptedException? damage = null;
        uint? through = null;
        bool goesOn = true;
        while (goesOn)
        {
            try
            {
                goesOn = await InTurnAsync(CompactSomeAsync, cancellationToken).ConfigureAwait(false);
            }
            catch (StateCorruptedException found) when (_failure is null)
            {
                // The files that stand in the way are left out from now on.
                damage ??= found;
            }
        }

        await RemoveAllAsync(cancellationToken).ConfigureAwait(false);
        if (damage is not null)
        {
            ExceptionDispatchInfo.Throw(damage);
        }

        return new CompactionReport(
            Interlocked.Read(ref _removedFiles) - removed,
            Interlocked.Read(ref _cleaningBytes) - moved,
            before - _pageFiles.StoredBytes);

        async Task<bool> CompactSomeAsync(StateVersion version)
        {
            if (through is null)
            {
                // What background runs found damaged is looked at once more, so that the caller hears of it.
                _damagedFiles.Clear();
                through = SealFiles();
            }

            // Where damage was found, deltas stay what they are: one that cannot be read would end every run.
            List<PageFileSpace> files = WorthwhileFiles(through.Value);
            return (files.Count > 0 || damage is null) && await RunCleaningAsync(version, files, MinRunBytes, mostBytes: long.MaxValue, lap: null, damage is null ? through.Value : 0).ConfigureAwait(false);
        }
    }

    /// <summary>Does a step in turn with checkpoints, on the version of the newest manifest, which is made the head's first.</summary>
    private async Task<bool> InTurnAsync(Func<StateVersion, Task<bool>> step, CancellationToken cancellationToken)
    {
        await _pagesGate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            using WaitScope _ = BeginWaiting();
            ThrowIfUnwritable();
            StateVersion version = Versions.PinHead(isView: false);
            if (version.After.Sequence != _manifest.ReplayFrom.Sequence)
            {
                Versions.Unpin(version, isView: false);
                version = await RunCheckpointAsync().ConfigureAwait(false);
            }

            try
            {
                return await step(version).ConfigureAwait(false);
            }
            finally
            {
                Versions.Unpin(version, isView: false);
            }
        }
        finally
        {
            _pagesGate.Release();
        }
    }

    private uint SealFiles()
    {
        try
        {
            _pageFiles!.SealCurrent();
        }
        catch (Exception exception)
        {
            Latch(exception);
            throw;
        }

        return _pageFiles.HighestFile;
    }

    private List<PageFileSpace> WorthwhileFiles(uint through)
    {
        List<PageFileSpace> chosen = [];
        long most = CompactionRunBytes;
        foreach (PageFileSpace file in SparsestFirst().Where(file => file.Number <= through && IsWorthwhile(file, freed: 0)))
        {
            if (most <= 0)
            {
                break;
            }

            chosen.Add(file);
            most -= file.LiveBytes;
        }

        return chosen;
    }

    private static bool IsWorthwhile(PageFileSpace file, long freed) => (file.StoredBytes - file.LiveBytes + freed) * WorthwhileShare >= file.StoredBytes;

    /// <summary>
    /// Adds the files of a compaction that become worthwhile by the run itself: it writes the pages above those that move anew as well, wherever these are. A run of their own would do so once more, and leave what the run before wrote
    /// with garbage in it.
    /// </summary>
    /// <returns>Whether there are any.</returns>
    private bool TryAddWorthwhile(List<PageFileSpace> files, CleaningJob job, uint through)
    {
        if (through == 0 || files.Sum(static file => file.LiveBytes) >= CompactionRunBytes)
        {
            return false;
        }

        HashSet<uint> chosen = [.. files.Select(static file => file.Number)];
        int before = files.Count;
        files.AddRange(SparsestFirst().Where(file => file.Number <= through && !chosen.Contains(file.Number) && IsWorthwhile(file, job.FreedBytesIn(file.Number))));
        return files.Count > before;
    }

    /// <summary>Deletes all released files that no view needs, once those who are reading at this moment have left.</summary>
    private async Task RemoveAllAsync(CancellationToken cancellationToken)
    {
        while (await InTurnAsync(
            async _ =>
            {
                await RemoveWithManifestAsync(keepRecent: 1).ConfigureAwait(false);
                return _releases.Count > 0;
            },
            cancellationToken).ConfigureAwait(false))
        {
            await Task.Delay(LeavingPause, cancellationToken).ConfigureAwait(false);
        }
    }
}
