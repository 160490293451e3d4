using System.Globalization;
using System.Runtime.ExceptionServices;
using Xunit.Sdk;

namespace Cairn.Tests;

/// <summary>
/// Random tests that can be run again: every run gets its own seed, and a failure names it. <c>CAIRN_SEED=n</c> runs that seed alone,
/// <c>CAIRN_LONG=1</c> runs ten times as many.
/// </summary>
internal static class SeededRandom
{
    private const int LongFactor = 10;

    /// <summary>Whether the long variants of the tests are wanted.</summary>
    public static bool IsLong => Environment.GetEnvironmentVariable("CAIRN_LONG") == "1";

    /// <summary>The seeds to run: <paramref name="count"/> of them from <paramref name="first"/>, more in the long variant, one when it was asked for.</summary>
    public static IEnumerable<int> Seeds(int count, int first = 1) =>
        int.TryParse(Environment.GetEnvironmentVariable("CAIRN_SEED"), NumberStyles.Integer, CultureInfo.InvariantCulture, out int seed)
            ? [seed]
            : Enumerable.Range(first, IsLong ? count * LongFactor : count);

    /// <summary>Runs the body once for every seed, on one thread.</summary>
    public static void ForEach(int count, Action<Random> body)
    {
        foreach (int seed in Seeds(count))
        {
            Run(seed, () => body(new Random(seed)));
        }
    }

    /// <summary>Runs the body once for every seed, one after the other.</summary>
    public static async Task ForEachAsync(int count, Func<Random, Task> body)
    {
        foreach (int seed in Seeds(count))
        {
            ExceptionDispatchInfo? failure = null;
            try
            {
                await body(new Random(seed));
            }
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }

            Run(seed, () => failure?.Throw());
        }
    }

    private static void Run(int seed, Action body)
    {
        try
        {
            body();
        }
        catch (Exception exception) when (!exception.Message.Contains("$XunitDynamicSkip$", StringComparison.Ordinal))
        {
            throw new XunitException($"Seed {seed} (CAIRN_SEED={seed} runs it alone): {exception.Message}", exception);
        }
    }
}
