using System.Buffers.Binary;
using System.Diagnostics;
using Cairn.Benchmarks.Results;
using Cairn.Contracts;
using Cairn.Contracts.Execution;

namespace Cairn.Benchmarks.Parts;

/// <summary>
/// Transfers of a token through the executor, in blocks of 1,000: each reads and changes two balances in a map of 100,000 accounts and leaves a record in the history. Then the engine alone: the same entries, with the same values,
/// in the same blocks, put into the drafts of a second store that began with the same state.
/// </summary>
internal static class TransferParts
{
    private const string Table = "transfers of a token, durable blocks of 1,000";
    private const int Accounts = 100_000;
    private const int Transfers = 1_000;
    private const int Blocks = 100;
    private const int BlocksToForget = 10;
    private static readonly Address Token = Address.Parse("0x00000000000000000000000000000000000000aa");

    /// <summary>Measures.</summary>
    public static Task RunAsync(BenchmarkOptions options) => PartsRun.RunAsync(options, async (settings, directory, figures) =>
    {
        int blocks = settings.Blocks ?? Blocks;
        Figures.Column column = figures.In(Table, "");
        for (int run = 0; run < settings.Runs; run++)
        {
            await MeasureAsync(settings, Path.Combine(directory, $"{run}"), blocks, column);
        }
    });

    private static async Task MeasureAsync(BenchmarkOptions options, string directory, int blocks, Figures.Column column)
    {
        Address[] owners = [.. Enumerable.Range(0, Accounts).Select(OwnerOf)];
        Random random = new((int)options.Seed);
        StateStoreOptions settings = new() { CacheBytes = options.CacheBytes, Durability = options.Durability };
        await using StateStore executed = await StateStore.OpenAsync(options.Home == HomeKind.Memory ? "memory:" : "dir:" + directory + "-executed", settings);
        await FundAsync(executed, owners);
        Story story = await ExecuteAsync(executed, owners, random, blocks);

        List<List<EntryChange>> changes = [.. Enumerable.Range(1, BlocksToForget + blocks + 1).Select(height => Shuffle([.. ChangesOf(executed, (ulong)height)], random))];
        await using StateStore plain = await StateStore.OpenAsync(options.Home == HomeKind.Memory ? "memory:" : "dir:" + directory + "-plain", settings);
        TimeSpan alone = TimeSpan.Zero;
        for (int height = 1; height <= changes.Count; height++)
        {
            TimeSpan time = await ApplyAsync(plain, (ulong)height, changes[height - 1]);
            alone += height > BlocksToForget + 1 ? time : TimeSpan.Zero;
        }

        if (plain.Root != executed.Root)
        {
            throw new InvalidOperationException($"The second store has the root {plain.Root}, not {executed.Root}.");
        }

        double transfers = (double)blocks * Transfers;
        column.Add("transfers", "1/s", transfers / story.Time.TotalSeconds);
        column.Add("entries that a transfer changes", "entries", story.Changes / transfers);
        column.Add("entry changes through the executor", "1/s", story.Changes / story.Time.TotalSeconds);
        column.Add("entry changes of the engine alone", "1/s", story.Changes / alone.TotalSeconds);
        column.Add("a block: executing", "ms", story.Executing.TotalMilliseconds / blocks);
        column.Add("a block: flush and commit", "ms", (story.Time - story.Executing).TotalMilliseconds / blocks);
        column.Add("a block of the engine alone", "ms", alone.TotalMilliseconds / blocks);
        column.Add("allocated a transfer", "B", story.Allocated / transfers);
        column.Add("share of the engine's rate", "%", 100 * (alone / story.Time));
    }

    /// <summary>Gives every account a balance.</summary>
    private static async Task FundAsync(StateStore store, Address[] owners)
    {
        using BlockDraft draft = store.CreateDraft(new BlockHeight(1));
        StorageSession session = new(draft);
        BenchmarkToken token = BenchmarkToken.Open(session.Open(Token));
        token.Name = "Benchmark";
        token.TotalSupply = (UInt256)Accounts * 1_000_000;
        foreach (Address owner in owners)
        {
            token.Balances[owner] = 1_000_000;
        }

        session.Flush();
        await store.CommitAsync(draft);
    }

