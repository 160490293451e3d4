using Cairn.Homes;
using Cairn.Tests.Reference;
using Cairn.Tree;
using Xunit;

namespace Cairn.Tests.Tree;

/// <summary>Blocks merged for replay, or for undoing them, against a dictionary.</summary>
public sealed class MergedChangesTests
{
    [Fact]
    public void Merge_OfBlocks_KeepsTheNewestOrTheOldestChangeOfEachKey()
    {
        SeededRandom.ForEach(6, random =>
        {
            foreach (KeyShape shape in KeyShapes.All)
            {
                Check(random, KeyShapes.Make(random, shape, random.Next(1, 3_000)), blocks: random.Next(1, 12), undo: random.Next(2) == 0, workers: random.Next(1, 4));
            }
        });
    }

    /// <summary>Enough for several parts, cut where single keys have a change in every block.</summary>
    [Fact]
    public void Merge_OfManyChanges_IsTheSameInParts()
    {
        SeededRandom.ForEach(3, random =>
        {
            Check(random, KeyShapes.Make(random, KeyShape.Random, 4_000), blocks: 10, undo: false, workers: 2);
            Check(random, KeyShapes.Make(random, KeyShape.ContractSlots, 4_000), blocks: 10, undo: true, workers: 2);
            Check(random, KeyShapes.Make(random, KeyShape.ShortText, 20), blocks: 1_000, undo: false, workers: 2);
        });
    }

    [Fact]
    public void Merge_OfNothing_IsEmptyAndMerged()
    {
        ChangeBatch batch = new MergedChanges().Merge(workers: 1);
        Assert.Equal(0, batch.Count);
        Assert.True(batch.IsMerged);
    }

    private static void Check(Random random, byte[][] keys, int blocks, bool undo, int workers)
    {
        MergedChanges merged = new(undo);
        SortedDictionary<byte[], (byte[]? Value, BlockHeight Height)> model = new(ByteStringComparer.Instance);
        for (int block = 1; block <= blocks; block++)
        {
            int part = random.Next(1, 5);
            ChangeList.Builder builder = new();
            foreach (byte[] key in keys.Where(_ => random.Next(part) == 0).Order(ByteStringComparer.Instance))
            {
                (byte[]? old, byte[]? @new, BlockHeight before) = (Value(random), Value(random), (BlockHeight)(ulong)random.Next(1000));
                builder.Add(key, old is not null, old, before, @new is not null, @new);
                (byte[]? Value, BlockHeight Height) change = undo ? (old, old is null ? (BlockHeight)(ulong)block : before) : (@new, (BlockHeight)(ulong)block);
                if (!undo || !model.ContainsKey(key))
                {
                    model[key] = change;
                }
            }

            merged.Add(builder.Build(), (BlockHeight)(ulong)block);
        }

        ChangeBatch batch = merged.Merge(workers);
        Assert.Equal(model.Count, batch.Count);
        int at = 0;
        foreach ((byte[] key, (byte[]? value, BlockHeight height)) in model)
        {
            Assert.Equal(key, batch.Key(at));
            Assert.Equal(value is null, batch.IsDelete(at));
            Assert.Equal(value ?? [], batch.Value(at));
            Assert.Equal(height, batch.HeightOf(at++, default));
        }
    }

    private static byte[]? Value(Random random)
    {
        byte[] value = new byte[random.Next(20)];
        random.NextBytes(value);
        return random.Next(5) == 0 ? null : value;
    }
}
