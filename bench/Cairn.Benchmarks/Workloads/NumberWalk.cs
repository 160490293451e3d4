namespace Cairn.Benchmarks.Workloads;

/// <summary>The numbers below a bound, each once, in steps of one width around a circle. Their keys have nothing to do with each other. One thread.</summary>
internal sealed class NumberWalk
{
    private readonly ulong _count;
    private readonly ulong _stride;
    private ulong _place;
    private ulong _left;

    /// <summary>Begins.</summary>
    /// <param name="count">How many numbers there are, at least one.</param>
    /// <param name="seed">Decides where the walk begins and how wide its steps are.</param>
    public NumberWalk(ulong count, ulong seed)
    {
        ulong state = seed;
        _count = count;
        _place = Mixing.Below(ref state, count);
        _stride = Mixing.Below(ref state, count);
        while (Divisor(_stride, count) != 1)
        {
            _stride++;
        }

        _left = count;
    }

    /// <summary>Takes the next number.</summary>
    /// <returns>Whether there was one left.</returns>
    public bool TryNext(out ulong number)
    {
        number = _place;
        if (_left == 0)
        {
            return false;
        }

        _left--;
        _place = (_place + _stride) % _count;
        return true;
    }

    /// <summary>The greatest common divisor.</summary>
    private static ulong Divisor(ulong one, ulong other) => other == 0 ? one : Divisor(other, one % other);
}
