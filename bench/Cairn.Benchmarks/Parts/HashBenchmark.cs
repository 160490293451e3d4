using System.Diagnostics;
using System.Globalization;
using Cairn.Hashing;

namespace Cairn.Benchmarks.Parts;

/// <summary>Nanoseconds a hash for every SHA-256 implementation of this machine: large batches, and the small ones that path rehashing makes.</summary>
internal static class HashBenchmark
{
    private const int BatchCount = 1024;
    private const int SliceCount = 256;
    private const int RunCount = 3;
    private static readonly TimeSpan RunTime = TimeSpan.FromMilliseconds(200);
    private static readonly int[] SmallCounts = [1, 2, 3, 4, 6, 8, 9, 12, 16];

    /// <summary>Measures and prints one table a kind of message; each figure is the median of three runs.</summary>
    public static void Run()
    {
        Console.WriteLine($"nanoseconds a hash, median of {RunCount} runs, {Environment.ProcessorCount} processors, .NET {Environment.Version}");
        Print($"batches of {BatchCount}", "message", ["inner", "leaf", "1 block", "2 blocks", "17 blocks"], (lanes, column) => column switch
        {
            0 => Measure(1, BatchCount, lanes.HashInner),
            1 => Measure(1, BatchCount, lanes.HashLeaf),
            2 => MeasureBlocks(lanes, 1, BatchCount),
            3 => MeasureBlocks(lanes, 2, BatchCount),
            _ => MeasureBlocks(lanes, 17, BatchCount),
        });
        string[] counts = [.. SmallCounts.Select(count => count.ToString(CultureInfo.InvariantCulture))];
        Print("inner, small batches", "count", counts, (lanes, column) => Measure(1, SmallCounts[column], lanes.HashInner));
        Print("1 block, small batches", "count", counts, (lanes, column) => MeasureBlocks(lanes, 1, SmallCounts[column]));
        Print("17 blocks, small batches", "count", counts, (lanes, column) => MeasureBlocks(lanes, 17, SmallCounts[column]));
    }

    private static void Print(string title, string rows, string[] columns, Func<Sha256Lanes, int, double> measure)
    {
        Console.WriteLine();
        Console.WriteLine(title);
        Console.WriteLine($"{rows,-14}" + string.Concat(columns.Select(column => $"{column,10}")));
        foreach (Sha256Lanes lanes in Sha256Lanes.Supported)
        {
            Console.WriteLine($"{lanes.Name,-14}" + string.Concat(columns.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"{measure(lanes, i),10:F1}"))));
        }
    }

    private static double MeasureBlocks(Sha256Lanes lanes, int blocks, int count) =>
        Measure(blocks, count, (messages, n, digests) => lanes.HashBlocks(messages, blocks, n, digests));

    private static double Measure(int blocks, int count, HashMany hash)
    {
        byte[] input = Messages(blocks, count);
        byte[] digests = new byte[count * Hash256.SizeBytes];
        _ = Once(RunTime / 2);
        double[] runs = [.. Enumerable.Range(0, RunCount).Select(_ => Once(RunTime))];
        Array.Sort(runs);
        return runs[RunCount / 2];

        // The median of short slices: what other processes take away meanwhile falls into few of them.
        double Once(TimeSpan time)
        {
            List<double> slices = [];
            long start = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(start) < time)
            {
                long calls = 0;
                long sliceStart = Stopwatch.GetTimestamp();
                for (int hashed = 0; hashed < SliceCount; hashed += count, calls++)
                {
                    hash(input, count, digests);
                }

                slices.Add(Stopwatch.GetElapsedTime(sliceStart).TotalNanoseconds / (calls * count));
            }

            slices.Sort();
            return slices[slices.Count / 2];
        }
    }

    /// <summary>Padded messages as long as that many blocks allow; their bytes serve as pairs too.</summary>
    private static byte[] Messages(int blocks, int count)
    {
        byte[] input = new byte[blocks * 64 * count];
        new Random(1).NextBytes(input);
        for (int i = 0; i < count; i++)
        {
            Sha256Padding.Pad(input.AsSpan(i * blocks * 64, blocks * 64), (blocks * 64) - 9);
        }

        return input;
    }

    private delegate void HashMany(ReadOnlySpan<byte> inputs, int count, Span<byte> digests);
}
