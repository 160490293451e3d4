using Cairn.Hashing;

namespace Cairn.Proofs;

/// <summary>The bytes before the fields of the ICS-23 messages: field number and wire type. All our fields are bytes or messages.</summary>
internal static class WireTag
{
    /// <summary><c>CommitmentProof.exist</c>, and the same field of batch entries.</summary>
    public const byte Existence = 0x0a;

    /// <summary><c>CommitmentProof.nonexist</c>, and the same field of batch entries.</summary>
    public const byte NonExistence = 0x12;

    /// <summary><c>CommitmentProof.batch</c>.</summary>
    public const byte Batch = 0x1a;

    /// <summary><c>CommitmentProof.compressed</c>.</summary>
    public const byte CompressedBatch = 0x22;

    /// <summary>An entry of a batch.</summary>
    public const byte Entry = 0x0a;

    /// <summary>A step in the table of a compressed batch.</summary>
    public const byte Lookup = 0x12;

    /// <summary>The key of an existence or non-existence proof.</summary>
    public const byte Key = 0x0a;

    /// <summary>The value of an existence proof.</summary>
    public const byte Value = 0x12;

    /// <summary>The leaf operation of an existence proof.</summary>
    public const byte Leaf = 0x1a;

    /// <summary>A step of an existence proof; in a compressed one, the packed numbers of all its steps.</summary>
    public const byte Step = 0x22;

    /// <summary>The left neighbour in a non-existence proof.</summary>
    public const byte Left = 0x12;

    /// <summary>The right neighbour in a non-existence proof.</summary>
    public const byte Right = 0x1a;

    /// <summary>What stands before the sibling's hash in the step of a left child: SHA-256, the prefix of an inner node, and the hash as suffix.</summary>
    public static ReadOnlySpan<byte> StepBeforeRight => [0x08, 0x01, 0x12, 0x01, CommitmentHash.InnerPrefix, 0x1a, Hash256.SizeBytes];

    /// <summary>What stands before the sibling's hash in the step of a right child: SHA-256, and a prefix that ends with the hash.</summary>
    public static ReadOnlySpan<byte> StepAfterLeft => [0x08, 0x01, 0x12, 1 + Hash256.SizeBytes, CommitmentHash.InnerPrefix];
}
