using Cairn.Benchmarks.Machines;
using Cairn.Benchmarks.Results;

namespace Cairn.Benchmarks.Cases;

/// <summary>Figures that several cases have.</summary>
internal static class CaseFigures
{
    /// <summary>What writing used.</summary>
    public static void AddUsage(Figures.Column column, Usage usage, long count, string what)
    {
        column.AddBytes("written by the process", usage.WrittenBytes);
        column.Add($"written by the process an {what}", "B", (double)usage.WrittenBytes / count);
        column.AddBytes("dirtied in the disk's cache", usage.DirtiedBytes);
        column.AddBytes("written to the disk by all processes", usage.DiskBytes);
        column.Add($"allocated an {what}", "B", (double)usage.AllocatedBytes / count);
        column.AddTime("GC pauses", usage.GcPause);
        column.Add("collections", "1", usage.Collections);
        column.Add("of the oldest generation", "1", usage.FullCollections);
        column.Add($"processor time an {what}", "µs", usage.OwnProcessor.TotalMicroseconds / count);
        column.Add("others' processors", "cores", usage.OtherCores);
    }

    /// <summary>The memory and disk a store takes.</summary>
    public static void AddStore(Figures.Column column, StoreStatistics statistics)
    {
        column.AddBytes("resident, peak", Usage.PeakResidentBytes);
        column.AddBytes("managed heap", GC.GetGCMemoryInfo().HeapSizeBytes);
        column.AddBytes("native for pages", statistics.ReservedBytes);
        column.AddBytes("log", statistics.LogBytes);
        column.AddBytes("page files", statistics.PageBytes);
        column.AddBytes("live in page files", statistics.LivePageBytes);
    }
}
