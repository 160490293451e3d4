using Cairn.Proofs;
using Cairn.Tests.IO;
using Cairn.Tests.Proofs;
using Cairn.Tests.Stores;
using Cairn.Tree;
using Xunit;

namespace Cairn.Tests.Proving;

/// <summary>Proofs at old heights when the disk fails or has rotted: the right proof or an exception, and nothing that stays behind.</summary>
public sealed class PastProofFaultTests
{
    private const int Blocks = 10;

    [Fact]
    public async Task Prove_AnyReadFails_ThrowsAndWorksAgain()
    {
        (PastRun run, SimulatedFileSystem files) = await MakeAsync(new Random(21));
        await using StateStore store = await new SimulatedHome(HomeKind.SimulatedDirectory, files).OpenAsync(PastRun.Settings);
        int failed = 0;
        foreach ((ulong height, SortedDictionary<byte[], byte[]> state) in run.States.Take(Blocks - 2))
        {
            ReferenceProver reference = new(state);
            byte[] key = state.Keys.ElementAt(state.Count / 2);
            for (int nth = 1; ; nth++)
            {
                using StateView view = store.ViewAt((BlockHeight)height);
                files.Fail(FileOperation.Read, nth);
                try
                {
                    byte[] proof = view.Prove(key, ProofSpec.ByValueHash).Encode();
                    files.Heal();
                    Assert.Equal(reference.ProveOne(ProofSpec.ByValueHash, key).Encode(), proof);
                    break;
                }
                catch (IOException)
                {
                    failed++;
                    files.Heal();
                    Assert.Equal(store.Pages.Bytes(PageResidency.Draft), store.Rebuilt.PageBytes);
                }
            }

            store.Rebuilt.LetGo();
        }

        Assert.True(failed > 10, $"{failed} reads failed");
        Assert.Equal(0, store.Pages.Bytes(PageResidency.Draft));
        run.CheckAll(store);
    }

    [Fact]
    public async Task Prove_AnyBitFlipped_GivesTheRightProofOrNone()
    {
        (PastRun run, SimulatedFileSystem clean) = await MakeAsync(new Random(22));
        string[] paths = [.. clean.Files.Where(static path => path.Contains("/log/", StringComparison.Ordinal) || path.Contains("/history/", StringComparison.Ordinal) || path.Contains("/pages/", StringComparison.Ordinal))];
        ReferenceProver[] references = [.. run.States.Values.Select(static state => new ReferenceProver(state))];
        int refused = 0;
        int given = 0;
        foreach (int seed in SeededRandom.Seeds(100))
        {
            Random random = new(seed);
            SimulatedFileSystem files = clean.Clone();
            string path = paths[random.Next(paths.Length)];
            files.FlipBit(path, random.NextInt64(files.ReadAllBytes(path).Length * 8L));
            try
            {
                await using StateStore store = await new SimulatedHome(HomeKind.SimulatedDirectory, files).OpenAsync(PastRun.Settings with { ReadOnly = true });
                for (int block = 0; block < Blocks; block++)
                {
                    using StateView view = store.ViewAt(new BlockHeight(run.States.Keys.ElementAt(block)));
                    byte[] key = references[block].Entries[random.Next(references[block].Entries.Count)].Key;
                    Assert.Equal(references[block].ProveOne(ProofSpec.ByValueHash, key).Encode(), view.Prove(key, ProofSpec.ByValueHash).Encode());
                }

                given++;
            }
            catch (Exception exception) when (exception is StateCorruptedException or StoreFormatException)
            {
                refused++;
            }
        }

        Assert.True(refused > 0 && given > 0, $"{refused} refused, {given} given");
    }

    private static async Task<(PastRun Run, SimulatedFileSystem Files)> MakeAsync(Random random)
    {
        PastRun run = new(random, KeyShape.DecimalCounters);
        SimulatedFileSystem files = new();
        await using StateStore store = await new SimulatedHome(HomeKind.SimulatedDirectory, files).OpenAsync(PastRun.Settings);
        for (int block = 0; block < Blocks; block++)
        {
            await run.CommitAsync(store, keysAtMost: 120, valuesAtMost: block == 5 ? 3000 : 60);
        }

        return (run, files);
    }
}
