using System.Security.Cryptography;
using System.Text;
using Cairn.Contracts;
using Xunit;

namespace Cairn.Tests.Contracts;

/// <summary>Slices with a step.</summary>
public sealed class StorageListSliceTests
{
    /// <summary>SHA-256 of what Python 3 makes of the same 9,216 slices, in the same text.</summary>
    private const string Reference = "c397c090884968f7b244a337abbafd8ad3ad32c48f205117cdd82c13cbbc4f04";

    private static readonly StorageCodec<StorageList<int>> Numbers = StorageCodecs.List(StorageCodecs.Int32);
    private static readonly StorageCodec<StorageList<string>> Texts = StorageCodecs.List(StorageCodecs.Text);

    [Fact]
    public void EverySlice_IsThatOfTheReference()
    {
        StringBuilder text = new();
        int?[] bounds = [null, .. Enumerable.Range(-7, 15)];
        foreach ((int length, int? start, int? stop) in Enumerable.Range(0, 6).SelectMany(length => bounds.SelectMany(start => bounds.Select(stop => (length, start, stop)))))
        {
            foreach (int step in new[] { -3, -2, -1, 1, 2, 3 })
            {
                int[] slice = Make(length).Slice(start, stop, step);
                StorageList<int> removed = Make(length);
                removed.RemoveSlice(start, stop, step);
                StorageList<int> replaced = Make(length);
                replaced.ReplaceSlice(start, stop, step, slice.Select((_, i) => 100 + i));
                StorageList<int> inserted = Make(length);
                if (step == 1)
                {
                    inserted.ReplaceSlice(start, stop, step, [7, 8]);
                }

                text.Append($"{length} {Shown(start)} {Shown(stop)} {step}: {string.Join(',', slice)} {string.Join(',', removed)} {string.Join(',', replaced)} {string.Join(',', inserted)}\n");
            }
        }

        Assert.Equal(Reference, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()))));
    }

    [Fact]
    public void ExtremeBoundsAndSteps_DoNotOverflow()
    {
        StorageList<int> list = Make(4);
        Assert.Equal([0], list.Slice(int.MinValue, int.MaxValue, int.MaxValue));
        Assert.Equal([3], list.Slice(int.MaxValue, int.MinValue, -int.MaxValue));
        Assert.Equal([3, 1], list.Slice(null, null, -2));
        list.RemoveSlice(null, null, -int.MaxValue);
        Assert.Equal([0, 1, 2], list);
        Assert.Throws<ArgumentOutOfRangeException>(() => list.Slice(null, null, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => list.RemoveSlice(null, null, int.MinValue));
    }

    [Fact]
    public void Replacing_ByItemsOfTheListItself_TakesThemFirst()
    {
        StorageList<string> list = Texts.Read(StoragePlace.InMemory());
        list.AddRange("a", "b", "c", "d");
        list.ReplaceSlice(null, null, -1, list);
        Assert.Equal(["d", "c", "b", "a"], list);
        list.RemoveSlice(0, null, 2);
        Assert.Equal(["c", "a"], list);
    }

    [Fact]
    public void FailedChanges_LeaveTheListAsItWas()
    {
        StorageList<string> list = Texts.Read(StoragePlace.InMemory());
        list.AddRange("a", "b", "c", "d");
        list.Place.Storage.Session.Accept();
        Assert.Throws<ArgumentException>(() => list.ReplaceSlice(null, null, 2, ["x"]));
        Assert.Throws<ArgumentException>(() => list.ReplaceSlice(null, null, 2, ["x", "\ud800"]));
        Assert.Throws<ArgumentException>(() => list.ReplaceSlice(0, 1, 1, ["x", "\ud800"]));
        Assert.Empty(list.Place.Storage.Delta().Runs);
    }

    [Fact]
    public void Removing_EndsTheWalkOverTheList()
    {
        StorageList<int> list = Make(5);
        Assert.Throws<InvalidOperationException>(() =>
        {
            foreach (int item in list)
            {
                list.RemoveSlice(item, null, 2);
            }
        });
        Assert.Equal([1, 3], list);
        foreach (int item in list)
        {
            list.RemoveSlice(5, null, 1);
        }

        Assert.Equal(2, list.Count);
    }

    private static string Shown(int? bound) => bound is { } value ? $"{value}" : "None";

    private static StorageList<int> Make(int length)
    {
        StorageList<int> list = Numbers.Read(StoragePlace.InMemory());
        list.AddRange(Enumerable.Range(0, length));
        return list;
    }
}
