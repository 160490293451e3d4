using System.Buffers.Binary;
using Cairn.History;
using Cairn.Homes;
using Cairn.Log;
using Cairn.Tests.IO;
using Cairn.Tests.Stores;
using Xunit;

namespace Cairn.Tests.History;

/// <summary>A log that a script fills, its history, and the plain history that it is held against.</summary>
internal sealed class HistoryRun : IAsyncDisposable
{
    /// <summary>As small as it may be: every run in memory becomes a file, and the cache holds eight blocks.</summary>
    public static HistoryOptions Smallest { get; } = new(64 << 10) { LagBytes = 0, Pauses = false, PoisonsBlocks = true };

    private readonly HomeKind _kind;
    private IHome _home;
    private PlainHistory _plain;

    public HistoryRun(HomeKind kind, HistoryScript script, SimulatedFileSystem? files = null, HistoryOptions? options = null)
    {
        _kind = kind;
        Options = options ?? Smallest;
        Script = script;
        Files = files ?? new SimulatedFileSystem();
        _home = OpenHome();
        (History, _plain) = Begin(_home);
    }

    public SimulatedFileSystem Files { get; }

    public HistoryScript Script { get; }

    public HistoryOptions Options { get; set; }

    public ChangeHistory History { get; private set; }

    public IHome Home => _home;

    public LogPosition Kept { get; set; }

    public List<StoreEvent> Events { get; } = [];

    public string Directory => "/store/history";

    public IReadOnlyList<string> RunFiles => Files.DirectoryExists(Directory) ? [.. Files.List(Directory).Where(static name => name.EndsWith(".run", StringComparison.Ordinal))] : [];

    /// <summary>Appends records and syncs them.</summary>
    public async Task AppendAsync(int records, bool syncs = true)
    {
        for (int i = 0; i < records; i++)
        {
            await _home.Log.AppendAsync(Script.Next(), CancellationToken.None);
        }

        if (syncs)
        {
            await _home.Log.SyncAsync(CancellationToken.None);
        }
    }

    /// <summary>Finds the place from which on a log has its records, where the run does not know what was retired.</summary>
    public async Task FindKeptAsync()
    {
        string first = Files.List("/store/log").Min(StringComparer.Ordinal)!;
        if (!first.StartsWith("0000000000000001", StringComparison.Ordinal))
        {
            // A header tells the checksum of the record before; a place at the start of a segment is behind that.
            byte[] bytes = Files.ReadAllBytes("/store/log/" + first);
            ulong sequence = BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(SegmentHeaderLayout.FirstSequenceOffset));
            uint checksum = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(SegmentHeaderLayout.PreviousChecksumOffset));
            await History.DisposeAsync();
            Kept = new LogPosition(sequence - 1, SegmentHeaderLayout.SizeBytes, checksum);
            (History, _plain) = Begin(_home);
        }
    }

    /// <summary>Closes history and log, and opens them again.</summary>
    public async Task ReopenAsync()
    {
        await CloseAsync();
        _home = _home is MemoryHome memory ? memory.Reopen() : OpenHome();
        (History, _plain) = Begin(_home);
    }

    /// <summary>A history of its own that writes nothing, over a home opened read-only.</summary>
    public async Task WithReaderAsync(Action<ChangeHistory, PlainHistory> look, HistoryOptions? options = null)
    {
        await using IHome home = HomeLocator.Open("dir:/store", (StoreSettings.Quiet with { ReadOnly = true }).ToOptions(Files));
        await using ChangeHistory history = Over(home, options ?? Options);
        look(history, new PlainHistory(home.Log, () => Kept));
    }

    /// <summary>Removes the log before a place.</summary>
    public void Retire(ulong through)
    {
        Kept = through == 0 ? LogPosition.Start : _home.Log.Records.ReadPlaced(Kept, through).Last().After;
        _home.Log.Retention?.Retire(Kept);
        History.NoteRetired();
        _plain = new PlainHistory(_home.Log, () => Kept);
    }

    /// <summary>Asks everything a little, at random.</summary>
    public void Compare(Random random, int questions) => HistoryComparison.Compare(_plain, History, random, questions, Kept.Sequence, _home.Log.End.Sequence);

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        Assert.Equal(0, Files.OpenFiles);
    }

    public async Task CloseAsync()
    {
        await History.DisposeAsync();
        await _home.DisposeAsync();
    }

    private (ChangeHistory History, PlainHistory Plain) Begin(IHome home)
    {
        ChangeHistory history = Over(home, Options);
        history.Begin();
        return (history, new PlainHistory(home.Log, () => Kept));
    }

    private ChangeHistory Over(IHome home, HistoryOptions options) => new(home.Location, home.Log, (home as DirectoryHome)?.History, home.IsReadOnly, () => Kept, options, happened =>
    {
        lock (Events)
        {
            Events.Add(happened);
        }
    });

    private IHome OpenHome() => _kind == HomeKind.Memory
        ? new MemoryHome()
        : HomeLocator.Open((_kind == HomeKind.JsonLines ? "jsonl:" : "dir:") + "/store", StoreSettings.Quiet.ToOptions(Files));
}
