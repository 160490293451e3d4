using Cairn.Tests.Reference;
using Cairn.Tree;
using Xunit;

namespace Cairn.Tests.Tree;

/// <summary>The changes of a draft against a sorted dictionary: in key order and out of it, with savepoints, and used again.</summary>
public sealed class ChangeSetTests
{
    public static TheoryData<int> Shapes => [.. KeyShapes.All.Select(static shape => (int)shape)];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Changes_RandomSteps_EqualModel(int shape)
    {
        SeededRandom.ForEach(4, random =>
        {
            ChangeSet changes = new();
            for (int use = 0; use < 6; use++)
            {
                RunOnce(random, (KeyShape)shape, changes);
                changes.Reset(poison: true);
            }
        });
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void ToBatch_ManyKeysInAnyOrder_IsSorted(int shape)
    {
        SeededRandom.ForEach(2, random =>
        {
            byte[][] keys = [.. KeyShapes.Make(random, (KeyShape)shape, 5000).Distinct(ByteStringComparer.Instance)];
            random.Shuffle(keys);
            ChangeSet changes = new();
            foreach (byte[] key in keys)
            {
                changes.Put(key, key);
            }

            ChangeBatch batch = changes.ToBatch();
            Array.Sort(keys, ByteStringComparer.Instance);
            Assert.Equal(keys.Length, batch.Count);
            for (int i = 0; i < keys.Length; i++)
            {
                Assert.True(batch.Key(i).SequenceEqual(keys[i]), $"key {i} of {keys.Length}");
                Assert.True(batch.Value(i).SequenceEqual(keys[i]), $"value {i} of {keys.Length}");
            }
        });
    }

    [Fact]
    public void Reset_AfterAnyNumberOfKeys_TakesAnyNumberAgain()
    {
        ChangeSet changes = new();
        int[] counts = [.. Enumerable.Range(1, 140), 5000, 1, 0, 40, 3000, 70, 0, 0, 70];
        foreach (int count in counts)
        {
            // Downwards, so that each has to be looked up; nothing is asked, as that might make the table larger.
            for (int number = count; number > 0; number--)
            {
                changes.Put(BitConverter.GetBytes(number), []);
            }

            Assert.Equal(count, changes.ToBatch().Count);
            changes.Reset(poison: true);
        }
    }

    [Fact]
    public void ToBatch_KeysThatOnlyZerosTellApart_IsSorted()
    {
        List<byte[]> keys = [.. Enumerable.Range(1, 40).Select(static length => new byte[length]), .. Enumerable.Range(0, 40).Select(static zeros => (byte[])[.. new byte[zeros], 1])];
        ChangeSet changes = new();
        foreach (byte[] key in keys.AsEnumerable().Reverse())
        {
            changes.Put(key, []);
        }

        ChangeBatch batch = changes.ToBatch();
        keys.Sort(ByteStringComparer.Instance);
        Assert.Equal(keys.Select(Convert.ToHexString), Enumerable.Range(0, batch.Count).Select(i => Convert.ToHexString(batch.Key(i))));
    }

    private static void RunOnce(Random random, KeyShape shape, ChangeSet changes)
    {
        byte[][] keys = [.. KeyShapes.Make(random, shape, random.Next(1, 300)).Distinct(ByteStringComparer.Instance)];
        if (random.Next(3) > 0)
        {
            Array.Sort(keys, ByteStringComparer.Instance);
        }

        Stack<SortedDictionary<byte[], byte[]?>> outer = new();
        SortedDictionary<byte[], byte[]?> model = new(ByteStringComparer.Instance);
        int fresh = 0;
        for (int step = 0; step < 400; step++)
        {
            byte[] key = fresh < keys.Length && random.Next(3) > 0 ? keys[fresh++] : keys[random.Next(keys.Length)];
            switch (random.Next(12))
            {
                case 0:
                    changes.Begin();
                    outer.Push(new SortedDictionary<byte[], byte[]?>(model, ByteStringComparer.Instance));
                    break;
                case 1 when outer.Count > 0:
                    changes.Rollback();
                    model = outer.Pop();
                    break;
                case 2 when outer.Count > 0:
                    changes.Release();
                    outer.Pop();
                    break;
                case 3:
                    changes.Delete(key);
                    model[key] = null;
                    break;
                case 4:
                    AssertFound(changes, model, keys[random.Next(keys.Length)]);
                    break;
                case 5:
                    AssertBatch(changes, model);
                    break;
                default:
                    byte[] value = new byte[random.Next(5)];
                    random.NextBytes(value);
                    changes.Put(key, value);
                    model[key] = value;
                    break;
            }
        }

        AssertBatch(changes, model);
        Array.ForEach(keys, key => AssertFound(changes, model, key));
        Assert.Equal(model.Sum(static change => change.Key.Length + (change.Value?.Length ?? 0)), changes.ByteCount);
    }

    private static void AssertFound(ChangeSet changes, SortedDictionary<byte[], byte[]?> model, byte[] key)
    {
        bool found = changes.TryFind(key, out int slot);
        Assert.Equal(model.TryGetValue(key, out byte[]? value), found);
        if (found)
        {
            Assert.Equal(value is null, changes.IsDelete(slot));
            Assert.True(changes.Value(slot).SequenceEqual(value));
        }

        long weight = model.Sum(static change => change.Key.Length + (change.Value?.Length ?? 0)) - (found ? key.Length + (value?.Length ?? 0) : 0);
        Assert.Equal(weight + key.Length + 3, changes.ByteCountAfter(key, 3));
    }

    private static void AssertBatch(ChangeSet changes, SortedDictionary<byte[], byte[]?> model)
    {
        ChangeBatch batch = changes.ToBatch();
        Assert.Equal(model.Count, batch.Count);
        int index = 0;
        foreach ((byte[] key, byte[]? value) in model)
        {
            Assert.True(batch.Key(index).SequenceEqual(key), $"key {index} of {model.Count}");
            Assert.Equal(value is null, batch.IsDelete(index));
            Assert.True(batch.Value(index).SequenceEqual(value), $"value {index} of {model.Count}");
            index++;
        }
    }
}
