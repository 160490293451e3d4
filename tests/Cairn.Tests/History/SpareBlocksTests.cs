using Cairn.History;
using Cairn.Homes;
using Cairn.Tests.Stores;
using Cairn.Tree;
using Xunit;

namespace Cairn.Tests.History;

/// <summary>The memory of runs serves one after the other, and nobody sees a later run in an earlier one.</summary>
public sealed class SpareBlocksTests
{
    [Fact]
    public void Exit_OfTheLastSetWithARun_GivesItsBlocksToTheNextRun()
    {
        SpareBlocks spare = new(poison: true);
        (Run run, byte[][] blocks) = MakeRun(spare);
        RunSet first = new([run], LogPosition.Start);
        RunSet second = new([run], LogPosition.Start);
        first.Exit();
        Assert.Equal(0, spare.Count);
        Assert.Equal(1UL, run.Record(1).HeadSequence);
        Assert.True(second.TryEnter());
        second.Exit();
        Assert.Equal(0, spare.Count);
        second.Exit();
        Assert.Equal(blocks.Length - 1, spare.Count);
        Assert.All(blocks[1..], static block => Assert.DoesNotContain(block, static value => value != PagePool.Poison));
        (_, byte[][] next) = MakeRun(spare);
        Assert.Equal(0, spare.Count);
        Assert.Equal(blocks[1..].ToHashSet(), next[1..].ToHashSet());
    }

    [Fact]
    public void Exit_AfterARunWasClosed_LeavesItsBlocksToWhoeverReadsThem()
    {
        SpareBlocks spare = new(poison: true);
        (Run run, _) = MakeRun(spare);
        RunSet set = new([run], LogPosition.Start);
        run.Close();
        set.Exit();
        Assert.Equal(0, spare.Count);
        Assert.Equal(1UL, run.Record(1).HeadSequence);
    }

    [Fact]
    public void Return_OfMoreThanIsKept_LeavesTheRestToTheCollector()
    {
        SpareBlocks spare = new();
        byte[][] blocks = [[], .. Enumerable.Range(0, 700).Select(static _ => new byte[RunBlock.SizeBytes])];
        spare.Return(blocks);
        spare.Return(blocks.AsSpan(0, 601));
        Assert.Equal(1024, spare.Count);
    }

    [Theory]
    [InlineData(HomeKind.Memory)]
    [InlineData(HomeKind.SimulatedDirectory)]
    public async Task Change_KeptBeyondItsRun_StillHasItsOldValue(HomeKind kind) => await SeededRandom.ForEachAsync(3, async random =>
    {
        await using HistoryRun run = new(kind, new HistoryScript(random) { RewindOneIn = 0 });
        List<(PastChange Change, byte[] Old)> kept = [];
        for (int round = 0; round < 12; round++)
        {
            await run.AppendAsync(60);
            using (IPastCursor cursor = run.History.Scan(TreeKind.State, [], [], after: 0, upTo: ulong.MaxValue, reverse: round % 2 == 1))
            {
                while (cursor.Next())
                {
                    kept.Add((cursor.Change, cursor.Change.ReadOld().ToArray()));
                }
            }

            await run.History.CatchUpAsync();
        }

        Assert.InRange(kept.Count, 100, int.MaxValue);
        Assert.All(kept, static change => Assert.Equal(change.Old, change.Change.ReadOld().ToArray()));
        Assert.Empty(run.Events);
    });

    private static (Run Run, byte[][] Blocks) MakeRun(SpareBlocks spare)
    {
        MemoryRunSink sink = new(spare);
        RunWriter writer = new(sink, LogPosition.Start, baseHeight: 1);
        byte[] key = new byte[5];
        for (int i = 0; i < 2_000; i++)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(key.AsSpan(1), i);
            writer.Add(key, new RunEntry { Sequence = 1, Height = 1, OldBytes = RunEntry.NoOld }, default);
        }

        writer.Add(new RecordRow(RecordKind.Block, 1, null, Hash256.EmptyRoot, 0, 1, 1, new LogPosition(1, 1, 0)));
        RunHeader header = writer.Finish(default);
        byte[][] blocks = sink.ToBlocks();
        return (sink.ToRun(header), blocks);
    }
}
