using Cairn.Format;
using Cairn.Homes;

namespace Cairn.History;

/// <content>Answering.</content>
internal sealed partial class ChangeHistory
{
    /// <summary>How many blocks or versions are looked up at once where many are asked for.</summary>
    private const int ChunkCount = 128;

    /// <summary>The memory of look-ups. It refers to the blocks of the last one until the next.</summary>
    [ThreadStatic]
    private static RunSeeker? _seeker;

    /// <inheritdoc/>
    public bool TryFindFirst(TreeKind tree, ReadOnlySpan<byte> key, ulong after, ulong upTo, out PastChange change)
    {
        change = default;
        if (key.Length is 0 or > StateLimits.MaxKeyBytes)
        {
            return false;
        }

        for (int attempt = 1; ; attempt++)
        {
            try
            {
                RunSet set = Enter(ref upTo);
                try
                {
                    return TryFindFirst(set, tree, key, after, upTo, out change);
                }
                finally
                {
                    set.Exit();
                }
            }
            catch (RunDamagedException damage) when (attempt < MaxAttempts)
            {
                Drop(damage);
            }
        }
    }

    /// <inheritdoc/>
    public IPastCursor Scan(TreeKind tree, ReadOnlySpan<byte> start, ReadOnlySpan<byte> end, ulong after, ulong upTo, bool reverse) => new PastCursor(this, tree, start, end, after, upTo, reverse);

    /// <inheritdoc/>
    public IEnumerable<PastVersion> Versions(TreeKind tree, byte[] key, ulong after, ulong upTo)
    {
        bool isThere = TryFindFirst(tree, key, after, upTo, out PastChange change);
        while (isThere)
        {
            // What a change made of the key is what the next one found.
            isThere = TryFindFirst(tree, key, change.Sequence, upTo, out PastChange next);
            ReadOnlyMemory<byte>? made = isThere ? OldOf(next) : NewOf(tree, key, change.Sequence);
            yield return new PastVersion(change.Height, change.Sequence, OldOf(change), made);
            change = next;
        }
    }

    /// <inheritdoc/>
    public bool TryFindBlock(BlockHeight atOrBelow, ulong upTo, out PastBlock block)
    {
        block = Ask(ref upTo, (Height: atOrBelow, UpTo: upTo), static (set, question) => FindBlock(set, question.Height, question.UpTo)) ?? default;
        return block.Sequence != 0;
    }

    /// <inheritdoc/>
    public bool TryFindRoot(in Hash256 root, ulong upTo, out PastBlock block)
    {
        block = Ask(ref upTo, (Root: root, UpTo: upTo), static (set, question) => FindRoot(set, question.Root, question.UpTo)) ?? default;
        return block.Sequence != 0;
    }

    /// <inheritdoc/>
    public IEnumerable<PastBlock> Blocks(BlockHeight from, BlockHeight to, ulong upTo)
    {
        ulong after = 0;
        if (from.Value > 0 && TryFindBlock(new BlockHeight(from.Value - 1), upTo, out PastBlock before))
        {
            after = before.Sequence;
        }

        while (true)
        {
            List<PastBlock> chunk = Ask(ref upTo, (After: after, UpTo: upTo), static (set, question) => BlocksAfter(set, question.After, question.UpTo)) ?? [];
            foreach (PastBlock block in chunk)
            {
                if (block.Height > to)
                {
                    yield break;
                }

                if (block.Height >= from)
                {
                    yield return block;
                }
            }

            if (chunk.Count == 0)
            {
                yield break;
            }

            after = chunk[^1].Sequence;
        }
    }

    /// <inheritdoc/>
    public LogRecord ReadRecord(in PastBlock block) => _log.Records.ReadPlaced(block.Before, block.Sequence).First().Record;

    /// <inheritdoc/>
    void IOldValues.Read(ulong sequence, OldPlace place, Span<byte> destination)
    {
        (string file, long offset) = _log.Records.ReadOld(PlaceBefore(sequence), place.Tree, place.Place, destination);
        uint found = Crc32C.Compute(destination);
        if (found != place.Checksum)
        {
            throw new StateCorruptedException(file, offset, $"checksum of an old value in record {sequence}", $"{place.Checksum:x8}", $"{found:x8}");
        }
    }

    /// <summary>Uses a set that covers everything up to a sequence; a cursor holds it for long.</summary>
    internal RunSet EnterSet(ref ulong upTo) => Enter(ref upTo);

    /// <summary>Lets go of a damaged run, for a cursor.</summary>
    internal void DropRun(RunDamagedException damage) => Drop(damage);

    /// <summary>Finds the first live change of a key in a set that covers the question.</summary>
    internal bool TryFindFirst(RunSet set, TreeKind tree, ReadOnlySpan<byte> key, ulong after, ulong upTo, out PastChange change)
    {
        Span<byte> buffer = stackalloc byte[RunKey.MaxBytes];
        ReadOnlySpan<byte> wanted = RunKey.Of(tree, key, buffer);
        ulong hash = RunKey.Hash(wanted);
        ThrowUnlessKept(set, after);
        LiveSequences live = set.LiveAt(upTo);
        RunSeeker seeker = _seeker ??= new RunSeeker();
        ulong from = live.Next(after + 1);
        ReadOnlySpan<Run> runs = set.Runs;
        for (int i = set.IndexFor(from); i < runs.Length && runs[i].FirstSequence <= upTo; i++)
        {
            while (from <= runs[i].LastSequence && seeker.Find(runs[i], wanted, hash, from) && seeker.Entry.Sequence <= upTo)
            {
                from = live.Next(seeker.Entry.Sequence);
                if (from == seeker.Entry.Sequence)
                {
                    change = ToChange(seeker, tree);
                    seeker.Forget();
                    return true;
                }
            }
        }

        seeker.Forget();
        change = default;
        return false;
    }

