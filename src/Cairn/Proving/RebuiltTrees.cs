using Cairn.Tree;

namespace Cairn.Proving;

/// <summary>
/// The state trees of the past that were rebuilt for proofs, the most recently used ones. One is built at a time, and requests for the same one wait for it. Safe for any thread.
/// </summary>
/// <remarks>
/// Invariants, under the lock: the list is ordered by use, the last one used at its end; a tree in it has its pages, entered as a draft's, and a pin on the version it shares the others with; one with users is not let go of. Idle ones go
/// when there are too many, when together they take more than the limit, when the store needs the memory or the files that they keep, and when it is closed. Lock order: this one before that of the cache or the versions.
/// </remarks>
internal sealed class RebuiltTrees : IDisposable
{
    /// <summary>The most trees kept: each pins a version, and what that keeps on the disk.</summary>
    private const int MostTrees = 8;

    private readonly PageCache _pages;
    private readonly VersionChain _versions;
    private readonly TreeRebuilder _rebuilder;
    private readonly long _limitBytes;
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _building = new(1, 1);
    private readonly List<RebuiltTree> _trees = [];
    private RebuildRefusal? _refused;
    private long _bytes;
    private long _pageBytes;
    private long _builds;
    private int _count;
    private bool _isClosed;

    /// <summary>Makes it.</summary>
    /// <param name="pages">Gives the pages, and takes new ones as a draft's.</param>
    /// <param name="versions">Keeps the versions that trees are rebuilt from.</param>
    /// <param name="crew">Helps with large batches.</param>
    /// <param name="location">The store, for messages.</param>
    /// <param name="limitBytes">The most memory that one tree, and idle ones together, may take.</param>
    public RebuiltTrees(PageCache pages, VersionChain versions, ApplyCrew crew, string location, long limitBytes)
    {
        _pages = pages;
        _versions = versions;
        _limitBytes = limitBytes;
        _rebuilder = new TreeRebuilder(pages, crew, location, limitBytes);
    }

    /// <summary>The memory that they take.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>The part of it that pages take.</summary>
    public long PageBytes => Interlocked.Read(ref _pageBytes);

    /// <summary>How many there are.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>How many have been built.</summary>
    public long Builds => Interlocked.Read(ref _builds);

    /// <summary>Gives a tree, rebuilding it if need be. The caller returns it.</summary>
    /// <param name="request">Which tree.</param>
    /// <param name="cancellationToken">Ends waiting and rebuilding.</param>
    /// <exception cref="RebuildTooLargeException">Rebuilding takes more memory than it may.</exception>
    /// <exception cref="StateCorruptedException">The log, or a page, is damaged.</exception>
    /// <exception cref="ObjectDisposedException">The view or the store is closed.</exception>
    public RebuiltTree Rent(RebuildRequest request, CancellationToken cancellationToken)
    {
        if (Find(request) is { } known)
        {
            return known;
        }

        _building.Wait(cancellationToken);
        try
        {
            return Find(request) ?? Build(request, cancellationToken);
        }
        finally
        {
            _building.Release();
        }
    }

    /// <summary>Takes a tree back.</summary>
    public void Return(RebuiltTree tree)
    {
        lock (_lock)
        {
            tree.Users--;
            Trim(_limitBytes);
        }
    }

    /// <summary>Lets go of all that nobody uses.</summary>
    public void LetGo()
    {
        lock (_lock)
        {
            Trim(mostBytes: -1);
        }
    }

    /// <summary>Lets go of those that were not used since this was last called.</summary>
    public void LetGoOfStale()
    {
        lock (_lock)
        {
            foreach (RebuiltTree tree in _trees.Where(static tree => tree is { Users: 0, IsFresh: false }).ToArray())
            {
                Drop(tree);
            }

            _trees.ForEach(static tree => tree.IsFresh = false);
        }
    }

    /// <summary>Keeps none any more: the store is closed.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isClosed = true;
            Trim(mostBytes: -1);
        }

        _building.Dispose();
    }

    private RebuiltTree? Find(RebuildRequest request)
    {
        lock (_lock)
        {
            int index = _trees.FindIndex(tree => tree.Sequence == request.Sequence);
            if (index >= 0)
            {
                RebuiltTree tree = _trees[index];
                _trees.RemoveAt(index);
                _trees.Add(tree);
                tree.Users++;
                tree.IsFresh = true;
                return tree;
            }

            // From the same version it takes the same: the next one in the queue need not try.
            return _refused is { } refused && refused.Sequence == request.Sequence && refused.From == request.From.Ordinal ? throw refused.ToException() : null;
        }
    }

    private RebuiltTree Build(RebuildRequest request, CancellationToken cancellationToken)
    {
        if (!_versions.TryPinAgain(request.From))
        {
            throw new ObjectDisposedException("StateView", "The view was disposed while a proof was asked for.");
        }

        _pages.HoldMoves();
        TreeChange? change = null;
        bool isKept = false;
        try
        {
            long began = ReaderEpochs.Now;
            change = _rebuilder.Rebuild(request, MakeRoom, cancellationToken);
            RebuiltTree tree = new(this, request.Sequence, request.From, change) { Users = 1 };
            isKept = _pages.TryTrack(change, began, () => _versions.NewestWithState(request.From).Ordinal);
            if (!isKept)
            {
                throw new System.Diagnostics.UnreachableException("Pages are not moved while moves are held.");
            }

            Keep(tree);
            return tree;
        }
        catch (RebuildTooLargeException refusal)
        {
            lock (_lock)
            {
                _refused = new RebuildRefusal(request.Sequence, request.From.Ordinal, refusal);
            }

            throw;
        }
        finally
        {
            _pages.ReleaseMoves();
            if (!isKept)
            {
                _pages.Discard(change?.Created ?? []);
                _versions.Unpin(request.From, isView: false);
            }
        }
    }

    private void Keep(RebuiltTree tree)
    {
        Interlocked.Increment(ref _builds);
        lock (_lock)
        {
            _refused = null;
            _trees.Add(tree);
            Enter(tree, 1);
            Trim(_limitBytes);
        }
    }

    private void MakeRoom(long bytes)
    {
        lock (_lock)
        {
            Trim(_limitBytes - bytes);
        }
    }

    /// <summary>Lets go of idle trees, the least recently used first, until the others are within a bound. Under the lock.</summary>
    private void Trim(long mostBytes)
    {
        long most = _isClosed ? -1 : mostBytes;
        for (int index = 0; index < _trees.Count && (_bytes > most || _trees.Count > MostTrees || most < 0);)
        {
            if (_trees[index].Users > 0)
            {
                index++;
            }
            else
            {
                Drop(_trees[index]);
            }
        }
    }

    private void Drop(RebuiltTree tree)
    {
        _trees.Remove(tree);
        Enter(tree, -1);
        _pages.Forget(tree.Change);
        _pages.Discard(tree.Change.Created);
        _versions.Unpin(tree.From, isView: false);
    }

    private void Enter(RebuiltTree tree, int sign)
    {
        Volatile.Write(ref _count, _trees.Count);
        Interlocked.Add(ref _bytes, sign * tree.Bytes);
        Interlocked.Add(ref _pageBytes, sign * tree.PageBytes);
    }

    /// <summary>A rebuilding that was refused.</summary>
    private sealed record RebuildRefusal(ulong Sequence, ulong From, RebuildTooLargeException Refusal)
    {
        public RebuildTooLargeException ToException() => new(Refusal.Height, Refusal.Blocks, Refusal.NeededBytes, Refusal.LimitBytes);
    }
}
