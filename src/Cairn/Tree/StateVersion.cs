using System.Runtime.CompilerServices;
using Cairn.Homes;

namespace Cairn.Tree;

/// <summary>One version of the state: a pair of trees after a block. Immutable but for what <see cref="VersionChain"/> keeps in it under its lock.</summary>
internal sealed class StateVersion
{
    /// <summary>A place of its own object, so that it is read and replaced as a whole.</summary>
    private volatile StrongBox<LogPosition> _after;

    /// <summary>Makes a version.</summary>
    public StateVersion(ulong ordinal, BlockHeight? height, ulong blockCount, long? timeTicks, TreeRoot state, TreeRoot local, LogPosition after)
    {
        Ordinal = ordinal;
        StatePlaces = ordinal;
        LocalPlaces = ordinal;
        Height = height;
        BlockCount = blockCount;
        TimeTicks = timeTicks;
        State = state;
        Local = local;
        _after = new StrongBox<LogPosition>(after);
    }

    /// <summary>The version a manifest declares.</summary>
    public static StateVersion Of(Manifest manifest, ulong ordinal) =>
        new(ordinal, manifest.Height, manifest.BlockCount, manifest.TimeTicks, RootOf(manifest.State, TreeKind.State), RootOf(manifest.Local, TreeKind.Local), manifest.ReplayFrom);

    /// <summary>Counts the versions of this process, from 1.</summary>
    public ulong Ordinal { get; }

    /// <summary>The version whose places the state tree has: its own, or a later one that had the same tree when cleaning moved it.</summary>
    public ulong StatePlaces { get; set; }

    /// <summary>The same of the local tree.</summary>
    public ulong LocalPlaces { get; set; }

    /// <summary>The height of the newest block; null for the empty store.</summary>
    public BlockHeight? Height { get; }

    /// <summary>How many blocks lead to it, from the first one of the store on.</summary>
    public ulong BlockCount { get; }

    /// <summary>The time of that block in 100 ns ticks since 1970, if it has one.</summary>
    public long? TimeTicks { get; }

    /// <summary>The state tree.</summary>
    public TreeRoot State { get; }

    /// <summary>The local tree.</summary>
    public TreeRoot Local { get; }

    /// <summary>The place in the log after the newest record that it has: that of its block, or one behind it that changes nothing in the trees.</summary>
    /// <remarks>While blocks are replayed, only its sequence is known of all versions but the last one; see <see cref="Locate"/>. It moves while the version is the head: whoever needs it twice reads it once.</remarks>
    public LogPosition After => _after.Value;

    /// <summary>How many views, drafts and checkpoints need the version, the head and the recent heights included.</summary>
    public int Pins { get; set; }

    /// <summary>The pages that this version no longer has but some version before it does.</summary>
    public List<PageReference> Died { get; set; } = [];

    /// <summary>The memory of those of the pages replaced by this version that only memory had: what the version before it kept when this one came.</summary>
    public long DiedPageBytes { get; set; }

    /// <summary>The bytes of the blobs that only memory has, which this version no longer has but the one before does.</summary>
    public long DiedBlobBytes { get; set; }

    /// <summary>Completes <see cref="After"/>, before anybody else needs it.</summary>
    /// <param name="after">The place of the same sequence in the log.</param>
    public void Locate(LogPosition after)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(after.Sequence, After.Sequence);
        _after = new StrongBox<LogPosition>(after);
    }

    /// <summary>The head takes in a record that changes nothing in the trees. The caller holds the write gate.</summary>
    /// <param name="after">The place behind the record.</param>
    public void MoveOn(LogPosition after) => _after = new StrongBox<LogPosition>(after);

    private static TreeRoot RootOf(RootPage page, TreeKind tree) =>
        page.Id == PageId.None ? TreeRoot.Empty(tree) : new TreeRoot(new PageReference(page.Id, page.Bytes, page.Crc, tree, stub: null), page.Hash, page.Totals);
}
