using System.Numerics;
using System.Runtime.InteropServices;
using Cairn.Format;
using Cairn.Homes;

namespace Cairn.Tree;

/// <content>
/// Applying by several threads: at the first page that spreads the changes over enough children these are applied by whoever has time, each with pages, items and records of its own; what they give back is merged as if it had been
/// applied in order, so pages and record are the same as with one thread.
/// </content>
internal sealed partial class TreeApplier
{
    /// <summary>Fewer children are not worth a fork: one further down has more.</summary>
    private const int MinForkChildren = 4;

    /// <summary>A child with a larger share of the changes, in percent, would keep one thread busy while the others wait: better to fork inside it.</summary>
    private const int MaxForkShare = 60;

    /// <summary>How many recorded bytes a thread counts for itself before it counts them for all.</summary>
    private const long RecordBytesStep = 1 << 20;

    /// <summary>A part builder that grew beyond this is not kept.</summary>
    private const long MostKeptBytes = 16L << 20;

    private readonly List<ApplyPart> _parts = [];
    private ChangeList.Builder _partRecord = new();
    private readonly TreeChange _partResult = new();
    private ApplyFork? _fork;
    private long _uncountedBytes;

    /// <summary>Applies parts of a fork until none is left, as a helper. Throws nothing: a failure is the fork's.</summary>
    public void ApplyParts(ApplyFork fork)
    {
        _changes = fork.Task.Changes;
        _height = fork.Task.Height;
        _born = fork.Task.Born;
        _result = _partResult;
        using ReaderEpochs.Guard guard = ReaderEpochs.Enter();
        TakeParts(fork);
    }

    /// <summary>Gives what was made for parts to the one that forked.</summary>
    public void HandOver(TreeChange result) => result.Add(_partResult);

    /// <summary>Forgets the parts: items and records are taken over.</summary>
    public void EndParts()
    {
        _partResult.Clear();
        Forget();
    }

    private void ForgetParts()
    {
        _fork = null;
        _parts.Clear();
        if (_partRecord.KeptBytes > MostKeptBytes)
        {
            _partRecord = new ChangeList.Builder();
        }
    }

    /// <summary>Applies the children of a page by several threads, if that is worth it.</summary>
    /// <returns>The finished fork, to be disposed when its parts are taken over; null when there is none.</returns>
    private ApplyFork? TryFork(Page page, int firstFound, int changes)
    {
        if (_crew is null || _fork is not null || changes < _crew.ForkChanges || BitOperations.PopCount(page.StubMask) < MinForkChildren || !_crew.HasHelper || !CollectParts(page, firstFound, changes))
        {
            return null;
        }

        ApplyFork fork = new(_crew, new ApplyTask(_tree, _changes, _height, _born, Recorded: _record is not null, _record?.ByteCount ?? 0), _parts);
        ChangeList.Builder? record = _record;
        _crew.CallHelpers(fork, fork.Count - 1);
        TakeParts(fork);
        fork.Close();
        _record = record;
        _fork = null;
        fork.HandOver(_result);
        return fork;
    }

    /// <summary>Lists the children concerned and decides whether to fork here.</summary>
    private bool CollectParts(Page page, int firstFound, int changes)
    {
        _parts.Clear();
        int largest = 0;
        foreach (ref readonly Found found in CollectionsMarshal.AsSpan(_found)[firstFound..])
        {
            if (found.Result.Outcome == SearchOutcome.Child)
            {
                largest = Math.Max(largest, found.End - found.First);
                _parts.Add(new ApplyPart { Child = page.Child(found.Result.Index), First = found.First, End = found.End });
            }
        }

        return _parts.Count >= MinForkChildren && largest * 100L < (long)changes * MaxForkShare;
    }

    private void TakeParts(ApplyFork fork)
    {
        _fork = fork;
        _uncountedBytes = 0;
        _partRecord.Clear();
        _record = fork.Task.Recorded ? _partRecord : null;
        try
        {
            while (fork.TryTake(out int number))
            {
                ref ApplyPart part = ref fork[number];
                part.ItemStart = _items.Count;
                part.RecordStart = _partRecord.Count;
                part.Changed = ApplyToPage(part.Child, part.First, part.End, isRoot: false);
                part.ItemCount = _items.Count - part.ItemStart;
                part.RecordCount = _partRecord.Count - part.RecordStart;
                part.By = this;
            }

            // While helpers still work, and with the pages still near.
            HashCreated();
        }
        catch (Exception cause)
        {
            fork.Fail(cause);
        }
    }

    /// <summary>Takes over what a part gave, as if its child had been applied just now.</summary>
    private bool TakeOver(Page page, int item, in ApplyPart part)
    {
        int start = _items.Count;
        if (!part.Changed)
        {
            return true;
        }

        if (_record is not null)
        {
            ChangeList.Builder from = part.By!._partRecord;
            ThrowIfTooLarge(_record.ByteCount + from.BytesOf(part.RecordStart, part.RecordCount));
            _record.AddRange(from, part.RecordStart, part.RecordCount);
        }

        for (int i = 0; i < part.ItemCount; i++)
        {
            _items.Push(part.By!._items[part.ItemStart + i]);
        }

        return StepOver(page, item, start);
    }

    /// <summary>The first change from <paramref name="change"/> on, itself under the child, that is not.</summary>
    private int EndOfChild(Page page, int item, int change, int end)
    {
        // Keys are sorted and those of a child lie together: steps that double, then halving.
        int inside = change;
        int step = 1;
        while (inside + step < end && page.Difference(item, _changes.Key(inside + step)) == KeyBits.None)
        {
            inside += step;
            step *= 2;
        }

        int outside = Math.Min(end, inside + step);
        while (outside - inside > 1)
        {
            int middle = (inside + outside) >>> 1;
            if (page.Difference(item, _changes.Key(middle)) == KeyBits.None)
            {
                inside = middle;
            }
            else
            {
                outside = middle;
            }
        }

        return outside;
    }

    /// <summary>Holds what is recorded against the limit of a record, over all threads of a fork.</summary>
    private void CountRecord(long bytes)
    {
        if (_fork is null)
        {
            ThrowIfTooLarge(_record!.ByteCount + bytes);
            return;
        }

        _uncountedBytes += bytes;
        if (_uncountedBytes >= RecordBytesStep)
        {
            ThrowIfTooLarge(_fork.AddRecordBytes(_uncountedBytes));
            _uncountedBytes = 0;
        }
    }

    private void ThrowIfTooLarge(long bytes)
    {
        if (bytes > StateLimits.MaxRecordBytes)
        {
            throw new BlockTooLargeException(_height, "its log record, with the old values,", bytes, StateLimits.MaxRecordBytes);
        }
    }
}
