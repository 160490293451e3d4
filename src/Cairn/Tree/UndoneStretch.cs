using Cairn.Homes;

namespace Cairn.Tree;

/// <summary>
/// A stretch of the log that is to be undone: from behind the block gone back to, up to a version's last record. Made from the heads of its records, which tell everything: whatever was abandoned in it was so by a rewind in it.
/// </summary>
internal sealed class UndoneStretch
{
    /// <summary>The bytes of log whose changes are gathered at a time.</summary>
    public const long StepBytes = 32 << 20;

    private readonly List<LogPosition> _steps;
    private readonly List<SequenceInterval> _abandoned;

    private UndoneStretch(List<LogPosition> steps, List<SequenceInterval> abandoned, ulong through, ulong blocks)
    {
        _steps = steps;
        _abandoned = abandoned;
        Through = through;
        Blocks = blocks;
    }

    /// <summary>The places where steps begin, the oldest first.</summary>
    public IReadOnlyList<LogPosition> Steps => _steps;

    /// <summary>The last sequence.</summary>
    public ulong Through { get; }

    /// <summary>How many live blocks are in it.</summary>
    public ulong Blocks { get; }

    /// <summary>Surveys the log.</summary>
    /// <param name="log">The log.</param>
    /// <param name="after">The place behind the block gone back to.</param>
    /// <param name="through">The last record of the version to go back from.</param>
    /// <param name="stepBytes">As <see cref="StepBytes"/>.</param>
    /// <param name="cancellationToken">Ends it between two records.</param>
    /// <exception cref="StateCorruptedException">The log is not as it was written.</exception>
    /// <exception cref="IOException">Reading failed.</exception>
    public static UndoneStretch Survey(IBlockLog log, LogPosition after, ulong through, long stepBytes, CancellationToken cancellationToken)
    {
        List<LogPosition> steps = [after];
        List<SequenceInterval> abandoned = [];
        List<ulong> blocks = [];
        foreach (LogRecordHead head in through > after.Sequence ? log.Records.ReadHeads(after) : [])
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (head.Kind == RecordKind.Block)
            {
                blocks.Add(head.Sequence);
            }
            else if (head.Kind == RecordKind.Rewind)
            {
                // What an earlier rewind abandoned lies either before or within it.
                int kept = blocks.Count;
                while (kept > 0 && blocks[kept - 1] >= head.AbandonedFrom)
                {
                    kept--;
                }

                blocks.RemoveRange(kept, blocks.Count - kept);
                AbandonedList.Add(abandoned, new SequenceInterval(head.AbandonedFrom, head.Sequence - 1));
            }

            if (head.Sequence == through)
            {
                break;
            }

            if (log.BytesBetween(steps[^1], head.After) >= stepBytes)
            {
                steps.Add(head.After);
            }
        }

        return new UndoneStretch(steps, abandoned, through, (ulong)blocks.Count);
    }

    /// <summary>The last sequence of a step.</summary>
    public ulong EndOf(int step) => step + 1 < _steps.Count ? _steps[step + 1].Sequence : Through;

    /// <summary>Whether a record is a block that no rewind in the stretch abandoned.</summary>
    public bool IsLiveBlock(LogRecord record) => record.Kind == RecordKind.Block && !AbandonedList.Holds(_abandoned, record.Sequence);
}
