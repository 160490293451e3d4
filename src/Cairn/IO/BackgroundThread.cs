using System.Runtime.InteropServices;

namespace Cairn.IO;

/// <summary>
/// Runs long work on a thread of its own that steps back behind all others: on few processors, commits and reads go first, and the work takes what they leave. Only advice to the operating system; where it is not taken, the work runs like
/// any other.
/// </summary>
/// <remarks>
/// On Linux a thread passes its niceness on to those it starts, and whoever queues work for the pool may start one of the pool's. So the thread only sets an event, and the thread of the pool that waits for it tells the result: else workers of
/// the pool would step back, too, and never again come forward. The work itself must not queue any.
/// </remarks>
internal static partial class BackgroundThread
{
    private const int ThisThread = 0;
    private const int OfProcess = 0; // PRIO_PROCESS, which on Linux is a thread

    /// <summary>About a tenth of the weight of an ordinary thread: nobody waits for the work long, and it never stands still.</summary>
    private const int Niceness = 10;

    /// <summary>Runs work.</summary>
    /// <param name="name">A name for debuggers.</param>
    /// <param name="work">The work.</param>
    /// <param name="stepsBack">Whether it steps back.</param>
    /// <returns>Its result, or what it threw.</returns>
    public static Task<T> RunAsync<T>(string name, Func<T> work, bool stepsBack = true)
    {
        TaskCompletionSource<T> done = new(); // completed on a thread of the pool, which goes on with what follows: a second one may be long in coming
        ManualResetEvent hasEnded = new(false);
        Action tell = static () => { };
        ThreadPool.RegisterWaitForSingleObject(hasEnded, (_, _) => tell(), state: null, Timeout.Infinite, executeOnlyOnce: true);

        // Not of the pool: a thread that has stepped back cannot step forward again.
        Thread thread = new(() =>
        {
            if (stepsBack)
            {
                StepBack();
            }

            try
            {
                T result = work();
                tell = () => done.SetResult(result);
            }
            catch (Exception exception)
            {
                tell = () => done.SetException(exception);
            }

            hasEnded.Set();
        })
        {
            IsBackground = true,
            Name = name,
        };
        thread.Start();
        return done.Task;
    }

    private static void StepBack()
    {
        if (!OperatingSystem.IsLinux())
        {
            Thread.CurrentThread.Priority = ThreadPriority.BelowNormal;
            return;
        }

        try
        {
            _ = SetPriority(OfProcess, ThisThread, Niceness);
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            // A C library without it: no advice, then.
        }
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, int who, int priority);
}
