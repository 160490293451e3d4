using Cairn.Proofs;
using Cairn.Tests.Reference;
using Cairn.Tests.Stores;
using Xunit;

namespace Cairn.Tests.Proving;

/// <summary>The real block file: proofs of 200 keys at each listed height, present and absent, verified against the listed root.</summary>
public sealed class BlockFileProofTests
{
    private const int Keys = 200;

    [Fact]
    public async Task Proofs_EveryListedHeight_AreVerifiedAgainstTheListedRoot()
    {
        IReadOnlyList<FileBlock> blocks = BlockFile.Blocks();
        SortedDictionary<ulong, (ulong Entries, Hash256 Root)> roots = BlockFile.Roots();
        using TestHome home = TestHome.Create(HomeKind.SimulatedDirectory);
        await using StateStore store = await home.OpenAsync(PastRun.Settings with { Durability = Durability.DangerNoSync, SegmentBytes = 256 * 1024, PageFileBytes = 1024 * 1024 });
        foreach (FileBlock block in blocks)
        {
            await block.CommitAsync(store);
        }

        Random random = new(17);
        byte[][] all = [.. blocks.SelectMany(static block => block.Changes.Select(static change => change.Key)).Distinct(ByteStringComparer.Instance)];
        Assert.NotEmpty(roots);
        foreach ((ulong height, (ulong entries, Hash256 root)) in roots)
        {
            using StateView view = store.ViewAt(new BlockHeight(height));
            Assert.Equal((root, entries), (view.Root, view.State.Totals.Entries));
            List<byte[]> there = [];
            foreach (EntryScan entry in view.State.Range([], []))
            {
                there.Add(entry.Key.ToArray());
            }

            int present = 0;
            for (int place = 0; place < Keys; place++)
            {
                // Keys of the height, keys of any height, keys of none.
                byte[] key = place % 2 == 0 ? there[random.Next(there.Count)] : all[random.Next(all.Length)];
                present += IsProvedPresent(view, root, place % 4 == 3 ? Beside(key, random) : key) ? 1 : 0;
            }

            Assert.InRange(present, Keys / 2, Keys * 3 / 4);
        }

        Assert.InRange(store.Rebuilt.Builds, roots.Count - 2, roots.Count);
    }

    private static bool IsProvedPresent(StateView view, Hash256 root, byte[] key)
    {
        byte[]? value = view.State.Get(key);
        foreach (ProofSpec spec in (ProofSpec[])[ProofSpec.ByValue, ProofSpec.ByValueHash])
        {
            byte[] proof = view.Prove(key, spec).Encode();
            ProofResult result = value is null ? ProofVerifier.VerifyAbsence(spec, root, proof, key) : ProofVerifier.VerifyMembership(spec, root, proof, key, value);
            Assert.True(result.IsVerified, $"{Convert.ToHexStringLower(key)} at {view.Height}: {result.Outcome}");
        }

        return value is not null;
    }

    /// <summary>A key that no block has.</summary>
    private static byte[] Beside(byte[] key, Random random) => [.. key[..random.Next(key.Length)], 0xff, (byte)random.Next(256)];
}
