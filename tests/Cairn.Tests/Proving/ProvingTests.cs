using Cairn.Proofs;
using Cairn.Proving;
using Cairn.Tests.IO;
using Cairn.Tests.Proofs;
using Cairn.Tests.Reference;
using Cairn.Tests.Stores;
using Cairn.Tests.Tree;
using Xunit;

namespace Cairn.Tests.Proving;

/// <summary>Proofs built from the pages of a store, in memory and read again, against the plain prover and the verifier.</summary>
public sealed class ProvingTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public Task Proofs_EveryKeyShape_AreThoseOfThePlainProver() => SeededRandom.ForEachAsync(6, async random =>
    {
        KeyShape shape = KeyShapes.All[random.Next(KeyShapes.All.Count)];
        SortedDictionary<byte[], byte[]> model = new(ByteStringComparer.Instance);
        SimulatedHome home = new(HomeKind.SimulatedDirectory, new SimulatedFileSystem());
        await using (StateStore store = await home.OpenAsync(StoreSettings.Tight))
        {
            for (ulong height = 1; height <= 3; height++)
            {
                await CommitAsync(store, height, TestTree.RandomBatch(random, shape, model, keysAtMost: 300, valuesAtMost: random.Next(3) == 0 ? 1500 : 40));
                Ask(store, random, model);
            }
        }

        // Every page is read now, and leaves the cache again and again.
        await using (StateStore store = await home.OpenAsync(StoreSettings.Tight))
        {
            Ask(store, random, model);
            await CommitAsync(store, 4, TestTree.RandomBatch(random, shape, model, keysAtMost: 20, valuesAtMost: 40));
            Ask(store, random, model);
        }
    });

    [Fact]
    public async Task Proofs_EmptyState_AreOfNothing()
    {
        await using StateStore store = await StateStore.OpenAsync("memory:", cancellationToken: Token);
        Ask(store, new Random(1), new SortedDictionary<byte[], byte[]>(ByteStringComparer.Instance));
    }

    [Fact]
    public async Task ProveRange_BlobsInsideAndAtTheBorders_ReadsTheInnerOnes()
    {
        SortedDictionary<byte[], byte[]> model = new(ByteStringComparer.Instance);
        Random random = new(7);
        List<(byte[] Key, byte[]? Value)> changes = [];
        for (byte i = 0; i < 10; i++)
        {
            byte[] value = new byte[100_000];
            random.NextBytes(value);
            model.Add([i], value);
            changes.Add(([i], value));
        }

        SimulatedFileSystem files = new();
        SimulatedHome home = new(HomeKind.SimulatedDirectory, files);
        await using (StateStore first = await home.OpenAsync(StoreSettings.Tight))
        {
            await CommitAsync(first, 1, changes);
        }

        await using StateStore store = await home.OpenAsync(StoreSettings.Tight with { HistoryLagBytes = long.MaxValue }); // nothing else reads
        using StateView view = store.OpenView();
        long reads = files.Count(FileOperation.Read);
        RangeProof proof = view.ProveRange([3], [5]);
        Assert.Equal(3, files.Count(FileOperation.Read) - reads); // a page, two blobs
        Assert.Equal(2UL, proof.Totals.Entries);
        Assert.Equal(0, reads + 3 - Reads(() => view.Prove([7], ProofSpec.ByValueHash)));
        Assert.Equal(0, reads + 4 - Reads(() => view.Prove([7], ProofSpec.ByValue)));
        Ask(store, random, model);

        long Reads(Action ask)
        {
            ask();
            return files.Count(FileOperation.Read);
        }
    }

    [Fact]
    public async Task Prove_BothNeighboursOfTheGreatestLength_IsWithinTheLimit()
    {
        await using StateStore store = await OpenWithLongValuesAsync(2);
        using StateView view = store.OpenView();
        byte[] proof = view.Prove([1, 0], ProofSpec.ByValue).Encode();
        Assert.True(ProofVerifier.VerifyAbsence(ProofSpec.ByValue, view.Root, proof, [1, 0]).IsVerified);
    }

    [Fact]
    public async Task Proofs_LongerThanTheLimit_AreRefusedWithBothNumbers()
    {
        await using StateStore store = await OpenWithLongValuesAsync(5);
        using StateView view = store.OpenView();
        ReadOnlyMemory<byte>[] keys = [.. Enumerable.Range(0, 5).Select(static i => (ReadOnlyMemory<byte>)new byte[] { (byte)i })];
        foreach (Action ask in (Action[])[() => view.ProveRange([], []), () => view.ProvePrefix([]), () => view.ProveKeys(keys), () => view.ProveMany(keys, ProofSpec.ByValue), () => view.ProveMany(keys, ProofSpec.ByValue, isCompressed: false)])
        {
            ProofTooLargeException refusal = Assert.Throws<ProofTooLargeException>(ask);
            Assert.Equal(ProofLimits.MaxProofBytes, refusal.LimitBytes);
            Assert.InRange(refusal.Bytes, ProofLimits.MaxProofBytes + 1, 5L * StateLimits.MaxValueBytes + 1000);
        }

        Assert.Equal(5, view.ProveMany(keys, ProofSpec.ByValueHash).Entries.Count);
        Assert.Equal(2UL, view.ProveRange([], [], mostBytes: 2 * StateLimits.MaxValueBytes + 100).Totals.Entries);
        Assert.Equal(1UL, view.ProveRange([], [], mostBytes: 1).Totals.Entries);
    }

    [Fact]
    public async Task Proofs_AfterTheViewIsClosed_AreRefused()
    {
        await using StateStore store = await OpenWithLongValuesAsync(1);
        StateView view = store.OpenView();
        view.Dispose();
        Assert.Throws<ObjectDisposedException>(() => view.Prove("a"u8, ProofSpec.ByValue));
        Assert.Throws<ObjectDisposedException>(() => view.ProveRange([], []));
        Assert.Throws<ObjectDisposedException>(() => view.ProveKeys([new byte[] { 1 }]));
        Assert.Throws<ObjectDisposedException>(() => view.ProveNamespace([]));
    }

    [Fact]
    public async Task Proofs_WrongArguments_AreRefused()
    {
        await using StateStore store = await OpenWithLongValuesAsync(1);
        using StateView view = store.OpenView();
        Assert.Throws<ArgumentOutOfRangeException>(() => view.ProveRange([], [], mostEntries: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => view.ProveRange([], [], mostBytes: 0));
        Assert.Throws<ArgumentException>(() => view.ProveMany([], ProofSpec.ByValue));
        using CancellationTokenSource cancelled = new();
        await cancelled.CancelAsync();
        Assert.Throws<OperationCanceledException>(() => view.ProveRange([], [], cancellationToken: cancelled.Token));
        Assert.Throws<OperationCanceledException>(() => view.ProveKeys([new byte[] { 1 }], cancelled.Token));
        Assert.Throws<OperationCanceledException>(() => view.ProveMany([new byte[] { 1 }], ProofSpec.ByValue, cancellationToken: cancelled.Token));
    }

    [Fact]
    public async Task ProveRange_PagesLeaveMemoryBetweenStretches_AreFoundAgain()
    {
        SortedDictionary<byte[], byte[]> model = new(ByteStringComparer.Instance);
        List<(byte[] Key, byte[]? Value)> changes = TestTree.RandomBatch(new Random(3), KeyShape.ContractSlots, model, keysAtMost: 3000, valuesAtMost: 200);
        SimulatedHome home = new(HomeKind.SimulatedDirectory, new SimulatedFileSystem());
        await using (StateStore first = await home.OpenAsync(StoreSettings.Tight))
        {
            await CommitAsync(first, 1, changes);
        }

        await using StateStore store = await home.OpenAsync(StoreSettings.Tight);
        using StateView view = store.OpenView();
        ReferenceProver reference = new(model);
        int stretches = 0;
        long evictions = store.Pages.Evictions;
        using ProofTree tree = new(store.Pages, view.Version.State, () =>
        {
            // Somebody else reads all over the tree meanwhile.
            foreach (byte[] key in model.Keys.Where((_, place) => place % 50 == stretches % 50))
            {
                Assert.True(view.State.Contains(key));
            }

            stretches++;
        });
        byte[] proof = new PrunedProver(tree, ShownKeys.Range(tree, [], [], hasEnd: false)).Write(Token);
        Assert.True(stretches > 5, $"{stretches} stretches");
        Assert.True(store.Pages.Evictions > evictions + 50, $"{store.Pages.Evictions - evictions} evictions");
        Assert.Equal(reference.Range([], to: null), proof);
    }

    [Fact]
    public async Task Proofs_BesideCommitsCheckpointsAndCleaning_StayThoseOfTheirView()
    {
        Random random = new(11);
        SortedDictionary<byte[], byte[]> model = new(ByteStringComparer.Instance);
        SimulatedHome home = new(HomeKind.SimulatedDirectory, new SimulatedFileSystem());
        await using StateStore store = await home.OpenAsync(StoreSettings.Tight);
        await CommitAsync(store, 1, TestTree.RandomBatch(random, KeyShape.DecimalCounters, model, keysAtMost: 1500, valuesAtMost: 60));
        SortedDictionary<byte[], byte[]> before = new(model, ByteStringComparer.Instance);
        using StateView view = store.OpenView();
        using CancellationTokenSource done = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task[] provers = [.. Enumerable.Range(0, 2).Select(seed => Task.Run(
            () =>
            {
                ProofQuestions questions = new(new Random(seed), before);
                int rounds = 0;
                for (; rounds < 3 || !done.IsCancellationRequested; rounds++)
                {
                    questions.Check(view);
                    questions.CheckParts(view);
                }

                return rounds;
            },
            Token))];
        for (ulong height = 2; height < 20; height++)
        {
            await CommitAsync(store, height, TestTree.RandomBatch(random, KeyShape.DecimalCounters, model, keysAtMost: 400, valuesAtMost: 60));
            await store.CheckpointAsync(Token);
            if (height % 6 == 0)
            {
                await store.CompactAsync(cancellationToken: Token);
            }
        }

        await done.CancelAsync();
        await Task.WhenAll(provers);
        Ask(store, random, model);
    }

    private static void Ask(StateStore store, Random random, SortedDictionary<byte[], byte[]> model)
    {
        ProofQuestions questions = new(random, model);
        using StateView view = store.OpenView();
        questions.Check(view);
        questions.CheckParts(view);
    }

    private static async Task CommitAsync(StateStore store, ulong height, List<(byte[] Key, byte[]? Value)> changes)
    {
        using BlockDraft draft = store.CreateDraft((BlockHeight)height);
        foreach ((byte[] key, byte[]? value) in changes)
        {
            if (value is null)
            {
                draft.State.Delete(key);
            }
            else
            {
                draft.State.Put(key, value);
            }
        }

        await store.CommitAsync(draft, Token);
    }

    private static async Task<StateStore> OpenWithLongValuesAsync(int count)
    {
        StateStore store = await StateStore.OpenAsync("memory:", cancellationToken: Token);
        await CommitAsync(store, 1, [.. Enumerable.Range(0, count).Select(static i => (new[] { (byte)i }, (byte[]?)new byte[StateLimits.MaxValueBytes]))]);
        return store;
    }
}
