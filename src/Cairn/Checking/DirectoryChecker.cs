using System.Runtime.CompilerServices;
using Cairn.Homes;
using Cairn.IO;
using Cairn.Log;
using Cairn.Manifests;
using Cairn.Pages;

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
        bool logIsSound = CheckLog(manifest?.Content ?? Manifest.Empty);
        if (manifest is null)
        {
            return;
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
        await CheckTreesAsync(manifest, pages, logIsSound).ConfigureAwait(false);
    }

    private bool CheckLog(Manifest manifest)
    {
        LogVerification log = LogVerifier.Verify(
            files,
            Path.Combine(path, DirectoryHome.LogDirectoryName),
            manifest.ReplayFrom,
            manifest.LogEnd,
            record => found.Progress("log", (long)record.Sequence),
            cancellationToken);
        foreach (FileFault fault in log.Faults)
        {
            found.Add(fault);
        }

        found.Records = log.Records;
        found.Torn(log.Torn);
        return log.Faults.Count == 0;
    }

    private async Task CheckTreesAsync(StoreManifest manifest, PageFiles pages, bool logIsSound)
    {
        HeadChecker head;
        try
        {
            SegmentLog log = SegmentLog.Open(
                files, Path.Combine(path, DirectoryHome.LogDirectoryName), new SegmentLogOptions { ReadOnly = true }, manifest.Content.ReplayFrom, manifest.Content.LogEnd);
            await using ConfiguredAsyncDisposable _ = log.ConfigureAwait(false);
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
