using Cairn.Checking;
using Cairn.IO;
using Cairn.Tests.Reference;
using Cairn.Tests.Stores;
using Xunit;

namespace Cairn.Tests.Soak;

/// <summary>A store under load for a time: one writer, readers, everything small, again and again interrupted in some way and opened again.</summary>
internal sealed class SoakRun
{
    private const int KeyCount = 2_500;
    private const int Readers = 2;
    private const int Least = 100;
    private const int MostTimes = 10;

    /// <summary>Some checkpoints and segments of the smallest size.</summary>
    private const long DiskSlackBytes = 4 << 20;

    private readonly int _seed;
    private readonly string _location;
    private readonly SoakModel _model;
    private readonly long _began = Environment.TickCount64;
    private ulong _height;
    private ulong _acknowledged;

    public SoakRun(int seed, string location)
    {
        _seed = seed;
        _location = location;
        Random = new Random(seed);
        _model = new SoakModel(seed, KeyCount);
    }

    /// <summary>For whoever decides what happens.</summary>
    public Random Random { get; }

    /// <summary>What happened so far, for the messages of failures.</summary>
    public string Progress => $"seed {_seed}: {Rounds} rounds, {Blocks} blocks, {Views} views compared, height {_height}";

    /// <summary>How many blocks were committed.</summary>
    public long Blocks { get; private set; }

    /// <summary>How many views were compared with the model.</summary>
    public long Views { get; private set; }

    /// <summary>How often the store was opened.</summary>
    public int Rounds { get; private set; }

    /// <summary>How long a soak takes: 20 seconds, five minutes in the long variant.</summary>
    public static TimeSpan Duration => TimeSpan.FromSeconds(SeededRandom.IsLong ? 300 : 20);

    /// <summary>Whether blocks and views are more than a few.</summary>
    public bool IsEnough => Blocks > Least && Views > Least;

    /// <summary>Whether another round is due: until the time is up, and on a machine that has had little time for it until there is enough, within reason.</summary>
    public bool GoesOn
    {
        get
        {
            double times = (Environment.TickCount64 - _began) / Duration.TotalMilliseconds;
            return times < 1 || (times < MostTimes && !IsEnough);
        }
    }

