using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Cairn.Contracts.Registry;

namespace Cairn.Contracts.Execution;

/// <summary>
/// The history of executions in the local tree: newest first, those of the same time in the order in which they were inserted. It is atomic and durable with the block and rewound with it, and no part of the state root. A
/// history over a view is for any number of threads, one over a draft for one.
/// </summary>
public sealed class ExecutionHistory
{
    private readonly ITreeReader _tree;
    private readonly ExecutionArchives? _archives;

    /// <summary>The history at the height of a view.</summary>
    /// <param name="view">The view; it has to stay open as long as the history is used.</param>
    /// <param name="archives">Where the archives are; null, the default, when they are not asked for.</param>
    public ExecutionHistory(StateView view, ExecutionArchives? archives = null)
        : this((view ?? throw new ArgumentNullException(nameof(view))).Local, archives)
    {
    }

    /// <summary>The history with what a draft has added.</summary>
    /// <param name="draft">The draft; it has to stay open as long as the history is used.</param>
    /// <param name="archives">Where the archives are; null, the default, when they are not asked for.</param>
    public ExecutionHistory(BlockDraft draft, ExecutionArchives? archives = null)
        : this((draft ?? throw new ArgumentNullException(nameof(draft))).Local, archives)
    {
    }

    internal ExecutionHistory(ITreeReader tree, ExecutionArchives? archives)
    {
        _tree = tree;
        _archives = archives;
    }

    /// <summary>How many records there are in the store.</summary>
    public ulong Count => _tree.Count(ExecutionKeys.RecordsPrefix);

