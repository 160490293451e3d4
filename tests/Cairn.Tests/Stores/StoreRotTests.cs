using Cairn.Tests.IO;
using Cairn.Tests.Reference;
using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>
/// Bits flip and bytes go missing everywhere in every file of a closed store: the answers are exactly right, or the store refuses and names file and
/// offset. After a crash, damage within the last sync batch may also be taken for a torn write, which loses that batch and says so.
/// </summary>
public sealed class StoreRotTests
{
    private const int Blocks = 14;

    /// <summary>Files up to this length are damaged in every byte, longer ones in as many places.</summary>
    private const int EveryByteUpTo = 1500;

    [Theory]
    [InlineData(HomeKind.SimulatedDirectory)]
    [InlineData(HomeKind.JsonLines)]
    public async Task FlippedBit_AfterACleanClose_IsNamedOrHarmless(HomeKind kind)
    {
        (ShortRun run, SimulatedFileSystem clean) = await ClosedAsync(kind);
        Random random = new(1);
        Tally tally = new();
        foreach (string file in clean.Files)
        {
            int length = clean.ReadAllBytes(file).Length;
            foreach (int offset in Places(length, random))
            {
                await DamageAsync(run, kind, clean, files => files.FlipBit(file, (offset * 8L) + random.Next(8)), $"bit of byte {offset} of {length} of {file} flipped", tally, file);
            }
        }

        tally.AssertBothHappened();
    }

    [Theory]
    [InlineData(HomeKind.SimulatedDirectory)]
    [InlineData(HomeKind.JsonLines)]
    public async Task CutFile_AfterACleanClose_IsNamedOrHarmless(HomeKind kind)
    {
        (ShortRun run, SimulatedFileSystem clean) = await ClosedAsync(kind);
        Random random = new(2);
        Tally tally = new();
        foreach (string file in clean.Files)
        {
            int length = clean.ReadAllBytes(file).Length;
            foreach (int left in Places(length, random).Where((_, index) => index % 4 == 0))
            {
                await DamageAsync(run, kind, clean, files => files.Truncate(file, left), $"{file} cut from {length} to {left}", tally);
            }
        }

        tally.AssertBothHappened();
    }

    [Theory]
    [InlineData(HomeKind.SimulatedDirectory)]
    [InlineData(HomeKind.JsonLines)]
    public async Task ZeroedOrForeignBlock_AfterACleanClose_IsNamedOrHarmless(HomeKind kind)
    {
        (ShortRun run, SimulatedFileSystem clean) = await ClosedAsync(kind);
        Random random = new(3);
        Tally tally = new();
        foreach (string file in clean.Files)
        {
            int length = clean.ReadAllBytes(file).Length;
            foreach (int offset in Places(length, random).Where((_, index) => index % 8 == 0))
            {
                byte[] block = new byte[Math.Min(512, length - offset)];
                if (random.Next(2) == 0)
                {
                    random.NextBytes(block);
                }

                await DamageAsync(run, kind, clean, files => files.Overwrite(file, offset, block), $"{block.Length} bytes at {offset} of {file} overwritten", tally);
            }
        }

        tally.AssertBothHappened();
    }

    [Fact]
    public async Task MissingFile_AfterACleanClose_IsNamedOrHarmless()
    {
        (ShortRun run, SimulatedFileSystem clean) = await ClosedAsync(HomeKind.SimulatedDirectory);
        Tally tally = new();
        foreach (string file in clean.Files)
        {
            await DamageAsync(run, HomeKind.SimulatedDirectory, clean, files => files.Remove(file), $"{file} removed", tally);
        }

        tally.AssertBothHappened();
    }

    [Theory]
    [InlineData(HomeKind.SimulatedDirectory)]
    [InlineData(HomeKind.JsonLines)]
    public async Task FlippedBit_AfterACrash_IsNamedOrTornOrHarmless(HomeKind kind)
    {
        ShortRun run = ShortRun.Make(seed: 5, Blocks);
        (SimulatedFileSystem before, SimulatedFileSystem crashed) = await CrashedAsync(run, kind);
        Random random = new(4);
        int torn = 0;
        foreach (string file in crashed.Files)
        {
            byte[] bytes = crashed.ReadAllBytes(file);
            byte[] old = before.Files.Contains(file) ? before.ReadAllBytes(file) : [];
            foreach (int offset in Places(bytes.Length, random))
            {
                SimulatedFileSystem files = crashed.Clone();
                files.FlipBit(file, (offset * 8L) + random.Next(8));
                bool inLastBatch = offset >= old.Length || old[offset] != bytes[offset];
                int lost = await OutcomeAsync(run, new SimulatedHome(kind, files), run.States.Count - 1, $"bit of byte {offset} of {file} flipped after a crash", file);
                Assert.True(lost <= 0 || (lost == 1 && inLastBatch), $"{lost} blocks lost by a flipped bit in byte {offset} of {file}, {(inLastBatch ? "in" : "before")} the last batch.");
                torn += lost > 0 ? 1 : 0;
            }
        }

        Assert.True(torn > 0, "No damage was taken for a torn write: the test did not reach the last batch.");
    }

