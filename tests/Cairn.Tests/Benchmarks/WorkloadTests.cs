using System.Security.Cryptography;
using Cairn.Benchmarks.Engines;
using Cairn.Benchmarks.Workloads;
using Xunit;

namespace Cairn.Tests.Benchmarks;

/// <summary>The workload is the same on every machine and in every run; figures of different programs could not be compared otherwise.</summary>
public sealed class WorkloadTests
{
    [Fact]
    public void KeysAndValues_OfASeed_AreThoseTheyAlwaysWere()
    {
        KeySpace space = new(seed: 1);
        byte[] key = new byte[KeySpace.KeyBytes];
        byte[] value = new byte[KeySpace.MaxValueBytes];
        using IncrementalHash all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (ulong number = 0; number < 1_000; number++)
        {
            space.WriteKey(number, key);
            all.AppendData(key);
            all.AppendData(value, 0, space.WriteValue(number, version: 3, value));
        }

        Assert.Equal("ad8a242c6070c5e658ba81201c721fb2", Convert.ToHexStringLower(all.GetHashAndReset().AsSpan(0, 16)));
    }

    [Fact]
    public void Sum_OfContracts_IsThatOfTheirKeysAlone()
    {
        KeySpace space = new(seed: 1);
        ScanSum all = space.Sum(count: 2_000, version: 0);
        Assert.Equal(2_000, all.Entries);
        Assert.Equal((2_000L * KeySpace.KeyBytes) + (400 * 100) + (1_600 * 32), all.Bytes);
        Assert.NotEqual(all, space.Sum(count: 2_000, version: 1));

        ScanSum first = space.Sum(count: 2_000, version: 0, space.Contract(0).ToArray());
        ScanSum second = space.Sum(count: 2_000, version: 0, space.Contract(1).ToArray());
        Assert.InRange(first.Entries, second.Entries + 1, all.Entries - 1);
        Assert.Equal(first.With(second), space.Sum(count: 2_000, version: 0, space.Contract(0).ToArray(), space.Contract(1).ToArray()));
    }

    [Fact]
    public void SortedNumbers_AreInTheOrderOfTheirKeys()
    {
        KeySpace space = new(seed: 2);
        byte[][] keys = [.. space.SortedNumbers(1_000).Select(number => KeyOf(space, (ulong)number))];
        Assert.Equal(1_000, keys.Select(Convert.ToHexString).Distinct().Count());
        Assert.All(keys.Zip(keys.Skip(1)), pair => Assert.True(pair.First.AsSpan().SequenceCompareTo(pair.Second) < 0));
    }

    [Fact]
    public void AbsentKeys_AreNoneOfTheOthers()
    {
        KeySpace space = new(seed: 3);
        HashSet<string> present = [.. Enumerable.Range(0, 1_000).Select(number => Convert.ToHexString(KeyOf(space, (ulong)number)))];
        byte[] key = new byte[KeySpace.KeyBytes];
        for (ulong number = 0; number < 1_000; number++)
        {
            space.WriteAbsentKey(number, key);
            Assert.DoesNotContain(Convert.ToHexString(key), present);
        }
    }

    [Fact]
    public void Stream_BegunAgainWithTheSameKeys_GivesTheSameBlocks()
    {
        KeySpace space = new(seed: 4);
        UpdateStream one = new(seed: 4, keyCount: 500);
        UpdateStream other = new(seed: 4, keyCount: 500);
        UpdateBuffer first = new(space, 100);
        UpdateBuffer second = new(space, 100);
        for (ulong version = 1; version < 10; version++)
        {
            one.Fill(first, 100, version);
            other.Fill(second, 100, version);
            Assert.Equal(first.Numbers, second.Numbers);
            Assert.Equal(500 + (10 * version), one.KeyCount);
            Assert.Equal(10, first.Numbers.ToArray().Distinct().Count(number => number >= 500 + (10 * (version - 1))));
        }
    }

    [Fact]
    public void Walk_OfAnyCount_MeetsEachNumberOnce()
    {
        for (ulong count = 1; count < 100; count++)
        {
            NumberWalk walk = new(count, seed: count * 31);
            List<ulong> met = [];
            while (walk.TryNext(out ulong number))
            {
                met.Add(number);
            }

            Assert.Equal(count, (ulong)met.Count);
            Assert.Equal(count, (ulong)met.Distinct().Count());
            Assert.All(met, number => Assert.InRange(number, 0UL, count - 1));
        }
    }

    [Fact]
    public void Buffer_Bytes_AreThoseOfKeysAndValues()
    {
        UpdateBuffer buffer = new(new KeySpace(seed: 5), 3);
        buffer.Add(number: 5, version: 1); // a long value
        buffer.Add(number: 6, version: 1);
        buffer.AddDelete(number: 7);
        Assert.Equal((3L * KeySpace.KeyBytes) + 100 + 32, buffer.Bytes);
        Assert.Equal([false, false, true], Enumerable.Range(0, 3).Select(buffer.IsDelete));
    }

    private static byte[] KeyOf(KeySpace space, ulong number)
    {
        byte[] key = new byte[KeySpace.KeyBytes];
        space.WriteKey(number, key);
        return key;
    }
}
