using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Cairn.Benchmarks.Machines;

/// <summary>What only the system's C library offers. Elsewhere than on Linux there is a stand-in or nothing happens.</summary>
internal static partial class SystemCalls
{
    private const int ThreadProcessorTime = 3; // CLOCK_THREAD_CPUTIME_ID
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>
    /// The processor time of the calling thread; only differences on one thread mean anything. What other processes take away does not show in it, but waiting for the disk does not either. Where the system has no such clock, the
    /// time that passes.
    /// </summary>
    public static TimeSpan ThreadTime => OperatingSystem.IsLinux() && GetTime(ThreadProcessorTime, out Time time) == 0
        ? TimeSpan.FromMicroseconds(((time.Seconds * NanosecondsPerSecond) + time.Nanoseconds) / 1e3)
        : Stopwatch.GetElapsedTime(0);

    /// <summary>Gives back the native memory that was freed, which the allocator keeps otherwise.</summary>
    public static void TrimNativeMemory()
    {
        try
        {
            _ = Trim(keepBytes: 0);
        }
        catch (EntryPointNotFoundException)
        {
            // Only glibc has it.
        }
        catch (DllNotFoundException)
        {
            // Windows.
        }
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out Time time);

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint keepBytes);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Time
    {
        public readonly nint Seconds;
        public readonly nint Nanoseconds;
    }
}
