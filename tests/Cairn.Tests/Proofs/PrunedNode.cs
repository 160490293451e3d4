using System.Security.Cryptography;
using Cairn.Format;
using Cairn.Proofs;
using Cairn.Tests.Reference;

namespace Cairn.Tests.Proofs;

/// <summary>
/// A pruned tree taken apart, to be changed and written again by no rules but those of the wire. It also stands for a weak verifier: one that folds the hashes, compares the root, and takes what is shown for all there is.
/// </summary>
internal sealed class PrunedNode
{
    public PrunedNode? Left { get; set; }

    public PrunedNode? Right { get; set; }

    /// <summary>The key of a leaf; null of a stub and an inner node.</summary>
    public byte[]? Key { get; set; }

    /// <summary>The value of a leaf that shows it.</summary>
    public byte[]? Value { get; set; }

    /// <summary>The hash of a stub, or of a leaf's value.</summary>
    public byte[] Shown { get; set; } = [];

    public bool IsInner => Left is not null;

    public bool IsStub => Left is null && Key is null;

    public static PrunedNode Leaf(byte[] key, byte[] value) => new() { Key = key, Value = value };

    public static PrunedNode Stub(Hash256 hash) => new() { Shown = hash.ToArray() };

    public static PrunedNode Inner(PrunedNode left, PrunedNode right) => new() { Left = left, Right = right };

    /// <summary>Reads a proof that is well formed; null for the empty tree.</summary>
    public static PrunedNode? Read(byte[] bytes)
    {
        int at = 1;
        int terminals = Number();
        int codesAt = at;
        at += ((2 * terminals) - 1 + 3) / 4;
        int node = 0;
        byte[] key = [];
        return terminals == 0 ? null : Next();

        PrunedNode Next()
        {
            int code = (bytes[codesAt + (node / 4)] >> (6 - (2 * (node % 4)))) & 3;
            node++;
            switch (code)
            {
                case 0:
                    PrunedNode left = Next();
                    return Inner(left, Next());
                case 1:
                    return new PrunedNode { Shown = Take(32) };
                default:
                    int shared = Number();
                    key = [.. key[..shared], .. Take(Number())];
                    return code == 2 ? new PrunedNode { Key = key, Shown = Take(32) } : new PrunedNode { Key = key, Value = Take(Number()) };
            }
        }

        byte[] Take(int count) => bytes[at..(at += count)];

        int Number()
        {
            Varint.TryRead(bytes.AsSpan(at), out ulong number, out int count);
            at += count;
            return (int)number;
        }
    }

    /// <summary>The wire form, whatever the tree is.</summary>
    public byte[] Write()
    {
        List<int> codes = [];
        List<byte> data = [];
        byte[] before = [];
        Walk(this);
        byte[] packed = new byte[(codes.Count + 3) / 4];
        for (int i = 0; i < codes.Count; i++)
        {
            packed[i / 4] |= (byte)(codes[i] << (6 - (2 * (i % 4))));
        }

        return [1, .. Loose.Number((ulong)((codes.Count + 1) / 2)), .. packed, .. data];

        void Walk(PrunedNode node)
        {
            codes.Add(node.IsInner ? 0 : node.IsStub ? 1 : node.Value is null ? 2 : 3);
            if (node.IsInner)
            {
                Walk(node.Left!);
                Walk(node.Right!);
                return;
            }

            if (node.Key is { } key)
            {
                int shared = key.AsSpan().CommonPrefixLength(before);
                data.AddRange([.. Loose.Number((ulong)shared), .. Loose.Number((ulong)(key.Length - shared)), .. key[shared..]]);
                before = key;
            }

            data.AddRange(node.Value is { } value ? [.. Loose.Number((ulong)value.Length), .. value] : node.Shown);
        }
    }

    /// <summary>The bytes that <see cref="PrunedTreeWriter"/> makes of the same nodes.</summary>
    public byte[] WriteAgain()
    {
        PrunedTreeWriter writer = new();
        Walk(this);
        return writer.ToArray();

        void Walk(PrunedNode node)
        {
            if (node.IsInner)
            {
                writer.Inner();
                Walk(node.Left!);
                Walk(node.Right!);
            }
            else if (node.IsStub)
            {
                writer.Stub(new Hash256(node.Shown));
            }
            else if (node.Value is { } value)
            {
                writer.Leaf(node.Key, value.AsSpan());
            }
            else
            {
                writer.Leaf(node.Key, new Hash256(node.Shown));
            }
        }
    }

    public Hash256 Hash() => new(HashBytes());

    public IEnumerable<PrunedNode> All() => IsInner ? [this, .. Left!.All(), .. Right!.All()] : [this];

    public IEnumerable<PrunedNode> Leaves() => All().Where(node => node.Key is not null);

    /// <summary>What the weak verifier says: the root fits, and the key is not shown, so it is absent.</summary>
    public bool WeaklyLacks(Hash256 root, byte[] key) => Hash() == root && !Leaves().Any(leaf => leaf.Key.AsSpan().SequenceEqual(key));

    /// <summary>Becomes another node.</summary>
    public void Become(PrunedNode other) => (Left, Right, Key, Value, Shown) = (other.Left, other.Right, other.Key, other.Value, other.Shown);

    /// <summary>Changes something, mostly so that the root does not fit any more, sometimes so that it does.</summary>
    public void Damage(Random random)
    {
        PrunedNode[] all = [.. All()];
        PrunedNode node = all[random.Next(all.Length)];
        PrunedNode other = all[random.Next(all.Length)];
        switch (random.Next(10))
        {
            case 0:
                node.Become(Stub(node.Hash())); // true, but it hides what is below
                break;
            case 1:
                node.Become(Stub(new Hash256(ProofSamples.Bytes(random, Hash256.SizeBytes))));
                break;
            case 2 when node.IsInner:
                (node.Left, node.Right) = (node.Right, node.Left);
                break;
            case 3 when node.IsInner:
                node.Become(random.Next(2) == 0 ? node.Left! : node.Right!);
                break;
            case 4 when node is { IsInner: true, Right.IsInner: true }:
                node.Become(Inner(Inner(node.Left!, node.Right.Left!), node.Right.Right!));
                break;
            case 5 when node.Key is not null:
                node.Key = random.Next(2) == 0 ? [.. node.Key, (byte)random.Next(256)] : other.Key ?? node.Key[..Math.Max(0, node.Key.Length - 1)];
                break;
            case 6 when node.Value is not null:
                node.Shown = SHA256.HashData(node.Value);
                node.Value = random.Next(2) == 0 ? [.. node.Value, 0] : null;
                break;
            case 7 when node.IsInner:
                node.Become(Inner(Stub(node.Left!.Hash()), Stub(node.Right!.Hash())));
                break;
            case 8 when node.Key is not null:
                node.Become(Inner(new PrunedNode { Key = node.Key, Value = node.Value, Shown = node.Shown }, Stub(other.Hash())));
                break;
            default:
                PrunedNode copy = new();
                copy.Become(node);
                if (!other.All().Contains(node) && !node.All().Contains(other))
                {
                    node.Become(other);
                    other.Become(copy);
                }

                break;
        }
    }

    private byte[] HashBytes() => IsInner ? NaiveMerkle.InnerHash(Left!.HashBytes(), Right!.HashBytes())
        : Key is null ? Shown
        : Value is not null ? NaiveMerkle.LeafHash(Key, Value)
        : SHA256.HashData([0x00, 0x20, .. SHA256.HashData(Key), 0x20, .. Shown]);
}
