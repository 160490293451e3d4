using System.Runtime.CompilerServices;
using Cairn.Checking;
using Cairn.Homes;
using Cairn.IO;
using Cairn.Log;
using Cairn.Manifests;
using Cairn.Pages;
using Cairn.Tree;

namespace Cairn.Repairing;

/// <summary>
/// Judges a damaged directory store: which manifests have sound pages, which stretches of the log are whole, and what they lead to together. Writes nothing. Used by one thread.
/// </summary>
internal sealed class Salvage
{
    private const long CacheBytes = 64 << 20;

    private readonly IFileSystem _files;
    private readonly string _path;
    private readonly ulong _knownEnd; // the last record that there is known to have been

    private Salvage(IFileSystem files, string path, IReadOnlyList<StoreManifest> manifests, LogSurvey log, ulong knownEnd)
    {
        _files = files;
        _path = path;
        Manifests = manifests;
        Log = log;
        _knownEnd = knownEnd;
    }

    /// <summary>The manifests that can be read, the newest first.</summary>
    public IReadOnlyList<StoreManifest> Manifests { get; }

    /// <summary>What is whole of the log.</summary>
    public LogSurvey Log { get; }

    /// <summary>Looks at a store.</summary>
    /// <exception cref="StoreFormatException">Something of it is of a format this version does not know.</exception>
    /// <exception cref="IOException">Reading failed.</exception>
    public static Salvage Of(IFileSystem files, string path, CancellationToken cancellationToken)
    {
        StoreManifest[] manifests =
        [
            .. ((ManifestSlot[])[ManifestSlot.Read(files, ManifestFiles.PathOf(path, isEven: false), isEven: false), ManifestSlot.Read(files, ManifestFiles.PathOf(path, isEven: true), isEven: true)])
                .Select(static slot => slot.Manifest).OfType<StoreManifest>().OrderByDescending(static manifest => manifest.Content.Generation),
        ];
        bool endsAtManifest = manifests.Length > 0 && LineFiles.IsBackup(files, path);
        ulong last = endsAtManifest ? manifests[0].Content.LogEnd.Sequence : ulong.MaxValue;
        LogSurvey log = LogSurvey.Of(files, Path.Combine(path, DirectoryHome.LogDirectoryName), last, cancellationToken);
        ulong known = Math.Max(manifests.Select(static manifest => manifest.Content.LogEnd.Sequence).DefaultIfEmpty().Max(), log.Stretches.Count == 0 ? 0 : log.Stretches[^1].End.Sequence);
        return new Salvage(files, path, manifests, log, known);
    }

    /// <summary>The ways to save something, the one that leads furthest first.</summary>
    public async Task<IReadOnlyList<SalvagePlan>> PlansAsync(CancellationToken cancellationToken)
    {
        List<SalvagePlan> plans = [];
        foreach (StoreManifest manifest in Manifests)
        {
            if (await HasSoundPagesAsync(manifest, cancellationToken).ConfigureAwait(false))
            {
                if (StretchAt(manifest.Content.ReplayFrom) is { } stretch)
                {
                    plans.Add(new SalvagePlan(WithLog(manifest, stretch), stretch.End, manifest.Content.Height));
                }

                plans.Add(new SalvagePlan(WithoutLog(manifest), manifest.Content.ReplayFrom, manifest.Content.Height));
            }
        }

        // Without pages: only a log that still has its first record tells the whole state.
        bool wasInstalled = Manifests.Any(static manifest => manifest.Content.Installed is not null);
        if (!wasInstalled && Log.Stretches is [{ Before.Sequence: 0 } first, ..])
        {
            plans.Add(new SalvagePlan(LogAlone(first), first.End, CheckpointHeight: null));
        }

        return [.. plans.OrderByDescending(static plan => plan.End.Sequence)];
    }

    /// <summary>The stretch that goes on from a place and agrees with it.</summary>
    private LogStretch? StretchAt(LogPosition place) => Log.Stretches.FirstOrDefault(stretch =>
        stretch.Contains(place)
        && (place.Sequence != stretch.End.Sequence || place.Checksum == stretch.End.Checksum)
        && (place.Sequence != stretch.Before.Sequence || place.Checksum == stretch.Before.Checksum));

    private StoreManifest LogAlone(LogStretch stretch) =>
        new() { StoreId = default, SegmentBytes = Manifests is [var known, ..] ? known.SegmentBytes : StateStoreOptions.DefaultSegmentBytes, Content = Manifest.Empty with { LogEnd = stretch.End } };

    /// <summary>A manifest as that of a store that begins with its state and has no log.</summary>
    private static StoreManifest WithoutLog(StoreManifest manifest) => manifest with
    {
        Content = BeginningWithItself(manifest.Content) with { ReplayFrom = LogPosition.Start, LogEnd = LogPosition.Start, LogFloor = LogPosition.Start, Abandoned = [] },
    };

