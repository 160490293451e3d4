namespace Cairn.Benchmarks.Workloads;

/// <summary>Draws ranks 0 to n − 1 where rank r has the weight 1 / (r + 1): Zipf's law with exponent 1. By Vose's alias table, so that a draw is one look-up. Immutable; safe for any thread.</summary>
internal sealed class ZipfSampler
{
    private readonly double[] _keep;
    private readonly int[] _alias;

    /// <summary>Makes the table.</summary>
    public ZipfSampler(int count)
    {
        _keep = new double[count];
        _alias = new int[count];
        double sum = 0;
        for (int rank = count; rank > 0; rank--)
        {
            sum += 1.0 / rank;
        }

        Stack<int> small = new();
        Stack<int> large = new();
        for (int rank = 0; rank < count; rank++)
        {
            _keep[rank] = count / ((rank + 1) * sum);
            (_keep[rank] < 1 ? small : large).Push(rank);
        }

        while (small.Count > 0 && large.Count > 0)
        {
            int less = small.Pop();
            int more = large.Pop();
            _alias[less] = more;
            _keep[more] -= 1 - _keep[less];
            (_keep[more] < 1 ? small : large).Push(more);
        }

        // What is left is 1 but for rounding.
        foreach (int rank in small.Concat(large))
        {
            _keep[rank] = 1;
        }
    }

    /// <summary>Draws a rank.</summary>
    public int Next(ref ulong state)
    {
        int column = (int)Mixing.Below(ref state, (ulong)_keep.Length);
        double toss = (Mixing.Next(ref state) >> 11) * (1.0 / (1UL << 53));
        return toss < _keep[column] ? column : _alias[column];
    }
}
