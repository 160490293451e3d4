using System.Diagnostics;

namespace Cairn.Benchmarks.Machines;

/// <summary>Waits for work in the background that nobody tells of: until the process uses next to no processor time and writes nothing.</summary>
internal static class QuietTime
{
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);
    private const double MostProcessorSeconds = 0.0101; // one tick of the clock of processor time

    /// <summary>Waits.</summary>
    /// <returns>How long there was work; not more precisely than a quarter of a second.</returns>
    public static async Task<TimeSpan> WaitAsync()
    {
        long started = Stopwatch.GetTimestamp();
        TimeSpan worked = default;
        while (worked < Longest)
        {
            double processor = ProcFiles.OwnProcessorSeconds();
            long written = WrittenBytes();
            await Task.Delay(Window);
            if (ProcFiles.OwnProcessorSeconds() - processor <= MostProcessorSeconds && WrittenBytes() == written)
            {
                break;
            }

            worked = Stopwatch.GetElapsedTime(started);
        }

        return worked;
    }

    private static long WrittenBytes() => ProcFiles.Field("/proc/self/io", "wchar");
}
