namespace Cairn.Benchmarks.Workloads;

/// <summary>SplitMix64: numbers that look random and are a function of their input, the same on every machine.</summary>
internal static class Mixing
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    /// <summary>The next number of a stream.</summary>
    public static ulong Next(ref ulong state)
    {
        state += Golden;
        return Finish(state);
    }

    /// <summary>The start of the stream that belongs to a number.</summary>
    public static ulong Stream(ulong seed, ulong number) => Finish(Finish(seed + Golden) ^ ((number + 1) * Golden));

    /// <summary>A number below a bound. The bias is below bound / 2^64.</summary>
    public static ulong Below(ref ulong state, ulong bound) => Math.BigMul(Next(ref state), bound, out _);

    private static ulong Finish(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
