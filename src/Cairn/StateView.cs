using Cairn.Tree;

namespace Cairn;

/// <summary>
/// Reading at one height: a consistent pair of trees that no later block changes. Cheap to open; readers never block and never make a writer wait. Safe for any number of threads. Until it is disposed it keeps the pages of
/// its own height in memory or on disk; at a height that is no longer recent, those of the head at its opening, and the log since its own height.
/// </summary>
public sealed partial class StateView : IDisposable
{
    private readonly VersionChain _versions;
    private readonly PageCache _pages;
    private readonly StateVersion _version;
    private readonly OpenViewList _views;
    private readonly LinkedListNode<StateView> _place;
    private readonly PastPoint? _past;
    private int _disposed;

    /// <summary>Makes a view of a pinned version, or of an earlier height seen from it, which it owns.</summary>
    internal StateView(VersionChain versions, StateVersion version, PageCache pages, OpenViewList views, long openedAt, PastPoint? past = null)
    {
        _versions = versions;
        _version = version;
        _pages = pages;
        _views = views;
        _past = past;
        OpenedAt = openedAt;
        State = new TreeView(pages, version.State, ThrowIfDisposed, TreeKind.State, version.Ordinal, past);
        Local = new TreeView(pages, version.Local, ThrowIfDisposed, TreeKind.Local, version.Ordinal, past);
        _place = views.Add(this);
    }

    /// <summary>The height of the newest block the view contains; null for the empty store.</summary>
    public BlockHeight? Height => _past?.Block.Height ?? _version.Height;

    /// <summary>The time of that block in 100 ns ticks since 1970-01-01 UTC; null when it has none.</summary>
    public long? TimeTicks => _past is { } past ? past.Block.TimeTicks : _version.TimeTicks;

    /// <summary>The state root.</summary>
    public Hash256 Root => _past?.Block.Root ?? _version.State.Hash;

    /// <summary>Reads the state tree. Valid as long as the view.</summary>
    public ITreeReader State { get; }

    /// <summary>Reads the local tree. Valid as long as the view.</summary>
    public ITreeReader Local { get; }

    /// <summary>When it was opened, as a time stamp of the store's clock.</summary>
    internal long OpenedAt { get; }

    /// <summary>The version it reads, or reads its own height from.</summary>
    internal StateVersion Version => _version;

    /// <summary>Its own height, where that is not the version's; else null.</summary>
    internal PastPoint? Past => _past;

    /// <summary>The sequence of the last record it contains.</summary>
    internal ulong Sequence => _past?.Block.Sequence ?? _version.After.Sequence;

    /// <summary>Lets go of the height. Reading afterwards, or still running on another thread, throws <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _views.Remove(_place);
            _past?.Dispose();
            _versions.Unpin(_version, isView: true);
        }
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
}