    private static async Task<Story> ExecuteAsync(StateStore store, Address[] owners, Random random, int blocks)
    {
        using ContractExecutor executor = new(store, new ContractPrograms().AddAt(Token, BenchmarkToken.Program));
        List<ContractCall> calls = [];
        Story story = new(TimeSpan.Zero, TimeSpan.Zero, 0, 0);
        for (int block = 0; block < BlocksToForget + blocks; block++)
        {
            calls.Clear();
            for (int i = 0; i < Transfers; i++)
            {
                calls.Add(BenchmarkToken.At(Token).Transfer(owners[random.Next(Accounts)], (uint)random.Next(1, 100)) with { Caller = owners[random.Next(Accounts)], TransactionHash = HashOf(random) });
            }

            long bytes = GC.GetTotalAllocatedBytes();
            long begun = Stopwatch.GetTimestamp();
            executor.BeginBlock(new BlockHeight((ulong)block + 2), DateTimeOffset.UnixEpoch.AddSeconds(block));
            foreach (ContractCall call in calls)
            {
                if (!executor.Execute(call).IsSuccess)
                {
                    throw new InvalidOperationException("A transfer failed.");
                }
            }

            TimeSpan executing = Stopwatch.GetElapsedTime(begun);
            CommittedBlock committed = await executor.FinalizeBlockAsync();
            TimeSpan time = Stopwatch.GetElapsedTime(begun);
            if (block >= BlocksToForget)
            {
                story = new(story.Time + time, story.Executing + executing, story.Changes + committed.Changes, story.Allocated + GC.GetTotalAllocatedBytes() - bytes);
            }
        }

        return story;
    }

    /// <summary>Puts changes into a block and commits it.</summary>
    private static async Task<TimeSpan> ApplyAsync(StateStore store, ulong height, List<EntryChange> changes)
    {
        long begun = Stopwatch.GetTimestamp();
        using BlockDraft draft = store.CreateDraft(new BlockHeight(height));
        foreach (EntryChange change in changes)
        {
            TreeDraft tree = change.Tree == TreeKind.State ? draft.State : draft.Local;
            if (change.New is { } value)
            {
                tree.Put(change.Key, value);
            }
            else
            {
                tree.Delete(change.Key);
            }
        }

        await store.CommitAsync(draft);
        return Stopwatch.GetElapsedTime(begun);
    }

    private static IEnumerable<EntryChange> ChangesOf(StateStore store, ulong height)
    {
        if (height > 1)
        {
            return store.Diff(new BlockHeight(height - 1), new BlockHeight(height));
        }

        // The first block has none before it: all it has is what it changed.
        using StateView view = store.ViewAt(new BlockHeight(1));
        return [.. EntriesOf(view.State, TreeKind.State), .. EntriesOf(view.Local, TreeKind.Local)];
    }

    private static List<EntryChange> EntriesOf(ITreeReader tree, TreeKind kind)
    {
        List<EntryChange> entries = [];
        using EntryScan scan = tree.Prefix([]);
        while (scan.MoveNext())
        {
            entries.Add(new EntryChange(kind, scan.Key.ToArray(), Old: null, scan.Value.ToArray()));
        }

        return entries;
    }

    /// <summary>The changes in an order of chance: calls do not come in the order of keys.</summary>
    private static List<EntryChange> Shuffle(EntryChange[] changes, Random random)
    {
        random.Shuffle(changes);
        return [.. changes];
    }

    private static Hash256 HashOf(Random random)
    {
        Span<byte> bytes = stackalloc byte[Hash256.SizeBytes];
        random.NextBytes(bytes);
        return new Hash256(bytes);
    }

    private static Address OwnerOf(int number)
    {
        Span<byte> bytes = stackalloc byte[Address.SizeBytes];
        bytes.Clear();
        BinaryPrimitives.WriteUInt64BigEndian(bytes, (ulong)number * 0x9E3779B97F4A7C15);
        return new Address(bytes);
    }

    /// <summary>What the measured blocks came to.</summary>
    private readonly record struct Story(TimeSpan Time, TimeSpan Executing, long Changes, long Allocated);
}
