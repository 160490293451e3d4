using System.Runtime.ExceptionServices;

namespace Cairn.Tree;

/// <summary>Goes on with a bounded recursion on a thread with a stack that is large enough for its bound.</summary>
internal static class DeepStack
{
    /// <summary>Room for <see cref="PageLimits.MaxDepth"/> frames of well over a kilobyte.</summary>
    private const int StackBytes = 64 << 20;

    /// <summary>Runs a function there and waits for it; what it throws is thrown here. Only for trees that hostile keys made hundreds of pages deep.</summary>
    public static T Run<T>(Func<T> function)
    {
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        Thread thread = new(
            () =>
            {
                try
                {
                    using ReaderEpochs.Guard guard = ReaderEpochs.Enter();
                    result = function();
                }
                catch (Exception exception) when (exception is not OutOfMemoryException)
                {
                    failure = ExceptionDispatchInfo.Capture(exception);
                }
            },
            StackBytes)
        { IsBackground = true, Name = "cairn deep tree" };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result;
    }
}
