using Cairn.Tests.Backups;
using Cairn.Tests.IO;
using Cairn.Tests.Reference;
using Cairn.Tests.Stores;
using Xunit;

namespace Cairn.Tests.Repairing;

/// <summary>Damage of every kind in every file: the outcome is a store that is the model after some block, with all that it says it retains, or a refusal; and the damaged store stays as it is.</summary>
public sealed class StoreRepairTests
{
    private const string Source = "/store";
    private const string Target = "/repaired";
    private const int Blocks = 40;

    private static readonly StoreSettings Settings = StoreSettings.Quiet with { RetainBlocks = 12, SegmentBytes = 64 * 1024 };

    [Theory]
    [InlineData(12)]
    [InlineData(1_000)]
    public async Task Repair_OfASoundStore_LosesNothing(int retained)
    {
        (ShortRun run, SimulatedFileSystem files) = await MakeAsync(1, retained);
        RepairReport report = await RepairAsync(files);
        Assert.False(report.IsLossy);
        Assert.Empty(report.Faults);
        Assert.Equal((run.States[Blocks].Height, run.States[Blocks].Root), (report.Height, report.Root));
        await AssertTargetAsync(run, files, report);
    }

    [Fact]
    public async Task Repair_AfterRotInEveryFile_IsThePastOrARefusal() => await SeededRandom.ForEachAsync(1, async random =>
    {
        (ShortRun run, SimulatedFileSystem files) = await MakeAsync(random.Next(1000), random.Next(2) == 0 ? 12 : 1_000);
        foreach (string file in FilesOf(files))
        {
            for (int place = 0; place < 4; place++)
            {
                SimulatedFileSystem damaged = files.Clone();
                DamageBit(damaged, file, random);
                await AssertOutcomeAsync(run, damaged, mayRefuse: true, $"a bit of {file}");
            }

            SimulatedFileSystem cut = files.Clone();
            cut.Truncate(file, random.NextInt64(cut.ReadAllBytes(file).Length));
            await AssertOutcomeAsync(run, cut, mayRefuse: true, $"{file} cut");
            SimulatedFileSystem gone = files.Clone();
            gone.Remove(file);
            await AssertOutcomeAsync(run, gone, mayRefuse: true, $"{file} removed");
        }
    });

    [Fact]
    public async Task Repair_AfterRotInSeveralFiles_IsThePastOrARefusal() => await SeededRandom.ForEachAsync(8, async random =>
    {
        (ShortRun run, SimulatedFileSystem files) = await MakeAsync(random.Next(1000), random.Next(2) == 0 ? 12 : 1_000);
        string[] all = FilesOf(files);
        List<string> what = [];
        for (int i = random.Next(2, 6); i > 0; i--)
        {
            string file = all[random.Next(all.Length)];
            what.Add(file);
            DamageBit(files, file, random);
        }

        await AssertOutcomeAsync(run, files, mayRefuse: true, string.Join(", ", what));
    });

    [Fact]
    public async Task Repair_WithoutAnyManifestOrPages_AppliesTheLogFromItsFirstBlock()
    {
        (ShortRun run, SimulatedFileSystem files) = await MakeAsync(4, retained: 1_000);
        foreach (string file in FilesOf(files).Where(file => file.Contains("manifest", StringComparison.Ordinal) || file.Contains("/pages/", StringComparison.Ordinal)))
        {
            files.Overwrite(file, 40, new byte[64]);
        }

        RepairReport report = await RepairAsync(files);
        Assert.Null(report.CheckpointHeight);
        Assert.Equal((run.States[Blocks].Height, run.States[1].Height, 0u), (report.Height, report.FloorHeight, report.LostRecords));
        Assert.Equal(run.States[Blocks].Root, report.Root);
        await AssertTargetAsync(run, files, report);
    }

    [Fact]
    public async Task Repair_WithDamageInTheRetainedLog_KeepsTheStateAndTheHistoryBehindIt()
    {
        (ShortRun run, SimulatedFileSystem files) = await MakeAsync(5, retained: 1_000);
        string first = FilesOf(files).First(file => file.EndsWith(".seg", StringComparison.Ordinal));
        files.FlipBit(first, (4096 + 200) * 8);
        RepairReport report = await RepairAsync(files);
        Assert.Equal((run.States[Blocks].Height, 0u), (report.Height, report.LostRecords));
        Assert.True(report.IsLossy && report.FloorHeight > run.States[1].Height && report.FloorHeight < run.States[Blocks].Height, $"floor {report.FloorHeight}");
        Assert.Equal(run.States[1].Height, report.SourceFloorHeight);
        await AssertTargetAsync(run, files, report);
    }

