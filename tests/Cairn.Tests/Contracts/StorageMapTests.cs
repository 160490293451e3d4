using System.Globalization;
using Cairn.Contracts;
using Xunit;

namespace Cairn.Tests.Contracts;

/// <summary>Maps against <see cref="SortedDictionary{TKey, TValue}"/>, with the invariants of their trees; and what hostile bytes do to them.</summary>
public sealed class StorageMapTests
{
    private const int Scenarios = 600;

    private static readonly StorageCodec<StorageMap<string, string>> Texts = StorageCodecs.Map(StorageCodecs.Text, StorageCodecs.Text);
    private static readonly StorageCodec<StorageMap<uint, byte>> Numbers = StorageCodecs.Map(StorageCodecs.UInt32, StorageCodecs.UInt8);

    [Fact]
    public void RandomScenarios_AreThoseOfASortedDictionary() => SeededRandom.ForEach(Scenarios, random =>
    {
        int keys = random.Next(1, 60);
        SlotStorage storage = SlotStorage.InMemory();
        StorageMap<string, string> map = Texts.Read(storage.At(SlotId.Root, (uint)random.Next(300)));
        SortedDictionary<string, string> model = new(StringComparer.Ordinal);
        for (int step = 0; step < 80; step++)
        {
            string key = $"k{random.Next(keys)}";
            Step(random, map, model, key);
            if (step % 16 == 15)
            {
                Assert.Equal(model, map);
                TreeShapeOf(map, StorageCodecs.Text, valueBytes: 4);
                Assert.Equal(model.Where(entry => StringComparer.Ordinal.Compare(entry.Key, key) >= 0), map.From(key));
            }
        }
    });

    [Fact]
    public void ScopesThatFail_LeaveTheMapAsItWas() => SeededRandom.ForEach(100, random =>
    {
        SlotStorage storage = SlotStorage.InMemory();
        StorageMap<string, string> map = Texts.Read(storage.Root);
        SortedDictionary<string, string> model = new(StringComparer.Ordinal);
        for (int round = 0; round < 12; round++)
        {
            bool keeps = random.Next(2) == 0;
            SortedDictionary<string, string> changed = new(model, StringComparer.Ordinal);
            using StorageScope scope = storage.Session.BeginScope();
            for (int step = 0; step < 10; step++)
            {
                Step(random, map, changed, $"k{random.Next(20)}");
            }

            if (keeps)
            {
                scope.Release();
                model = changed;
            }
            else
            {
                scope.Dispose();
            }

            Assert.Equal(model, map);
        }
    });

    [Fact]
    public void NumbersUpAndDown_KeepTheTreeBalanced()
    {
        StorageMap<uint, byte> map = Numbers.Read(StoragePlace.InMemory());
        for (uint i = 0; i < 1000; i++)
        {
            map[i] = (byte)i;
        }

        Assert.Equal(10, TreeShapeOf(map, StorageCodecs.UInt32, valueBytes: 1));
        for (uint i = 0; i < 1000; i += 2)
        {
            Assert.True(map.Remove(i));
        }

        Assert.InRange(TreeShapeOf(map, StorageCodecs.UInt32, valueBytes: 1), 9, 12);
        Assert.Equal(Enumerable.Range(0, 500).Select(i => (uint)((2 * i) + 1)), map.Keys);
        Assert.Equal([501, 503], map.From(500).Take(2).Select(entry => (int)entry.Key));
    }

    [Fact]
    public void MissingKeys_AreSaidToBe()
    {
        StorageMap<string, string> map = Texts.Read(StoragePlace.InMemory());
        Assert.Throws<KeyNotFoundException>(() => map["a"]);
        Assert.False(map.TryGetValue("a", out string? value));
        Assert.Null(value);
        Assert.Null(map.GetValueOrDefault("a"));
        Assert.Equal("b", map.GetValueOrDefault("a", "b"));
        Assert.False(map.Remove("a"));
        Assert.Empty(map);
    }

