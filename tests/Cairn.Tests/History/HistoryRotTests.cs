using Cairn.Checking;
using Cairn.History;
using Cairn.Tests.IO;
using Cairn.Tests.Stores;
using Xunit;

namespace Cairn.Tests.History;

/// <summary>Whatever happens to the files of the index, no answer is wrong, the damage is told, and the files come back.</summary>
public sealed class HistoryRotTests
{
    private const int Records = 260;

    [Fact]
    public async Task Bit_Flipped_IsToldAndMended() => await SeededRandom.ForEachAsync(1, async random =>
    {
        SimulatedFileSystem sound = await FilledAsync(random);
        foreach (string path in RunPaths(sound))
        {
            long length = sound.ReadAllBytes(path).Length;
            for (long block = 0; block < length / RunBlock.SizeBytes; block++)
            {
                SimulatedFileSystem files = sound.Clone();
                files.FlipBit(path, (((block * RunBlock.SizeBytes) + random.Next(block == 0 ? HistoryHeaderLayout.SizeBytes : RunBlock.SizeBytes)) * 8) + random.Next(8));
                await AssertMendedAsync(files, path, random, $"a bit of block {block} of {path} flipped", mustBeTold: true);
            }
        }
    });

    [Fact]
    public async Task File_CutOrGoneOrForeign_IsMadeAnew() => await SeededRandom.ForEachAsync(1, async random =>
    {
        SimulatedFileSystem sound = await FilledAsync(random);
        SimulatedFileSystem foreign = await FilledAsync(new Random(12345));
        foreach (string path in RunPaths(sound))
        {
            SimulatedFileSystem cut = sound.Clone();
            cut.Truncate(path, random.Next(cut.ReadAllBytes(path).Length));
            await AssertMendedAsync(cut, path, random, $"{path} cut", mustBeTold: true);
            SimulatedFileSystem gone = sound.Clone();
            gone.Remove(path);
            await AssertMendedAsync(gone, path, random, $"{path} gone", mustBeTold: false);
            SimulatedFileSystem other = sound.Clone();
            other.WriteAllBytes(path, foreign.ReadAllBytes(RunPaths(foreign)[0]));
            await AssertMendedAsync(other, path, random, $"{path} of another store", mustBeTold: true);
        }
    });

    /// <summary>A run whose blocks are all sound, but about another log of the same store: as after putting back a part of a backup.</summary>
    [Fact]
    public async Task Run_OfAnotherLogOfTheSameStore_IsNotUsed() => await SeededRandom.ForEachAsync(2, async random =>
    {
        SimulatedFileSystem files = new();
        HistoryRun run = new(HomeKind.SimulatedDirectory, new HistoryScript(random), files);
        await run.CloseAsync();
        SimulatedFileSystem other = files.Clone();
        await FillAsync(files, random);
        await FillAsync(other, random);
        foreach (string path in RunPaths(files))
        {
            files.Remove(path);
        }

        string foreign = RunPaths(other)[0];
        files.WriteAllBytes(foreign, other.ReadAllBytes(foreign));
        await AssertMendedAsync(files, foreign, random, "a run of another log", mustBeTold: true);
    });

    [Fact]
    public async Task Check_OfARunThatSaysSomethingElse_FindsIt() => await SeededRandom.ForEachAsync(2, async random =>
    {
        SimulatedFileSystem files = await FilledAsync(random);
        Assert.Empty(await FaultsAsync(files));
        string path = RunPaths(files)[0];
        byte[] bytes = files.ReadAllBytes(path);
        for (int block = 1; block < bytes.Length / RunBlock.SizeBytes; block++)
        {
            byte[] forged = [.. bytes];
            Span<byte> one = forged.AsSpan(block * RunBlock.SizeBytes, RunBlock.SizeBytes);
            if (one[HistoryBlockLayout.KindOffset] == (byte)RunBlockKind.Node)
            {
                continue; // a bit too many in a filter, or a lower first key, costs time and changes nothing
            }

            one[random.Next(HistoryBlockLayout.SizeBytes, RunBlock.End(one))] ^= 1;
            RunBlock.Seal(one, RunBlock.Count(one), RunBlock.Marks(one), RunBlock.End(one));
            SimulatedFileSystem changed = files.Clone();
            changed.WriteAllBytes(path, forged);
            CheckFault fault = Assert.Single(await FaultsAsync(changed));
            Assert.Equal(path, fault.File);
        }
    });

    [Fact]
    public async Task Reader_OfADamagedFile_AnswersAndLeavesItAlone() => await SeededRandom.ForEachAsync(1, async random =>
    {
        await using HistoryRun run = new(HomeKind.SimulatedDirectory, new HistoryScript(random));
        await run.AppendAsync(Records);
        await run.History.CatchUpAsync();
        string path = RunPaths(run.Files)[0];
        run.Files.FlipBit(path, (RunBlock.SizeBytes + 100) * 8);
        long changes = run.Files.ChangeCount;
        await run.WithReaderAsync((history, plain) => HistoryComparison.Compare(plain, history, random, 40, 0, Records), new HistoryOptions(8 << 20));
        Assert.Equal(changes, run.Files.ChangeCount);
        Assert.Contains(run.Events, happened => happened is StoreEvent.HistoryDamaged damaged && damaged.File == path);
    });

    private static async Task<SimulatedFileSystem> FilledAsync(Random random)
    {
        SimulatedFileSystem files = new();
        await FillAsync(files, random);
        return files;
    }

    private static async Task FillAsync(SimulatedFileSystem files, Random random)
    {
        await using HistoryRun run = new(HomeKind.SimulatedDirectory, new HistoryScript(random), files);
        await run.AppendAsync(Records);
        await run.History.CatchUpAsync();
        Assert.NotEmpty(run.RunFiles);
    }

    private static async Task AssertMendedAsync(SimulatedFileSystem files, string path, Random random, string what, bool mustBeTold)
    {
        try
        {
            await using (HistoryRun run = new(HomeKind.SimulatedDirectory, new HistoryScript(random), files))
            {
                run.Compare(random, 6);
                await run.History.CatchUpAsync();
                run.Compare(random, 3);
                bool isTold = run.Events.Exists(happened => happened is StoreEvent.HistoryDamaged damaged && damaged.File == path);

                // Nobody may have needed the block that is damaged.
                Assert.True(isTold || !mustBeTold || (await FaultsAsync(files.Clone())).Count > 0, "nobody was told");
                Assert.Equal(mustBeTold && isTold ? 1 : 0, run.Events.Count);
            }
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"{what}: {exception.GetType().Name}: {exception.Message}", exception);
        }
    }

    private static string[] RunPaths(SimulatedFileSystem files) => [.. files.Files.Where(static path => path.EndsWith(".run", StringComparison.Ordinal))];

    /// <summary>What the check of the store says of the index; the rest of the store is made of records that no tree goes with.</summary>
    private static async Task<List<CheckFault>> FaultsAsync(SimulatedFileSystem files)
    {
        CheckReport report = await StoreChecker.CheckAsync("dir:/store", new CheckOptions { FileSystem = files });
        return [.. report.Faults.Where(static fault => fault.File.Contains("/history/", StringComparison.Ordinal))];
    }
}
