using Cairn.Proofs;
using Xunit;

namespace Cairn.Tests.Proofs;

/// <summary>Holds every verification to its memory: a fixed amount, and a multiple of the proof.</summary>
internal static class ProofMeter
{
    private const long FixedBytes = 64 * 1024;
    private const long BytesPerByte = 48;

    /// <summary>Runs a verification of so many bytes.</summary>
    public static ProofResult Run<T>(int length, Func<(ProofResult Result, T? Verified)> verify, out T? verified)
        where T : class
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        (ProofResult result, verified) = verify();
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated <= FixedBytes + (BytesPerByte * length), $"{allocated} bytes allocated for a proof of {length}");
        return result;
    }
}
