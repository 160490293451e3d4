using System.Diagnostics;
using Cairn.Benchmarks.Machines;
using Cairn.Benchmarks.Results;
using Cairn.Benchmarks.Workloads;
using Cairn.Format;
using Cairn.Homes;
using Cairn.IO;
using Cairn.Log;
using Cairn.Tree;

namespace Cairn.Benchmarks.Parts;

/// <summary>
/// Where the processor time of a block goes: its steps one after the other, each on its own, on trees in memory and a log on disk. What hashing costs is the difference between applying to a state tree and to a local one, which has
/// the same content and no hashes; its pages are smaller by their hashes. Nothing runs beside.
/// </summary>
internal sealed class BlockParts : IDisposable
{
    private const string Table = "parts of a block, processor time";
    private const int LoadEntries = 50_000;
    private static readonly (int Updates, int Blocks)[] Sizes = [(10_000, 40), (1_000, 100), (10, 500)];

    private readonly PagePool _pool = new(poison: false);
    private readonly PageCache _pages;
    private readonly TreeApplier _stateApplier;
    private readonly TreeApplier _localApplier;
    private readonly UpdateBuffer _buffer;
    private readonly ChangeSet _changes = new();
    private readonly DraftBuffers _buffers = new(poison: false);
    private readonly RecordBuffer _body = new();
    private readonly SegmentLog _log;
    private TreeRoot _state = TreeRoot.Empty(TreeKind.State);
    private TreeRoot _local = TreeRoot.Empty(TreeKind.Local);
    private ulong _height;
    private Parts _spent;

    private BlockParts(KeySpace space, SegmentLog log)
    {
        _pages = new PageCache(store: null, limitBytes: long.MaxValue, _pool);
        _stateApplier = new TreeApplier(_pages, TreeKind.State);
        _localApplier = new TreeApplier(_pages, TreeKind.Local);
        _buffer = new UpdateBuffer(space, LoadEntries);
        _log = log;
    }

    /// <summary>Measures all sizes.</summary>
    public static Task RunAsync(BenchmarkOptions options) => PartsRun.RunAsync(options, MeasureAsync);

