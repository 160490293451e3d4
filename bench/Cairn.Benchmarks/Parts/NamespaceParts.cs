using System.Diagnostics;
using Cairn.Benchmarks.Results;
using Cairn.Contracts.Namespaces;
using Cairn.Contracts.Namespaces.Access;
using Cairn.Contracts.Values;

namespace Cairn.Benchmarks.Parts;

/// <summary>
/// Keys of namespaces: blocks of 100,000 writes by a principal with an account, of new keys, of keys that have a version each, and of 100 keys again and again in transactions; then reads of them in a block and at a height.
/// </summary>
internal static class NamespaceParts
{
    private const string Writing = "blocks of 100,000 writes";
    private const string Reading = "1,000,000 reads";
    private const int Writes = 100_000;
    private const int HotKeys = 100;
    private const int Reads = 1_000_000;

    /// <summary>Measures.</summary>
    public static Task RunAsync(BenchmarkOptions options) => PartsRun.RunAsync(options, async (settings, directory, figures) =>
    {
        StatePath[] keys = [.. Enumerable.Range(0, Writes).Select(number => StatePath.Parse($"org/acme/account/{number * 7919L % Writes}/balance"))];
        for (int run = 0; run < settings.Runs; run++)
        {
            await MeasureAsync(settings, Path.Combine(directory, $"run-{run}"), figures, keys);
        }
    });

    private static async Task MeasureAsync(BenchmarkOptions options, string directory, Figures figures, StatePath[] keys)
    {
        await using StateStore store = await StateStore.OpenAsync("dir:" + directory, new StateStoreOptions { CacheBytes = options.CacheBytes, Durability = options.Durability });
        Principal admin = new("admin");
        Principal writer = new("writer");
        using (BlockDraft draft = store.CreateDraft(new BlockHeight(1)))
        {
            NamespaceStore.Initialize(draft, admin);
            NamespaceStore setup = new(draft, admin);
            setup.Namespaces.Create("org");
            setup.Namespaces.Create("org/acme", new NamespaceOptions { Quota = new NamespaceQuota(1L << 40) });
            setup.Roles.Grant("org/acme", writer.Id, Role.Writer);
            setup.Accounts.Create(writer.Id, 1L << 40);
            await store.CommitAsync(draft);
        }

        // A block that is given up: its memory is used again by the next one, as in a store that has run for a while.
        using (BlockDraft draft = Next(store))
        {
            NamespaceStore one = new(draft, writer);
            for (int i = 0; i < Writes; i++)
            {
                one.Set(keys[i], StateValue.FromNumber(i));
            }
        }

        await WriteAsync(store, writer, figures.In(Writing, "new keys"), (one, i) => one.Set(keys[i], StateValue.FromNumber(i)));
        await WriteAsync(store, writer, figures.In(Writing, "keys with a version"), (one, i) => one.Set(keys[i], StateValue.FromNumber(i + 1)));
        await WriteAsync(store, writer, figures.In(Writing, "100 keys, transactions"), (one, i) =>
        {
            one.Begin();
            one.Set(keys[i % HotKeys], StateValue.FromNumber(i));
            one.Commit();
        });
        Figures.Column reads = figures.In(Reading, "rate");
        using (BlockDraft draft = Next(store))
        {
            NamespaceStore reader = new(draft, writer);
            Read(reads, "in a block, keys of before", i => reader.Get(keys[i % Writes]));
            for (int i = 0; i < Writes; i++)
            {
                reader.Set(keys[i], StateValue.FromNumber(i));
            }

            Read(reads, "in a block, keys of the block", i => reader.Get(keys[i % Writes]));
            Read(reads, "in a block, 100 keys", i => reader.Get(keys[i % HotKeys]));
        }

        using StateView view = store.OpenView();
        NamespaceStore old = new(view, writer);
        Read(reads, "at a height", i => old.Get(keys[i % Writes]));
    }

    private static async Task WriteAsync(StateStore store, Principal writer, Figures.Column column, Action<NamespaceStore, int> write)
    {
        using BlockDraft draft = Next(store);
        NamespaceStore one = new(draft, writer);
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < Writes; i++)
        {
            write(one, i);
        }

        double written = Stopwatch.GetElapsedTime(started).TotalSeconds;
        started = Stopwatch.GetTimestamp();
        await store.CommitAsync(draft);
        column.Add("writes", "1/s", Writes / written);
        column.Add("committing the block", "ms", Stopwatch.GetElapsedTime(started).TotalMilliseconds);
    }

    private static void Read(Figures.Column column, string name, Action<int> read)
    {
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < Reads; i++)
        {
            read(i);
        }

        column.Add(name, "1/s", Reads / Stopwatch.GetElapsedTime(started).TotalSeconds);
    }

    private static BlockDraft Next(StateStore store) => store.CreateDraft(new BlockHeight(store.Height!.Value.Value + 1));
}