    /// <summary>Adds a record to a block. One with an id that is there already takes its place, in the order of insertion too.</summary>
    /// <param name="draft">The block.</param>
    /// <param name="record">The record.</param>
    /// <exception cref="ArgumentException">A field of the record is missing or too long.</exception>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    /// <exception cref="BlockTooLargeException">The block would become too large.</exception>
    /// <exception cref="InvalidOperationException">The draft can no longer be changed.</exception>
    public static void Add(BlockDraft draft, ExecutionRecord record)
    {
        ArgumentNullException.ThrowIfNull(draft);
        TreeDraft tree = draft.Local;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ExecutionRecordLayout.MaxBytes);
        try
        {
            int bytes = ExecutionRecordCodec.Write(record, buffer);
            Put(tree, record, buffer.AsSpan(0, bytes));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>How many records a contract has in the store.</summary>
    public ulong CountOf(ContractId contract)
    {
        Span<byte> key = stackalloc byte[ExecutionKeys.MaxBytes];
        return _tree.Count(ExecutionKeys.Contract(contract.CheckedBytes(nameof(contract)), key));
    }

    /// <summary>What the executions of a contract come to, those in archives included.</summary>
    /// <exception cref="ContractRecordException">The entry is damaged.</exception>
    public ExecutionTotals TotalsOf(ContractId contract)
    {
        Span<byte> key = stackalloc byte[ExecutionKeys.MaxBytes];
        return ExecutionTotals.Read(_tree, ExecutionKeys.TotalsOf(contract.CheckedBytes(nameof(contract)), key));
    }

    /// <summary>Finds a record by its id.</summary>
    /// <param name="id">The id.</param>
    /// <param name="record">The record; null when there is none.</param>
    /// <param name="includesArchives">Whether archives are searched when the store does not have it: all of them, from the newest.</param>
    /// <returns>Whether there is one.</returns>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    /// <exception cref="StateCorruptedException">An archive is damaged or missing.</exception>
    /// <exception cref="InvalidOperationException">Archives are asked for, and the history does not know where they are.</exception>
    public bool TryGet(ExecutionId id, [NotNullWhen(true)] out ExecutionRecord? record, bool includesArchives = false)
    {
        record = TryFind(_tree, id.Bytes, out HistoryPosition position) ? ReadAt(_tree, position, id) : null;
        if (record is null && includesArchives)
        {
            ExecutionArchives archives = KnownArchives();
            record = ExecutionArchives.List(_tree)
                .AsEnumerable()
                .Reverse()
                .SelectMany(archive => archives.Read(archive, new ExecutionQuery()))
                .Select(static placed => placed.Record)
                .FirstOrDefault(one => one.Id == id);
        }

        return record is not null;
    }

    /// <summary>Reads a page of the history.</summary>
    /// <param name="query">What is asked for; null for the newest executions of all contracts.</param>
    /// <exception cref="ArgumentException">The question makes no sense.</exception>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    /// <exception cref="StateCorruptedException">An archive is damaged or missing.</exception>
    /// <exception cref="InvalidOperationException">Archives are asked for, and the history does not know where they are.</exception>
    public ExecutionPage List(ExecutionQuery? query = null)
    {
        query ??= new ExecutionQuery();
        query.Check();
        return PageOf(ReadPlaced(query), query.Limit);
    }

    /// <summary>Walks the history; what <see cref="ExecutionQuery.Limit"/> says does not matter.</summary>
    /// <param name="query">What is asked for; null for the executions of all contracts.</param>
    /// <returns>The records, read as they are asked for: valid as long as the view or draft, which must not be changed meanwhile.</returns>
    /// <exception cref="ArgumentException">The question makes no sense.</exception>
    /// <exception cref="ContractRecordException">What is there is damaged; thrown by the step that meets it.</exception>
    public IEnumerable<ExecutionRecord> Read(ExecutionQuery? query = null)
    {
        query ??= new ExecutionQuery();
        query.Check();
        return ReadPlaced(query).Select(static placed => placed.Record);
    }

    /// <summary>Makes a page of the first records.</summary>
    internal static ExecutionPage PageOf(IEnumerable<PlacedExecution> placed, int limit)
    {
        List<ExecutionRecord> records = [];
        HistoryPosition last = default;
        if (limit == 0)
        {
            return new ExecutionPage(records, Next: null);
        }

        foreach (PlacedExecution one in placed)
        {
            if (records.Count == limit)
            {
                return new ExecutionPage(records, last);
            }

            records.Add(one.Record);
            last = one.Position;
        }

        return new ExecutionPage(records, Next: null);
    }

    /// <summary>Walks records with their places, those in archives included where they are asked for.</summary>
    internal IEnumerable<PlacedExecution> ReadPlaced(ExecutionQuery query)
    {
        if (!query.IncludesArchives)
        {
            return ReadStored(query);
        }

        ExecutionArchives archives = KnownArchives();
        ExecutionQuery all = query with { Skip = 0 };
        IEnumerable<PlacedExecution>[] parts = [ReadStored(all), .. ExecutionArchives.List(_tree).Select(archive => archives.Read(archive, all))];
        return HistoryMerge.Merge(parts).Skip((int)Math.Min(query.Skip, int.MaxValue));
    }

    /// <summary>The oldest records before a time, in the order of the history.</summary>
    internal List<PlacedExecution> ReadOldest(long beforeTicks, int limit)
    {
        List<PlacedExecution> oldest = [];
        if (beforeTicks == long.MinValue)
        {
            return oldest;
        }

        byte[] prefix = ExecutionKeys.RecordsPrefix.ToArray();
        ExecutionQuery query = new() { ToTicks = beforeTicks };
        using EntryScan scan = _tree.Range(FirstKey(query, prefix), EndKey(query, prefix), limit, reverse: true);
        while (scan.MoveNext())
        {
            HistoryPosition position = PositionAt(scan.Key, prefix.Length);
            oldest.Add(new PlacedExecution(position, ExecutionRecordCodec.Read(scan.Value, position.TimeTicks, scan.Key)));
        }

        oldest.Reverse();
        return oldest;
    }

    private IEnumerable<PlacedExecution> ReadStored(ExecutionQuery query)
    {
        if (query.ToTicks == long.MinValue)
        {
            yield break;
        }

        byte[] prefix = query.Contract is { } contract ? ExecutionKeys.Contract(contract.Bytes, new byte[ExecutionKeys.MaxBytes]).ToArray() : ExecutionKeys.RecordsPrefix.ToArray();
        using EntryScan scan = _tree.Range(FirstKey(query, prefix), EndKey(query, prefix));
        long passed = 0;
        while (scan.MoveNext())
        {
            HistoryPosition position = PositionAt(scan.Key, prefix.Length);
            if (passed++ < query.Skip)
            {
                continue;
            }

            yield return new PlacedExecution(position, query.Contract is { } of ? ReadAt(_tree, position, of) : ExecutionRecordCodec.Read(scan.Value, position.TimeTicks, scan.Key));
        }
    }

    private static HistoryPosition PositionAt(ReadOnlySpan<byte> key, int prefixBytes) => key.Length == prefixBytes + ExecutionKeys.PositionBytes
        ? ExecutionKeys.ReadPosition(key[prefixBytes..])
        : throw new ContractRecordException("execution", key, $"a key of {prefixBytes + ExecutionKeys.PositionBytes} bytes", $"{key.Length} bytes");

    private ExecutionArchives KnownArchives() =>
        _archives ?? throw new InvalidOperationException("Archives are asked for, and the history was not told where they are.");

    /// <summary>Takes a record out of a block, but not out of the totals.</summary>
    internal static void Remove(TreeDraft tree, in PlacedExecution placed)
    {
        Span<byte> key = stackalloc byte[ExecutionKeys.MaxBytes];
        tree.Delete(ExecutionKeys.Record(placed.Position, key));
        tree.Delete(ExecutionKeys.ContractRecord(placed.Record.Contract.Bytes, placed.Position, key));
        tree.Delete(ExecutionKeys.Id(placed.Record.Id.Bytes, key));
    }

    private static void Put(TreeDraft tree, ExecutionRecord record, ReadOnlySpan<byte> value)
    {
        Span<byte> key = stackalloc byte[ExecutionKeys.MaxBytes];
        ReadOnlySpan<byte> contract = record.Contract.Bytes;
        bool isThere = TryFind(tree, record.Id.Bytes, out HistoryPosition before);
        HistoryPosition position = new(record.TimeTicks, isThere ? before.Sequence : TakeSequence(tree));
        bool isNewPlace = !isThere || position != before;
        if (isThere)
        {
            ExecutionRecord old = ReadAt(tree, before, record.Id);
            Forget(tree, old, key);
            if (isNewPlace || old.Contract != record.Contract)
            {
                tree.Delete(ExecutionKeys.ContractRecord(old.Contract.Bytes, before, key));
                tree.Put(ExecutionKeys.ContractRecord(contract, position, key), default);
            }

            if (isNewPlace)
            {
                tree.Delete(ExecutionKeys.Record(before, key));
            }
        }
        else
        {
            tree.Put(ExecutionKeys.ContractRecord(contract, position, key), default);
        }

        tree.Put(ExecutionKeys.Record(position, key), value);
        if (isNewPlace)
        {
            Span<byte> place = stackalloc byte[ExecutionKeys.PositionBytes];
            ExecutionKeys.WritePosition(position, place);
            tree.Put(ExecutionKeys.Id(record.Id.Bytes, key), place);
        }

        ReadOnlySpan<byte> totals = ExecutionKeys.TotalsOf(contract, key);
        ExecutionTotals.Read(tree, totals).With(record).Write(tree, totals);
    }

    /// <summary>Takes a record that is overwritten out of the totals of its contract.</summary>
    private static void Forget(TreeDraft tree, ExecutionRecord old, Span<byte> buffer)
    {
        ReadOnlySpan<byte> key = ExecutionKeys.TotalsOf(old.Contract.Bytes, buffer);
        ExecutionTotals totals = ExecutionTotals.Read(tree, key);
        if (!totals.CanHave(old))
        {
            throw new ContractRecordException("totals of executions", key, $"totals that count execution {old.Id}", $"{totals}");
        }

        totals.Without(old).Write(tree, key);
    }

    private static bool TryFind(ITreeReader tree, ReadOnlySpan<byte> id, out HistoryPosition position)
    {
        Span<byte> buffer = stackalloc byte[ExecutionKeys.MaxBytes];
        Span<byte> place = stackalloc byte[ExecutionKeys.PositionBytes];
        bool isThere = !id.IsEmpty && RecordReading.TryRead(tree, "place of an execution", ExecutionKeys.Id(id, buffer), place);
        position = isThere ? ExecutionKeys.ReadPosition(place) : default;
        return isThere;
    }

    private static ExecutionRecord ReadAt(ITreeReader tree, HistoryPosition position, ExecutionId id)
    {
        ExecutionRecord record = ReadAt(tree, position);
        return record.Id == id ? record : throw Misplaced(position, $"execution {id}", $"execution {record.Id}");
    }

    private static ExecutionRecord ReadAt(ITreeReader tree, HistoryPosition position, ContractId contract)
    {
        ExecutionRecord record = ReadAt(tree, position);
        return record.Contract == contract ? record : throw Misplaced(position, $"an execution of contract {contract}", $"one of contract {record.Contract}");
    }

    private static ContractRecordException Misplaced(HistoryPosition position, string expected, string found) =>
        new("execution", ExecutionKeys.Record(position, new byte[ExecutionKeys.MaxBytes]), expected, found);

    private static ExecutionRecord ReadAt(ITreeReader tree, HistoryPosition position)
    {
        Span<byte> buffer = stackalloc byte[ExecutionKeys.MaxBytes];
        ReadOnlySpan<byte> key = ExecutionKeys.Record(position, buffer);
        if (!tree.TryGetLength(key, out int length) || length > ExecutionRecordLayout.MaxBytes)
        {
            throw new ContractRecordException("execution", key, $"a record of at most {ExecutionRecordLayout.MaxBytes} bytes", length == 0 ? "none" : $"{length} bytes");
        }

        Span<byte> value = stackalloc byte[ExecutionRecordLayout.MaxBytes];
        tree.TryGet(key, value, out length);
        return ExecutionRecordCodec.Read(value[..length], position.TimeTicks, key);
    }

    private static ulong TakeSequence(TreeDraft tree)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        ulong sequence = RecordReading.TryRead(tree, "number of executions", ExecutionKeys.NextKey, bytes) ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : 1;
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, sequence + 1);
        tree.Put(ExecutionKeys.NextKey, bytes);
        return sequence;
    }

    private static byte[] FirstKey(ExecutionQuery query, byte[] prefix)
    {
        HistoryPosition first = query.ToTicks is { } to ? new HistoryPosition(to - 1, 0) : new HistoryPosition(long.MaxValue, 0);
        if (query.After is { } after && after >= first)
        {
            // The entry behind it is the first one that is greater than its key; a key ends with the position, so a zero byte more is behind it and before the next.
            return [.. prefix, .. PositionOf(after), 0];
        }

        return [.. prefix, .. PositionOf(first)];
    }

    private static byte[] EndKey(ExecutionQuery query, byte[] prefix)
    {
        if (query.FromTicks is { } from and > long.MinValue)
        {
            return [.. prefix, .. PositionOf(new HistoryPosition(from - 1, 0))];
        }

        byte[] end = [.. prefix];
        int last = end.AsSpan().LastIndexOfAnyExcept((byte)0xff);
        end[last]++;
        return end[..(last + 1)];
    }

    private static byte[] PositionOf(HistoryPosition position)
    {
        byte[] bytes = new byte[ExecutionKeys.PositionBytes];
        ExecutionKeys.WritePosition(position, bytes);
        return bytes;
    }
}
