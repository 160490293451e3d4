using Cairn.History;
using Cairn.Homes;
using Cairn.Tests.Stores;
using Cairn.Tree;
using Xunit;

namespace Cairn.Tests.Tree;

/// <summary>Undoing blocks from their log records gives the trees there were, heights of change included, whatever the size of the steps.</summary>
public sealed class LogUndoTests
{
    private const int Blocks = 40;

    [Fact]
    public Task Undo_ToAnyBlock_GivesItsEntries() => SeededRandom.ForEachAsync(6, async random =>
    {
        await using Run run = await Run.MakeAsync(random);
        foreach (int block in Enumerable.Range(0, Blocks).Where(_ => random.Next(3) == 0))
        {
            long stepBytes = random.Next(3) switch { 0 => 1, 1 => random.Next(1, 20_000), _ => UndoneStretch.StepBytes };
            (string content, int created) = run.Undo(block, stepBytes, long.MaxValue);
            Assert.Equal(run.Contents[block], content);
            Assert.Equal(0, run.Store.Pages.Bytes(PageResidency.Draft));
            Assert.True(created > 0 || block == Blocks - 1);
        }
    });

    [Fact]
    public async Task Undo_AboveTheLimit_NamesTheCostAndLeavesNothing()
    {
        await using Run run = await Run.MakeAsync(new Random(3));
        RebuildTooLargeException refusal = Assert.Throws<RebuildTooLargeException>(() => run.Undo(block: 2, stepBytes: 4_000, limitBytes: 1_000));
        Assert.Equal((run.Heights[2], (ulong)(Blocks - 3), 1_000L), (refusal.Height, refusal.Blocks, refusal.LimitBytes));
        Assert.True(refusal.NeededBytes > 10_000);
        Assert.Equal(0, run.Store.Pages.Bytes(PageResidency.Draft));
    }

    [Fact]
    public async Task Undo_ToWhatTheLogDoesNotSay_IsRefused()
    {
        await using Run run = await Run.MakeAsync(new Random(4));
        Assert.Throws<StateCorruptedException>(() => run.Undo(block: 5, stepBytes: 1, long.MaxValue, target => target with { Root = run.Roots[6] }));
        Assert.Throws<StateCorruptedException>(() => run.Undo(block: 5, stepBytes: 1, long.MaxValue, target => target with { Local = new TreeTotals(target.Local.Entries + 1, target.Local.Bytes) }));
        Assert.Equal(0, run.Store.Pages.Bytes(PageResidency.Draft));
    }

    private sealed class Run(StateStore store, IBlockLog log) : IAsyncDisposable
    {
        public StateStore Store => store;

        public List<string> Contents { get; } = [];

        public List<BlockHeight> Heights { get; } = [];

        public List<Hash256> Roots { get; } = [];

        public static async Task<Run> MakeAsync(Random random)
        {
            MemoryHome home = new();
            Run run = new(await StateStore.OpenAsync(home, StoreSettings.Quiet.ToOptions(fileSystem: null)), home.Log);
            byte[][] keys = KeyShapes.MakeMixed(random, 150);
            for (int block = 0; block < Blocks; block++)
            {
                using BlockDraft draft = run.Store.CreateDraft((BlockHeight)(ulong)((block * 3) + 1));
                for (int change = random.Next(1, 40); change > 0; change--)
                {
                    TreeDraft tree = random.Next(3) == 0 ? draft.Local : draft.State;
                    byte[] key = keys[random.Next(keys.Length)];
                    if (random.Next(4) == 0)
                    {
                        tree.Delete(key);
                    }
                    else
                    {
                        // Few values, so that a key often gets back what it had some blocks ago.
                        tree.Put(key, new byte[random.Next(3) * (random.Next(5) == 0 ? 2000 : 20)]);
                    }
                }

                await run.Store.CommitAsync(draft);
                using StateView view = run.Store.OpenView();
                run.Contents.Add(ContentOf(view.State, view.Local));
                run.Heights.Add(draft.Height);
                run.Roots.Add(view.Root);
            }

            return run;
        }

        public (string Content, int Created) Undo(int block, long stepBytes, long limitBytes, Func<UndoTarget, UndoTarget>? distort = null)
        {
            StateVersion head = store.Versions.Head;
            Assert.True(store.History.TryFindBlock(Heights[block], head.After.Sequence, out PastBlock past));
            UndoTarget target = UndoTarget.Of(store.History.ReadRecord(past));
            UndoneStretch stretch = UndoneStretch.Survey(log, past.After, head.After.Sequence, stepBytes, CancellationToken.None);
            Assert.Equal((ulong)(Blocks - 1 - block), stretch.Blocks);
            UndoneTrees undone = new LogUndo(log, store.Pages, "test", head).Undo(stretch, distort?.Invoke(target) ?? target, head.Ordinal + 1, limitBytes, CancellationToken.None);
            string content = ContentOf(new TreeView(store.Pages, undone.State.Root, () => { }, TreeKind.State, version: 0), new TreeView(store.Pages, undone.Local.Root, () => { }, TreeKind.Local, version: 0));
            store.Pages.Discard(undone.State.Created);
            store.Pages.Discard(undone.Local.Created);
            return (content, undone.State.Created.Count + undone.Local.Created.Count);
        }

        public ValueTask DisposeAsync() => store.DisposeAsync();

        private static string ContentOf(ITreeReader state, ITreeReader local)
        {
            List<string> lines = [$"{state.Totals} {local.Totals}"];
            foreach (ITreeReader tree in (ITreeReader[])[state, local])
            {
                foreach (EntryScan entry in tree.Prefix(default))
                {
                    lines.Add($"{Convert.ToHexString(entry.Key)} {entry.Height} {Convert.ToHexString(entry.Value)}");
                }
            }

            return string.Join('\n', lines);
        }
    }
}