    /// <summary>A manifest with its log end where a stretch ends, and its floor where the stretch begins if that is behind its own.</summary>
    private StoreManifest WithLog(StoreManifest manifest, LogStretch stretch)
    {
        Manifest content = manifest.Content with { LogEnd = stretch.End };
        if (stretch.Before.Sequence <= content.LogFloor.Sequence)
        {
            return manifest with { Content = content };
        }

        BlockHeight? first = null;
        ulong retained = 0;
        foreach (LogRecord record in Log.Read(stretch, stretch.Before).TakeWhile(record => record.Sequence <= content.ReplayFrom.Sequence))
        {
            if (record.Kind == RecordKind.Block && !AbandonedList.Holds(content.Abandoned, record.Sequence))
            {
                first ??= record.Height;
                retained++;
            }
        }

        content = first is null ? BeginningWithItself(content) with { LogFloor = content.ReplayFrom }
            : content with { LogFloor = stretch.Before, FloorHeight = first, PrunedBlocks = content.BlockCount - retained, Installed = null };
        return manifest with { Content = content with { Abandoned = AbandonedList.From(content.Abandoned, content.LogFloor) } };
    }

    private static Manifest BeginningWithItself(Manifest content) => content.Height is not { } height ? content : content with
    {
        Installed = new InstalledState(height, content.TimeTicks, content.BlockCount, content.State.Hash, content.State.Totals, content.Local.Totals),
        FloorHeight = height,
        PrunedBlocks = content.BlockCount - 1,
    };

    /// <summary>Adds to a report what is lost behind the end of a plan.</summary>
    public RepairReport WithLosses(SalvagePlan plan, RepairReport report)
    {
        LogRecord[] readable = [.. Log.Stretches.Where(stretch => stretch.End.Sequence > plan.End.Sequence)
            .SelectMany(stretch => Log.Read(stretch, stretch.Before.Sequence >= plan.End.Sequence ? stretch.Before : plan.End))
            .Select(static record => new LogRecord { Kind = record.Kind, Sequence = record.Sequence, Height = record.Height, PreviousRoot = default, Root = default })];
        BlockHeight[] heights = [.. readable.Where(static record => record.Kind == RecordKind.Block).Select(static record => record.Height).Order()];
        int holding = LogScan.IndexHolding(Log.Segments, plan.End.Sequence);
        long bytes = 0;
        for (int i = Math.Max(holding, 0); i < Log.Segments.Count; i++)
        {
            bytes += BytesBehind(Log.Segments[i], i == holding && plan.End.Sequence > 0 ? (long)plan.End.Place : 0);
        }

        return report with
        {
            LostRecords = _knownEnd - Math.Min(_knownEnd, plan.End.Sequence),
            FirstLostHeight = heights.Length == 0 ? null : heights[0],
            LastLostHeight = heights.Length == 0 ? null : heights[^1],
            LostRewinds = readable.Count(static record => record.Kind == RecordKind.Rewind),
            LostLogBytes = bytes,
            LogEndFile = holding >= 0 && plan.End.Sequence > 0 ? Log.Segments[holding].Path : null,
            LogEndOffset = holding >= 0 && plan.End.Sequence > 0 ? (long)plan.End.Place : 0,
        };
    }

    /// <summary>The bytes of a segment behind a place that are not the zeros it was filled with.</summary>
    private long BytesBehind(SegmentName segment, long place)
    {
        try
        {
            using SegmentReader reader = SegmentReader.Open(_files, segment, out _);
            long last = reader.LastNonZero(place);
            return last < 0 ? 0 : last + 1 - place;
        }
        catch (IOException)
        {
            return 0; // what cannot be read has no bytes to tell of
        }
    }

    private async Task<bool> HasSoundPagesAsync(StoreManifest manifest, CancellationToken cancellationToken)
    {
        if (PageFilesCheck.Files(_files, _path, manifest).Count > 0)
        {
            return false;
        }

        PageFiles pages = PageFiles.Open(_files, _path, manifest, new StateStoreOptions().PageFileBytes, isReadOnly: true);
        await using ConfiguredAsyncDisposable _ = pages.ConfigureAwait(false);
        PageCache cache = new(pages, CacheBytes, new PagePool());
        StateVersion version = StateVersion.Of(manifest.Content, ordinal: 1);
        bool isSound = true;
        foreach ((TreeKind tree, TreeRoot root) in ((TreeKind, TreeRoot)[])[(TreeKind.State, version.State), (TreeKind.Local, version.Local)])
        {
            new TreeChecker(cache, pages, tree, version.Height, _ => isSound = false, cancellationToken).Check(root);
        }

        return isSound;
    }
}
