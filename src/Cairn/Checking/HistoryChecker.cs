using Cairn.Format;
using Cairn.History;
using Cairn.Homes;

namespace Cairn.Checking;

/// <summary>
/// Holds each run of the index over the history against the log that it covers: every block, the order of the entries, every record, every change, and that there are no others. Used once, by one thread.
/// </summary>
internal sealed class HistoryChecker(HistoryDirectory directory, IBlockLog log, LogPosition keptFrom, CheckLog found, CancellationToken cancellationToken)
{
    private const long CacheBytes = 32 << 20;

    private readonly RunSeeker _seeker = new();
    private readonly byte[] _key = new byte[RunKey.MaxBytes];
    private readonly List<(ulong Height, ulong Sequence)> _chain = []; // the blocks that lead to the record at hand, as far as the log is kept
    private LogPosition? _at; // where the chain has got to

    /// <summary>Runs the check. What a crash left behind is no fault; the next writer removes it.</summary>
    public void Run()
    {
        HistoryFiles files = new(directory);
        foreach (RunName name in files.List())
        {
            try
            {
                Run run = files.Open(name, new BlockCache(CacheBytes));
                try
                {
                    Check(run);
                }
                finally
                {
                    run.Close();
                }
            }
            catch (StoreFormatException)
            {
                // Of a later version: the next writer makes it anew.
            }
            catch (RunDamagedException damage) when (damage.InnerException is StateCorruptedException cause)
            {
                found.Add(cause);
            }
            catch (StateCorruptedException damage)
            {
                found.Add(damage);
            }
        }
    }

    private void Check(Run run)
    {
        // Records that are retired may still be in a run, but can be held against nothing.
        ulong from = Math.Max(keptFrom.Sequence, run.FirstSequence - 1);
        if (run.LastSequence > log.End.Sequence || run.LastSequence <= from)
        {
            Require(run.LastSequence <= log.End.Sequence, run, "last record of a history run", $"one up to {log.End.Sequence}, the end of the log", $"{run.LastSequence}");
            return;
        }

        ulong entries = CountEntries(run, from);
        LogPosition before = from == keptFrom.Sequence ? keptFrom : run.Header.Before;
        Require(from < run.FirstSequence || run.Before(from + 1) == before, run, "place before a record", $"{before}", $"{run.Before(from + 1)}");
        ulong expected = 0;
        foreach (LogRecordHead head in log.Records.ReadHeads(_at ?? keptFrom).TakeWhile(head => head.Sequence <= from))
        {
            Follow(head.Kind, head.Height, head.After);
        }

        foreach (PlacedRecord placed in log.Records.ReadPlaced(before, run.LastSequence))
        {
            cancellationToken.ThrowIfCancellationRequested();
            found.Progress("history", (long)placed.Record.Sequence);
            Follow(placed.Record.Kind, placed.Record.Height, placed.After);
            CheckRecord(run, placed);
            expected += CheckChanges(run, placed, TreeKind.State) + CheckChanges(run, placed, TreeKind.Local) + CheckRoot(run, placed.Record);
        }

        Require(entries == expected, run, "count of entries of a history run", $"{expected}", $"{entries}");
    }

    /// <summary>Walks over all entries, each above the one before.</summary>
    private ulong CountEntries(Run run, ulong after)
    {
        RunSeeker walk = new() { ReadsOnce = true };
        byte[] before = [];
        ulong beforeSequence = 0;
        ulong all = 0;
        ulong counted = 0;
        for (bool isThere = walk.SeekFirst(run); isThere; isThere = walk.Next())
        {
            cancellationToken.ThrowIfCancellationRequested();
            int order = walk.Key.SequenceCompareTo(before);
            Require(order > 0 || (order == 0 && walk.Entry.Sequence > beforeSequence), run, "order of the entries", $"one above {Convert.ToHexStringLower(before)} {beforeSequence}", $"{Convert.ToHexStringLower(walk.Key)} {walk.Entry.Sequence}");
            before = order == 0 ? before : walk.Key.ToArray();
            beforeSequence = walk.Entry.Sequence;
            counted += beforeSequence > after ? 1u : 0;
            all++;
        }

        Require(all == run.Header.EntryCount, run, "count of entries in the header", $"{all}", $"{run.Header.EntryCount}");
        return counted;
    }

