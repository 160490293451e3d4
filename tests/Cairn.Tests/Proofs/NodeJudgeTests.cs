using System.Text.Json;
using Cairn.Proofs;
using Cairn.Tests.Reference;
using Cairn.Tests.Stores;
using Xunit;

namespace Cairn.Tests.Proofs;

/// <summary>What somebody else's verifier says: it takes our proofs with our published specs, refuses altered ones, and is deceived by the forgeries under the specs that they were made for.</summary>
public sealed class NodeJudgeTests
{
    [Fact]
    public async Task Judge_ProofsOfTheVectors_AreAccepted()
    {
        NodeJudge judge = new();
        foreach (JsonElement tree in ProofVectors.TreeFiles.Where(file => file != "tree_n0.json").Select(ProofVectors.Load))
        {
            AskSingles(judge, ProofSpec.ByValue, tree);
            Hash256 root = ProofVectors.RootOf(tree);
            JsonElement batch = tree.GetProperty("batch");
            foreach (string form in new[] { "proof", "compressed" })
            {
                byte[] proof = ProofVectors.Bytes(batch.GetProperty(form));
                foreach (JsonElement entry in batch.GetProperty("exist").EnumerateArray())
                {
                    judge.Ask(expected: true, form, ProofSpec.ByValue, root, proof, ProofVectors.Bytes(entry[0]), ProofVectors.Bytes(entry[1]));
                }

                foreach (JsonElement key in batch.GetProperty("nonexist").EnumerateArray())
                {
                    judge.Ask(expected: true, form, ProofSpec.ByValue, root, proof, ProofVectors.Bytes(key), value: null);
                }
            }
        }

        foreach (JsonElement tree in ProofVectors.Load("by_value_hash.json").GetProperty("trees").EnumerateArray())
        {
            AskSingles(judge, ProofSpec.ByValueHash, tree);
        }

        await judge.JudgeAsync();
    }

    [Fact]
    public async Task Judge_RandomTrees_OurProofsAreAccepted_AlteredOnesRefused()
    {
        NodeJudge judge = new();
        SeededRandom.ForEach(20, random =>
        {
            ReferenceProver prover = ProofSamples.Prover(random, 2 + random.Next(30), withEmptyValues: false);
            foreach (ProofSpec spec in new[] { ProofSpec.ByValue, ProofSpec.ByValueHash })
            {
                for (int i = 0; i < 10; i++)
                {
                    AskTwice(judge, random, spec, prover, ProofSamples.Question(random, prover));
                }
            }
        });
        await judge.JudgeAsync();
    }

    [Fact]
    public async Task Judge_Forgeries_SucceedUnderTheSpecsTheyWereMadeFor_AndFailUnderOurs()
    {
        NodeJudge judge = new();
        foreach (Forgery forgery in new[] { Forgeries.RawKeyMembership(), Forgeries.RawKeyAbsence(), Forgeries.Leaf65Preimage() })
        {
            judge.Ask(expected: true, forgery.Spec.ToString(), Convert.ToHexStringLower(forgery.Spec.Encode()), forgery.Root, forgery.Bytes, forgery.Key, forgery.Value);
            judge.Ask(expected: false, "under our spec", ProofSpec.ByValue, forgery.Root, forgery.Bytes, forgery.Key, forgery.Value);
        }

        foreach (Forgery forgery in Forgeries.OnOurs())
        {
            judge.Ask(expected: false, "on our leaf", ProofSpec.ByValue, forgery.Root, forgery.Bytes, forgery.Key, forgery.Value);
        }

        await judge.JudgeAsync();
    }

    [Fact]
    public async Task Judge_TheBlockFile_200KeysAtEveryListedHeight_AreAccepted()
    {
        NodeJudge judge = new();
        Random random = new(200);
        SortedDictionary<ulong, (ulong Entries, Hash256 Root)> roots = BlockFile.Roots();
        List<ReferenceState> states = [ReferenceState.Empty];
        using TestHome home = TestHome.Create(HomeKind.Memory);
        StateStore store = await home.OpenAsync(StoreSettings.Tight with { Durability = Durability.DangerNoSync, RecentViewBytes = 0, RetainAll = true });
        foreach (FileBlock block in BlockFile.Blocks())
        {
            states.Add(block.Apply(states[^1]));
            await block.CommitAsync(store);
        }

        foreach ((ulong height, (_, Hash256 root)) in roots)
        {
            ReferenceState state = states.Single(state => state.Height?.Value == height);
            using StateView view = store.ViewAt(new BlockHeight(height));
            Assert.Equal(root, view.Root);
            AskAt(judge, random, view, new ReferenceProver(state.State.Sorted.Select(entry => KeyValuePair.Create(entry.Key, entry.Value.Value))));
        }

        await home.CloseAsync(store);
        await judge.JudgeAsync();
    }

