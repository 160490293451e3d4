using System.Security.Cryptography;
using Cairn.Proofs;

namespace Cairn.Tests.Proofs;

/// <summary>
/// ICS-23 as the standard and its JavaScript implementation check it: the leaf prefix has to begin with the spec's, an inner prefix must not, lengths lie within bounds, suffixes are not looked at. Attacks on it show that they are
/// real. The leaf is described by what weaker trees leave out.
/// </summary>
/// <param name="HashesKey">Whether the key is hashed before it enters the leaf. TendermintSpec does not.</param>
/// <param name="HasLengths">Whether key and value hash are preceded by their length. Without, a leaf is as long as an inner node.</param>
/// <param name="IsByValueHash">Whether a proof carries the SHA-256 of the value.</param>
internal sealed record LooseSpec(bool HashesKey, bool HasLengths, bool IsByValueHash = false)
{
    /// <summary>The ready-made TendermintSpec: raw keys.</summary>
    public static LooseSpec Tendermint { get; } = new(HashesKey: false, HasLengths: true);

    /// <summary>Our leaf without its length bytes, 65 bytes long.</summary>
    public static LooseSpec Leaf65 { get; } = new(HashesKey: true, HasLengths: false);

    /// <summary>Our own leaf.</summary>
    public static LooseSpec Ours { get; } = new(HashesKey: true, HasLengths: true);

    /// <summary>The leaf operation with a prefix.</summary>
    public byte[] LeafOperation(byte[] prefix) =>
        [0x08, 0x01, .. HashesKey ? new byte[] { 0x10, 0x01 } : [], .. IsByValueHash ? [] : new byte[] { 0x18, 0x01 }, .. HasLengths ? new byte[] { 0x20, 0x01 } : [], .. Loose.Field(0x2a, prefix)];

    /// <summary>The message <c>ics23.ProofSpec</c>.</summary>
    public byte[] Encode() => [.. Loose.Field(0x0a, LeafOperation([0])), .. Loose.Field(0x12, [0x0a, 0x02, 0x00, 0x01, 0x10, 0x20, 0x18, 0x01, 0x20, 0x01, 0x30, 0x01]), 0x18, 0xc0, 0x16];

    public byte[] LeafHash(byte[] key, byte[] value) => LeafHash([0], key, value);

    public byte[] LeafHash(byte[] prefix, byte[] key, byte[] value)
    {
        byte[] hashedKey = HashesKey ? SHA256.HashData(key) : key;
        byte[] hashedValue = IsByValueHash ? value : SHA256.HashData(value);
        return SHA256.HashData([.. prefix, .. Length(hashedKey), .. hashedKey, .. Length(hashedValue), .. hashedValue]);
    }

    private byte[] Length(byte[] bytes) => HasLengths ? Loose.Number((ulong)bytes.Length) : [];
}

/// <summary>A step as it stands on the wire.</summary>
internal sealed record LooseStep(byte[] Prefix, byte[] Suffix)
{
    public byte[] Encode() => [0x08, 0x01, .. Loose.Field(0x12, Prefix), .. Loose.Field(0x1a, Suffix)];
}

/// <summary>An existence proof whose leaf prefix and steps may be anything.</summary>
internal sealed record LooseProof(byte[] Key, byte[] Value, byte[] LeafPrefix, LooseStep[] Steps)
{
    public static LooseProof Of(ExistenceProof proof) => new(proof.Key.ToArray(), proof.Value.ToArray(), [0], [.. proof.Steps.Select(StepOf)]);

    public static LooseStep StepOf(ProofStep step) => step.IsSiblingLeft ? new LooseStep([1, .. step.Sibling.ToArray()], []) : new LooseStep([1], step.Sibling.ToArray());

    public byte[] Body(LooseSpec spec) =>
        [.. Loose.Field(0x0a, Key), .. Loose.Field(0x12, Value), .. Loose.Field(0x1a, spec.LeafOperation(LeafPrefix)), .. Steps.SelectMany(step => Loose.Field(0x22, step.Encode()))];

