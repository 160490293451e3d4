using Cairn.History;
using Cairn.Tests.IO;
using Cairn.Tests.Reference;
using Cairn.Tree;
using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>Reading the past when the disk fails or has rotted.</summary>
public sealed class PastFaultTests
{
    private const int Blocks = 24;
    private const int Keys = 4000;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task MoveNext_AfterAReadThatFailed_SkipsNothing(bool reverse)
    {
        SimulatedFileSystem files = new();
        StoreSettings settings = StoreSettings.Quiet with { Durability = Durability.DangerNoSync, RetainAll = true, SegmentBytes = 1 << 20, PageFileBytes = 1 << 20, RecentViewBytes = 0 };
        await using (StateStore store = await StateStore.OpenAsync("dir:/store", settings.ToOptions(files)))
        {
            // Every key is made first; then each block changes one part of them and deletes another.
            for (int block = 0; block <= 8; block++)
            {
                using BlockDraft draft = store.CreateDraft((BlockHeight)(ulong)(block + 1));
                for (int key = 0; key < Keys; key++)
                {
                    if (block == 0 || key % 8 == block - 1)
                    {
                        draft.State.Put(Key(key), [(byte)block]);
                    }
                    else if (key % 16 == block + 7)
                    {
                        draft.State.Delete(Key(key));
                    }
                }

                await store.CommitAsync(draft);
            }
        }

        bool isFailing = false;
        int failures = 0;
        int reads = 0;
        HookedFileSystem hooked = new(files, () =>
        {
            if (isFailing && ++reads % 2 == 1)
            {
                failures++;
                throw new IOException("The disk was busy.");
            }
        });
        await using StateStore reopened = await StateStore.OpenAsync("dir:/store", settings.ToOptions(hooked));
        using StateView view = reopened.ViewAt((BlockHeight)1);
        isFailing = true;
        List<int> found = [];
        using EntryScan scan = view.State.Range([], [], reverse: reverse);
        while (Retried(scan.MoveNext))
        {
            found.Add((scan.Key[0] << 8) | scan.Key[1]);
            Assert.Equal(0, Retried(() => scan.Value[0]));
            Assert.Equal(1UL, scan.Height.Value);
        }

        isFailing = false;
        Assert.True(failures > 10, $"Only {failures} failures.");
        Assert.Equal(reverse ? Enumerable.Range(0, Keys).Reverse() : Enumerable.Range(0, Keys), found);
    }

    /// <summary>Whatever bit of the log or of its index flips: the answer is right, or damage is named; an index is made anew.</summary>
    [Fact]
    public async Task FlippedBit_InLogOrIndex_NeverGivesAWrongAnswer()
    {
        ShortRun run = ShortRun.Make(seed: 11, Blocks);
        StoreSettings settings = StoreSettings.Quiet with { RecentViewBytes = 0, RetainAll = true };
        SimulatedFileSystem clean = new(seed: 2);
        await run.PlayAsync(new SimulatedHome(HomeKind.SimulatedDirectory, clean), settings, new RunProgress());
        ReferenceState[] states = [.. run.States.Skip(1)];
        string[] damaged = [.. clean.Files.Where(static path => path.Contains("/log/", StringComparison.Ordinal) || path.Contains("/history/", StringComparison.Ordinal))];
        Assert.NotEmpty(damaged);
        int named = 0;
        int right = 0;
        foreach (int seed in SeededRandom.Seeds(80))
        {
            Random random = new(seed);
            SimulatedFileSystem files = clean.Clone();
            string path = damaged[random.Next(damaged.Length)];
            long bit = random.NextInt64(files.ReadAllBytes(path).Length * 8L);
            files.FlipBit(path, bit);
            try
            {
                await using StateStore store = await new SimulatedHome(HomeKind.SimulatedDirectory, files).OpenAsync(settings);
                for (int i = 0; i < 4; i++)
                {
                    PastComparison.AssertSome(states, store, random);
                }

                right++;
            }
            catch (Exception exception) when (IsDamage(exception))
            {
                named++;
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"Seed {seed}, bit {bit} of {path}: {exception.Message}", exception);
            }
        }

        Assert.True(right > 0 && named > 0, $"{right} right, {named} named.");
    }

    /// <summary>An entry says that it changed after the height, and the history knows of no change: whatever was asked for, the answer would be wrong.</summary>
    [Fact]
    public async Task ChangeThatIsMissingInTheHistory_IsDamage()
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        for (ulong height = 1; height <= 5; height++)
        {
            using BlockDraft draft = store.CreateDraft((BlockHeight)height);
            draft.State.Put("early"u8, "as it was"u8);
            draft.State.Put("late"u8, BitConverter.GetBytes(height));
            await store.CommitAsync(draft);
        }

        StateVersion head = store.Versions.PinHead(isView: true);
        Assert.True(store.History.TryFindBlock((BlockHeight)2, head.After.Sequence, out PastBlock block));
        PastPoint past = new(store, block, upTo: block.Sequence, new LogPins().Add(block.Before), installed: null);
        using StateView view = new(store.Versions, head, store.Pages, new OpenViewList(), openedAt: 0, past);
        Assert.Equal("as it was"u8.ToArray(), view.State.Get("early"u8));
        Assert.Null(view.State.Get("never"u8));
        foreach (Action question in (Action[])
            [
                () => view.State.Get("late"u8),
                () => view.State.TryGet("late"u8, new byte[20], out _),
                () => view.State.TryGetLength("late"u8, out _),
                () => view.State.TryGetChangeHeight("late"u8, out _),
                () => view.State.Contains("late"u8),
                () => All(view.State.Range([], [])),
                () => All(view.State.Prefix("la"u8, reverse: true)),
            ])
        {
            StateCorruptedException damage = Assert.Throws<StateCorruptedException>(question);
            Assert.Contains(Convert.ToHexStringLower("late"u8), damage.What, StringComparison.Ordinal);
            Assert.Equal("a change at height 5", damage.Expected);
        }
    }

    private static void All(EntryScan scan)
    {
        while (scan.MoveNext())
        {
            Assert.False(scan.Key.SequenceEqual("late"u8));
        }
    }

    /// <summary>An assertion that met the exception while it compared has it inside.</summary>
    private static bool IsDamage(Exception? exception) => exception is StateCorruptedException or StoreFormatException || (exception is not null && IsDamage(exception.InnerException));

    private static T Retried<T>(Func<T> read)
    {
        while (true)
        {
            try
            {
                return read();
            }
            catch (IOException)
            {
                // Tried again.
            }
        }
    }

    private static byte[] Key(int number) => [(byte)(number >> 8), (byte)number];
}
