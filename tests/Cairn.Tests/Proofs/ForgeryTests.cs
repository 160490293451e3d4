using Cairn.Proofs;
using Xunit;

namespace Cairn.Tests.Proofs;

/// <summary>
/// The forgeries that the commitment is built against, for ever. Each one deceives a verifier that does what ICS-23 asks, under the spec it was made for, and is refused here; made against our own leaf it deceives nobody.
/// </summary>
public sealed class ForgeryTests
{
    [Fact]
    public void TendermintSpec_RawKey_ForgesMembership_ButNotHere()
    {
        Forgery forgery = Forgeries.RawKeyMembership();
        Assert.True(Loose.VerifyMembership(LooseSpec.Tendermint, forgery.Root, forgery.Left, forgery.Key, forgery.Value!));
        AssertRefused(forgery);
    }

    [Fact]
    public void TendermintSpec_RawKey_ForgesAbsenceOfNearlyEverything_ButNotHere()
    {
        Forgery forgery = Forgeries.RawKeyAbsence();
        Assert.True(Loose.VerifyAbsence(LooseSpec.Tendermint, forgery.Root, forgery.Left, right: null, forgery.Key));
        Assert.True(Loose.VerifyAbsence(LooseSpec.Tendermint, forgery.Root, forgery.Left, right: null, [1]));
        AssertRefused(forgery);
    }

    [Fact]
    public void Leaf65_KeyThatIsAForgedPreimage_ForgesMembershipInJavaScript_ButNotHere()
    {
        Forgery forgery = Forgeries.Leaf65Preimage();
        Assert.True(Loose.VerifyMembership(LooseSpec.Leaf65, forgery.Root, forgery.Left, forgery.Key, forgery.Value!));
        AssertRefused(forgery);
    }

    [Fact]
    public void OurLeaf_RecutPrefixesAndForgedPreimages_DeceiveNobody()
    {
        int count = 0;
        foreach (Forgery forgery in Forgeries.OnOurs())
        {
            Assert.False(Loose.VerifyMembership(LooseSpec.Ours, forgery.Root, forgery.Left, forgery.Key, forgery.Value!));
            AssertRefused(forgery);
            count++;
        }

        Assert.Equal(68, count);
    }

    [Fact]
    public void PublishedSpecs_AreTheMessageWrittenByHand()
    {
        Assert.Equal(LooseSpec.Ours.Encode(), ProofSpec.ByValue.ToProtobuf());
        Assert.Equal((LooseSpec.Ours with { IsByValueHash = true }).Encode(), ProofSpec.ByValueHash.ToProtobuf());
    }

    [Fact]
    public void LooseVerifier_AcceptsHonestProofs() => SeededRandom.ForEach(10, random =>
    {
        ReferenceProver prover = ProofSamples.Prover(random, 2 + random.Next(20), withEmptyValues: false);
        for (int i = 0; i < 10; i++)
        {
            byte[] key = ProofSamples.Question(random, prover);
            ProofEntry entry = prover.Prove(ProofSpec.ByValue, key);
            Assert.True(entry.Existence is { } present
                ? Loose.VerifyMembership(LooseSpec.Ours, prover.Root, LooseProof.Of(present), key, present.Value.ToArray())
                : Loose.VerifyAbsence(LooseSpec.Ours, prover.Root, Of(entry.Absence!.Left), Of(entry.Absence.Right), key));
        }

        static LooseProof? Of(ExistenceProof? proof) => proof is null ? null : LooseProof.Of(proof);
    });

    private static void AssertRefused(Forgery forgery)
    {
        foreach (ProofSpec spec in new[] { ProofSpec.ByValue, ProofSpec.ByValueHash })
        {
            ProofResult result = forgery.Value is { } value
                ? ProofVerifier.VerifyMembership(spec, forgery.Root, forgery.Bytes, forgery.Key, value)
                : ProofVerifier.VerifyAbsence(spec, forgery.Root, forgery.Bytes, forgery.Key);
            Assert.False(result.IsVerified, $"{spec}: {Convert.ToHexStringLower(forgery.Bytes)}");
        }
    }
}
