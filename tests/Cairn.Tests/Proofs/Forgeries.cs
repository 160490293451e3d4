using System.Security.Cryptography;
using System.Text;
using Cairn.Proofs;

namespace Cairn.Tests.Proofs;

/// <summary>A forged proof: true to a weaker verifier, false of the state.</summary>
/// <param name="Spec">The spec it deceives.</param>
/// <param name="Root">The root of the tree under that spec.</param>
/// <param name="Bytes">The encoded <c>CommitmentProof</c>.</param>
/// <param name="Key">The key it lies about.</param>
/// <param name="Value">The value the key does not have; null: the key is said to be absent and is present.</param>
/// <param name="Left">The forged leaf, or the left neighbour of an absence.</param>
internal sealed record Forgery(LooseSpec Spec, Hash256 Root, byte[] Bytes, byte[] Key, byte[]? Value, LooseProof Left);

/// <summary>The forgeries that shaped the commitment. Each attacker only wrote a key of their own into the state.</summary>
internal static class Forgeries
{
    private static readonly byte[] Target = "org/acme/treasury/balance"u8.ToArray();
    private static readonly byte[] Million = "1000000"u8.ToArray();

    /// <summary>A raw key X ‖ length ‖ T in the leaf: the same hash is that of a leaf of key T with a longer prefix.</summary>
    public static Forgery RawKeyMembership()
    {
        byte[] head = "attacker/"u8.ToArray();
        byte[] key = [.. head, (byte)Target.Length, .. Target];
        ReferenceProver prover = Prover(LooseSpec.Tendermint, key, Million);
        LooseProof forged = Recut(prover, key, head, Target);
        return new Forgery(LooseSpec.Tendermint, prover.Root, forged.Encode(LooseSpec.Tendermint), Target, Million, forged);
    }

    /// <summary>The last key of the tree ends in 01 00: its leaf is also that of key 00, the last one of the tree, so that every other key is absent.</summary>
    public static Forgery RawKeyAbsence()
    {
        byte[] head = "zz"u8.ToArray();
        byte[] key = [.. head, 1, 0];
        ReferenceProver prover = Prover(LooseSpec.Tendermint, key, Million);
        LooseProof forged = Recut(prover, key, head, [0]);
        byte[] victim = prover.Entries[3].Key;
        return new Forgery(LooseSpec.Tendermint, prover.Root, Loose.EncodeAbsence(LooseSpec.Tendermint, victim, forged, right: null), victim, Value: null, forged);
    }

    /// <summary>A key that is the preimage of a forged leaf: without length bytes its own leaf passes for an inner node above that forged leaf, in the JavaScript verifier.</summary>
    public static Forgery Leaf65Preimage()
    {
        byte[] key = [0, .. SHA256.HashData(Target), .. SHA256.HashData(Million)];
        ReferenceProver prover = Prover(LooseSpec.Leaf65, key, "v"u8.ToArray());
        LooseProof forged = OnTopOf(prover, LooseSpec.Leaf65, key, [0], []);
        return new Forgery(LooseSpec.Leaf65, prover.Root, forged.Encode(LooseSpec.Leaf65), Target, Million, forged);
    }

    /// <summary>The same attacks on our own leaf; all of them fail.</summary>
    public static IEnumerable<Forgery> OnOurs()
    {
        byte[] head = "attacker/"u8.ToArray();
        byte[] raw = [.. head, (byte)Target.Length, .. Target];
        ReferenceProver prover = Prover(LooseSpec.Ours, raw, Million);
        LooseProof honest = LooseProof.Of(prover.Exist(ProofSpec.ByValue, prover.FirstAtOrAfter(raw)));
        byte[] preimage = [0, 32, .. SHA256.HashData(raw), 32, .. SHA256.HashData(Million)];
        for (int cut = 1; cut <= preimage.Length; cut++)
        {
            LooseProof recut = honest with { Key = Target, LeafPrefix = preimage[..cut] };
            yield return new Forgery(LooseSpec.Ours, prover.Root, recut.Encode(LooseSpec.Ours), Target, Million, recut);
        }

        byte[] key = [0, 32, .. SHA256.HashData(Target), 32, .. SHA256.HashData(Million)];
        ReferenceProver second = Prover(LooseSpec.Ours, key, "v"u8.ToArray());
        LooseProof above = OnTopOf(second, LooseSpec.Ours, key, [0, 32], [32]);
        yield return new Forgery(LooseSpec.Ours, second.Root, above.Encode(LooseSpec.Ours), Target, Million, above);
    }

    private static ReferenceProver Prover(LooseSpec spec, byte[] key, byte[] value)
    {
        List<KeyValuePair<byte[], byte[]>> entries = [new(key, value)];
        for (int i = 0; i < 20; i++)
        {
            byte[] name = Encoding.UTF8.GetBytes($"org/acme/member/{i}");
            entries.Add(new(name, SHA256.HashData(name)));
        }

        return new ReferenceProver(entries, spec.LeafHash);
    }

    private static LooseProof Recut(ReferenceProver prover, byte[] key, byte[] head, byte[] target) =>
        LooseProof.Of(prover.Exist(ProofSpec.ByValue, prover.FirstAtOrAfter(key))) with { Key = target, LeafPrefix = [0, (byte)key.Length, .. head] };

    /// <summary>A leaf of the target, and as its first step the real leaf of a key whose hash is that leaf's.</summary>
    private static LooseProof OnTopOf(ReferenceProver prover, LooseSpec spec, byte[] key, byte[] before, byte[] between)
    {
        LooseProof real = LooseProof.Of(prover.Exist(ProofSpec.ByValue, prover.FirstAtOrAfter(key)));
        LooseStep leaf = new(before, [.. between, .. SHA256.HashData(real.Value)]);
        LooseProof forged = new(Target, Million, [0], [leaf, .. real.Steps]);
        return forged.Root(spec) == prover.Root ? forged : throw new InvalidOperationException("The forged steps do not lead to the root.");
    }
}