    [Fact]
    public void GetOrAdd_OnANodeUsedBefore_ShowsNoStaleValue()
    {
        StorageMap<string, string> map = Texts.Read(StoragePlace.InMemory());
        (map["a"], map["b"]) = ("old", "kept");
        map.Remove("a");
        Assert.Equal("", map.GetOrAdd("c"));
        Assert.Equal("made c2", map.GetOrAdd("c2", key => $"made {key}"));
        Assert.Equal("kept", map.GetOrAdd("b", _ => "not asked"));
        map.Clear();
        Assert.Empty(map);
        Assert.Equal("", map.GetOrAdd("b"));
        Assert.Single(map);
    }

    [Fact]
    public void MapsOfMaps_AreInPlace_AndCopied()
    {
        StorageCodec<StorageMap<string, StorageMap<uint, byte>>> codec = StorageCodecs.Map(StorageCodecs.Text, Numbers);
        StorageMap<string, StorageMap<uint, byte>> map = codec.Read(StoragePlace.InMemory());
        map.GetOrAdd("a")[1] = 10;
        map.GetOrAdd("a")[2] = 20;
        map["b"] = map["a"];
        map["a"][1] = 11;
        map["a"].Remove(2);
        Assert.Equal([new(1, 11)], map["a"]);
        Assert.Equal([new(1, 10), new(2, 20)], map["b"]);
        StorageMap<string, StorageMap<uint, byte>> other = codec.Read(StoragePlace.InMemory());
        codec.Write(other.Place, map);
        map.Clear();
        Assert.Equal(["a", "b"], other.Keys);
        Assert.Equal(10, other["b"][1]);
    }

    [Fact]
    public void RefusedKeysAndValues_LeaveTheMapAsItWas()
    {
        StorageMap<string, string> map = Texts.Read(StoragePlace.InMemory());
        map["a"] = "b";
        map.Place.Storage.Session.Accept();
        Assert.Throws<ArgumentException>(() => map["\ud800"] = "x");
        Assert.Throws<ArgumentException>(() => map["c"] = "\ud800");
        Assert.Throws<ArgumentException>(() => map["a"] = "\ud800");
        Assert.Throws<ArgumentNullException>(() => map["a"] = null!);
        Assert.Empty(map.Place.Storage.Delta().Runs);
        Assert.Equal([new("a", "b")], map);
    }

    [Fact]
    public void Walking_WhileKeysComeOrGo_Ends()
    {
        StorageMap<string, string> map = Texts.Read(StoragePlace.InMemory());
        StorageMap<string, string> same = Texts.Read(map.Place);
        (map["a"], map["b"]) = ("1", "2");
        Assert.Throws<InvalidOperationException>(() => Walk(() => same["c"] = "3"));
        Assert.Throws<InvalidOperationException>(() => Walk(() => same.Remove("c")));
        Assert.Throws<InvalidOperationException>(() => Walk(map.Clear));
        map["a"] = "1";
        map["b"] = "2";
        Walk(() => same["b"] = "changed");
        Assert.Throws<InvalidOperationException>(() => Walk(() => Texts.Write(map.Place, Texts.Read(StoragePlace.InMemory()))));

        void Walk(Action change)
        {
            foreach (KeyValuePair<string, string> entry in map)
            {
                change();
            }
        }
    }

