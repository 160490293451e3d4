using Cairn.Homes;
using Cairn.IO;
using Cairn.Log;
using Cairn.Manifests;
using Cairn.Pages;

namespace Cairn.Repairing;

/// <summary>What is whole of a damaged directory store, as a read-only home: the pages of one manifest, and one stretch of the log around its place to replay from. Nothing is locked or written.</summary>
internal sealed class SalvageHome : IHome
{
    /// <summary>A name that no store has in it: an absent directory is an empty log.</summary>
    private const string AbsentLogName = "log.absent";

    private readonly SegmentLog _log;
    private readonly PageFiles _pages;

    private SalvageHome(string path, SegmentLog log, PageFiles pages)
    {
        Location = $"{DirectoryHome.KindName}:{path}";
        _log = log;
        _pages = pages;
    }

    /// <inheritdoc/>
    public string Location { get; }

    /// <inheritdoc/>
    public string Kind => DirectoryHome.KindName;

    /// <inheritdoc/>
    public bool IsReadOnly => true;

    /// <inheritdoc/>
    public LogRecovery LogRecovery => _log.Recovery;

    /// <inheritdoc/>
    public IBlockLog Log => _log;

    /// <inheritdoc/>
    public IHoldStore? Holds => null;

    /// <inheritdoc/>
    public IPageStore Pages => _pages;

    /// <summary>Opens it.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="path">The damaged store.</param>
    /// <param name="manifest">The manifest, with the end of the stretch as the end of its log, and a floor within the stretch. Its log is left alone when that ends at its start.</param>
    /// <exception cref="StateCorruptedException">Log and manifest do not fit together.</exception>
    public static SalvageHome Open(IFileSystem files, string path, StoreManifest manifest)
    {
        // Above every generation on the disk, so that no other manifest is gone over to.
        Manifest content = manifest.Content with { Generation = ulong.MaxValue };
        manifest = manifest with { Content = content };
        SegmentLogOptions options = new() { ReadOnly = true, EndsAtVerifiedEnd = true, IsSurveyed = true, Newest = () => content };
        string directory = content.LogEnd.Sequence == 0 ? AbsentLogName : DirectoryHome.LogDirectoryName;
        SegmentLog log = SegmentLog.Open(files, Path.Combine(path, directory), options, content.ReplayFrom, content.LogEnd);
        return new SalvageHome(path, log, PageFiles.Open(files, path, manifest, new StateStoreOptions().PageFileBytes, isReadOnly: true));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _log.DisposeAsync().ConfigureAwait(false);
        await _pages.DisposeAsync().ConfigureAwait(false);
    }
}