    /// <summary>The message <c>ics23.CommitmentProof</c>.</summary>
    public byte[] Encode(LooseSpec spec) => Loose.Field(0x0a, Body(spec));

    public Hash256 Root(LooseSpec spec)
    {
        byte[] hash = spec.LeafHash(LeafPrefix, Key, Value);
        foreach (LooseStep step in Steps)
        {
            hash = SHA256.HashData([.. step.Prefix, .. hash, .. step.Suffix]);
        }

        return new Hash256(hash);
    }
}

/// <summary>The loose verifier, and the wire form without its rules.</summary>
internal static class Loose
{
    private const int ChildBytes = 32;

    /// <summary>Membership, as <c>verifyMembership</c> of the JavaScript implementation decides it.</summary>
    public static bool VerifyMembership(LooseSpec spec, Hash256 root, LooseProof proof, byte[] key, byte[] value) =>
        proof.Key.AsSpan().SequenceEqual(key) && proof.Value.AsSpan().SequenceEqual(value) && IsOfSpec(proof) && proof.Root(spec) == root;

    /// <summary>Absence, as <c>verifyNonMembership</c> of the JavaScript implementation decides it.</summary>
    public static bool VerifyAbsence(LooseSpec spec, Hash256 root, LooseProof? left, LooseProof? right, byte[] key)
    {
        if (!new[] { left, right }.OfType<LooseProof>().All(proof => IsOfSpec(proof) && proof.Root(spec) == root)
            || left?.Key.AsSpan().SequenceCompareTo(key) >= 0 || right?.Key.AsSpan().SequenceCompareTo(key) <= 0)
        {
            return false;
        }

        return left is null ? right!.Steps.All(IsLeftChild) : right is null ? left.Steps.All(IsRightChild) : AreNeighbours(left.Steps, right.Steps);
    }

    /// <summary>The message <c>ics23.CommitmentProof</c> with an absence.</summary>
    public static byte[] EncodeAbsence(LooseSpec spec, byte[] key, LooseProof? left, LooseProof? right) =>
        Field(0x12, [.. Field(0x0a, key), .. left is null ? [] : Field(0x12, left.Body(spec)), .. right is null ? [] : Field(0x1a, right.Body(spec))]);

    /// <summary>A field of bytes; none when they are empty.</summary>
    public static byte[] Field(byte tag, byte[] bytes) => bytes.Length == 0 ? [] : [tag, .. Number((ulong)bytes.Length), .. bytes];

    public static byte[] Number(ulong number) => number < 0x80 ? [(byte)number] : [(byte)(number | 0x80), .. Number(number >> 7)];

    private static bool IsOfSpec(LooseProof proof) => proof.Key.Length > 0 && proof.Value.Length > 0 && proof.LeafPrefix is [0, ..] && proof.Steps.All(IsInner);

    /// <summary>A prefix as long as the leaf's is not compared with it: that is how a leaf of 65 bytes passes for an inner node.</summary>
    private static bool IsInner(LooseStep step) => step.Prefix.Length is >= 1 and <= 1 + ChildBytes && !(step.Prefix.Length > 1 && step.Prefix[0] == 0);

    private static bool IsLeftChild(LooseStep step) => step.Prefix.Length == 1 && step.Suffix.Length == ChildBytes;

    private static bool IsRightChild(LooseStep step) => step.Prefix.Length == 1 + ChildBytes && step.Suffix.Length == 0;

    private static bool AreNeighbours(ReadOnlySpan<LooseStep> left, ReadOnlySpan<LooseStep> right)
    {
        while (left.Length > 0 && right.Length > 0 && left[^1].Prefix.AsSpan().SequenceEqual(right[^1].Prefix) && left[^1].Suffix.AsSpan().SequenceEqual(right[^1].Suffix))
        {
            left = left[..^1];
            right = right[..^1];
        }

        return left.Length > 0 && right.Length > 0 && IsLeftChild(left[^1]) && IsRightChild(right[^1])
            && left[..^1].ToArray().All(IsRightChild) && right[..^1].ToArray().All(IsLeftChild);
    }
}
