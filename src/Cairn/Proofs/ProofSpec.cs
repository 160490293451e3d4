using System.Text;
using Cairn.Hashing;

namespace Cairn.Proofs;

/// <summary>
/// How an ICS-23 verifier has to check the proofs of a Cairn root. There are two over the same root: with the value itself in the proof, or with its SHA-256. Immutable. The rules are in <c>docs/proofs.md</c>.
/// </summary>
public sealed class ProofSpec
{
    private readonly byte[] _leafOperation;

    private ProofSpec(string name, bool isByValueHash, byte[] leafOperation)
    {
        Name = name;
        IsByValueHash = isByValueHash;
        _leafOperation = leafOperation;
    }

    /// <summary>The proof carries the value; an empty value, or absence beside one, cannot be proved.</summary>
    public static ProofSpec ByValue { get; } = new("value", isByValueHash: false, [0x08, 0x01, 0x10, 0x01, 0x18, 0x01, 0x20, 0x01, 0x2a, 0x01, CommitmentHash.LeafPrefix]);

    /// <summary>The proof carries the SHA-256 of the value; every entry can be proved, and a long value costs 32 bytes.</summary>
    public static ProofSpec ByValueHash { get; } = new("hash", isByValueHash: true, [0x08, 0x01, 0x10, 0x01, 0x20, 0x01, 0x2a, 0x01, CommitmentHash.LeafPrefix]);

    /// <summary>The name on the command line: <c>value</c> or <c>hash</c>.</summary>
    public string Name { get; }

    /// <summary>Whether the value in a proof is the SHA-256 of the entry's value.</summary>
    public bool IsByValueHash { get; }

    /// <summary>The <c>LeafOp</c> of every proof of this spec, as it stands on the wire.</summary>
    internal ReadOnlySpan<byte> LeafOperation => _leafOperation;

    /// <summary>The message <c>ics23.ProofSpec</c> in its canonical protobuf encoding: what other verifiers are given.</summary>
    public byte[] ToProtobuf()
    {
        WireWriter writer = new();
        writer.Number(0x18, ProofLimits.MaxDepth);
        int inner = writer.Length;
        writer.Number(0x30, 1); // hash SHA256
        writer.Number(0x20, 1); // max_prefix_length
        writer.Number(0x18, 1); // min_prefix_length
        writer.Number(0x10, Hash256.SizeBytes);
        writer.Bytes(0x0a, [0, 1]); // child_order, packed
        writer.Enclose(0x12, inner);
        writer.Bytes(0x0a, _leafOperation);
        return writer.ToArray();
    }

    /// <summary>The message <c>ics23.ProofSpec</c> in the JSON form of protobuf, on one line: enumerations by name, bytes in base64.</summary>
    public string ToJson() => new StringBuilder()
        .Append("{\"leafSpec\":{\"hash\":\"SHA256\",\"prehashKey\":\"SHA256\",\"prehashValue\":\"").Append(IsByValueHash ? "NO_HASH" : "SHA256")
        .Append("\",\"length\":\"VAR_PROTO\",\"prefix\":\"").Append(Convert.ToBase64String([CommitmentHash.LeafPrefix]))
        .Append("\"},\"innerSpec\":{\"childOrder\":[0,1],\"childSize\":").Append(Hash256.SizeBytes)
        .Append(",\"minPrefixLength\":1,\"maxPrefixLength\":1,\"hash\":\"SHA256\"},\"maxDepth\":").Append(ProofLimits.MaxDepth).Append('}')
        .ToString();

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>The value as a proof of this spec carries it.</summary>
    internal bool IsValueOf(ReadOnlySpan<byte> shown, ReadOnlySpan<byte> value) =>
        IsByValueHash ? shown.Length == Hash256.SizeBytes && new Hash256(shown) == CommitmentHash.Value(value) : shown.SequenceEqual(value);
}