    private static async Task MeasureAsync(BenchmarkOptions options, string directory, Figures figures)
    {
        await using SegmentLog log = SegmentLog.Open(OsFileSystem.Instance, Path.Combine(directory, "log"), new SegmentLogOptions(), LogPosition.Start, LogPosition.Start);
        using BlockParts parts = new(new KeySpace(options.Seed), log);
        await parts.LoadAsync(options.Keys);
        UpdateStream stream = new(options.Seed, (ulong)options.Keys);
        foreach ((int updates, int blocks) in Sizes)
        {
            await parts.MeasureAsync(stream, updates, options.Blocks ?? blocks, figures.In(Table, $"{updates:N0} updates"));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _pages.Epochs.Collect();

    private async Task LoadAsync(int keys)
    {
        for (int from = 0; from < keys; from += LoadEntries)
        {
            _buffer.Clear();
            for (int number = from; number < Math.Min(keys, from + LoadEntries); number++)
            {
                _buffer.Add((ulong)number, version: 0);
            }

            await ApplyAsync();
        }

        MakeShortcuts();
    }

    /// <summary>What point reads ask before the tree, as a store has it by default once it is read.</summary>
    private void MakeShortcuts()
    {
        ReadShortcuts shortcuts = _pages.Shortcuts;
        shortcuts.Allow(new StateStoreOptions().CacheBytes);
        shortcuts.MakeHot(_height);
        bool isBuilt = shortcuts.TryBeginFilter(TreeKind.State, _state.Totals.Entries, _height)?.TryBuild(_state, CancellationToken.None) == true;
        shortcuts.EndFilter(TreeKind.State, isBuilt);
    }

    private async Task MeasureAsync(UpdateStream stream, int updates, int blocks, Figures.Column column)
    {
        UsageMeter meter = new();
        _spent = default;
        for (int block = 0; block < blocks; block++)
        {
            stream.Fill(_buffer, updates, version: _height + 1);
            await ApplyAsync();
        }

        Usage usage = meter.Read();
        column.AddTime("put into the change set", _spent.Put / blocks);
        column.AddTime("sort", _spent.Sort / blocks);
        column.AddTime("apply: search, copy, cut", (_spent.Apply - _spent.Recording) / blocks);
        column.AddTime("record old values", _spent.Recording / blocks);
        column.AddTime("hash", (_spent.ApplyHashing - _spent.Apply) / blocks);
        column.AddTime("enter and retire pages", _spent.Publish / blocks);
        column.AddTime("tell the shortcuts of reads", _spent.Telling / blocks);
        column.AddTime("encode the record", _spent.Encode / blocks);
        column.AddTime("checksum", _spent.Checksum / blocks);
        column.AddTime("append: all of encode, checksum, write", _spent.Append / blocks);
        column.AddTime("sync (time that passes)", _spent.Sync / blocks);
        column.Add("pages made", "1", (double)_spent.PagesMade / blocks);
        column.Add("memory of pages made", "KB", _spent.BytesMade / 1e3 / blocks);
        column.Add("record", "KB", _spent.RecordBytes / 1e3 / blocks);
        column.Add("allocated: change set and batch", "KB", _spent.AllocatedForChanges / 1e3 / blocks);
        column.Add("allocated: pages", "KB", (_spent.AllocatedForApplying - _spent.AllocatedForRecording) / 1e3 / blocks);
        column.Add("allocated: old values", "KB", _spent.AllocatedForRecording / 1e3 / blocks);
        column.Add("others' processors", "cores", usage.OtherCores);
    }

    /// <summary>Applies the buffer to both trees and logs what it changes.</summary>
    private async Task ApplyAsync()
    {
        _height++;
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        TimeSpan started = SystemCalls.ThreadTime;
        ChangeSet changes = _changes;
        changes.Reset(poison: false);
        _buffer.PutInto(changes);
        Lap(ref started, ref _spent.Put);
        ChangeBatch batch = changes.ToBatch();
        Lap(ref started, ref _spent.Sort);
        _spent.AllocatedForChanges += GC.GetAllocatedBytesForCurrentThread() - allocated;
        ChangeList.Builder localRecord = _buffers.RentRecord(changes);
        TreeChange local = _localApplier.Apply(_local, batch, new BlockHeight(_height), _height, localRecord, _buffers.RentTree());
        Lap(ref started, ref _spent.Apply);
        ChangeList.Builder stateRecord = _buffers.RentRecord(changes);
        allocated = GC.GetAllocatedBytesForCurrentThread();
        TreeChange state = _stateApplier.Apply(_state, batch, new BlockHeight(_height), _height, stateRecord, _buffers.RentTree());
        Lap(ref started, ref _spent.ApplyHashing);
        _spent.AllocatedForApplying += GC.GetAllocatedBytesForCurrentThread() - allocated;
        _spent.PagesMade += state.Created.Count;
        _spent.BytesMade += state.Created.Sum(page => (long)page.Page!.MemoryBytes);
        ChangeList list = stateRecord.Build();
        LogRecord record = Record(state, list);
        _buffers.Return(localRecord, localRecord.Build());

        allocated = GC.GetAllocatedBytesForCurrentThread();
        started = SystemCalls.ThreadTime;
        Copy(list);
        Lap(ref started, ref _spent.Recording);
        _spent.AllocatedForRecording += GC.GetAllocatedBytesForCurrentThread() - allocated;
        Publish(state);
        Lap(ref started, ref _spent.Publish);
        Publish(local);
        (_state, _local) = (state.Root, local.Root);
        started = SystemCalls.ThreadTime;
        _pages.Shortcuts.Note(_height, list, ChangeList.Empty);
        _pages.Shortcuts.BeforeHead(_height);
        Lap(ref started, ref _spent.Telling);
        await WriteAsync(record);
        _buffers.Return(stateRecord, list);
        _buffers.Return(state);
        _buffers.Return(local);
    }

    /// <summary>What recording the old values costs while a batch is applied.</summary>
    private void Copy(ChangeList list)
    {
        ChangeList.Builder copy = _buffers.RentRecord(_changes);
        for (int i = 0; i < list.Count; i++)
        {
            copy.Add(list.Key(i), list.HasOld(i), list.Old(i), list.PreviousHeight(i), list.HasNew(i), list.New(i));
        }

        _buffers.Return(copy, copy.Build());
    }

    private void Publish(TreeChange change)
    {
        _pages.AddDraft(change.Created);
        _pages.Commit(change.Created, change.Superseded, reusesHandles: true);
        _pages.Discard(change.Superseded);
    }

    private LogRecord Record(TreeChange state, ChangeList changes) => new()
    {
        Kind = RecordKind.Block,
        Sequence = _height,
        Height = new BlockHeight(_height),
        ParentHeight = _height == 1 ? null : new BlockHeight(_height - 1),
        PreviousRoot = _state.Hash,
        Root = state.Root.Hash,
        StateTotals = state.Root.Totals,
        StateChanges = changes,
    };

    private async Task WriteAsync(LogRecord record)
    {
        TimeSpan started = SystemCalls.ThreadTime;
        _body.Clear();
        RecordCodec.Encode(record, _body);
        Lap(ref started, ref _spent.Encode);
        _ = Crc32C.Compute(_body.Bytes);
        Lap(ref started, ref _spent.Checksum);
        await _log.AppendAsync(record, CancellationToken.None);
        Lap(ref started, ref _spent.Append);
        long syncing = Stopwatch.GetTimestamp();
        await _log.SyncAsync(CancellationToken.None);
        _spent.Sync += Stopwatch.GetElapsedTime(syncing);
        _spent.RecordBytes += _body.Length;
    }

    private static void Lap(ref TimeSpan started, ref TimeSpan sum)
    {
        TimeSpan now = SystemCalls.ThreadTime;
        sum += now - started;
        started = now;
    }

    /// <summary>Sums over blocks.</summary>
    private struct Parts
    {
        public TimeSpan Put;
        public TimeSpan Sort;
        public TimeSpan Apply;
        public TimeSpan Recording;
        public TimeSpan ApplyHashing;
        public TimeSpan Publish;
        public TimeSpan Telling;
        public TimeSpan Encode;
        public TimeSpan Checksum;
        public TimeSpan Append;
        public TimeSpan Sync;
        public long PagesMade;
        public long BytesMade;
        public long RecordBytes;
        public long AllocatedForChanges;
        public long AllocatedForApplying;
        public long AllocatedForRecording;
    }
}
