using System.Runtime.CompilerServices;
using Cairn.Checkpoints;
using Cairn.Homes;
using Cairn.IO;
using Cairn.Log;
using Cairn.Manifests;
using Cairn.Pages;
using Cairn.Tree;

namespace Cairn.Checking;

/// <summary>Checks the files of a directory store one by one, and then what they say together. Used once, by one thread.</summary>
internal sealed class DirectoryChecker(IFileSystem files, string path, CheckLog found, CancellationToken cancellationToken)
{
    /// <summary>Runs the check.</summary>
    public async Task RunAsync()
    {
        found.Progress("manifest", 0);
        foreach (FileFault fault in ManifestFiles.Check(files, path))
        {
            found.Add(fault);
        }

        StoreManifest? manifest = ManifestFiles.Read(files, path).Newest;
        LogPosition keptFrom = KeptFrom(manifest);
        bool logIsSound = CheckLog(manifest?.Content ?? Manifest.Empty, keptFrom);
        if (manifest is null)
        {
            return;
        }

        CheckLine(manifest.StoreId, LineFiles.BackupName);
        CheckLine(manifest.StoreId, LineFiles.LineName);
        if (manifest.Content.InstallSource is not null)
        {
            found.Add(new CheckFault(path, -1, "import", "a finished one", "an unfinished one: run it again, and it goes on where it stopped, or delete the directory"));
        }

        IReadOnlyList<FileFault> faults = PageFilesCheck.Files(files, path, manifest);
        foreach (FileFault fault in faults)
        {
            found.Add(fault);
        }

        if (faults.Count > 0)
        {
            return;
        }

        PageFiles pages = PageFiles.Open(files, path, manifest, new StateStoreOptions().PageFileBytes, isReadOnly: true);
        await using ConfiguredAsyncDisposable _ = pages.ConfigureAwait(false);
        await CheckTreesAsync(manifest, pages, keptFrom, logIsSound).ConfigureAwait(false);
    }

    /// <summary>Checks a line mark, if there is one. The store opens without it, but no backup can be continued.</summary>
    private void CheckLine(StoreId storeId, string name)
    {
        try
        {
            if (LineFiles.Read(files, path, name) is { } mark && mark.StoreId != storeId)
            {
                found.Add(new CheckFault(Path.Combine(path, name), LineMarkLayout.StoreIdOffset, "store id of the line mark", $"{storeId} as in the manifest", $"{mark.StoreId}"));
            }
        }
        catch (StateCorruptedException damage)
        {
            found.Add(damage);
        }
    }

    /// <summary>The place from which on every record has to be there: the floor, or a whole hold before it.</summary>
    private LogPosition KeptFrom(StoreManifest? manifest)
    {
        if (manifest is null)
        {
            return LogPosition.Start;
        }

        try
        {
            IReadOnlyList<StoredHold> holds = new HoldsFile(files, path, manifest.StoreId).Read(out StateCorruptedException? damage);
            if (damage is not null)
            {
                found.Add(damage);
            }

            return DirectoryHome.KeptFrom(manifest.Content, holds);
        }
        catch (StateCorruptedException damage)
        {
            found.Add(damage);
            return manifest.Content.LogFloor;
        }
    }

    private bool CheckLog(Manifest manifest, LogPosition keptFrom)
    {
        ulong retained = manifest.HasInstalledFloor ? 1ul : 0;
        ChainMarks marks = new([], FinalizedHeight: null);
        LogVerification log = LogVerifier.Verify(
            files,
            Path.Combine(path, DirectoryHome.LogDirectoryName),
            keptFrom,
            manifest.LogEnd,
            LineFiles.IsBackup(files, path),
            record =>
            {
                retained += IsRetained(record, manifest) ? 1u : 0;
                marks = record.Sequence <= manifest.ReplayFrom.Sequence ? marks.After(record) : marks;
                found.Progress("log", (long)record.Sequence);
            },
            cancellationToken);
        foreach (FileFault fault in log.Faults)
        {
            found.Add(fault);
        }

        if (log.Faults.Count == 0 && retained != manifest.BlockCount - manifest.PrunedBlocks)
        {
            found.Add(new CheckFault(path, -1, "count of retained blocks in the manifest", $"{retained}, which the log has between its floor and the place to replay from", $"{manifest.BlockCount - manifest.PrunedBlocks}"));
        }

        if (log.Faults.Count == 0)
        {
            CheckMarks(marks.Mark(manifest), manifest);
        }

        found.Records = log.Records;
        found.Torn(log.Torn);
        return log.Faults.Count == 0;
    }

    /// <summary>Holds what the manifest says of rewinds and finality against the records from the floor on.</summary>
    private void CheckMarks(Manifest expected, Manifest manifest)
    {
        if (!expected.Abandoned.SequenceEqual(manifest.Abandoned))
        {
            found.Add(new CheckFault(path, -1, "abandoned sequences in the manifest", $"{Text(expected)}, which the rewinds from its floor on abandoned", Text(manifest)));
        }

        // The record of a height that became final long ago may be gone.
        if (expected.FinalizedHeight is { } final && final != manifest.FinalizedHeight)
        {
            found.Add(new CheckFault(path, -1, "final height in the manifest", $"{final}, as the log says", $"{manifest.FinalizedHeight}"));
        }

        static string Text(Manifest manifest) => manifest.Abandoned.Count == 0 ? "none" : string.Join(", ", manifest.Abandoned.Select(static interval => $"{interval.First} to {interval.Last}"));
    }

