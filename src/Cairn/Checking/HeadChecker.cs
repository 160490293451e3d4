using Cairn.Homes;
using Cairn.Tree;

namespace Cairn.Checking;

/// <summary>Checks the trees of a manifest, then applies the log behind it and checks the trees of the head. Used once, by one thread.</summary>
internal sealed class HeadChecker
{
    /// <summary>The pages a check keeps in memory: it visits each once.</summary>
    private const long CacheBytes = 64 << 20;

    private readonly IBlockLog _log;
    private readonly IPageStore? _store;
    private readonly string _location;
    private readonly Manifest _manifest;
    private readonly CheckLog _found;
    private readonly CancellationToken _cancellationToken;
    private readonly PageCache _pages;

    /// <summary>Makes a checker.</summary>
    public HeadChecker(IBlockLog log, IPageStore? store, string location, Manifest manifest, CheckLog found, CancellationToken cancellationToken)
    {
        _log = log;
        _store = store;
        _location = location;
        _manifest = manifest;
        _found = found;
        _cancellationToken = cancellationToken;
        _pages = new PageCache(store, CacheBytes, new PagePool());
    }

    /// <summary>The stored pages and blobs of the manifest's trees.</summary>
    public List<StoredExtent> Extents { get; } = [];

    /// <summary>Runs the check.</summary>
    /// <param name="countRecords">Whether the records replayed are all there are.</param>
    /// <exception cref="StateCorruptedException">The log does not lead from the manifest to where it says.</exception>
    public async Task RunAsync(bool countRecords)
    {
        StateVersion version = StateVersion.Of(_manifest, ordinal: 1);
        Check(version, collectExtents: true);
        HashSet<PageReference> made = [];
        LogReplay replay = new(
            new BlockReplayer(_log, _manifest, _pages, _location), version, ChainMarks.Of(_manifest), _log.End, publishes: false, Track, oneByOneBytes: long.MaxValue, dirtyBytes: long.MaxValue);
        long records = 0;
        await foreach (LogRecord record in _log.Read(_manifest.ReplayFrom, _cancellationToken).ConfigureAwait(false))
        {
            replay.Add(record, _cancellationToken);
            _found.Progress("replay", ++records);
        }

        version = replay.Version;
        _found.Records += countRecords ? records : 0;
        if (records > 0)
        {
            Check(version, collectExtents: false);
        }

        _found.Height = version.Height;
        _found.Root = version.State.Hash;

        void Track(ReplayedBlock block)
        {
            _pages.Discard([.. block.Superseded.Where(made.Contains)]);
            block.TrackIn(made);
        }
    }

    private void Check(StateVersion version, bool collectExtents)
    {
        Check(TreeKind.State, version.State, version.Height, collectExtents);
        Check(TreeKind.Local, version.Local, version.Height, collectExtents);
    }

    private void Check(TreeKind tree, in TreeRoot root, BlockHeight? height, bool collectExtents)
    {
        TreeChecker checker = new(_pages, _store, tree, height, _found.Add, _cancellationToken) { CollectExtents = collectExtents };
        checker.Check(root);
        _found.Pages += checker.Pages;
        _found.Entries += checker.Entries;
        _found.Progress($"{tree} tree", checker.Pages);
        Extents.AddRange(checker.Extents);
    }
}
