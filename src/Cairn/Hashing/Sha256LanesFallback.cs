using System.Security.Cryptography;

namespace Cairn.Hashing;

/// <summary>One message at a time through the platform's SHA-256: for processors without wide vectors, and what the tests compare the others with.</summary>
internal sealed class Sha256LanesFallback : Sha256Lanes
{
    /// <inheritdoc/>
    public override string Name => "platform";

    /// <inheritdoc/>
    public override int LaneCount => 1;

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
