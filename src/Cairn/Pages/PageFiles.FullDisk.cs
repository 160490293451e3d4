using Cairn.Homes;
using Cairn.IO;
using Cairn.Manifests;

namespace Cairn.Pages;

/// <content>What is still possible when a write found no room.</content>
internal sealed partial class PageFiles
{
    /// <summary>Called when a checkpoint is durable, by the thread that wrote it.</summary>
    public Action? Checkpointed { get; set; }

    /// <summary>Whether the disk was full for a page or a manifest.</summary>
    public bool IsDiskFull => _failure is DiskFullException;

    /// <summary>
    /// Before closing: writes the manifest that counts once more, with a new end of the log and nothing else. The pages of a checkpoint that found no room belong to nothing, and the next process removes them.
    /// If the crash comes here, the manifest before it is whole in the other copy.
    /// </summary>
    /// <exception cref="IOException">Writing failed.</exception>
    public void WriteLogEnd(LogPosition end)
    {
        if (_failure is not (null or DiskFullException { DuringSync: false }) || _manifest.Content.LogEnd == end)
        {
            return;
        }

        StoreManifest next = _manifest with
        {
            HighestFile = _highestFile,
            Content = _manifest.Content with { Generation = _manifest.Content.Generation + 1, LogEnd = end },
        };
        ManifestFiles.Write(_fileSystem, _store, next);
        Volatile.Write(ref _manifest, next);
    }
}
