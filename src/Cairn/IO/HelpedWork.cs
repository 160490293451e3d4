using System.Runtime.ExceptionServices;

namespace Cairn.IO;

/// <summary>
/// Work that a thread of the pool does if one comes in time, and otherwise whoever needs it: done by one of them, once. So nobody ever waits for a thread that has not begun, however busy the pool is.
/// </summary>
internal sealed class HelpedWork : IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private readonly Action _work;
    private ExceptionDispatchInfo? _failure;
    private bool _isDone;

    private HelpedWork(Action work) => _work = work;

    /// <summary>Asks for a thread.</summary>
    /// <param name="work">What is to be done.</param>
    public static HelpedWork Begin(Action work)
    {
        HelpedWork helped = new(work);
        ThreadPool.UnsafeQueueUserWorkItem(helped, preferLocal: false);
        return helped;
    }

    /// <summary>What the thread of the pool does. A failure is for <see cref="Complete"/>.</summary>
    void IThreadPoolWorkItem.Execute() => Finish();

    /// <summary>Does it, unless it is done; waits for a thread that is at it. Throws what it threw.</summary>
    public void Complete()
    {
        Finish();
        _failure?.Throw();
    }

    /// <summary>As <see cref="Complete"/>, without throwing.</summary>
    public void Finish()
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
                _work();
            }
            catch (Exception failure)
            {
                _failure = ExceptionDispatchInfo.Capture(failure);
            }
        }
    }
}