    /// <summary>Asks about 200 keys, present and absent ones, with the proofs of a view, which are those of the plain prover.</summary>
    private static void AskAt(NodeJudge judge, Random random, StateView view, ReferenceProver prover)
    {
        Assert.Equal(view.Root, prover.Root);
        for (int i = 0; i < 200; i++)
        {
            byte[] key = prover.Entries[random.Next(prover.Entries.Count)].Key;
            byte[] asked = i % 2 == 0 ? key : [.. key[..^1], (byte)random.Next(256)];
            ProofSpec spec = i % 4 < 2 ? ProofSpec.ByValue : ProofSpec.ByValueHash;
            Assert.Equal(Convert.ToHexStringLower(prover.ProveOne(spec, asked).Encode()), Convert.ToHexStringLower(view.Prove(asked, spec, TestContext.Current.CancellationToken).Encode()));
            AskTwice(judge, random, spec, prover, asked);
        }
    }

    /// <summary>Asks for an honest proof, which both verifiers accept when no empty value keeps them from it, and for one in which something was altered so that it lies.</summary>
    private static void AskTwice(NodeJudge judge, Random random, ProofSpec spec, ReferenceProver prover, byte[] key)
    {
        CommitmentProof proof = prover.ProveOne(spec, key);
        byte[]? value = proof.Entries[0].Existence is null ? null : prover.Entries[prover.FirstAtOrAfter(key)].Value;
        byte[] bytes = proof.Encode();
        bool isProvable = (value is null ? ProofVerifier.VerifyAbsence(spec, prover.Root, bytes, key) : ProofVerifier.VerifyMembership(spec, prover.Root, bytes, key, value)).IsVerified;
        Assert.True(isProvable || !spec.IsByValueHash, "only an empty value by value cannot be proved");
        judge.Ask(isProvable, "honest", spec, prover.Root, bytes, key, value);

        ExistenceProof shown = proof.Entries[0].Existence ?? proof.Entries[0].Absence!.Left ?? proof.Entries[0].Absence!.Right!;
        ProofStep[] steps = [.. shown.Steps];
        if (steps.Length > 0 && random.Next(2) == 0)
        {
            int place = random.Next(steps.Length);
            steps[place] = random.Next(2) == 0 ? steps[place] with { IsSiblingLeft = !steps[place].IsSiblingLeft } : steps[place] with { Sibling = prover.Root };
            judge.Ask(expected: false, "an altered step", spec, prover.Root, CommitmentProof.Of(new ExistenceProof(spec, shown.Key, shown.Value, steps)).Encode(), shown.Key.ToArray(), prover.Entries[prover.FirstAtOrAfter(shown.Key.ToArray())].Value);
        }
        else if (value is not null)
        {
            judge.Ask(expected: false, "another value", spec, prover.Root, bytes, key, [.. value, 0]);
            judge.Ask(expected: false, "absence of a present key", spec, prover.Root, CommitmentProof.Of(new NonExistenceProof(key, shown, null)).Encode(), key, value: null);
        }
        else
        {
            judge.Ask(expected: false, "membership of an absent key", spec, prover.Root, CommitmentProof.Of(new ExistenceProof(spec, key, shown.Value, steps)).Encode(), key, spec.IsByValueHash ? prover.Entries[prover.FirstAtOrAfter(shown.Key.ToArray())].Value : shown.Value.ToArray());
        }
    }

    private static void AskSingles(NodeJudge judge, ProofSpec spec, JsonElement tree)
    {
        ReferenceProver prover = ProofVectors.ProverOf(tree);
        foreach (JsonElement question in tree.GetProperty("exist").EnumerateArray())
        {
            byte[] key = ProofVectors.Bytes(question.GetProperty("key"));
            judge.Ask(expected: true, "exist", spec, prover.Root, ProofVectors.Bytes(question.GetProperty("proof")), key, prover.Entries[prover.FirstAtOrAfter(key)].Value);
        }

        foreach (JsonElement question in tree.GetProperty("nonexist").EnumerateArray())
        {
            judge.Ask(expected: true, "nonexist", spec, prover.Root, ProofVectors.Bytes(question.GetProperty("proof")), ProofVectors.Bytes(question.GetProperty("key")), value: null);
        }
    }
}
