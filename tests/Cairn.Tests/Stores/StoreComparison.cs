using Cairn.Tests.Reference;
using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>Holds what a reader answers against the reference.</summary>
internal static class StoreComparison
{
    /// <summary>A view, in all it says.</summary>
    public static void AssertSame(ReferenceState expected, StateView view, Random random)
    {
        Assert.Equal(expected.Height, view.Height);
        Assert.Equal(expected.TimeTicks, view.TimeTicks);
        Assert.Equal(expected.Root, view.Root);
        AssertSame(expected.State, view.State, random);
        AssertSame(expected.Local, view.Local, random);
    }

    /// <summary>The head of a store, and its view.</summary>
    public static void AssertHead(ReferenceState expected, StateStore store, Random random)
    {
        Assert.Equal(expected.Height, store.Height);
        Assert.Equal(expected.Root, store.Root);
        using StateView view = store.OpenView();
        AssertSame(expected, view, random);
    }

    /// <summary>A tree: every entry in both directions, then some questions of every kind.</summary>
    public static void AssertSame(ReferenceTree expected, ITreeReader actual, Random random)
    {
        Assert.Equal(expected.Totals, actual.Totals);
        AssertScan(expected.Range([], []), actual.Range([], []));
        AssertScan(expected.Range([], [], reverse: true), actual.Range([], [], reverse: true));
        byte[][] keys = [.. expected.Sorted.Select(entry => entry.Key)];
        for (int i = 0; i < Math.Min(keys.Length, 15); i++)
        {
            AssertKey(expected, actual, keys[random.Next(keys.Length)]);
        }

        for (int i = 0; i < 5; i++)
        {
            AssertKey(expected, actual, Near(random, keys));
            AssertQuestions(expected, actual, random, Near(random, keys), Near(random, keys));
        }
    }

    /// <summary>Everything that can be asked about one key, there or not.</summary>
    public static void AssertKey(ReferenceTree expected, ITreeReader actual, byte[] key)
    {
        ReferenceEntry? entry = expected.Find(key);
        string name = Convert.ToHexStringLower(key);
        Assert.True(actual.Contains(key) == (entry is not null), $"Contains({name})");
        Assert.True(actual.TryGetLength(key, out int length) == (entry is not null), $"TryGetLength({name})");
        Assert.True(actual.TryGetChangeHeight(key, out BlockHeight height) == (entry is not null), $"TryGetChangeHeight({name})");
        byte[] buffer = new byte[(entry?.Value.Length ?? 0) + 3];
        Assert.True(actual.TryGet(key, buffer, out int valueBytes) == (entry is not null), $"TryGet({name})");
        byte[]? value = actual.Get(key);
        if (entry is null)
        {
            Assert.True(value is null, $"Get({name}) is not null");
            return;
        }

        Assert.True(length == entry.Value.Length, $"TryGetLength({name}): expected {entry.Value.Length}, found {length}");
        Assert.True(height == entry.Height, $"change height of {name}: expected {entry.Height}, found {height}");
        Assert.True(buffer.AsSpan(0, valueBytes).SequenceEqual(entry.Value), $"TryGet({name}): another value of {valueBytes} bytes");
        Assert.True(value.AsSpan().SequenceEqual(entry.Value), $"Get({name}): another value");
    }

    /// <summary>Ranges, prefixes and sums around two keys.</summary>
    public static void AssertQuestions(ReferenceTree expected, ITreeReader actual, Random random, byte[] one, byte[] other)
    {
        long limit = random.Next(5) == 0 ? long.MaxValue : random.Next(12);
        foreach (bool reverse in (ReadOnlySpan<bool>)[false, true])
        {
            AssertScan(expected.Range(one, other, limit, reverse), actual.Range(one, other, limit, reverse));
            AssertScan(expected.Range(one, [], limit, reverse), actual.Range(one, [], limit, reverse));
            AssertScan(expected.Range([], other, limit, reverse), actual.Range([], other, limit, reverse));
        }

        byte[] prefix = one[..random.Next(one.Length + 1)];
        AssertScan(expected.Prefix(prefix, limit), actual.Prefix(prefix, limit));
        AssertScan(expected.Prefix(prefix, limit, reverse: true), actual.Prefix(prefix, limit, reverse: true));
        TreeTotals totals = expected.TotalsOf(prefix);
        Assert.True(totals == actual.TotalsOf(prefix), $"totals of {Convert.ToHexStringLower(prefix)}: expected {totals}, found {actual.TotalsOf(prefix)}");
        Assert.Equal(totals.Entries, actual.Count(prefix));
        Assert.Equal(totals.Bytes, actual.Bytes(prefix));
    }

    private static void AssertScan(IEnumerable<KeyValuePair<byte[], ReferenceEntry>> expected, EntryScan actual)
    {
        using (actual)
        {
            int index = 0;
            foreach ((byte[] key, ReferenceEntry entry) in expected)
            {
                string name = $"entry {index++} of a scan, {Convert.ToHexStringLower(key)}";
                Assert.True(actual.MoveNext(), $"{name}: the scan has ended");
                Assert.True(actual.Key.SequenceEqual(key), $"{name}: found {Convert.ToHexStringLower(actual.Key)}");
                Assert.True(actual.Value.SequenceEqual(entry.Value), $"{name}: another value");
                Assert.True(actual.Height == entry.Height, $"{name}: expected height {entry.Height}, found {actual.Height}");
            }

            Assert.False(actual.MoveNext(), $"the scan goes on after {index} entries");
            Assert.False(actual.MoveNext(), "the scan begins again after its end");
        }
    }

    /// <summary>A key of the tree, or one that nearly is: longer, shorter, a bit off, empty, beyond everything.</summary>
    private static byte[] Near(Random random, byte[][] keys)
    {
        byte[] key = keys.Length == 0 ? [7] : keys[random.Next(keys.Length)];
        switch (random.Next(8))
        {
            case 0:
                return [.. key[..Math.Min(key.Length, StateLimits.MaxKeyBytes - 1)], (byte)random.Next(2)];
            case 1:
                return key[..random.Next(key.Length + 1)];
            case 2:
                byte[] other = [.. key];
                other[random.Next(other.Length)] ^= (byte)(1 << random.Next(8));
                return other;
            case 3:
                return random.Next(2) == 0 ? [] : [0xff, 0xff];
            default:
                return key;
        }
    }
}