    /// <summary>Refuses a question about what is no longer there: an answer without it could be wrong. A reader beside a writer gets there, who retires what the reader still asks about.</summary>
    internal void ThrowUnlessKept(RunSet set, ulong after)
    {
        if (after < set.From)
        {
            throw new StateCorruptedException(_location, -1, "log", $"one that is kept from record {after + 1} on", $"one that is kept from record {set.From + 1} on");
        }
    }

    /// <summary>The change that a seeker stands on.</summary>
    internal PastChange ToChange(RunSeeker seeker, TreeKind tree)
    {
        ref readonly RunEntry entry = ref seeker.Entry;
        return entry.OldBytes < 0 ? new PastChange(entry.Sequence, (BlockHeight)entry.Height)
            : entry.InlineOffset > 0 ? new PastChange(entry.Sequence, (BlockHeight)entry.Height, (BlockHeight)entry.PreviousHeight, seeker.Inline)
            : new PastChange(entry.Sequence, (BlockHeight)entry.Height, (BlockHeight)entry.PreviousHeight, entry.OldBytes, new OldPlace(tree, entry.Place, entry.Checksum), this);
    }

    private static ReadOnlyMemory<byte>? OldOf(in PastChange change) => change.HasOld ? change.ReadOld() : (ReadOnlyMemory<byte>?)null;

    /// <summary>What a block made of a key, from its record.</summary>
    private ReadOnlyMemory<byte>? NewOf(TreeKind tree, byte[] key, ulong sequence)
    {
        LogRecord record = _log.Records.ReadPlaced(PlaceBefore(sequence), sequence).First().Record;
        ChangeList changes = tree == TreeKind.State ? record.StateChanges : record.LocalChanges;
        int low = 0;
        int high = changes.Count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (changes.Key(middle).SequenceCompareTo(key) < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        bool isThere = low < changes.Count && changes.Key(low).SequenceEqual(key) && changes.HasNew(low);
        return isThere ? changes.New(low).ToArray() : (ReadOnlyMemory<byte>?)null;
    }

    private LogPosition PlaceBefore(ulong sequence)
    {
        ulong upTo = sequence;
        return Ask(ref upTo, sequence, static (set, wanted) => set.RunOf(wanted)?.Before(wanted))
            ?? throw new StateCorruptedException(_location, -1, "record of the log", $"record {sequence}, whose old value was asked for", "it is no longer kept");
    }

    /// <summary>Asks a set, and again where a run was damaged.</summary>
    private TAnswer? Ask<TQuestion, TAnswer>(ref ulong upTo, TQuestion question, Func<RunSet, TQuestion, TAnswer?> answer)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                RunSet set = Enter(ref upTo);
                try
                {
                    return answer(set, question);
                }
                finally
                {
                    set.Exit();
                }
            }
            catch (RunDamagedException damage) when (attempt < MaxAttempts)
            {
                Drop(damage);
            }
        }
    }

    /// <summary>By halves: along the live records the height of the head never goes down.</summary>
    private static PastBlock? FindBlock(RunSet set, BlockHeight atOrBelow, ulong upTo)
    {
        LiveSequences live = set.LiveAt(upTo);
        ulong low = live.CountThrough(set.Start.Sequence);
        ulong high = live.CountThrough(Math.Min(upTo, set.Covered));
        ulong start = low;
        while (low < high)
        {
            ulong middle = low + ((high - low + 1) / 2);
            ulong sequence = live.At(middle);
            if (set.RunOf(sequence)!.Record(sequence).HeadHeight <= atOrBelow.Value)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        if (low == start)
        {
            return null;
        }

        ulong last = live.At(low);
        ulong head = set.RunOf(last)!.Record(last).HeadSequence;
        return head > set.Start.Sequence ? BlockOf(set.RunOf(head)!, head) : null;
    }

    private static PastBlock? FindRoot(RunSet set, in Hash256 root, ulong upTo)
    {
        Span<byte> key = stackalloc byte[RunKey.MaxBytes];
        key = RunKey.OfRoot(root, key);
        LiveSequences live = set.LiveAt(upTo);
        RunSeeker seeker = _seeker ??= new RunSeeker();
        ReadOnlySpan<Run> runs = set.Runs;
        for (int i = Math.Min(set.IndexFor(upTo), runs.Length - 1); i >= 0; i--)
        {
            ulong before = Math.Min(upTo, runs[i].LastSequence) + 1;
            while (seeker.SeekBefore(runs[i], key, before) && seeker.Key.SequenceEqual(key) && seeker.Entry.Sequence > set.Start.Sequence)
            {
                before = seeker.Entry.Sequence;
                if (live.Next(before) == before && BlockOf(runs[i], before) is var block && block.Root == root)
                {
                    return block;
                }
            }
        }

        return null;
    }

    private static List<PastBlock> BlocksAfter(RunSet set, ulong after, ulong upTo)
    {
        LiveSequences live = set.LiveAt(upTo);
        List<PastBlock> blocks = [];
        ulong last = Math.Min(upTo, set.Covered);
        for (ulong sequence = live.Next(Math.Max(after, set.Start.Sequence) + 1); sequence <= last && blocks.Count < ChunkCount; sequence = live.Next(sequence + 1))
        {
            Run run = set.RunOf(sequence)!;
            if (run.Record(sequence).Kind == RecordKind.Block)
            {
                blocks.Add(BlockOf(run, sequence));
            }
        }

        return blocks;
    }

    private static PastBlock BlockOf(Run run, ulong sequence)
    {
        RecordRow row = run.Record(sequence);
        return new PastBlock((BlockHeight)row.Height, sequence, row.Root, row.TimeTicks, run.Before(sequence), row.After);
    }
}
