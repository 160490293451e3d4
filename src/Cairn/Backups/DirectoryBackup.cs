using Cairn.Homes;
using Cairn.IO;
using Cairn.Log;
using Cairn.Manifests;
using Cairn.Pages;

namespace Cairn.Backups;

/// <summary>
/// Backs up one directory store. Like a reader in another process it starts from the newest manifest and reads the log as far as it is synced; what both cover is immutable, so nobody has to stop. When the writer has removed a
/// file meanwhile, because a newer manifest does not need it, the backup goes on from that one and keeps what it has. Used once, by one thread.
/// </summary>
/// <param name="files">Where both are.</param>
/// <param name="source">The directory of the store.</param>
/// <param name="targetPath">The directory of the backup.</param>
/// <param name="lastSequence">The last record that is known to be synced; null to read the log to its end, where nobody writes.</param>
/// <param name="onProgress">Told after each file.</param>
internal sealed class DirectoryBackup(IFileSystem files, string source, string targetPath, Func<StoreId, ulong?> lastSequence, Action<BackupProgress>? onProgress)
{
    /// <summary>How often a backup goes on from a newer manifest. Each time the writer has written two checkpoints while files were linked or copied.</summary>
    private const int MaxAttempts = 1000;

    private readonly string _pageDirectory = Path.Combine(source, PageFiles.DirectoryName);
    private readonly string _snapshotDirectory = Path.Combine(source, SnapshotDirectory.DirectoryName);
    private readonly string _logDirectory = Path.Combine(source, DirectoryHome.LogDirectoryName);

