using Cairn.Contracts;
using Xunit;

namespace Cairn.Tests.Contracts;

/// <summary>Lists, arrays and vectors against <see cref="List{T}"/>.</summary>
public sealed class StorageListTests
{
    private const int Scenarios = 500;

    private static readonly StorageCodec<StorageList<string>> Texts = StorageCodecs.List(StorageCodecs.Text);
    private static readonly StorageCodec<StorageList<StorageList<uint>>> Nested = StorageCodecs.List(StorageCodecs.List(StorageCodecs.UInt32));

    [Fact]
    public void RandomScenarios_AreThoseOfAList() => SeededRandom.ForEach(Scenarios, random =>
    {
        StorageList<string> list = Texts.Read(SlotStorage.InMemory().At(SlotId.Root, (uint)random.Next(300)));
        List<string> model = [];
        for (int step = 0; step < 60; step++)
        {
            Step(random, list, model);
            Assert.Equal(model, list.ToArray());
            Assert.Equal(model.Count, list.Count);
        }
    });

    [Fact]
    public void ListsOfLists_AreInPlace_AndShiftByValue()
    {
        StorageList<StorageList<uint>> list = Nested.Read(StoragePlace.InMemory());
        list.AddNew().AddRange(1, 2);
        list.AddNew().Add(3);
        list.Insert(0, list[1]);
        list[0].Add(4);
        Assert.Equal(["3,4", "1,2", "3"], list.Select(inner => string.Join(',', inner)));
        list.RemoveAt(1);
        list.Insert(2, list[0]);
        Assert.Equal(["3,4", "3", "3,4"], list.Select(inner => string.Join(',', inner)));
        StorageList<uint>[] slice = list[1..];
        list.Clear();
        list.AddNew();
        Assert.Empty(list[0]);
        Assert.Equal(["3", "3,4"], slice.Select(inner => string.Join(',', inner)));
    }

