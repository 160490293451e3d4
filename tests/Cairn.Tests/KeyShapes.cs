using System.Globalization;
using System.Text;
using Cairn.Tests.Reference;

namespace Cairn.Tests;

/// <summary>The kinds of key sets that have ever hurt a tree.</summary>
internal enum KeyShape
{
    /// <summary>Uniform bytes, 1 to 40 of them, mostly 20 or 32.</summary>
    Random,

    /// <summary>A few prefixes of up to 316 bytes with a short tail each.</summary>
    SharedPrefixes,

    /// <summary>Keys that are prefixes of each other, with some branches on the way.</summary>
    PrefixesOfEachOther,

    /// <summary>Keys that leave one spine bit after bit, so that the tree is as deep as there are keys.</summary>
    Comb,

    /// <summary>Runs of ff, whose successors have no upper bound of the same length.</summary>
    RunsOfFf,

    /// <summary>Runs of zero bytes, which only their length tells apart.</summary>
    RunsOfZero,

    /// <summary>Text with a decimal counter in it.</summary>
    DecimalCounters,

    /// <summary>One to four letters of a small alphabet.</summary>
    ShortText,

    /// <summary>Structured keys: first byte 02, a contract, a slot of mostly zero bytes.</summary>
    ContractSlots,
}

/// <summary>Makes sets of different keys of one shape.</summary>
internal static class KeyShapes
{
    public static IReadOnlyList<KeyShape> All { get; } = Enum.GetValues<KeyShape>();

    /// <summary>At most <paramref name="count"/> different keys of a shape (fewer where the shape has no more), in no order.</summary>
    public static byte[][] Make(Random random, KeyShape shape, int count)
    {
        HashSet<byte[]> keys = new(ByteStringComparer.Instance);
        byte[][] spines = [.. Enumerable.Range(0, 3).Select(_ => Spine(random))];
        int counter = random.Next(100_000);
        for (int attempt = 0; keys.Count < count && attempt < count * 4; attempt++)
        {
            keys.Add(One(random, shape, spines, counter + attempt));
        }

        byte[][] result = [.. keys];
        random.Shuffle(result);
        return result;
    }

    /// <summary>At most <paramref name="count"/> different keys of several shapes together.</summary>
    public static byte[][] MakeMixed(Random random, int count)
    {
        HashSet<byte[]> keys = new(ByteStringComparer.Instance);
        int shapes = random.Next(1, 4);
        for (int i = 0; i < shapes; i++)
        {
            keys.UnionWith(Make(random, All[random.Next(All.Count)], (count + shapes - 1) / shapes));
        }

        byte[][] result = [.. keys];
        random.Shuffle(result);
        return result;
    }

    private static byte[] One(Random random, KeyShape shape, byte[][] spines, int counter) => shape switch
    {
        KeyShape.Random => Bytes(random, random.Next(4) == 0 ? random.Next(1, 41) : random.Next(2) == 0 ? 20 : 32),
        KeyShape.SharedPrefixes => [.. Pick(random, spines)[..(StateLimits.MaxKeyBytes - 4)], .. Bytes(random, random.Next(0, 5))],
        KeyShape.PrefixesOfEachOther => PrefixOf(random, Pick(random, spines)),
        KeyShape.Comb => ToothOf(random, spines[0]),
        KeyShape.RunsOfFf => Run(random, 0xff),
        KeyShape.RunsOfZero => Run(random, 0x00),
        KeyShape.DecimalCounters => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"org/acme/member/{counter:d6}/{(random.Next(2) == 0 ? "balance" : "name")}")),
        KeyShape.ShortText => [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => (byte)random.Next('a', 'f'))],
        KeyShape.ContractSlots => Slot(random, spines),
        _ => throw new ArgumentOutOfRangeException(nameof(shape)),
    };

    /// <summary>320 bytes to hang keys on: random, zero-heavy or all of one bit.</summary>
    private static byte[] Spine(Random random)
    {
        byte[] spine = Bytes(random, StateLimits.MaxKeyBytes);
        switch (random.Next(4))
        {
            case 0:
                spine.AsSpan().Fill(0xff);
                break;
            case 1:
                spine.AsSpan().Clear();
                break;
            default:
                break;
        }

        return spine;
    }

    private static byte[] PrefixOf(Random random, byte[] spine)
    {
        byte[] key = spine[..random.Next(1, spine.Length + 1)];
        if (random.Next(3) == 0)
        {
            key[^1] ^= (byte)(1 << random.Next(8));
        }

        return key;
    }

    /// <summary>A key that follows the spine up to one bit and leaves it there.</summary>
    private static byte[] ToothOf(Random random, byte[] spine)
    {
        int bit = random.Next(8 * (random.Next(2) == 0 ? 40 : spine.Length));
        byte[] key = spine[..Math.Min(spine.Length, (bit / 8) + 1 + random.Next(3))];
        key[bit / 8] ^= (byte)(0x80 >> (bit % 8));
        return key;
    }

    private static byte[] Run(Random random, byte value)
    {
        byte[] key = new byte[random.Next(1, random.Next(8) == 0 ? StateLimits.MaxKeyBytes + 1 : 24)];
        key.AsSpan().Fill(value);
        if (random.Next(3) == 0)
        {
            key[^1] = (byte)(value ^ random.Next(3));
        }

        return key;
    }

    private static byte[] Slot(Random random, byte[][] contracts)
    {
        byte[] slot = new byte[32];
        slot[31] = (byte)random.Next(20);
        if (random.Next(3) == 0)
        {
            random.NextBytes(slot);
        }

        return [0x02, 20, .. Pick(random, contracts)[..20], .. slot];
    }

    private static byte[] Pick(Random random, byte[][] from) => from[random.Next(from.Length)];

    private static byte[] Bytes(Random random, int count)
    {
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