    /// <summary>Makes the backup.</summary>
    public BackupReport Run(CancellationToken cancellationToken)
    {
        if (IsWithin(targetPath, source) || IsWithin(source, targetPath))
        {
            throw new TargetRefusedException(targetPath, $"it is the store '{source}' itself, or one is inside the other. Choose another place.");
        }

        if (ReadNewest().Content is { InstallSource: not null } unfinished)
        {
            throw ImportUnfinishedException.Of(source, unfinished);
        }

        BackupCopier copier = new(files, onProgress, cancellationToken);
        using BackupTarget target = BackupTarget.Open(files, targetPath, LineOf(ReadNewest().StoreId), copier);
        bool isIncremental = target.Before is not null;
        for (int attempt = 1; ; attempt++)
        {
            StoreManifest manifest = ReadNewest();
            try
            {
                return Copy(manifest, target, copier) with { IsIncremental = isIncremental };
            }
            catch (Exception exception) when (exception is StateCorruptedException or FileNotFoundException && attempt < MaxAttempts
                && ReadNewest().Content.Generation > manifest.Content.Generation)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    private BackupReport Copy(StoreManifest manifest, BackupTarget target, BackupCopier copier)
    {
        bool isBackup = LineFiles.IsBackup(files, source);
        IReadOnlyList<StoredHold> holds = new HoldsFile(files, source, manifest.StoreId).Read();
        LogPosition keptFrom = DirectoryHome.KeptFrom(manifest.Content, holds);
        SegmentLogOptions options = new() { ReadOnly = true, KeptFrom = keptFrom, HeadHint = () => lastSequence(manifest.StoreId), EndsAtVerifiedEnd = isBackup };
        SegmentLog log = SegmentLog.Open(files, _logDirectory, options, manifest.Content.ReplayFrom, manifest.Content.LogEnd);
        LogPosition end = log.End;
        IReadOnlyList<SegmentName> segments = SegmentsOf(keptFrom, manifest.Content.ReplayFrom, end);
        (BlockHeight? height, Hash256 root) = HeadOf(log, manifest.Content);
        RefuseUnlessContinuing(target, end);

        string[] snapshots = [.. new SnapshotDirectory(files, source).List().Select(static name => name + SnapshotDirectory.Suffix)];
        copier.Total = copier.Kept + copier.Linked + copier.Copied + manifest.Files.Count + segments.Count + snapshots.Length;
        foreach (PageFileEntry entry in manifest.Files)
        {
            target.PutPageFile(_pageDirectory, entry);
        }

        for (int i = 0; i < segments.Count; i++)
        {
            target.PutSegment(segments[i], i == segments.Count - 1 ? (long)end.Place : null);
        }

        foreach (string snapshot in snapshots)
        {
            PutSnapshot(target, snapshot);
        }

        target.Commit(manifest with { Content = manifest.Content with { LogEnd = end } }, holds);
        return new BackupReport
        {
            Target = target.Path,
            Height = height,
            Root = root,
            FilesKept = copier.Kept,
            FilesLinked = copier.Linked,
            FilesCopied = copier.Copied,
            BytesCopied = copier.Bytes,
            FilesRemoved = target.RemoveRest(manifest, segments, snapshots),
        };
    }

    private void PutSnapshot(BackupTarget target, string name)
    {
        try
        {
            target.PutSnapshot(_snapshotDirectory, name);
        }
        catch (FileNotFoundException)
        {
            // It has just been deleted from the store; a copy of an earlier backup goes with the next one.
        }
    }

    /// <summary>The segments from the first record that has to be there, or the one before the place to replay from, to the end.</summary>
    private IReadOnlyList<SegmentName> SegmentsOf(LogPosition keptFrom, LogPosition replayFrom, LogPosition end)
    {
        if (end.Sequence == 0)
        {
            return [];
        }

        IReadOnlyList<SegmentName> all = SegmentName.List(files, _logDirectory);
        int last = LogScan.IndexHolding(all, end.Sequence);
        int first = Math.Min(LogScan.IndexHolding(all, keptFrom.Sequence + 1), last);
        if (replayFrom.Sequence > 0)
        {
            first = Math.Min(first, LogScan.IndexHolding(all, replayFrom.Sequence));
        }

        return [.. all.Skip(Math.Max(first, 0)).Take(last - Math.Max(first, 0) + 1)];
    }

    private static (BlockHeight? Height, Hash256 Root) HeadOf(SegmentLog log, Manifest manifest)
    {
        BlockHeight? height = manifest.Height;
        Hash256 root = manifest.State.Hash;
        foreach (LogRecordHead head in log.ReadHeads(manifest.ReplayFrom))
        {
            height = head.Kind == RecordKind.Finalise ? height : head.Height;
            root = head.Root;
        }

        return (height, root);
    }

    /// <summary>
    /// Refuses a backup that has records which the store has not: it lost them with the power after a commit that was not durable, or is an older copy. As long as the store still has the log at that place, that shows.
    /// </summary>
    private void RefuseUnlessContinuing(BackupTarget target, LogPosition end)
    {
        if (target.Before?.Content.LogEnd is not { Sequence: > 0 } before)
        {
            return;
        }

        IReadOnlyList<SegmentName> all = SegmentName.List(files, _logDirectory);
        int index = LogScan.IndexHolding(all, before.Sequence);
        try
        {
            if (end.Sequence >= before.Sequence)
            {
                if (index >= 0)
                {
                    SegmentChain.CheckRecordBefore(files, all[index], before);
                }

                return;
            }
        }
        catch (FileNotFoundException)
        {
            return; // the writer has just retired it
        }
        catch (StateCorruptedException)
        {
            // Told below, in the words of a backup.
        }

        throw new TargetRefusedException(target.Path, $"the backup there ends with record {before}, which the store does not have: it ends with {end}. Choose an empty or absent directory.");
    }

    private LineMark LineOf(StoreId storeId)
    {
        LineMark? mark = LineFiles.Read(files, source, LineFiles.BackupName) ?? LineFiles.Read(files, source, LineFiles.LineName);
        return mark is { } known && known.StoreId != storeId
            ? throw new StateCorruptedException(source, -1, "store id of the line mark", $"{storeId} as in the manifest", $"{known.StoreId}")
            : mark ?? new LineMark(storeId, Line: 0);
    }

    private StoreManifest ReadNewest()
    {
        ManifestReading reading = ManifestFiles.ReadBesideWriter(files, source);
        return reading.Newest ?? throw reading.Damages[0];
    }

    private static bool IsWithin(string inner, string outer) =>
        string.Equals(inner, outer, StringComparison.Ordinal) || inner.StartsWith(outer + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}
