namespace Cairn.Tests.Contracts.Execution;

/// <summary>What entries add up to.</summary>
internal static class EntrySums
{
    /// <summary>The bytes of the keys and values of a scan.</summary>
    public static long Sum(this EntryScan scan)
    {
        long bytes = 0;
        while (scan.MoveNext())
        {
            bytes += scan.Key.Length + scan.Value.Length;
        }

        return bytes;
    }
}
