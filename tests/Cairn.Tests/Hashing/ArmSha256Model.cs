using System.Numerics;
using System.Runtime.Intrinsics;
using Cairn.Hashing;

namespace Cairn.Tests;

/// <summary>
/// Arm's SHA-256 instructions as the pseudocode of the Arm Architecture Reference Manual defines them, so that the code which uses them is tested on any processor.
/// </summary>
internal readonly struct ArmSha256Model : ISha256LanesInstructions
{
    public static string Name => "arm sha256 model";

    public static Vector128<uint> HashUpdate1(Vector128<uint> abcd, Vector128<uint> efgh, Vector128<uint> keyedWords) =>
        FourRounds(abcd, efgh, keyedWords).Abcd;

    public static Vector128<uint> HashUpdate2(Vector128<uint> efgh, Vector128<uint> abcd, Vector128<uint> keyedWords) =>
        FourRounds(abcd, efgh, keyedWords).Efgh;

    public static Vector128<uint> ScheduleUpdate0(Vector128<uint> words0To3, Vector128<uint> words4To7)
    {
        ReadOnlySpan<uint> next = [words0To3[1], words0To3[2], words0To3[3], words4To7[0]];
        Span<uint> result = stackalloc uint[4];
        for (int i = 0; i < 4; i++)
        {
            result[i] = words0To3[i] + (BitOperations.RotateRight(next[i], 7) ^ BitOperations.RotateRight(next[i], 18) ^ (next[i] >> 3));
        }

        return Vector128.Create((ReadOnlySpan<uint>)result);
    }

    public static Vector128<uint> ScheduleUpdate1(Vector128<uint> half, Vector128<uint> words8To11, Vector128<uint> words12To15)
    {
        ReadOnlySpan<uint> nine = [words8To11[1], words8To11[2], words8To11[3], words12To15[0]];
        Span<uint> result = stackalloc uint[4];
        for (int i = 0; i < 4; i++)
        {
            uint fourteen = i < 2 ? words12To15[i + 2] : result[i - 2];
            result[i] = half[i] + nine[i] + (BitOperations.RotateRight(fourteen, 17) ^ BitOperations.RotateRight(fourteen, 19) ^ (fourteen >> 10));
        }

        return Vector128.Create((ReadOnlySpan<uint>)result);
    }

    private static (Vector128<uint> Abcd, Vector128<uint> Efgh) FourRounds(Vector128<uint> abcd, Vector128<uint> efgh, Vector128<uint> keyedWords)
    {
        uint a = abcd[0], b = abcd[1], c = abcd[2], d = abcd[3], e = efgh[0], f = efgh[1], g = efgh[2], h = efgh[3];
        for (int i = 0; i < 4; i++)
        {
            uint t = h + keyedWords[i] + ((e & f) ^ (~e & g))
                + (BitOperations.RotateRight(e, 6) ^ BitOperations.RotateRight(e, 11) ^ BitOperations.RotateRight(e, 25));
            uint next = t + ((a & b) ^ (a & c) ^ (b & c))
                + (BitOperations.RotateRight(a, 2) ^ BitOperations.RotateRight(a, 13) ^ BitOperations.RotateRight(a, 22));
            (h, g, f, e, d, c, b, a) = (g, f, e, d + t, c, b, a, next);
        }

        return (Vector128.Create(a, b, c, d), Vector128.Create(e, f, g, h));
    }
}