    private static bool IsRetained(LogRecord record, Manifest manifest) => record.Kind == RecordKind.Block
        && record.Sequence > manifest.LogFloor.Sequence && record.Sequence <= manifest.ReplayFrom.Sequence
        && !AbandonedList.Holds(manifest.Abandoned, record.Sequence);

    /// <summary>Sees whether the floor of the manifest is a place of the log, and the height of the block behind it the one that the manifest has.</summary>
    private void CheckFloor(Manifest manifest, ILogRecords log)
    {
        if (manifest.InstallSource is not null)
        {
            return; // the trees are not yet what the floor says
        }

        Manifest unknown = manifest with { FloorHeight = null, PrunedBlocks = 0, BlockCount = manifest.BlockCount - manifest.PrunedBlocks, Installed = manifest.HasInstalledFloor ? manifest.Installed : null };
        Manifest walked = FloorWalk.Advance(unknown, log, retainBlocks: null, path);
        if (walked.FloorHeight != manifest.FloorHeight)
        {
            found.Add(new CheckFault(path, -1, "floor height in the manifest", $"{walked.FloorHeight}, the height of the first block behind the log floor", $"{manifest.FloorHeight}"));
        }
    }

    private async Task CheckTreesAsync(StoreManifest manifest, PageFiles pages, LogPosition keptFrom, bool logIsSound)
    {
        HeadChecker head;
        try
        {
            SegmentLog log = SegmentLog.Open(
                files, Path.Combine(path, DirectoryHome.LogDirectoryName), new SegmentLogOptions { ReadOnly = true, KeptFrom = keptFrom, EndsAtVerifiedEnd = LineFiles.IsBackup(files, path) }, manifest.Content.ReplayFrom, manifest.Content.LogEnd);
            await using ConfiguredAsyncDisposable _ = log.ConfigureAwait(false);
            CheckFloor(manifest.Content, log);
            if (logIsSound)
            {
                new HistoryChecker(new HistoryDirectory(files, path, manifest.StoreId), log, keptFrom, found, cancellationToken).Run();
            }

            head = new HeadChecker(log, pages, $"{DirectoryHome.KindName}:{path}", manifest.Content, found, cancellationToken);
            await head.RunAsync(countRecords: false).ConfigureAwait(false);
        }
        catch (StateCorruptedException damage)
        {
            // A damaged log has been reported already, in detail.
            if (logIsSound)
            {
                found.Add(damage);
            }

            return;
        }

        CheckExtents(manifest, pages, head.Extents);
        if (found.ToReport().IsSound)
        {
            CheckFraming(manifest, pages);
        }
    }

    /// <summary>Walks every page file from one page or blob to the next, in use or not: cleaning relies on their being whole.</summary>
    private void CheckFraming(StoreManifest manifest, PageFiles pages)
    {
        foreach (PageFileEntry file in manifest.Files)
        {
            byte[] key = new byte[StateLimits.MaxKeyBytes];
            try
            {
                pages.Scan(file.Number, (extent, bytes) =>
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    if (PageDeltaLayout.IsDelta(bytes))
                    {
                        PageDelta.CheckHeader(bytes, pages, extent.Id);
                    }
                    else if (BlobCodec.IsBlob(bytes))
                    {
                        BlobCodec.Check(bytes, pages, extent.Id, out _);
                    }
                    else
                    {
                        PageCodec.ReadHeader(bytes, pages, extent.Id, key);
                    }

                    return true;
                });
            }
            catch (StateCorruptedException damage)
            {
                found.Add(damage);
            }
        }
    }

    /// <summary>What the trees refer to must not overlap, and must be what the manifest counts as live.</summary>
    private void CheckExtents(StoreManifest manifest, PageFiles pages, List<StoredExtent> extents)
    {
        Dictionary<uint, long> live = [];
        StoredExtent before = default;
        foreach (StoredExtent extent in extents.OrderBy(static extent => extent.Id.Value))
        {
            uint file = PageAddress.Of(extent.Id).File;
            live[file] = live.GetValueOrDefault(file) + PageAddress.Aligned(extent.Bytes);
            if (before.Bytes > 0 && PageAddress.Of(before.Id).File == file && PageAddress.Of(before.Id).Offset + before.Bytes > PageAddress.Of(extent.Id).Offset)
            {
                (string name, long offset) = pages.Locate(extent.Id);
                found.Add(new CheckFault(name, offset, "place of a page or blob", $"behind byte {PageAddress.Of(before.Id).Offset + before.Bytes}, the end of the one before", $"{offset}"));
            }

            before = extent;
        }

        foreach (PageFileEntry file in manifest.Files)
        {
            if (live.GetValueOrDefault(file.Number) != file.LiveBytes && found.ToReport().IsSound)
            {
                found.Add(new CheckFault(pages.Locate(new PageAddress(file.Number, 0).ToId()).File, -1, "live bytes in the manifest", $"{live.GetValueOrDefault(file.Number)}", $"{file.LiveBytes}"));
            }
        }
    }
}
