using Cairn.Benchmarks.Machines;
using Cairn.Benchmarks.Results;
using Cairn.Benchmarks.Workloads;
using Cairn.Hashing;
using Cairn.Tree;

namespace Cairn.Benchmarks.Parts;

/// <summary>
/// The root of new entries in key order from nothing, by one thread: puts, sorting, building pages, hashing, with every SHA-256 implementation of this machine that uses vector lanes. What hashing costs is the difference between a state tree
/// and a local one with the same content. Each round starts with an empty tree and buffers used before.
/// </summary>
internal static class RootParts
{
    private const string Table = "root of new entries in key order, one thread";
    private const int Rounds = 25;
    private const int RoundsToForget = 10;

    /// <summary>Measures; a round is a run, so that medians of rounds are shown.</summary>
    public static void Run(BenchmarkOptions options)
    {
        TableReport.WriteHeader(options, MachineFacts.Gather(directory: null));
        KeySpace space = new(options.Seed);
        UpdateBuffer buffer = new(space, options.Keys);
        foreach (int number in space.SortedNumbers(options.Keys))
        {
            buffer.Add((ulong)number, version: 0);
        }

        Figures figures = new();
        foreach (Sha256Lanes lanes in Sha256Lanes.Supported.Where(static lanes => lanes.LaneCount > 1))
        {
            Measure(buffer, lanes, figures.In(Table, lanes.Name));
        }

        TableReport.Write(figures, options.Markdown);
    }

    private static void Measure(UpdateBuffer buffer, Sha256Lanes lanes, Figures.Column column)
    {
        PageCache pages = new(store: null, limitBytes: long.MaxValue, new PagePool(poison: false));
        TreeApplier state = new(pages, TreeKind.State, lanes: lanes);
        TreeApplier local = new(pages, TreeKind.Local);
        DraftBuffers buffers = new(poison: false);
        ChangeSet changes = new();
        UsageMeter.Settle();
        for (int round = 0; round < Rounds; round++)
        {
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            TimeSpan started = SystemCalls.ThreadTime;
            changes.Reset(poison: false);
            buffer.PutInto(changes);
            TimeSpan puts = Lap(ref started);
            ChangeBatch batch = changes.ToBatch();
            TimeSpan sort = Lap(ref started);
            Apply(pages, local, TreeKind.Local, changes, batch, buffers);
            TimeSpan build = Lap(ref started);
            Apply(pages, state, TreeKind.State, changes, batch, buffers);
            TimeSpan hashed = Lap(ref started);
            if (round >= RoundsToForget)
            {
                column.AddTime("puts", puts);
                column.AddTime("sort", sort);
                column.AddTime("build", build);
                column.AddTime("hash", hashed - build);
                column.AddTime("root: sort, build, hash", sort + hashed);
                column.AddTime("all", puts + sort + hashed);
                column.Add("allocated", "KB", (GC.GetAllocatedBytesForCurrentThread() - allocated) / 1e3);
            }
        }
    }

    private static void Apply(PageCache pages, TreeApplier applier, TreeKind tree, ChangeSet changes, ChangeBatch batch, DraftBuffers buffers)
    {
        Homes.ChangeList.Builder record = buffers.RentRecord(changes);
        TreeChange made = applier.Apply(TreeRoot.Empty(tree), batch, new BlockHeight(1), born: 1, record, buffers.RentTree());
        pages.Discard(made.Created);
        buffers.Return(made);
        buffers.Return(record, record.Build());
    }

    private static TimeSpan Lap(ref TimeSpan started)
    {
        TimeSpan now = SystemCalls.ThreadTime;
        TimeSpan passed = now - started;
        started = now;
        return passed;
    }
}
