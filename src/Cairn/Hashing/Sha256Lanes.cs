namespace Cairn.Hashing;

/// <summary>
/// SHA-256 of many messages of one shape at once, a message in each lane of the vector registers. All implementations give the same digests.
/// <list type="bullet">
/// <item>Instances hold no state: any thread may use any of them at any time.</item>
/// <item>Nothing is allocated, nothing outside the given spans is read or written, and a count that is no multiple of <see cref="LaneCount"/> is as good as any.</item>
/// <item>Digests are written in the order of the messages; they must not overlap the messages.</item>
/// </list>
/// </summary>
internal abstract class Sha256Lanes
{
    /// <summary>Every implementation this machine can run, the fastest first, <see cref="Sha256LanesFallback"/> last.</summary>
    public static IReadOnlyList<Sha256Lanes> Supported { get; } = FindSupported();

    /// <summary>The fastest implementation this machine can run.</summary>
    public static Sha256Lanes Best { get; } = Supported[0];

    /// <summary>A name for reports and test output.</summary>
    public abstract string Name { get; }

    /// <summary>How many messages are hashed side by side; the least batch that uses the whole width.</summary>
    public abstract int LaneCount { get; }

    /// <summary>Hashes messages that are padded already, see <see cref="Sha256Padding"/>.</summary>
    /// <param name="messages">The padded messages, one behind the other.</param>
    /// <param name="blocksPerMessage">The 64-byte blocks of each message, padding included; at least 1.</param>
    /// <param name="count">How many messages.</param>
    /// <param name="digests">At least 32 bytes a message; what lies behind them is left alone.</param>
    /// <exception cref="ArgumentException">A span is too short, the spans overlap, or (not by every implementation) a message is not padded as it should be.</exception>
    public void HashBlocks(ReadOnlySpan<byte> messages, int blocksPerMessage, int count, Span<byte> digests)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(blocksPerMessage);
        Check(messages, blocksPerMessage, count, digests);
        Hash(Sha256Shape.Padded, messages, blocksPerMessage, count, digests);
    }

    /// <summary>Hashes inner nodes: H(01 ‖ left ‖ right) of each pair.</summary>
    /// <param name="pairs">64 bytes a pair: left ‖ right.</param>
    /// <param name="count">How many pairs.</param>
    /// <param name="digests">At least 32 bytes a pair; what lies behind them is left alone.</param>
    /// <exception cref="ArgumentException">A span is too short, or the spans overlap.</exception>
    public void HashInner(ReadOnlySpan<byte> pairs, int count, Span<byte> digests)
    {
        Check(pairs, 1, count, digests);
        Hash(Sha256Shape.Inner, pairs, 1, count, digests);
    }

    /// <summary>Hashes leaves: H(00 ‖ 20 ‖ H(key) ‖ 20 ‖ H(value)) of each pair.</summary>
    /// <param name="pairs">64 bytes a pair: H(key) ‖ H(value).</param>
    /// <param name="count">How many pairs.</param>
    /// <param name="digests">At least 32 bytes a pair; what lies behind them is left alone.</param>
    /// <exception cref="ArgumentException">A span is too short, or the spans overlap.</exception>
    public void HashLeaf(ReadOnlySpan<byte> pairs, int count, Span<byte> digests)
    {
        Check(pairs, 1, count, digests);
        Hash(Sha256Shape.Leaf, pairs, 1, count, digests);
    }

    /// <summary>Hashes inputs of one shape. The arguments are checked: the spans are long enough and apart.</summary>
    /// <param name="shape">What an input is.</param>
    /// <param name="inputs">The inputs, one behind the other.</param>
    /// <param name="blocksPerInput">The 64-byte blocks of each input, as it is given; 1 for pairs.</param>
    /// <param name="count">How many inputs.</param>
    /// <param name="digests">At least 32 bytes an input.</param>
    internal abstract void Hash(Sha256Shape shape, ReadOnlySpan<byte> inputs, int blocksPerInput, int count, Span<byte> digests);

    private static void Check(ReadOnlySpan<byte> inputs, int blocksPerInput, int count, Span<byte> digests)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        long inputBytes = (long)blocksPerInput * Sha256Constants.BlockBytes;
        if (count > inputs.Length / inputBytes)
        {
            throw new ArgumentException($"{count} inputs of {inputBytes} bytes are expected, the span has {inputs.Length} bytes.", nameof(inputs));
        }

        if (digests.Length < (long)count * Hash256.SizeBytes)
        {
            throw new ArgumentException($"{count} digests of {Hash256.SizeBytes} bytes are written, the span has {digests.Length} bytes.", nameof(digests));
        }

        if (inputs.Overlaps(digests))
        {
            throw new ArgumentException("The digests overlap the inputs.", nameof(digests));
        }
    }

    private static List<Sha256Lanes> FindSupported()
    {
        List<Sha256Lanes> supported = [];
        if (Sha256Lanes16.IsSupported)
        {
            supported.Add(new Sha256Lanes16());
        }

        if (Sha256LanesAvx512.IsSupported)
        {
            supported.Add(new Sha256Lanes8<Sha256LanesAvx512>());
        }

        if (Sha256LanesAvx2.IsSupported)
        {
            supported.Add(new Sha256Lanes8<Sha256LanesAvx2>());
        }

        if (Sha256LanesArmInstructions.IsSupported)
        {
            supported.Add(new Sha256LanesArm<Sha256LanesArmInstructions>());
        }

        supported.Add(new Sha256LanesFallback());
        return supported;
    }
}

/// <summary>What an input of <see cref="Sha256Lanes.Hash"/> is.</summary>
internal enum Sha256Shape
{
    /// <summary>Whole blocks that end with SHA-256's padding.</summary>
    Padded,

    /// <summary>left ‖ right of an inner node.</summary>
    Inner,

    /// <summary>H(key) ‖ H(value) of a leaf.</summary>
    Leaf,
}
