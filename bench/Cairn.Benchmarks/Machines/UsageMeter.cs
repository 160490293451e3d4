using System.Diagnostics;

namespace Cairn.Benchmarks.Machines;

/// <summary>What the process and the machine used between two moments.</summary>
/// <param name="Wall">The time between them.</param>
/// <param name="OwnProcessor">The processor time this process used, all threads, in steps of 10 ms.</param>
/// <param name="OtherCores">The processors all others kept busy, and what the hypervisor took away: the noise.</param>
/// <param name="GcPause">How long the collector stopped the process.</param>
/// <param name="Collections">How many collections there were, of any generation.</param>
/// <param name="FullCollections">How many of them were of the oldest generation.</param>
/// <param name="AllocatedBytes">What was allocated on the garbage-collected heap.</param>
/// <param name="WrittenBytes">What the process gave to write calls.</param>
/// <param name="DirtiedBytes">What the process made dirty in the system's cache of the disk, in whole blocks of that cache.</param>
/// <param name="DiskBytes">What the whole machine wrote to the disk.</param>
internal sealed record Usage(TimeSpan Wall, TimeSpan OwnProcessor, double OtherCores, TimeSpan GcPause, int Collections, int FullCollections, long AllocatedBytes, long WrittenBytes, long DirtiedBytes, long DiskBytes)
{
    /// <summary>The processors this process kept busy, on average.</summary>
    public double OwnCores => OwnProcessor / Wall;

    /// <summary>The highest resident memory since the process, or the last reset of the peak.</summary>
    public static long PeakResidentBytes => ProcFiles.Field("/proc/self/status", "VmHWM") * 1024;
}

/// <summary>Measures <see cref="Usage"/> from its making on.</summary>
internal sealed class UsageMeter
{
    private readonly DiskCounter _disk;
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly double _own = ProcFiles.OwnProcessorSeconds();
    private readonly (double Busy, double Stolen) _machine = ProcFiles.MachineProcessorSeconds();
    private readonly TimeSpan _pause = GC.GetTotalPauseDuration();
    private readonly int _collections = GC.CollectionCount(0);
    private readonly int _fullCollections = GC.CollectionCount(GC.MaxGeneration);
    private readonly long _allocated = GC.GetTotalAllocatedBytes();
    private readonly long _written = ProcFiles.Field("/proc/self/io", "wchar");
    private readonly long _diskWritten;
    private readonly long _dirtied = ProcFiles.Field("/proc/self/io", "write_bytes");

    /// <summary>Begins.</summary>
    /// <param name="directory">Where the disk is whose writing is counted; null for none.</param>
    public UsageMeter(string? directory = null)
    {
        _disk = new DiskCounter(directory);
        _diskWritten = _disk.WrittenBytes;
    }

    /// <summary>Gives back the memory of what came before, so that peaks are those of what comes next.</summary>
    public static void Settle()
    {
        for (int round = 0; round < 2; round++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        SystemCalls.TrimNativeMemory();
        ProcFiles.ResetPeakMemory();
    }

    /// <summary>Reads the meter, which goes on.</summary>
    public Usage Read()
    {
        TimeSpan wall = Stopwatch.GetElapsedTime(_started);
        double own = ProcFiles.OwnProcessorSeconds() - _own;
        (double busy, double stolen) = ProcFiles.MachineProcessorSeconds();
        double others = Math.Max(0, busy - _machine.Busy - own) + stolen - _machine.Stolen;
        return new Usage(
            wall,
            TimeSpan.FromSeconds(own),
            others / wall.TotalSeconds,
            GC.GetTotalPauseDuration() - _pause,
            GC.CollectionCount(0) - _collections,
            GC.CollectionCount(GC.MaxGeneration) - _fullCollections,
            GC.GetTotalAllocatedBytes() - _allocated,
            ProcFiles.Field("/proc/self/io", "wchar") - _written,
            ProcFiles.Field("/proc/self/io", "write_bytes") - _dirtied,
            _disk.WrittenBytes - _diskWritten);
    }
}