    [Fact]
    public async Task Repair_WithDamageBehindTheCheckpoint_NamesWhatIsLost()
    {
        ShortRun run = ShortRun.Make(6, Blocks);
        SimulatedFileSystem files = new();
        List<long> ends = [];
        await using (StateStore store = await StateStore.OpenAsync(Source, (Settings with { SegmentBytes = 1 << 20 }).ToOptions(files)))
        {
            for (int block = 0; block < 12; block++)
            {
                await run.CommitNextAsync(store, block);
                ends.Add(files.ReadAllBytes("/store/log/0000000000000001.seg").AsSpan().LastIndexOfAnyExcept((byte)0));
                if (block == 5)
                {
                    await store.CheckpointAsync();
                }
            }

            files = files.Crash(0);
        }

        files.FlipBit("/store/log/0000000000000001.seg", (ends[8] - 3) * 8);
        RepairReport dry = await RepairAsync(files, dryRun: true);
        Assert.False(files.DirectoryExists(Target));
        RepairReport report = await RepairAsync(files);
        Assert.Equal(dry with { IsDryRun = false, Faults = [] }, report with { Faults = [] });
        Assert.Equal((run.States[8].Height, run.States[8].Root, run.States[6].Height), (report.Height, report.Root, report.CheckpointHeight));
        Assert.Equal((4u, run.States[10].Height, run.States[12].Height), (report.LostRecords, report.FirstLostHeight, report.LastLostHeight));
        Assert.Equal("/store/log/0000000000000001.seg", report.LogEndFile);
        Assert.InRange(report.LogEndOffset, ends[7], ends[7] + 2);
        Assert.True(report.LostLogBytes > 0);
        Assert.Contains(report.Faults, fault => fault.File == report.LogEndFile && fault.Offset > report.LogEndOffset);
        await AssertTargetAsync(run, files, report);
    }

    [Fact]
    public async Task Repair_WithRewinds_IsThePastOrARefusal() => await SeededRandom.ForEachAsync(6, async random =>
    {
        ShortRun run = ShortRun.Make(random.Next(1000), Blocks);
        SimulatedFileSystem files = new();
        await using (StateStore store = await StateStore.OpenAsync(Source, (Settings with { RetainBlocks = 100 }).ToOptions(files)))
        {
            int blocks = 0;
            for (int i = 0; i < 40 && blocks < Blocks; i++)
            {
                await run.CommitNextAsync(store, blocks++);
                if (random.Next(6) == 0)
                {
                    await store.CheckpointAsync();
                }

                if (random.Next(6) == 0)
                {
                    blocks -= random.Next(Math.Min(blocks, 6));
                    await store.RewindAsync(run.States[blocks].Height!.Value);
                }
            }

            files = files.Crash(0);
        }

        string[] all = FilesOf(files);
        for (int round = 0; round < 6; round++)
        {
            SimulatedFileSystem damaged = files.Clone();
            string file = all[random.Next(all.Length)];
            DamageBit(damaged, file, random);
            await AssertOutcomeAsync(run, damaged, mayRefuse: true, $"a bit of {file}");
        }
    });

    [Fact]
    public async Task Repair_OfALaterFormat_IsRefused()
    {
        (_, SimulatedFileSystem files) = await MakeAsync(7, retained: 12);
        string segment = FilesOf(files).First(file => file.EndsWith(".seg", StringComparison.Ordinal));
        byte[] header = files.ReadAllBytes(segment)[..Cairn.Log.SegmentHeaderLayout.SizeBytes];
        header[Cairn.Log.SegmentHeaderLayout.FormatVersionOffset] = 9;
        BitConverter.GetBytes(Cairn.Format.Crc32C.Compute(header.AsSpan(0, Cairn.Log.SegmentHeaderLayout.ChecksumOffset))).CopyTo(header, Cairn.Log.SegmentHeaderLayout.ChecksumOffset);
        files.Overwrite(segment, 0, header);
        await Assert.ThrowsAnyAsync<StateStoreException>(() => RepairAsync(files));
        Assert.False(files.DirectoryExists(Target));
    }

