using Cairn.Homes;

namespace Cairn.Tree;

/// <summary>
/// Applies a stretch of the log to a version. What is far from its end is merged, many blocks in one go: each page is made once, and the root after the last of them is held against the log.
/// The newest blocks are applied one by one, so that their heights can be viewed. Used by one thread.
/// </summary>
internal sealed class LogReplay
{
    /// <summary>Blocks whose changes come to no more than this altogether, counted from the end, are applied one by one.</summary>
    public const long OneByOneBytes = 1 << 20;

    /// <summary>How many bytes of changes are merged at most: more would save little and take memory.</summary>
    public const long MergedBytes = 64 << 20;

    private readonly BlockReplayer _replayer;
    private readonly LogPosition _end;
    private readonly ulong _ordinalStep;
    private readonly Action<ReplayedBlock> _onReplayed;
    private readonly long _oneByOneBytes;
    private readonly long _dirtyBytes;
    private readonly Queue<LogRecord> _newest = new();
    private MergedBlocks _merged = new();
    private long _newestBytes;
    private Hash256 _root;
    private BlockHeight? _height;

    /// <summary>Begins.</summary>
    /// <param name="replayer">Applies.</param>
    /// <param name="start">The version before the stretch.</param>
    /// <param name="marks">What holds beside its trees.</param>
    /// <param name="end">The end of the log.</param>
    /// <param name="publishes">Whether each version made is published, so that each has an ordinal of its own; else they share that of <paramref name="start"/>.</param>
    /// <param name="onReplayed">Takes what is made, in order.</param>
    /// <param name="oneByOneBytes">As <see cref="OneByOneBytes"/>; <see cref="long.MaxValue"/> to merge nothing.</param>
    /// <param name="dirtyBytes">How much memory the pages made by one merge may take, roughly; a single block may take more.</param>
    public LogReplay(BlockReplayer replayer, StateVersion start, ChainMarks marks, LogPosition end, bool publishes, Action<ReplayedBlock> onReplayed, long oneByOneBytes, long dirtyBytes)
    {
        _dirtyBytes = dirtyBytes;
        _replayer = replayer;
        _end = end;
        _ordinalStep = publishes ? 1UL : 0;
        _onReplayed = onReplayed;
        _oneByOneBytes = oneByOneBytes;
        Version = start;
        Marks = marks;
        _root = start.State.Hash;
        _height = start.Height;
    }

    /// <summary>The version so far.</summary>
    public StateVersion Version { get; private set; }

    /// <summary>What holds beside the trees so far.</summary>
    public ChainMarks Marks { get; private set; }

    /// <summary>Takes the next record.</summary>
    /// <param name="record">The record.</param>
    /// <param name="cancellationToken">Ends reading what a rewind undoes.</param>
    /// <exception cref="StateCorruptedException">The records do not lead to what they say. After a merge, applying them one by one tells which of them is wrong.</exception>
    public void Add(LogRecord record, CancellationToken cancellationToken)
    {
        if (_oneByOneBytes == long.MaxValue)
        {
            ApplyOne(record, cancellationToken);
            return;
        }

        _newest.Enqueue(record);
        _newestBytes += BytesOf(record);
        while (_newestBytes - BytesOf(_newest.Peek()) >= _oneByOneBytes)
        {
            LogRecord oldest = _newest.Dequeue();
            _newestBytes -= BytesOf(oldest);
            Merge(oldest, cancellationToken);
        }
    }

    /// <summary>Applies what is left; nothing may be added afterwards.</summary>
    /// <param name="cancellationToken">Ends reading what a rewind undoes.</param>
    /// <exception cref="StateCorruptedException">As for <see cref="Add"/>.</exception>
    public void Finish(CancellationToken cancellationToken)
    {
        Flush();
        while (_newest.TryDequeue(out LogRecord? record))
        {
            ApplyOne(record, cancellationToken);
        }
    }

    private static long BytesOf(LogRecord record) => 1 + record.StateChanges.ByteCount + record.LocalChanges.ByteCount;

    private void Merge(LogRecord record, CancellationToken cancellationToken)
    {
        if (record.Kind != RecordKind.Block || !_merged.HasRoomFor(record))
        {
            Flush();
        }

        if (record.Kind != RecordKind.Block)
        {
            ApplyOne(record, cancellationToken);
            return;
        }

        _replayer.CheckLink(record, _root, _height);
        _merged.Add(record);
        _root = record.Root;
        _height = record.Height;
        if (_merged.Bytes >= MergedBytes || PageBytesOf(_merged) >= _dirtyBytes)
        {
            Flush();
        }
    }

    /// <summary>The most memory the pages take that merged blocks make: a page and its share of those above it for each change, or the whole of the trees.</summary>
    private long PageBytesOf(MergedBlocks merged)
    {
        const int BytesAChange = 6 * 1024;
        const int BytesAnEntry = 128; // beside key and value: offsets, heights, trie, hash, and room in the page's size class
        ulong trees = Version.State.Totals.Bytes + Version.Local.Totals.Bytes + (BytesAnEntry * (Version.State.Totals.Entries + Version.Local.Totals.Entries));
        return (long)Math.Min((ulong)merged.Changes * BytesAChange, trees + (ulong)merged.Bytes);
    }

    private void Flush()
    {
        if (_merged.Last is not null)
        {
            MergedBlocks merged = _merged;
            _merged = new MergedBlocks();
            Take(_replayer.Replay(merged, Version, Marks, Version.Ordinal + _ordinalStep, _end));
        }
    }

    private void ApplyOne(LogRecord record, CancellationToken cancellationToken) => Take(_replayer.Replay(record, Version, Marks, Version.Ordinal + _ordinalStep, _end, cancellationToken));

    private void Take(ReplayedBlock replayed)
    {
        _onReplayed(replayed);
        Version = replayed.Version;
        Marks = replayed.Marks;
        _root = Version.State.Hash;
        _height = Version.Height;
    }
}
