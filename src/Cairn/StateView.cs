using Cairn.Tree;

namespace Cairn;

/// <summary>
/// Reading at one height: a consistent pair of trees that no later block changes. Cheap to open; readers never block and never make a writer wait. Safe for any number of threads. It keeps the pages of its own height in memory or on
/// disk until it is disposed.
/// </summary>
public sealed class StateView : IDisposable
{
    private readonly VersionChain _versions;
    private readonly StateVersion _version;
    private readonly OpenViewList _views;
    private readonly LinkedListNode<StateView> _place;
    private int _disposed;

    internal StateView(VersionChain versions, StateVersion version, PageCache pages, OpenViewList views, long openedAt)
    {
        _versions = versions;
        _version = version;
        _views = views;
        OpenedAt = openedAt;
        State = new TreeView(pages, version.State, ThrowIfDisposed);
        Local = new TreeView(pages, version.Local, ThrowIfDisposed);
        _place = views.Add(this);
    }

    /// <summary>The height of the newest block the view contains; null for the empty store.</summary>
    public BlockHeight? Height => _version.Height;

    /// <summary>The time of that block in 100 ns ticks since 1970-01-01 UTC; null when it has none.</summary>
    public long? TimeTicks => _version.TimeTicks;

    /// <summary>The state root.</summary>
    public Hash256 Root => _version.State.Hash;

    /// <summary>Reads the state tree. Valid as long as the view.</summary>
    public ITreeReader State { get; }

    /// <summary>Reads the local tree. Valid as long as the view.</summary>
    public ITreeReader Local { get; }

    /// <summary>When it was opened, as a time stamp of the store's clock.</summary>
    internal long OpenedAt { get; }

    /// <summary>The version it reads.</summary>
    internal StateVersion Version => _version;

    /// <summary>Lets go of the height. Reading afterwards, or still running on another thread, throws <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _views.Remove(_place);
            _versions.Unpin(_version, isView: true);
        }
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
}
