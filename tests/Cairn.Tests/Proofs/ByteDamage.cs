namespace Cairn.Tests.Proofs;

/// <summary>Damage to any bytes.</summary>
internal static class ByteDamage
{
    /// <summary>Other bytes, made from some; <paramref name="other"/> gives parts to splice in.</summary>
    public static byte[] Apply(Random random, byte[] bytes, byte[] other)
    {
        int place = random.Next(bytes.Length);
        int length = random.Next(Math.Min(bytes.Length - place, 40)) + 1;
        return random.Next(11) switch
        {
            0 or 1 => With(bytes, place, (byte)(bytes[place] ^ (1 << random.Next(8)))),
            2 => With(bytes, place, (byte)random.Next(256)),
            3 => bytes[..place],
            4 => [.. bytes, .. ProofSamples.Bytes(random, 1 + random.Next(3))],
            5 => [.. bytes[..place], .. bytes[(place + length)..]],
            6 => [.. bytes[..(place + length)], .. bytes[place..]],
            7 => [.. bytes[..place], (byte)(bytes[place] | 0x80), 0, .. bytes[(place + 1)..]], // a longer number, where it is one
            8 => [.. bytes[..place], .. Enumerable.Repeat((byte)0xff, random.Next(10)), (byte)random.Next(2, 0x80), .. bytes[(place + 1)..]], // a huge number
            9 => [.. bytes[..place], .. ProofSamples.Bytes(random, length), .. bytes[(place + length)..]],
            _ => [.. bytes[..place], .. other[Math.Min(other.Length, place)..]],
        };
    }

    private static byte[] With(byte[] bytes, int place, byte value)
    {
        byte[] changed = [.. bytes];
        changed[place] = value;
        return changed;
    }
}
