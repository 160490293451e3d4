using System.Globalization;

namespace Cairn.Tests.Stores;

/// <summary>
/// One step of a random sequence. Steps are written as text (<c>p12.300.1</c>), so that a failing sequence can be kept. A step that makes no sense
/// where it stands is passed over: leaving steps out always gives a sequence that can be run.
/// </summary>
/// <param name="Code">What is done: see <see cref="StoreScriptRunner"/>.</param>
/// <param name="A">First number.</param>
/// <param name="B">Second number.</param>
/// <param name="C">Third number.</param>
internal readonly record struct StoreStep(char Code, int A = 0, int B = 0, int C = 0)
{
    public static StoreStep Parse(string text)
    {
        int[] numbers = [.. text[1..].Split('.', StringSplitOptions.RemoveEmptyEntries).Select(number => int.Parse(number, CultureInfo.InvariantCulture)), 0, 0, 0];
        return new StoreStep(text[0], numbers[0], numbers[1], numbers[2]);
    }

    public override string ToString() => (A, B, C) switch
    {
        (0, 0, 0) => $"{Code}",
        (_, 0, 0) => $"{Code}{A}",
        (_, _, 0) => $"{Code}{A}.{B}",
        _ => $"{Code}{A}.{B}.{C}",
    };
}

/// <summary>A sequence of steps on a store: the home, the seed of the keys, how many there are, the steps.</summary>
internal sealed record StoreScript(HomeKind Home, int Seed, int KeyCount, IReadOnlyList<StoreStep> Steps)
{
    /// <summary>What a random sequence is made of: how often each step comes.</summary>
    private static readonly (char Code, int Weight)[] Mix =
    [
        ('p', 30), ('P', 12), ('d', 10), ('D', 5), ('b', 6), ('r', 4), ('x', 4), ('n', 10), ('c', 22), ('h', 4), ('k', 4),
        ('t', 2), ('y', 2), ('a', 2), ('f', 2), ('v', 4), ('w', 5), ('q', 3), ('z', 3), ('s', 2), ('C', 4), ('o', 3), ('m', 2), ('u', 1), ('e', 1), ('l', 3), ('R', 5), ('F', 1),
    ];

    private static readonly int[] ValueLengths = [0, 1, 8, 20, 32, 32, 60, 100, 300, 1023, 1024, 1025, 2000, 3072];

    public static StoreScript Parse(string text)
    {
        string[] words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new StoreScript(
            Enum.Parse<HomeKind>(words[0]),
            int.Parse(words[1], CultureInfo.InvariantCulture),
            int.Parse(words[2], CultureInfo.InvariantCulture),
            [.. words[3..].Select(StoreStep.Parse)]);
    }

    /// <summary>A random sequence.</summary>
    public static StoreScript Make(HomeKind home, int seed)
    {
        Random random = new(seed);
        int keys = random.Next(20) switch
        {
            0 => 2000,
            < 5 => 400,
            < 14 => 150,
            _ => 20,
        };
        int total = Mix.Sum(step => step.Weight);
        StoreStep[] steps = [.. Enumerable.Range(0, random.Next(10, keys == 2000 ? 40 : 80)).Select(_ => One(random, total, keys))];
        return new StoreScript(home, seed, keys, steps);
    }

    public override string ToString() => $"{Home} {Seed} {KeyCount} {string.Join(' ', Steps)}";

    private static StoreStep One(Random random, int total, int keys)
    {
        int at = random.Next(total);
        char code = Mix.First(step => (at -= step.Weight) < 0).Code;
        int key = random.Next(keys);
        int tree = random.Next(4) == 0 ? 1 : 0;
        int length = ValueLengths[random.Next(random.Next(3) == 0 ? ValueLengths.Length : 8)];
        return code switch
        {
            'p' => new StoreStep(code, (key * 2) + tree, length, random.Next(4)),
            'P' => new StoreStep(code, (key * 2) + tree, random.Next(1, keys), length),
            'd' => new StoreStep(code, (key * 2) + tree),
            'D' => new StoreStep(code, (key * 2) + tree, random.Next(1, random.Next(4) == 0 ? keys : (keys / 4) + 2)),
            'n' or 'f' => new StoreStep(code, random.Next(3) == 0 ? random.Next(1, 1000) : 1),
            'k' => new StoreStep(code, key, random.Next(keys)),
            'R' or 'F' => new StoreStep(code, random.Next(random.Next(3) == 0 ? 30 : 4), random.Next(3)),
            't' or 'y' or 'w' or 'q' or 'z' or 'o' => new StoreStep(code, random.Next(100)),
            _ => new StoreStep(code),
        };
    }
}