    [Fact]
    public void Insert_AtTheEnd_Appends()
    {
        StorageList<string> list = Texts.Read(StoragePlace.InMemory());
        list.Insert(0, "a");
        list.Insert(1, "b");
        Assert.Equal(("b", 2), (list[^1], list.Count));
        Assert.Throws<ArgumentOutOfRangeException>(() => list.Insert(3, "c"));
        Assert.Throws<ArgumentOutOfRangeException>(() => list[2]);
        Assert.Throws<ArgumentOutOfRangeException>(() => list[-1] = "x");
        Assert.Throws<ArgumentOutOfRangeException>(() => list.RemoveRange(1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => list[1..4]);
    }

    [Fact]
    public void FailedChanges_LeaveTheListAsItWas()
    {
        StorageList<string> list = Texts.Read(StoragePlace.InMemory());
        list.AddRange("a", "b", "c");
        list.Place.Storage.Session.Accept();
        Assert.Throws<ArgumentException>(() => list.Add("\ud800"));
        Assert.Throws<ArgumentException>(() => list.InsertRange(1, ["x", "\ud800"]));
        Assert.Throws<ArgumentException>(() => list.ReplaceRange(0, 2, ["x", "\ud800"]));
        Assert.Throws<ArgumentException>(() => list[0] = "\ud800");
        Assert.Empty(list.Place.Storage.Delta().Runs);
        Assert.Throws<InvalidOperationException>(() => Texts.Read(StoragePlace.InMemory()).Pop());
    }

    [Fact]
    public void Walking_WhileTheListChanges_Ends()
    {
        StorageList<string> list = Texts.Read(StoragePlace.InMemory());
        list.AddRange("a", "b");
        StorageList<string> same = Texts.Read(list.Place);
        Assert.Throws<InvalidOperationException>(() => Walk(() => same.Add("c")));
        Assert.Throws<InvalidOperationException>(() => Walk(() => same.Pop()));
        Assert.Throws<InvalidOperationException>(() => Walk(() => Roll(same)));
        Walk(() => same[0] = "changed");
        Assert.Equal(["changed", "b"], list.ToArray());

        void Walk(Action change)
        {
            foreach (string item in list)
            {
                change();
            }
        }

        static void Roll(StorageList<string> list)
        {
            using StorageScope scope = list.Place.BeginScope();
            list.Clear();
        }
    }

    [Fact]
    public void Arrays_HaveViewsAsSlices()
    {
        StorageArray<uint> array = StorageCodecs.Array(StorageCodecs.UInt32, 5).Read(StoragePlace.InMemory());
        StorageArray<uint> middle = array[1..4];
        middle[0] = 7;
        middle[^1] = 9;
        Assert.Equal([0u, 7, 0, 9, 0], array.ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => middle[3]);
        Assert.Throws<ArgumentOutOfRangeException>(() => array[5] = 1);
        StorageCodecs.Array(StorageCodecs.UInt32, 3).Write(array.Place, array[2..]);
        Assert.Equal([0u, 9, 0, 9, 0], array.ToArray());
        Assert.Throws<ArgumentException>(() => StorageCodecs.Array(StorageCodecs.UInt32, 4).Write(array.Place, array));
        Assert.Empty(StorageCodecs.Array(StorageCodecs.UInt32, 0).Read(StoragePlace.InMemory()));
        Assert.Throws<ArgumentException>(() => StorageCodecs.Array(StorageCodecs.UInt32, 0).Read(SlotStorage.InMemory(StorageProfile.L2).Root));
    }

    [Fact]
    public void Vectors_GrowAndShrinkInPlace()
    {
        StorageVector<ushort> vector = StorageCodecs.Vector(StorageCodecs.UInt16).Read(StoragePlace.InMemory());
        vector.AddRange(1, 2, 3);
        vector.Truncate(2);
        vector[1] = 20;
        Assert.Throws<ArgumentOutOfRangeException>(() => vector.Truncate(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => vector[2]);
        Assert.Throws<ArgumentOutOfRangeException>(() => vector[-1]);
        Assert.Equal([1, 20], vector.ToArray());
        vector.Assign(vector.Reverse());
        Assert.Equal([20, 1], vector.ToArray());
        Assert.Equal("02000000140001000300", EncodingTests.Read(vector.Place.Storage, SlotId.Root, 10));
        StorageVector<ushort> copy = StorageCodecs.Vector(StorageCodecs.UInt16).Read(StoragePlace.InMemory());
        StorageCodecs.Vector(StorageCodecs.UInt16).Write(copy.Place, vector);
        vector.Clear();
        Assert.Equal([20, 1], copy.ToArray());
        Assert.Throws<InvalidOperationException>(() => copy.All(_ => copy.Count > 9 || Grow()));

        bool Grow()
        {
            copy.Add(1);
            return true;
        }
    }

    [Fact]
    public void Indirections_AreSlotsOfTheirOwn()
    {
        StorageCodec<Indirect<string>> codec = StorageCodecs.Indirect(StorageCodecs.Text);
        StorageList<Indirect<string>> list = StorageCodecs.List(codec).Read(StoragePlace.InMemory());
        list.AddNew().Value = "a";
        list.AddNew().Value = "b";
        list[0] = list[1];
        list[1].Value = "c";
        Assert.Equal(["b", "c"], list.Select(item => item.Value));
        list.Clear();
        Assert.Equal("", list.AddNew().Value);
    }

    private static void Step(Random random, StorageList<string> list, List<string> model)
    {
        string item = new((char)('a' + random.Next(26)), random.Next(40));
        int index = random.Next(model.Count + 1);
        int count = random.Next(model.Count - index + 1);
        switch (random.Next(9))
        {
            case 0 when model.Count > 0:
                Assert.Equal(model[^1], list.Pop());
                model.RemoveAt(model.Count - 1);
                break;
            case 1:
                list.Insert(index, item);
                model.Insert(index, item);
                break;
            case 2:
                list.RemoveRange(index, count);
                model.RemoveRange(index, count);
                break;
            case 3:
                list.ReplaceRange(index, count, [item, item + "!"]);
                model.RemoveRange(index, count);
                model.InsertRange(index, [item, item + "!"]);
                break;
            case 4 when model.Count > 0:
                list[index % model.Count] = item;
                model[index % model.Count] = item;
                break;
            case 5:
                Assert.Equal(model.GetRange(index, count), list.Slice(index, count));
                break;
            case 6:
                Assert.Equal("", list.AddNew());
                model.Add("");
                break;
            case 7 when model.Count < 12:
                list.InsertRange(index, list);
                model.InsertRange(index, model.ToArray());
                break;
            default:
                list.Add(item);
                model.Add(item);
                break;
        }
    }
}