    private static IEnumerable<int> Places(int length, Random random) =>
        length <= EveryByteUpTo ? Enumerable.Range(0, length) : Enumerable.Range(0, EveryByteUpTo).Select(_ => random.Next(length)).Distinct();

    /// <summary>The files of a store that was closed cleanly after a run.</summary>
    private static async Task<(ShortRun Run, SimulatedFileSystem Files)> ClosedAsync(HomeKind kind)
    {
        ShortRun run = ShortRun.Make(seed: 4, Blocks);
        SimulatedHome home = new(kind, new SimulatedFileSystem());
        await run.PlayAsync(home, StoreSettings.Quiet, new RunProgress());
        return (run, home.Files);
    }

    /// <summary>The files before the last block, and after it when the machine stopped without closing.</summary>
    private static async Task<(SimulatedFileSystem Before, SimulatedFileSystem Crashed)> CrashedAsync(ShortRun run, HomeKind kind)
    {
        SimulatedHome home = new(kind, new SimulatedFileSystem());
        await using StateStore store = await home.OpenAsync(StoreSettings.Quiet);
        for (int blocks = 0; blocks < run.States.Count - 2; blocks++)
        {
            await run.CommitNextAsync(store, blocks);
            if (blocks == Blocks / 2)
            {
                await store.CheckpointAsync();
            }
        }

        SimulatedFileSystem before = home.Files.Crash(1);
        await run.CommitNextAsync(store, run.States.Count - 2);
        return (before, home.Files.Crash(1));
    }

    private static async Task DamageAsync(ShortRun run, HomeKind kind, SimulatedFileSystem clean, Action<SimulatedFileSystem> damage, string what, Tally tally, string? file = null)
    {
        SimulatedFileSystem files = clean.Clone();
        damage(files);
        SimulatedHome home = new(kind, files);
        int lost = await OutcomeAsync(run, home, run.States.Count - 1, what, file);
        Assert.True(lost <= 0, $"{what}: {lost} blocks are gone without a word.");
        tally.Harmless += lost == 0 ? 1 : 0;
        tally.Refused += lost < 0 ? 1 : 0;
    }

    /// <summary>
    /// Opens a damaged store and reads all of it. Returns how many blocks are missing, or −1 when it refused as it should. Where the damaged file is
    /// given, a refusal must name it and a place in it.
    /// </summary>
    private static async Task<int> OutcomeAsync(ShortRun run, SimulatedHome home, int expectedBlocks, string what, string? file = null)
    {
        try
        {
            await using StateStore store = await home.OpenAsync(StoreSettings.Quiet with { CreateIfMissing = false });
            int blocks = run.BlocksAt(store.Height);
            ReferenceState expected = run.States[blocks];
            StoreComparison.AssertHead(expected, store, new Random(1));
            Assert.True(blocks == expectedBlocks || store.Recovery.BytesTruncated > 0, $"{what}: opened with {blocks} blocks and reported nothing.");
            return expectedBlocks - blocks;
        }
        catch (StateCorruptedException refusal)
        {
            Assert.True(file is null ? refusal.File.Length > 0 : refusal.File == file && refusal.Offset >= 0, $"{what}: the refusal names something else: {refusal.Message}");
            Assert.NotEmpty(refusal.Expected);
            Assert.NotEmpty(refusal.Found);
            Assert.Contains(refusal.File, refusal.Message, StringComparison.Ordinal);
            Assert.Equal(RecoveryAction.Restore, refusal.RecoveryAction);
            return -1;
        }
        catch (StoreFormatException refusal)
        {
            Assert.True(file is null ? refusal.File.Length > 0 : refusal.File == file, $"{what}: the refusal names something else: {refusal.Message}");
            return -1;
        }
        catch (Exception exception) when (exception is not Xunit.Sdk.IAssertionException)
        {
            throw new InvalidOperationException($"{what}: {exception.GetType().Name}: {exception.Message}", exception);
        }
        finally
        {
            Assert.Equal(0, home.Files.OpenFiles);
        }
    }

    private sealed class Tally
    {
        public int Harmless { get; set; }

        public int Refused { get; set; }

        public void AssertBothHappened()
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"{Harmless} harmless, {Refused} refused");
            Assert.True(Refused > 0, "No damage was noticed.");
        }
    }
}
