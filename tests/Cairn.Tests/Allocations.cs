using Xunit;

namespace Cairn.Tests;

/// <summary>Holds code to allocating nothing.</summary>
internal static class Allocations
{
    private const int MostAttempts = 20;

    private static readonly TimeSpan PauseIsKnown = TimeSpan.FromSeconds(1);

    /// <summary>Asserts that running something, which has been run before, allocates nothing on this thread.</summary>
    /// <param name="act">What to run; again where a pause of the collector fell into it.</param>
    /// <remarks>
    /// What is counted is not exact where a concurrent collection, which other tests may be the cause of, pauses the threads for a second time: what is left of the thread's current stretch of heap, up to 8 KiB, then counts as allocated.
    /// Code that allocates does so in every attempt.
    /// </remarks>
    public static void AssertNone(Action act)
    {
        long allocated = 0;
        for (int attempt = 0; attempt < MostAttempts; attempt++)
        {
            TimeSpan pauses = GC.GetTotalPauseDuration();
            long before = GC.GetAllocatedBytesForCurrentThread();
            act();
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            if (allocated == 0 || !SpinWait.SpinUntil(() => GC.GetTotalPauseDuration() != pauses, PauseIsKnown))
            {
                break;
            }
        }

        Assert.Equal(0, allocated);
    }
}
