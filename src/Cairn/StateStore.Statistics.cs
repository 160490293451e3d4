using Cairn.Tree;

namespace Cairn;

/// <content>Measuring.</content>
public sealed partial class StateStore
{
    /// <summary>Tells how the store is doing. Cheap; the numbers are of about the same moment.</summary>
    public StoreStatistics GetStatistics()
    {
        ThrowIfDisposed();
        return ReadStatistics();
    }

    /// <summary>The same for the metrics, which may be read while the store is being closed.</summary>
    internal StoreStatistics ReadStatistics()
    {
        StateVersion head = Versions.Head;
        (BlockHeight? oldest, BlockHeight? newest) = Versions.RecentHeights;
        return new StoreStatistics
        {
            Height = head.Height,
            DurableHeight = DurableHeight,
            CheckpointHeight = Volatile.Read(ref _manifest).Height,
            OldestRecentHeight = oldest,
            NewestRecentHeight = newest,
            Root = head.State.Hash,
            State = head.State.Totals,
            Local = head.Local.Totals,
            LogBytes = _log.StoredBytes,
            ReplayBytes = _home.Pages is null ? 0 : ReplayBytes,
            PageBytes = _home.Pages?.StoredBytes ?? 0,
            LivePageBytes = _home.Pages?.LiveBytes ?? 0,
            DirtyBytes = DirtyBytes,
            DraftBytes = Pages.Bytes(PageResidency.Draft),
            CacheBytes = Pages.Bytes(PageResidency.Clean),
            RecentBytes = Pages.Bytes(PageResidency.Superseded) + Versions.RecentBlobBytes,
            RetiredBytes = Pages.Epochs.RetiredBytes,
            ReservedBytes = Pages.Pool.ReservedBytes,
            CacheHits = Pages.Hits,
            CacheMisses = Pages.Misses,
            CacheEvictions = Pages.Evictions,
            OpenViews = Versions.OpenViews,
            HasFailed = _failure is not null,
        };
    }

    /// <summary>Measures the shape of a tree at the head. Reads every page of it.</summary>
    /// <param name="tree">Which tree.</param>
    /// <param name="cancellationToken">Ends it between two pages.</param>
    public TreeShape MeasureTree(TreeKind tree, CancellationToken cancellationToken = default)
    {
        using StateView view = OpenView();
        return TreeWalk.Measure(Pages, tree == TreeKind.State ? view.Version.State : view.Version.Local, cancellationToken);
    }
}