    /// <summary>Follows the chain of blocks over a record.</summary>
    private void Follow(RecordKind kind, BlockHeight height, LogPosition after)
    {
        if (kind == RecordKind.Block)
        {
            _chain.Add((height.Value, after.Sequence));
        }

        while (kind == RecordKind.Rewind && _chain.Count > 0 && _chain[^1].Height > height.Value)
        {
            _chain.RemoveAt(_chain.Count - 1);
        }

        _at = after;
    }

    private void CheckRecord(Run run, in PlacedRecord placed)
    {
        LogRecord record = placed.Record;
        RecordRow row = run.Record(record.Sequence);
        RecordRow expected = new(record.Kind, record.Height.Value, record.TimeTicks, record.Root, record.AbandonedFrom, row.HeadHeight, row.HeadSequence, placed.After);
        Require(row == expected, run, $"record {record.Sequence} of a history run", $"{expected}", $"{row}");
        if (_chain.Count > 0)
        {
            Require(_chain[^1] == (row.HeadHeight, row.HeadSequence), run, $"head after record {record.Sequence}", $"{_chain[^1].Sequence} at {_chain[^1].Height}", $"{row.HeadSequence} at {row.HeadHeight}");
        }

        Require(record.Kind != RecordKind.Rewind || Array.Exists(run.Rewinds, rewind => rewind == new PastRewind(record.Sequence, record.AbandonedFrom)), run, "rewind", $"record {record.Sequence}", "none");
    }

    private ulong CheckChanges(Run run, in PlacedRecord placed, TreeKind tree)
    {
        ChangeList changes = tree == TreeKind.State ? placed.Record.StateChanges : placed.Record.LocalChanges;
        ulong[] places = new ulong[changes.Count];
        log.Records.PlaceOld(placed, tree, places);
        for (int i = 0; i < changes.Count; i++)
        {
            ReadOnlySpan<byte> key = RunKey.Of(tree, changes.Key(i), _key);
            bool isThere = _seeker.Find(run, key, RunKey.Hash(key), placed.Record.Sequence) && _seeker.Entry.Sequence == placed.Record.Sequence;
            Require(isThere && IsSame(_seeker, changes, i, placed.Record.Height, places[i]), run, $"change {i} of the {tree} tree in record {placed.Record.Sequence}", "as in the log", isThere ? "another" : "none");
        }

        return (ulong)changes.Count;
    }

    private ulong CheckRoot(Run run, LogRecord record)
    {
        if (record.Kind != RecordKind.Block)
        {
            return 0;
        }

        ReadOnlySpan<byte> key = RunKey.OfRoot(record.Root, _key);
        bool isThere = _seeker.Find(run, key, RunKey.Hash(key), record.Sequence) && _seeker.Entry.Sequence == record.Sequence && _seeker.Entry.Height == record.Height.Value && _seeker.Entry.OldBytes < 0;
        Require(isThere, run, $"root of record {record.Sequence}", $"{record.Root}", "none");
        return 1;
    }

    private static bool IsSame(RunSeeker seeker, ChangeList changes, int index, BlockHeight height, ulong place)
    {
        RunEntry entry = seeker.Entry;
        bool isSame = entry.Height == height.Value && entry.OldBytes >= 0 == changes.HasOld(index);
        return !isSame || entry.OldBytes < 0
            ? isSame
            : entry.OldBytes == changes.Old(index).Length && entry.PreviousHeight == changes.PreviousHeight(index).Value
                && (entry.InlineOffset > 0 ? seeker.Inline.Span.SequenceEqual(changes.Old(index)) : entry.Place == place && entry.Checksum == Crc32C.Compute(changes.Old(index)));
    }

    private static void Require(bool holds, Run run, string what, string expected, string found)
    {
        if (!holds)
        {
            throw new StateCorruptedException(run.Path, -1, what, expected, found);
        }
    }
}
