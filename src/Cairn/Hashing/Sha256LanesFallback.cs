using System.Security.Cryptography;

namespace Cairn.Hashing;

/// <summary>One message at a time through the platform's SHA-256: for processors without wide vectors, and what the tests compare the others with.</summary>
internal sealed class Sha256LanesFallback : Sha256Lanes
{
    /// <summary>What the platform's SHA-256 needs for a call and for each block of it, with the processor's SHA instructions: measured, and rough.</summary>
    private const int CallNanoseconds = 400, BlockNanoseconds = 35;

    /// <inheritdoc/>
    public override string Name => "platform";

    /// <inheritdoc/>
    public override int LaneCount => 1;

    /// <summary>Whether a few inputs, long ones above all, are done sooner one at a time than side by side in one group of lanes.</summary>
    /// <param name="shape">What an input is.</param>
    /// <param name="blocksPerInput">The blocks of each input as it is given.</param>
    /// <param name="count">How many inputs.</param>
    /// <param name="groupBlockNanoseconds">What the group needs for a block, whatever part of its lanes is used.</param>
    public static bool IsFaster(Sha256Shape shape, int blocksPerInput, int count, int groupBlockNanoseconds)
    {
        long blocks = shape == Sha256Shape.Padded ? blocksPerInput : 2;
        return count * (CallNanoseconds + (blocks * BlockNanoseconds)) < blocks * groupBlockNanoseconds;
    }

    /// <inheritdoc/>
    internal override void Hash(Sha256Shape shape, ReadOnlySpan<byte> inputs, int blocksPerInput, int count, Span<byte> digests)
    {
        int inputBytes = blocksPerInput * Sha256Constants.BlockBytes;
        Span<byte> preimage = stackalloc byte[CommitmentHash.LeafBytes];
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> input = inputs.Slice(i * inputBytes, inputBytes);
            ReadOnlySpan<byte> message = shape switch
            {
                Sha256Shape.Inner => CommitmentHash.InnerPreimage(input, preimage),
                Sha256Shape.Leaf => CommitmentHash.LeafPreimage(input, preimage),
                _ => Sha256Padding.Unpad(input),
            };
            SHA256.HashData(message, digests.Slice(i * Hash256.SizeBytes, Hash256.SizeBytes));
        }
    }
}
