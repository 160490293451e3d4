namespace Cairn.Tree;

/// <content>
/// New places for what cleaning moved. All handles in memory get them at once, under the lock (<see cref="PageMover"/>): those that versions and drafts reach, and those of what drafts and commits replaced, which the next checkpoint
/// frees. What remains is in the hands of threads that were reading or applying at that moment. What they read at an old place is right; what they apply is applied again. Files can be deleted when these threads have left
/// (<see cref="ReaderEpochs.HavePassed"/>). A page that was being read meanwhile is read again, since it names old places.
/// </content>
internal sealed partial class PageCache
{
    /// <summary>A large draft that takes longer is not waited for: it is applied again.</summary>
    private static readonly TimeSpan MostWaitForAppliers = TimeSpan.FromSeconds(2);

    /// <summary>Moving takes less by far, and what delays it otherwise delays nobody longer.</summary>
    private static readonly TimeSpan MostWaitForMover = TimeSpan.FromMilliseconds(100);

    private readonly object _turn = new(); // guards the next three
    private bool _isMoving;
    private int _applying;
    private TaskCompletionSource? _hasTurn;
    private readonly Dictionary<TreeChange, Func<ulong>> _applied = [];
    private long _lastMove;
    private long _moveCount;
    private int _moveHolds;

    /// <summary>How often pages were moved. Whoever keeps a handle from one reader epoch to the next looks, inside, whether it is still the same, and otherwise begins anew.</summary>
    public long MoveCount => Interlocked.Read(ref _moveCount);

    /// <summary>Waits, but not long, while pages are about to be moved: what is applied meanwhile would have to be applied again. To be ended by <see cref="EndApplying"/>.</summary>
    public void BeginApplying()
    {
        lock (_turn)
        {
            if (_isMoving)
            {
                Monitor.Wait(_turn, MostWaitForMover);
            }

            _applying++;
        }
    }

    /// <summary>Ends <see cref="BeginApplying"/>.</summary>
    public void EndApplying()
    {
        lock (_turn)
        {
            if (--_applying == 0)
            {
                _hasTurn?.TrySetResult();
            }
        }
    }

    /// <summary>Waits, but not long, until nothing is being applied, and has what follows wait until <see cref="EndMoving"/>.</summary>
    public async ValueTask BeginMovingAsync()
    {
        Task turn;
        lock (_turn)
        {
            _isMoving = true;
            if (_applying == 0)
            {
                return;
            }

            _hasTurn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            turn = _hasTurn.Task;
        }

        await turn.WaitAsync(MostWaitForAppliers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Ends <see cref="BeginMovingAsync"/>.</summary>
    public void EndMoving()
    {
        lock (_turn)
        {
            _isMoving = false;
            _hasTurn = null;
            Monitor.PulseAll(_turn);
        }
    }

    /// <summary>Keeps pages from being moved until <see cref="ReleaseMoves"/>: for an application that was overtaken once.</summary>
    public void HoldMoves()
    {
        lock (_lock)
        {
            _moveHolds++;
        }
    }

    /// <summary>Ends <see cref="HoldMoves"/>.</summary>
    public void ReleaseMoves()
    {
        lock (_lock)
        {
            _moveHolds--;
        }
    }

    /// <summary>Takes note of what a draft made of a tree, until <see cref="Forget"/>. The caller has been inside <see cref="ReaderEpochs"/> since before it began.</summary>
    /// <param name="change">What it made.</param>
    /// <param name="began">The epoch in which it began.</param>
    /// <param name="version">Tells the version the draft is built on, which may be one that another draft becomes.</param>
    /// <returns>False when pages were moved meanwhile: it has to be made again.</returns>
    public bool TryTrack(TreeChange change, long began, Func<ulong> version)
    {
        lock (_lock)
        {
            if (_lastMove >= began)
            {
                return false;
            }

            _applied.Add(change, version);
            return true;
        }
    }

    /// <summary>A draft was committed or discarded.</summary>
    public void Forget(TreeChange change)
    {
        lock (_lock)
        {
            _applied.Remove(change);
        }
    }

    /// <summary>Gives every handle its new place.</summary>
    /// <param name="moves">What was moved.</param>
    /// <param name="cleaned">The ordinal of the version that was cleaned.</param>
    /// <param name="versions">All versions that somebody needs.</param>
    /// <param name="superseded">Pages that the next checkpoint frees.</param>
    /// <param name="supersededBlobs">Blobs that the next checkpoint frees.</param>
    /// <returns>False while pages must not be moved: try again.</returns>
    public bool TryMove(PageMoves moves, ulong cleaned, List<StateVersion> versions, List<PageReference> superseded, List<BlobReference> supersededBlobs)
    {
        lock (_lock)
        {
            if (_moveHolds > 0)
            {
                return false;
            }

            Interlocked.Increment(ref _moveCount);
            PageMover mover = new(moves, Pool.Handles);
            TreeChange[] onNew = [.. _applied.Where(change => change.Value() >= cleaned).Select(static change => change.Key)];
            StateVersion[] newer = [.. versions.Where(version => version.Ordinal >= cleaned)];
            mover.Move([.. newer.Select(static version => version.State.Reference), .. newer.Select(static version => version.Local.Reference), .. onNew.Select(static change => change.Root.Reference)]);
            mover.MoveAll(superseded);
            supersededBlobs.ForEach(mover.Move);
            foreach (TreeChange change in onNew)
            {
                mover.MoveAll(change.Superseded);
                change.SupersededBlobs.ForEach(mover.Move);
            }

            // Only now is it known which handles changed: earlier versions may share any of them.
            foreach (StateVersion older in versions.Where(version => version.Ordinal < cleaned))
            {
                older.StatePlaces = mover.TryKeep(older.State.Reference) ? older.StatePlaces : cleaned;
                older.LocalPlaces = mover.TryKeep(older.Local.Reference) ? older.LocalPlaces : cleaned;
            }

            // A tree that such a draft leaves as it is belongs to the version it is built on.
            foreach (TreeChange change in _applied.Keys.Except(onNew))
            {
                mover.TryKeep(change.Root.Reference);
            }

            _lastMove = ReaderEpochs.Mark();
            return true;
        }
    }
}
