using Cairn.Benchmarks.Engines;
using Cairn.Benchmarks.Machines;
using Cairn.Benchmarks.Results;

namespace Cairn.Benchmarks.Cases;

/// <summary>Figures that several cases have.</summary>
internal static class CaseFigures
{
    /// <summary>What writing used.</summary>
    public static void AddUsage(Figures.Column column, Usage usage, long count, string what)
    {
        column.AddDetail("written by the process", "MB", usage.WrittenBytes / 1e6);
        column.Add($"written by the process an {what}", "B", (double)usage.WrittenBytes / count);
        column.AddDetail("dirtied in the disk's cache", "MB", usage.DirtiedBytes / 1e6);
        column.AddDetail("written to the disk by all processes", "MB", usage.DiskBytes / 1e6);
        column.AddDetail($"allocated an {what}", "B", (double)usage.AllocatedBytes / count);
        column.AddTimeDetail("GC pauses", usage.GcPause);
        column.AddDetail("collections", "1", usage.Collections);
        column.AddDetail("of the oldest generation", "1", usage.FullCollections);
        column.Add($"processor time an {what}", "µs", usage.OwnProcessor.TotalMicroseconds / count);
        column.AddDetail("others' processors", "cores", usage.OtherCores);
    }

    /// <summary>The memory and disk an engine takes.</summary>
    public static void AddStore(Figures.Column column, EngineSession session)
    {
        column.AddBytes("resident, peak", Usage.PeakResidentBytes);
        column.AddDetail("managed heap", "MB", GC.GetGCMemoryInfo().HeapSizeBytes / 1e6);
        column.AddDetail("files", "MB", session.FileBytes() / 1e6);
        if (session.Engine is CairnEngine cairn)
        {
            StoreStatistics statistics = cairn.Store.GetStatistics();
            column.AddDetail("native for pages", "MB", statistics.ReservedBytes / 1e6);
            column.AddDetail("log", "MB", statistics.LogBytes / 1e6);
            column.AddDetail("page files", "MB", statistics.PageBytes / 1e6);
            column.AddDetail("live in page files", "MB", statistics.LivePageBytes / 1e6);
        }
    }
}
