using Cairn.Tree;

namespace Cairn;

/// <content>Bringing pages into memory before they are needed.</content>
public sealed partial class StateStore
{
    /// <summary>
    /// Reads the pages under a prefix, at the head, into the cache: from the root downwards, level by level, so that what is loaded is of use even where not everything has room. Pages outside the prefix make room as they
    /// would for reading; once only pages under the prefix are left in a full cache, it stops. Values above 1 KiB are not cached, and not read.
    /// </summary>
    /// <param name="tree">Which tree.</param>
    /// <param name="prefix">The prefix of the keys; empty for the whole tree.</param>
    /// <param name="cancellationToken">Ends it between two pages; what was loaded stays.</param>
    /// <returns>How much was loaded, and whether that was all.</returns>
    /// <exception cref="StateCorruptedException">A stored page is damaged.</exception>
    /// <exception cref="IOException">Reading failed.</exception>
    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    public async Task<WarmReport> WarmAsync(TreeKind tree, ReadOnlyMemory<byte> prefix = default, CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        long started = _options.TimeProvider.GetTimestamp();
        StateVersion version = Versions.PinHead(isView: false);
        try
        {
            TreeWarmer warmer = new(Pages, prefix);
            bool isComplete = await warmer.RunAsync(tree == TreeKind.State ? version.State : version.Local, cancellationToken).ConfigureAwait(false);
            return new WarmReport(warmer.PagesLoaded, warmer.BytesLoaded, warmer.PagesPresent, isComplete, _options.TimeProvider.GetElapsedTime(started));
        }
        finally
        {
            Versions.Unpin(version, isView: false);
        }
    }
}
