using System.Runtime.ExceptionServices;

namespace Cairn.Tree;

/// <summary>
/// Letting go of the recent heights that have to go for a block, while its record is written: by a thread of the pool if one comes, else by the one that commits, once it has nothing else to do. Done by one of them, once.
/// </summary>
internal sealed class RoomMaking : IThreadPoolWorkItem, IDisposable
{
    private readonly Lock _gate = new();
    private readonly VersionChain _versions;
    private readonly List<PageReference> _superseded;
    private readonly List<PageReference> _alsoSuperseded;
    private ExceptionDispatchInfo? _failure;
    private bool _isDone;

    private RoomMaking(VersionChain versions, List<PageReference> superseded, List<PageReference> alsoSuperseded)
    {
        _versions = versions;
        _superseded = superseded;
        _alsoSuperseded = alsoSuperseded;
    }

    /// <summary>Asks for a thread, where there is more to be done than waking one takes.</summary>
    /// <param name="versions">The versions.</param>
    /// <param name="superseded">Pages of the head that the block's version does not have; they stay as they are until this is disposed.</param>
    /// <param name="alsoSuperseded">The others of them.</param>
    /// <returns>To be disposed; null where it is not worth it, as publishing the version lets go of what is left.</returns>
    public static RoomMaking? Begin(VersionChain versions, List<PageReference> superseded, List<PageReference> alsoSuperseded)
    {
        if (superseded.Count + alsoSuperseded.Count < VersionChain.FewPages)
        {
            return null;
        }

        RoomMaking making = new(versions, superseded, alsoSuperseded);
        ThreadPool.UnsafeQueueUserWorkItem(making, preferLocal: false);
        return making;
    }

    /// <inheritdoc/>
    public void Execute() => Run();

    /// <summary>Does it, unless it is done; waits for a thread that is at it. Throws what that threw.</summary>
    public void Complete()
    {
        Run();
        _failure?.Throw();
    }

    /// <summary>Makes sure that no thread is at it any more.</summary>
    public void Dispose() => Run();

    private void Run()
    {
        lock (_gate)
        {
            if (_isDone)
            {
                return;
            }

            _isDone = true;
            try
            {
                _versions.MakeRoomFor(_superseded, _alsoSuperseded);
            }
            catch (Exception failure)
            {
                _failure = ExceptionDispatchInfo.Capture(failure); // not on a thread of the pool
            }
        }
    }
}
