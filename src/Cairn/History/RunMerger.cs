using Cairn.Homes;
using Cairn.Manifests;

namespace Cairn.History;

/// <summary>Makes one run of several that follow each other. Needs a block a run, whatever their length.</summary>
internal static class RunMerger
{
    /// <summary>Merges.</summary>
    /// <param name="runs">The runs, each going on where the one before ends.</param>
    /// <param name="sink">Takes the blocks.</param>
    /// <param name="after">Records up to this one, and their changes, are left out; the last record of the runs is behind it.</param>
    /// <param name="storeId">The store.</param>
    /// <param name="cancellationToken">Ends it between two entries.</param>
    /// <returns>The header of the merged run.</returns>
    /// <exception cref="RunDamagedException">One of the runs is damaged.</exception>
    public static RunHeader Merge(IReadOnlyList<Run> runs, IRunSink sink, ulong after, StoreId storeId, CancellationToken cancellationToken)
    {
        Run[] kept = [.. runs.SkipWhile(run => run.LastSequence <= after)];
        LogPosition before = after >= kept[0].FirstSequence ? kept[0].Before(after + 1) : kept[0].Header.Before;
        RunWriter writer = new(sink, before, kept.Min(static run => run.Header.BaseHeight));
        MergeEntries(kept, writer, before.Sequence, cancellationToken);
        foreach (Run run in kept)
        {
            foreach (RecordRow row in run.RecordsAfter(before.Sequence))
            {
                cancellationToken.ThrowIfCancellationRequested();
                writer.Add(row);
            }
        }

        return writer.Finish(storeId);
    }

    private static void MergeEntries(Run[] runs, RunWriter writer, ulong after, CancellationToken cancellationToken)
    {
        List<RunSeeker> sources = [];
        foreach (Run run in runs)
        {
            RunSeeker source = new() { ReadsOnce = true };
            if (source.SeekFirst(run))
            {
                Insert(sources, source);
            }
        }

        while (sources.Count > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            RunSeeker first = sources[^1];
            if (first.Entry.Sequence > after)
            {
                writer.Add(first.Key, first.Entry, first.Inline.Span);
            }

            sources.RemoveAt(sources.Count - 1);
            if (first.Next())
            {
                Insert(sources, first);
            }
        }
    }

    /// <summary>Puts a source in its place: the one with the lowest entry is the last.</summary>
    private static void Insert(List<RunSeeker> sources, RunSeeker source)
    {
        int index = sources.Count;
        while (index > 0 && IsBehind(source, sources[index - 1]))
        {
            index--;
        }

        sources.Insert(index, source);
    }

    private static bool IsBehind(RunSeeker source, RunSeeker other)
    {
        int order = source.Key.SequenceCompareTo(other.Key);
        return order > 0 || (order == 0 && source.Entry.Sequence > other.Entry.Sequence);
    }
}
