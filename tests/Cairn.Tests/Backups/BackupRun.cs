using Cairn.Tests.IO;
using Cairn.Tests.Stores;
using Xunit;

namespace Cairn.Tests.Backups;

/// <summary>A store with small files on the simulated file system, its model, and backups of it.</summary>
internal sealed class BackupRun
{
    public const string Source = "/store";
    public const string Target = "/backups/store";

    public static readonly StoreSettings Settings = StoreSettings.Quiet with { RetainBlocks = 4 };

    private readonly ShortRun _run;

    public BackupRun(int seed, int blocks = 60) => _run = ShortRun.Make(seed, blocks);

    /// <summary>How many blocks the store has.</summary>
    public int Blocks { get; private set; }

    public static string[] PageFiles(SimulatedFileSystem files, string store) => [.. files.Files.Where(file => file.StartsWith(store + "/pages/", StringComparison.Ordinal))];

    public static string[] Segments(SimulatedFileSystem files, string store) => [.. files.Files.Where(file => file.StartsWith(store + "/log/", StringComparison.Ordinal))];

    public static Task<StateStore> OpenAsync(SimulatedFileSystem files, string path = Source, bool readOnly = false, StoreSettings? settings = null) =>
        StateStore.OpenAsync(path, ((settings ?? Settings) with { ReadOnly = readOnly }).ToOptions(files));

    public static Task<BackupReport> BackupAsync(SimulatedFileSystem files, string source = Source, string target = Target) =>
        StoreBackup.RunAsync(source, target, new BackupOptions { FileSystem = files });

    /// <summary>Commits blocks, with a checkpoint now and then and behind the last but one.</summary>
    public async Task CommitAsync(StateStore store, int blocks)
    {
        for (int i = 0; i < blocks; i++)
        {
            await _run.CommitNextAsync(store, Blocks++);
            if (i % 5 == 4 || i == blocks - 2)
            {
                await store.CheckpointAsync();
            }
        }
    }

    /// <summary>Opens the store, commits blocks and closes it.</summary>
    public async Task WriteAsync(SimulatedFileSystem files, int blocks)
    {
        await using StateStore store = await OpenAsync(files);
        await CommitAsync(store, blocks);
    }

    /// <summary>What a crash left has the first so many blocks; one of the two manifests may be torn until it was opened for writing.</summary>
    public async Task AssertLeftAsync(SimulatedFileSystem files, string path, int blocks)
    {
        await using (StateStore store = await OpenAsync(files, path, readOnly: true))
        {
            StoreComparison.AssertHead(_run.States[blocks], store, new Random(blocks));
        }

        await AssertWritableAsync(files, path, blocks);
    }

    /// <summary>A store is sound and has the first so many blocks, also after it is opened for writing and goes on.</summary>
    public async Task AssertStoreAsync(SimulatedFileSystem files, string path, int blocks, bool writes = true)
    {
        await CheckAsync(files, path);
        await using (StateStore store = await OpenAsync(files, path, readOnly: true))
        {
            StoreComparison.AssertHead(_run.States[blocks], store, new Random(blocks));
        }

        if (writes)
        {
            await AssertWritableAsync(files, path, blocks);
        }
    }

    /// <summary>A store, opened for writing, has the first so many blocks, goes on, and is sound then.</summary>
    public async Task AssertWritableAsync(SimulatedFileSystem files, string path, int blocks)
    {
        await using (StateStore store = await OpenAsync(files, path))
        {
            StoreComparison.AssertHead(_run.States[blocks], store, new Random(blocks));
            await _run.CommitNextAsync(store, blocks);
            await store.CheckpointAsync();
            await _run.CommitNextAsync(store, blocks + 1);
            StoreComparison.AssertHead(_run.States[blocks + 2], store, new Random(blocks));
        }

        await CheckAsync(files, path);
    }

    /// <summary>The number of blocks that a store has.</summary>
    public async Task<int> BlocksOfAsync(SimulatedFileSystem files, string path, bool readOnly = true)
    {
        await using StateStore store = await OpenAsync(files, path, readOnly);
        return _run.BlocksAt(store.Height);
    }

    public static async Task CheckAsync(SimulatedFileSystem files, string path)
    {
        Cairn.Checking.CheckReport report = await Cairn.Checking.StoreChecker.CheckAsync(path, new Cairn.Checking.CheckOptions { FileSystem = files });
        Assert.True(report.IsSound, $"'{path}' is not sound:\n" + string.Join('\n', report.Faults));
    }

    /// <summary>The bytes of all files of a store that are synced.</summary>
    public static Dictionary<string, string> BytesOf(SimulatedFileSystem files, string store) => files.Files
        .Where(file => file.StartsWith(store + "/", StringComparison.Ordinal) && file.Split('/')[^1] is not ("lock" or "head"))
        .ToDictionary(file => file, file => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(files.ReadAllBytes(file))));
}
