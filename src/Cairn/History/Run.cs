using Cairn.Homes;
using Cairn.IO;

namespace Cairn.History;

/// <summary>
/// An immutable part of the history: the changes of an interval of records, sorted by key, and the records themselves, in memory or in a file.
/// <list type="bullet">
/// <item>Blocks of a file are checked when they are read; what fails is a <see cref="RunDamagedException"/>, whereupon the run is dropped and made anew from the log.</item>
/// <item>Counted by the sets that have it (<see cref="RunSet"/>); the last one closes the file, or gives the memory to other runs, unless questions were asked of it: answers may refer to its blocks for as long as they like. Who merges is inside a set that has the run.</item>
/// </list>
/// Safe for any thread.
/// </summary>
internal sealed class Run
{
    private static int _lastId;

    private readonly int _id = Interlocked.Increment(ref _lastId);
    private readonly byte[][]? _blocks;
    private readonly SpareBlocks? _spare;
    private readonly IFile? _file;
    private readonly BlockCache? _cache;
    private int _holders;
    private int _isClosed;
    private bool _isAsked;

    /// <summary>A run in memory.</summary>
    /// <param name="header">What it says of itself.</param>
    /// <param name="blocks">Its blocks by number; the first one stands for the header and is empty.</param>
    /// <param name="spare">Takes the blocks when nobody has the run any more.</param>
    public Run(RunHeader header, byte[][] blocks, SpareBlocks spare)
    {
        Header = header;
        _blocks = blocks;
        _spare = spare;
        Path = "history in memory";
        Rewinds = RewindTable.Read(this);
    }

    /// <summary>A run in a file, which it owns, also when this fails.</summary>
    /// <exception cref="RunDamagedException">Its rewinds are damaged.</exception>
    public Run(RunHeader header, IFile file, BlockCache cache)
    {
        Header = header;
        _file = file;
        _cache = cache;
        Path = file.Path;
        try
        {
            Rewinds = RewindTable.Read(this);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>What it says of itself.</summary>
    public RunHeader Header { get; }

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>Whether it is a file.</summary>
    public bool IsFile => _file is not null;

    /// <summary>The memory or disk that it takes.</summary>
    public long Bytes => Header.FileBytes;

    /// <summary>The rewinds among its records, ascending.</summary>
    public PastRewind[] Rewinds { get; }

    /// <summary>The sequence of its first record.</summary>
    public ulong FirstSequence => Header.FirstSequence;

    /// <summary>The sequence of its last record.</summary>
    public ulong LastSequence => Header.LastSequence;

    /// <summary>One more set has it.</summary>
    public void Hold() => Interlocked.Increment(ref _holders);

    /// <summary>One set less has it; the last one closes it and gives its memory back.</summary>
    public void Release()
    {
        // One that was closed before, with the store, may be in the hands of a cursor that nobody disposed.
        if (Interlocked.Decrement(ref _holders) == 0 && TryClose() && !Volatile.Read(ref _isAsked))
        {
            _spare?.Return(_blocks);
        }
    }

    /// <summary>Closes the file, once.</summary>
    public void Close() => TryClose();

    private bool TryClose()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) != 0)
        {
            return false;
        }

        _file?.Dispose();
        return true;
    }

    /// <summary>Gives a block.</summary>
    /// <exception cref="RunDamagedException">It is not what was written, or cannot be read.</exception>
    public byte[] ReadBlock(uint number, RunBlockKind kind, int level = 0)
    {
        if (_blocks is not null)
        {
            // Records and rewinds are copied, entries may be referred to by answers.
            if (kind == RunBlockKind.Entries)
            {
                Volatile.Write(ref _isAsked, true);
            }

            return _blocks[number];
        }

        if (!_cache!.TryGet(_id, number, out byte[] block))
        {
            block = Load(number, kind, level, new byte[RunBlock.SizeBytes]);
            _cache.Add(_id, number, block);
        }

        // One that was checked as something else is none of this kind.
        return block[HistoryBlockLayout.KindOffset] == (byte)kind && block[HistoryBlockLayout.LevelOffset] == level
            ? block
            : throw Damage(number, "kind and level of a block", $"{kind} {level}", $"{(RunBlockKind)block[HistoryBlockLayout.KindOffset]} {block[HistoryBlockLayout.LevelOffset]}");
    }

    /// <summary>Gives a block without keeping it: for those who read all of them once.</summary>
    /// <param name="number">The block.</param>
    /// <param name="kind">What it has to be.</param>
    /// <param name="level">The level it has to have.</param>
    /// <param name="buffer">Memory of the size of a block, for one of a file; what is given is then this.</param>
    /// <exception cref="RunDamagedException">It is not what was written, or cannot be read.</exception>
    public byte[] ReadBlockOnce(uint number, RunBlockKind kind, int level, byte[] buffer) =>
        _blocks is not null ? _blocks[number] : Load(number, kind, level, buffer);

    /// <summary>A record of the run.</summary>
    /// <param name="sequence">Its sequence, in the run.</param>
    /// <exception cref="RunDamagedException">The run is damaged.</exception>
    public RecordRow Record(ulong sequence)
    {
        ulong index = sequence - FirstSequence;
        byte[] block = ReadBlock(Header.FirstRecordBlock + (uint)(index / RecordRow.PerBlock), RunBlockKind.Records);
        return Record(block, index, sequence);
    }

    /// <summary>The place before a record of the run.</summary>
    public LogPosition Before(ulong sequence) => sequence == FirstSequence ? Header.Before : Record(sequence - 1).After;

    /// <summary>All records behind a sequence, read once.</summary>
    public IEnumerable<RecordRow> RecordsAfter(ulong after)
    {
        byte[] buffer = IsFile ? new byte[RunBlock.SizeBytes] : [];
        byte[] block = buffer;
        ulong start = Math.Max(after + 1, FirstSequence);
        for (ulong sequence = start; sequence <= LastSequence; sequence++)
        {
            ulong index = sequence - FirstSequence;
            if (sequence == start || index % RecordRow.PerBlock == 0)
            {
                block = ReadBlockOnce(Header.FirstRecordBlock + (uint)(index / RecordRow.PerBlock), RunBlockKind.Records, level: 0, buffer);
            }

            yield return Record(block, index, sequence);
        }
    }

    /// <summary>What is wrong with a block, as the exception that drops the run.</summary>
    public RunDamagedException Damage(uint number, string what, string expected, string found) =>
        new(this, new StateCorruptedException(Path, (long)number * RunBlock.SizeBytes, what, expected, found));

    private RecordRow Record(byte[] block, ulong index, ulong sequence)
    {
        int at = (int)(index % RecordRow.PerBlock);
        return at < RunBlock.Count(block)
            ? RecordRow.Read(block.AsSpan(RecordRow.OffsetOf(at), HistoryRecordLayout.SizeBytes), sequence)
            : throw Damage(Header.FirstRecordBlock + (uint)(index / RecordRow.PerBlock), "count of records in a block", $"more than {at}", $"{RunBlock.Count(block)}");
    }

    private byte[] Load(uint number, RunBlockKind kind, int level, byte[] block)
    {
        long offset = (long)number * RunBlock.SizeBytes;
        try
        {
            int read = _file!.Read(offset, block);
            if (read < block.Length)
            {
                throw new StateCorruptedException(Path, offset, "block of a history run", $"{block.Length} bytes", $"{read}");
            }

            RunBlock.Check(block, kind, level, Header, Path, offset);
            return block;
        }
        catch (Exception exception) when (exception is StateCorruptedException or IOException)
        {
            throw new RunDamagedException(this, exception);
        }
    }
}