    [Fact]
    public void HostileTrees_EndInATypedError()
    {
        // Random bytes over a map of some entries: every operation answers or says what is wrong, and ends.
        SeededRandom.ForEach(80, random =>
        {
            SlotStorage storage = SlotStorage.InMemory();
            StorageMap<uint, byte> map = Numbers.Read(storage.Root);
            for (int i = 0; i < 20; i++)
            {
                map[(uint)random.Next(40)] = 1;
                map.Remove((uint)random.Next(40));
            }

            SlotId[] slots = [SlotId.Root, SlotId.Root.Indirect(4), SlotId.Root.Indirect(4), SlotId.Root.Indirect(8)];
            for (int i = random.Next(1, 6); i > 0; i--)
            {
                SlotId slot = slots[random.Next(slots.Length)];
                storage.Write(slot, (uint)random.Next(slot == SlotId.Root ? 12 : 200), [(byte)(random.Next(2) == 0 ? random.Next(256) : random.Next(20))]);
            }

            for (int i = 0; i < 40; i++)
            {
                uint key = (uint)random.Next(40);
                Try(() => map[key] = 2);
                Try(() => map.Remove(key));
                Try(() => map.TryGetValue(key, out _));
                Try(() => map.From(key).Count());
                Try(() => map.ToArray());
            }
        });

        static void Try(Action action)
        {
            Exception? thrown = Record.Exception(action);
            Assert.True(thrown is null or StorageLayoutException or SlotOverflowException, thrown?.ToString());
        }
    }

    [Fact]
    public void Culture_ChangesNothing()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        CultureInfo strange = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        strange.NumberFormat.NegativeSign = "minus ";
        strange.NumberFormat.DigitSubstitution = DigitShapes.NativeNational;
        try
        {
            CultureInfo.CurrentCulture = strange;
            Assert.Equal("-5", ((Int256)(-5)).ToString());
            Assert.Equal(-5, (int)Int256.Parse("-5"));
            StorageMap<string, string> map = Texts.Read(StoragePlace.InMemory());
            (map["i"], map["\u0131"], map["I"], map["\u0130"]) = ("", "", "", "");
            Assert.Equal(["I", "i", "\u0130", "\u0131"], map.Keys);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static void Step(Random random, StorageMap<string, string> map, SortedDictionary<string, string> model, string key)
    {
        switch (random.Next(10))
        {
            case 0 or 1 or 2:
                Assert.Equal(model.Remove(key), map.Remove(key));
                break;
            case 3:
                Assert.Equal(model.TryGetValue(key, out string? expected), map.TryGetValue(key, out string? found));
                Assert.Equal(expected, found);
                break;
            case 4:
                model.TryAdd(key, "");
                Assert.Equal(model[key], map.GetOrAdd(key));
                break;
            case 5 when random.Next(20) == 0:
                model.Clear();
                map.Clear();
                break;
            default:
                string value = new((char)('a' + random.Next(26)), random.Next(12));
                model[key] = value;
                map[key] = value;
                break;
        }

        Assert.Equal(model.Count, map.Count);
        Assert.Equal(model.ContainsKey(key), map.ContainsKey(key));
    }

    /// <summary>Checks order, balances and references of the tree, and gives its height.</summary>
    private static int TreeShapeOf<TKey, TValue>(StorageMap<TKey, TValue> map, StorageKeyCodec<TKey> keys, uint valueBytes)
        where TKey : notnull
    {
        StoragePlace place = map.Place;
        uint nodeBytes = keys.Size + valueBytes + 9;
        HashSet<uint> seen = [];
        int height = HeightOf(StorageCodecs.UInt32.Read(place));
        StorageList<uint> free = StorageCodecs.List(StorageCodecs.UInt32).Read(place.At(8));
        Assert.All(free, index => Assert.True(seen.Add(index + 1)));
        Assert.Equal(StorageCodecs.UInt32.Read(place.At(4)), (uint)seen.Count);
        return height;

        int HeightOf(uint node)
        {
            if (node == 0)
            {
                return 0;
            }

            Assert.True(seen.Add(node));
            StoragePlace links = place.At(4).Indirect().At(((node - 1) * nodeBytes) + keys.Size + valueBytes);
            int left = HeightOf(StorageCodecs.UInt32.Read(links));
            int right = HeightOf(StorageCodecs.UInt32.Read(links.At(4)));
            Assert.Equal(right - left, StorageCodecs.Int8.Read(links.At(8)));
            Assert.InRange(right - left, -1, 1);
            return 1 + Math.Max(left, right);
        }
    }
}
