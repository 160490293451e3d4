using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Cairn.Benchmarks.Machines;

/// <summary>
/// The processor time of the calling thread: what other processes take away does not show in it, but waiting for the disk does not either. Where the system has no such clock, the time that passes.
/// </summary>
internal static partial class ThreadClock
{
    private const int ThreadProcessorTime = 3; // CLOCK_THREAD_CPUTIME_ID of Linux
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>The time now; only differences on one thread mean anything.</summary>
    public static TimeSpan Now => OperatingSystem.IsLinux() && GetTime(ThreadProcessorTime, out Time time) == 0
        ? TimeSpan.FromMicroseconds(((time.Seconds * NanosecondsPerSecond) + time.Nanoseconds) / 1e3)
        : Stopwatch.GetElapsedTime(0);

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out Time time);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Time
    {
        public readonly nint Seconds;
        public readonly nint Nanoseconds;
    }
}