    [Fact]
    public async Task Repair_IntoAPlaceWithSomething_IsRefused()
    {
        (_, SimulatedFileSystem files) = await MakeAsync(8, retained: 12);
        files.CreateDirectory("/repaired");
        files.WriteAllBytes("/repaired/x", "x"u8);
        await Assert.ThrowsAsync<TargetRefusedException>(() => RepairAsync(files));
        await Assert.ThrowsAsync<TargetRefusedException>(() => StoreRepair.RunAsync(Source, Source, new RepairOptions { FileSystem = files }));
        await Assert.ThrowsAsync<StoreNotFoundException>(() => StoreRepair.RunAsync("/none", "/new", new RepairOptions { FileSystem = files }));
        using IDisposable held = files.TryLock("/store/lock")!;
        await Assert.ThrowsAsync<StoreLockedException>(() => StoreRepair.RunAsync(Source, "/new", new RepairOptions { FileSystem = files }));
    }

    private static void DamageBit(SimulatedFileSystem files, string file, Random random)
    {
        long length = files.ReadAllBytes(file).Length;
        if (length > 0)
        {
            files.FlipBit(file, random.NextInt64(length * 8));
        }
    }

    /// <summary>A closed store with several segments and page files, or one that was stopped.</summary>
    private static async Task<(ShortRun Run, SimulatedFileSystem Files)> MakeAsync(int seed, int retained)
    {
        ShortRun run = ShortRun.Make(seed, Blocks);
        SimulatedFileSystem files = new();
        StateStore store = await StateStore.OpenAsync(Source, (Settings with { RetainBlocks = retained }).ToOptions(files));
        for (int block = 0; block < Blocks; block++)
        {
            await run.CommitNextAsync(store, block);
            if (block % 9 == 8)
            {
                await store.CheckpointAsync();
            }
        }

        SimulatedFileSystem stopped = files.Crash(0);
        await store.DisposeAsync();
        return (run, seed % 2 == 0 ? stopped : files);
    }

    private static string[] FilesOf(SimulatedFileSystem files) =>
        [.. files.Files.Where(static file => file.StartsWith(Source + "/", StringComparison.Ordinal) && file.Split('/')[^1] is not ("lock" or "head"))];

    private static Task<RepairReport> RepairAsync(SimulatedFileSystem files, bool dryRun = false) =>
        StoreRepair.RunAsync(Source, Target, new RepairOptions { FileSystem = files, DryRun = dryRun });

    private static async Task AssertOutcomeAsync(ShortRun run, SimulatedFileSystem files, bool mayRefuse, string what)
    {
        Dictionary<string, string> before = BackupRun.BytesOf(files, Source);
        try
        {
            RepairReport report = await RepairAsync(files);
            await AssertTargetAsync(run, files, report);
        }
        catch (StateStoreException refused) when (mayRefuse && refused is StateCorruptedException { File: Source } or StoreFormatException or StoreNotFoundException)
        {
            Assert.False(files.DirectoryExists(Target), $"{what}: refused ({refused.Message}), and yet something was written");
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"{what}: {exception.GetType().Name}: {exception.Message}", exception);
        }

        Assert.Equal(before, BackupRun.BytesOf(files, Source));
        Assert.Equal(0, files.OpenFiles);
    }

    private static async Task AssertTargetAsync(ShortRun run, SimulatedFileSystem files, RepairReport report)
    {
        await BackupRun.CheckAsync(files, Target);
        await using StateStore store = await StateStore.OpenAsync(Target, (Settings with { RetainAll = true, SegmentBytes = 64 << 20 }).ToOptions(files));
        int blocks = run.BlocksAt(store.Height);
        Assert.True(blocks >= 0, $"height {store.Height}, which no block has");
        Assert.Equal((store.Height, store.Root, store.FloorHeight), (report.Height, report.Root, report.FloorHeight));
        StoreComparison.AssertHead(run.States[blocks], store, new Random(blocks));
        foreach (ReferenceState state in run.States.Where(state => state.Height >= store.FloorHeight && state.Height <= store.Height))
        {
            Assert.Equal(state.Root, store.RootAt(state.Height!.Value));
        }

        if (blocks < Blocks)
        {
            await run.CommitNextAsync(store, blocks);
        }
    }
}