    /// <summary>Opens the store, compares all of it with the model, and puts it under load.</summary>
    /// <param name="files">Where it is; null for the operating system's files.</param>
    /// <param name="time">For how long; a failing write ends it earlier.</param>
    /// <param name="interrupt">What happens to it, from another thread, in the middle of it.</param>
    /// <returns>The store, to be closed by the caller, and what failed in writing, if anything did.</returns>
    public async Task<(StateStore Store, Exception? Failure)> LoadAsync(IFileSystem? files, TimeSpan time, Action? interrupt = null)
    {
        StoreSettings settings = Settings();
        StateStore store = await StateStore.OpenAsync(_location, settings.ToOptions(files), TestContext.Current.CancellationToken);
        Rounds++;
        CompareOpened(store);
        SoakWriter writer = new(store, _model, Random, _height);
        using CancellationTokenSource done = new();
        SoakReader[] readers = [.. Enumerable.Range(0, Readers).Select(reader => new SoakReader(store, _model, (_seed * 1000) + (Rounds * 10) + reader))];
        Task[] reading = [.. readers.Select(reader => Task.Factory.StartNew(() => reader.Run(done.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        using Timer? interruption = interrupt is null ? null : new Timer(_ => interrupt(), state: null, time / 2, Timeout.InfiniteTimeSpan);
        done.CancelAfter(time);
        Task writing = Task.Run(() => writer.RunAsync(done.Token), CancellationToken.None);
        await Task.WhenAny([writing, .. reading]);
        Exception? failure = await FailureOfAsync(writing.IsCompleted || Array.TrueForAll(reading, static task => !task.IsFaulted) ? writing : StopAsync(done, writing));
        if (failure is not null)
        {
            // Reads go on after a failed write: give them a moment to show it.
            await Task.Delay(TimeSpan.FromMilliseconds(100), CancellationToken.None);
        }

        await done.CancelAsync();
        await Task.WhenAll(reading);
        _acknowledged = store.DurableHeight?.Value ?? 0;
        _height = writer.Tried;
        Blocks += writer.Blocks;
        Views += readers.Sum(static reader => reader.Compared);

        // Opening replays blocks one by one: readers may ask for heights before it.
        ulong oldest = Math.Min(_acknowledged, _height);
        _model.ForgetBelow(oldest - Math.Min(oldest, SoakReader.MostHeightsBack));
        return (store, failure);
    }

    /// <summary>The disk, after the load and after a compaction: what is live and not much besides. All views are closed.</summary>
    public async Task CompareDiskAsync(StateStore store)
    {
        await store.PruneAsync(retainBlocks: 1_000_000, cancellationToken: TestContext.Current.CancellationToken); // the floor stays; what views kept until now goes
        StoreStatistics loaded = store.GetStatistics();
        Assert.True(loaded.LogBytes <= loaded.RetainedLogBytes + DiskSlackBytes, $"{loaded.LogBytes} bytes of log, {loaded.RetainedLogBytes} retained ({Progress}).");
        await store.CompactAsync(TestContext.Current.CancellationToken);
        StoreStatistics compacted = store.GetStatistics();
        Assert.True(compacted.PageBytes <= (compacted.LivePageBytes * 5 / 4) + (DiskSlackBytes / 4), $"After a compaction {compacted.PageBytes} bytes of page files, {compacted.LivePageBytes} live ({Progress}).");
    }

    /// <summary>Closes the store; after a failure it may say so again.</summary>
    public static async Task CloseAsync(StateStore store, bool mayFail)
    {
        try
        {
            await store.DisposeAsync();
        }
        catch (Exception exception) when (mayFail && (exception is IOException or StoreFailedException || SoakReader.IsOfCrash(exception)))
        {
            // Known already.
        }
    }

    /// <summary>The check of the whole store, which must find nothing.</summary>
    public async Task CheckAsync(IFileSystem? files)
    {
        CheckReport report = await StoreChecker.CheckAsync(_location, new CheckOptions { FileSystem = files }, TestContext.Current.CancellationToken);
        Assert.True(report.IsSound, $"The store is not sound ({Progress}):\n" + string.Join('\n', report.Faults));
    }

    private static async Task StopAsync(CancellationTokenSource done, Task writing)
    {
        await done.CancelAsync();
        await writing;
    }

    /// <summary>Waits for the writer.</summary>
    /// <returns>What failed in writing, as far as that may happen.</returns>
    private static async Task<Exception?> FailureOfAsync(Task writing)
    {
        try
        {
            await writing;
            return null;
        }
        catch (Exception exception) when (exception is IOException or StoreFailedException || SoakReader.IsOfCrash(exception))
        {
            return exception;
        }
    }

    private StoreSettings Settings() => StoreSettings.Tight with
    {
        Durability = Random.Next(3) == 0 ? Durability.Grouped : Durability.Durable,
        OneByOneReplayBytes = Random.Next(2) == 0 ? 1000 : 1 << 20,
        RecentViewBytes = Random.Next(2) == 0 ? 64 * 1024 : 8 << 20,
        RetainBlocks = Random.Next(3) == 0 ? 1000 : 10,
        EvictionPolicy = (EvictionPolicy)Random.Next(3),
    };

    /// <summary>Nothing acknowledged is lost, nothing comes from nowhere, and what is there is what was written.</summary>
    private void CompareOpened(StateStore store)
    {
        ulong height = store.Height?.Value ?? 0;
        Assert.True(height >= _acknowledged && height <= _height, $"Opened at height {height}; {_acknowledged} was acknowledged as durable, {_height} the last one tried ({Progress}).");
        _model.ForgetAbove(height);
        _height = height;
        using StateView view = store.OpenView();
        SortedDictionary<byte[], byte[]> state = _model.StateAt(height);
        Assert.Equal(NaiveMerkle.Root(state), view.Root);
        Assert.Equal(NaiveMerkle.Totals(state), view.State.Totals);
        Assert.Equal((ulong)state.Count, view.Local.Totals.Entries);
    }
}
