using Cairn.Homes;

namespace Cairn.Tree;

/// <summary>The trees to come out when blocks are undone.</summary>
/// <param name="Height">The height of the block gone back to.</param>
/// <param name="Root">The state root after it.</param>
/// <param name="State">What the state tree holds after it.</param>
/// <param name="Local">What the local tree holds after it.</param>
internal readonly record struct UndoTarget(BlockHeight Height, Hash256 Root, TreeTotals State, TreeTotals Local)
{
    /// <summary>What a block, or a rewind to it, says.</summary>
    public static UndoTarget Of(LogRecord record) => new(record.Height, record.Root, record.StateTotals, record.LocalTotals);
}

/// <summary>What undoing made of the two trees. The pages are entered as a draft's; nothing refers to them yet.</summary>
/// <param name="State">The state tree.</param>
/// <param name="Local">The local tree.</param>
internal sealed record UndoneTrees(TreeChange State, TreeChange Local);

/// <summary>
/// Goes back from a version to an earlier block: of each key changed since, the oldest change's old value and height are put back, newest blocks first, in steps of bounded memory. Each step is held against the roots in the log, the
/// end against root and totals of the block gone back to. Publishes nothing. Used by one thread at a time.
/// </summary>
internal sealed class LogUndo
{
    private readonly IBlockLog _log;
    private readonly PageCache _pages;
    private readonly string _location;
    private readonly int _workers;
    private readonly UndoneTree _state;
    private readonly UndoneTree _local;

    /// <summary>Makes it, for one use.</summary>
    /// <param name="log">The log.</param>
    /// <param name="pages">Gives the pages, and takes the new ones as a draft's.</param>
    /// <param name="location">The store, for messages.</param>
    /// <param name="from">The version to go back from. Its pages stay as they are, and are not moved meanwhile.</param>
    /// <param name="crew">Helps with large batches; null for nobody.</param>
    public LogUndo(IBlockLog log, PageCache pages, string location, StateVersion from, ApplyCrew? crew = null)
    {
        _log = log;
        _pages = pages;
        _location = location;
        _workers = crew?.Workers ?? 1;
        _state = new UndoneTree(pages, TreeKind.State, from.State, crew);
        _local = new UndoneTree(pages, TreeKind.Local, from.Local, crew);
    }

    /// <summary>Undoes a stretch.</summary>
    /// <param name="stretch">The blocks, up to the last record of the version.</param>
    /// <param name="target">What has to come out.</param>
    /// <param name="born">The ordinal of the version being made.</param>
    /// <param name="limitBytes">How much memory the new pages and values may take; <see cref="long.MaxValue"/> for any.</param>
    /// <param name="cancellationToken">Ends it between two records; nothing is left of it then.</param>
    /// <exception cref="RebuildTooLargeException">It takes more memory.</exception>
    /// <exception cref="StateCorruptedException">The log does not lead back to what it says.</exception>
    /// <exception cref="IOException">Reading failed.</exception>
    public UndoneTrees Undo(UndoneStretch stretch, UndoTarget target, ulong born, long limitBytes, CancellationToken cancellationToken)
    {
        try
        {
            for (int step = stretch.Steps.Count - 1; step >= 0; step--)
            {
                MergedBlocks blocks = Gather(stretch, step, cancellationToken);
                Apply(blocks, born);
                ThrowIfTooLarge(stretch, step, target, limitBytes);
            }

            Require(target.Height, _state.Root.Hash == target.Root, "state root", $"{target.Root}", $"{_state.Root.Hash}");
            Require(target.Height, _state.Root.Totals == target.State, "totals of the state tree", $"{target.State}", $"{_state.Root.Totals}");
            Require(target.Height, _local.Root.Totals == target.Local, "totals of the local tree", $"{target.Local}", $"{_local.Root.Totals}");
            return new UndoneTrees(_state.ToChange(), _local.ToChange());
        }
        catch
        {
            _state.Discard();
            _local.Discard();
            throw;
        }
    }

    /// <summary>The live blocks of a step.</summary>
    private MergedBlocks Gather(UndoneStretch stretch, int step, CancellationToken cancellationToken)
    {
        MergedBlocks blocks = new(undo: true);
        foreach (PlacedRecord placed in _log.Records.ReadPlaced(stretch.Steps[step], stretch.EndOf(step)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            LogRecord record = placed.Record;
            if (!stretch.IsLiveBlock(record))
            {
                continue;
            }

            if (blocks.Last is { } before)
            {
                Require(record.Height, record.PreviousRoot == before.Root && record.ParentHeight == before.Height, "block before", $"height {record.ParentHeight}, root {record.PreviousRoot}", $"height {before.Height}, root {before.Root}");
            }

            blocks.Add(record);
        }

        return blocks;
    }

    private void Apply(MergedBlocks blocks, ulong born)
    {
        if (blocks is not { First: { } first, Last: { } last })
        {
            return;
        }

        Require(last.Height, _state.Root.Hash == last.Root, "state root", $"{last.Root}", $"{_state.Root.Hash}");
        (ChangeBatch state, ChangeBatch local) = blocks.Merge(_workers);
        _state.Apply(state, first.Height, born);
        _local.Apply(local, first.Height, born);
        Require(first.Height, _state.Root.Hash == first.PreviousRoot, "state root before the block", $"{first.PreviousRoot}", $"{_state.Root.Hash}");
    }

    /// <summary>Ends what takes too much memory, with an estimate of the whole: what the steps so far took, for all of them.</summary>
    private void ThrowIfTooLarge(UndoneStretch stretch, int step, UndoTarget target, long limitBytes)
    {
        long bytes = _state.Bytes + _local.Bytes;
        if (bytes > limitBytes)
        {
            throw new RebuildTooLargeException(target.Height, stretch.Blocks, bytes / (stretch.Steps.Count - step) * stretch.Steps.Count, limitBytes);
        }
    }

    private void Require(BlockHeight height, bool holds, string what, string expected, string found)
    {
        if (!holds)
        {
            throw new StateCorruptedException(_location, -1, $"undoing blocks down to height {height}: {what}", expected, found);
        }
    }
}
