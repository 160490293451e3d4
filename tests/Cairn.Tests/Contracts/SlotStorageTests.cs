using Cairn.Contracts;
using Xunit;

namespace Cairn.Tests.Contracts;

/// <summary>The slots of a contract: bounds, scopes, delta, page limits, locks, access.</summary>
public sealed class SlotStorageTests
{
    private static readonly Address Contract = Address.Parse("0x5b38da6a701c568545dcfcb03fcb875f56beddc4");
    private static readonly Address Upgrader = Address.Parse("0x0200000000000000000000000000000000000000");
    private static readonly SlotId Other = SlotId.Root.Indirect(1);

    public static TheoryData<string> Profiles { get; } = [.. new[] { "L1", "L2" }];

    [Fact]
    public void L1_LastByteOfASlot_IsOutOfReach()
    {
        SlotStorage storage = SlotStorage.InMemory(StorageProfile.L1);
        Assert.Throws<SlotOverflowException>(() => storage.Read(SlotId.Root, uint.MaxValue, new byte[3]));
        Assert.Throws<SlotOverflowException>(() => storage.Write(SlotId.Root, uint.MaxValue, new byte[2]));
        Assert.Throws<SlotOverflowException>(() => storage.Read(SlotId.Root, uint.MaxValue, new byte[1]));
        storage.Write(SlotId.Root, uint.MaxValue - 1, [7]);
        Assert.Equal("07", At(storage, uint.MaxValue - 1, 1));
    }

    [Fact]
    public void L2_LastByteOfASlot_CanBeUsed()
    {
        SlotStorage storage = SlotStorage.InMemory(StorageProfile.L2);
        Assert.Equal("00", At(storage, uint.MaxValue, 1));
        storage.Write(SlotId.Root, uint.MaxValue, [9]);
        Assert.Equal("09", At(storage, uint.MaxValue, 1));
        Assert.Throws<SlotOverflowException>(() => storage.Read(SlotId.Root, uint.MaxValue, new byte[2]));
        Assert.Throws<SlotOverflowException>(() => storage.Write(SlotId.Root, uint.MaxValue, new byte[2]));
    }

    [Fact]
    public void Delta_OfTheComposite_IsThreeRunsAndFourPages()
    {
        SlotStorage storage = SlotStorage.InMemory(StorageProfile.L2);
        LayoutVectors.WriteComposite(storage.Root);
        StorageDelta delta = storage.Delta();
        Assert.Equal(
            [(SlotId.Root, 0u, 64), (SlotId.Root.Indirect(16), 0u, 32), (SlotId.Root.Indirect(36), 0u, 32)],
            delta.Runs.Select(run => (run.Slot, run.FirstPage, run.Content.Length)));
        Assert.Equal(4, storage.Session.PagesCharged);
        byte[] id = new byte[StorageRun.PageIdBytes];
        delta.Runs[1].WritePageId(id);
        Assert.Equal(SlotId.Root.Indirect(16) + "00000000", Convert.ToHexStringLower(id));
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Delta_OfUnchangedRewrites_IsAsTheProfileSays(string profile)
    {
        SlotStorage storage = SlotStorage.InMemory(profile == "L1" ? StorageProfile.L1 : StorageProfile.L2);
        storage.Write(SlotId.Root, 0, new byte[] { 1, 2 });
        storage.Session.Accept();
        storage.Write(SlotId.Root, 0, new byte[] { 1, 2 });
        storage.Write(SlotId.Root, 64, new byte[] { 5 });
        storage.Write(SlotId.Root, 64, new byte[] { 0 });
        Assert.Equal(2, storage.Session.PagesCharged);
        Assert.Equal(profile == "L1" ? [] : new uint[] { 0, 2 }, storage.Delta().Runs.Select(run => run.FirstPage));
    }

    [Fact]
    public void PageLimit_OfTwo_AllowsTwoPages()
    {
        Assert.Null(Limited(2, storage => Write(storage, (SlotId.Root, 0, 32), (Other, 0, 32))));
        Assert.NotNull(Limited(2, storage => Write(storage, (SlotId.Root, 0, 32), (Other, 0, 32), (SlotId.Root.Indirect(2), 0, 32))));
        Assert.Null(Limited(2, storage => Write(storage, [.. Enumerable.Range(0, 5).SelectMany(_ => new[] { (SlotId.Root, 0u, 32), (Other, 0u, 32) })])));
        Assert.Null(Limited(2, storage => Write(storage, (SlotId.Root, 0, 1), (SlotId.Root, 3200, 1))));
        Assert.NotNull(Limited(2, storage => Write(storage, (SlotId.Root, 0, 1), (SlotId.Root, 3200, 1), (SlotId.Root, 64000, 1))));
        Assert.Null(Limited(2, storage => Write(storage, [.. Enumerable.Repeat((SlotId.Root, 0u, 64), 10)])));
        Assert.NotNull(Limited(2, storage => Write(storage, (SlotId.Root, 0, 96))));
        Assert.NotNull(Limited(8, storage => Write(storage, (SlotId.Root, 128, 9 * 32))));
        Assert.Null(Limited(9, storage => Write(storage, (SlotId.Root, 128, 9 * 32))));
    }

    [Fact]
    public void PageLimit_Exceeded_LeavesTheStorageAsItWas()
    {
        SlotStorage storage = SlotStorage.InMemory();
        storage.Session.PageLimit = 4;
        storage.Write(SlotId.Root, 0, [1]);
        Assert.Equal(4, Assert.Throws<PageLimitException>(() => storage.Write(SlotId.Root, 200, new byte[120])).Limit);
        StorageList<string> list = StorageCodecs.List(StorageCodecs.Text).Read(storage.At(Other));
        list.Add("fits");
        storage.Session.Accept();
        Assert.Throws<PageLimitException>(() => list.Add(new string('x', 100)));
        Assert.Equal(["fits"], list.ToArray());
        Assert.Equal((0, 0), (storage.Session.PagesCharged, storage.Delta().Runs.Count));
    }

    [Fact]
    public void NestedScopes_ThatSucceed_AddUp()
    {
        SlotStorage storage = SlotStorage.InMemory();
        byte letter = (byte)'A';
        WriteNested(0);
        Assert.Equal(string.Concat(Enumerable.Repeat("41", 32)) + string.Concat(Enumerable.Repeat("42", 32)) + string.Concat(Enumerable.Repeat("43", 32)), At(storage, 0, 96));

        void WriteNested(int depth)
        {
            using StorageScope scope = storage.Session.BeginScope();
            storage.Write(SlotId.Root, (uint)(32 * depth), Enumerable.Repeat((byte)(letter + depth), 32).ToArray());
            if (depth < 2)
            {
                WriteNested(depth + 1);
            }

            scope.Release();
        }
    }

    [Fact]
    public void Scopes_Writes_AndDeltas_AreThoseOfAModel() => SeededRandom.ForEach(60, random =>
    {
        StorageProfile profile = random.Next(2) == 0 ? StorageProfile.L1 : StorageProfile.L2;
        ScopeModel model = new(SlotStorage.InMemory(profile));
        for (int step = 0; step < 300; step++)
        {
            model.Step(random);
        }
    });

    [Fact]
    public void Scope_DisposedWithScopesInside_TakesAllBack()
    {
        SlotStorage storage = SlotStorage.InMemory();
        StorageSession session = storage.Session;
        using (session.BeginScope())
        {
            storage.Write(SlotId.Root, 0, [1]);
            StorageScope inner = session.BeginScope();
            storage.Write(SlotId.Root, 0, [2]);
            session.Begin();
            storage.Write(SlotId.Root, 0, [3]);
            Assert.Throws<InvalidOperationException>(inner.Release);
        }

        Assert.Equal((0, "00", 0), (session.ScopeDepth, At(storage, 0, 1), session.PagesCharged));
        Assert.Throws<InvalidOperationException>(session.Release);
        Assert.Throws<InvalidOperationException>(session.Rollback);
    }

    [Fact]
    public void Locks_OfASenderThatIsNoUpgrader_RefuseTheWriteAndNothingElse()
    {
        SlotStorage storage = SlotStorage.InMemory();
        RootRecord root = new(storage);
        root.Code = "before"u8.ToArray();
        storage.ApplyLocks(Contract);
        root.Code = "deployed"u8.ToArray();
        root.LockDefault();
        root.Upgraders.Add(Upgrader);
        storage.ApplyLocks(Contract);
        storage.Write(Other.Indirect(0), 0, [1]);
        using (storage.Session.BeginScope())
        {
            storage.Write(Other.Indirect(0), 0, [2]);
            SlotForbiddenException refused = Assert.Throws<SlotForbiddenException>(() => root.Code = "stolen"u8.ToArray());
            Assert.Equal((SlotId.Root.Indirect(1), SlotObstacle.Locked), (refused.Slot, refused.Obstacle));
            Assert.Throws<SlotForbiddenException>(() => root.Upgraders.Add(Contract));
            Assert.Throws<SlotForbiddenException>(() => root.LockedSlots.Clear());
            Assert.Throws<SlotForbiddenException>(() => storage.Write(SlotId.Root, 100, [1]));
        }

        Assert.Equal("01", EncodingTests.Read(storage, Other.Indirect(0), 1));
        storage.Write(Other.Indirect(0), 0, [3]);
        storage.ApplyLocks(Upgrader);
        root.Code = "upgraded"u8.ToArray();
        Assert.Equal("upgraded"u8.ToArray(), root.Code.ToArray());
        storage.ApplyLocks(Contract);
        Assert.Throws<SlotForbiddenException>(() => storage.Session.Open(storage.Contract).Write(SlotId.Root.Indirect(1), 0, [1]));
        storage.ClearLocks();
        root.Code = "free"u8.ToArray();
    }

    [Fact]
    public void L2_MoreThan32Upgraders_AreRefused()
    {
        SlotStorage storage = SlotStorage.InMemory(StorageProfile.L2);
        RootRecord root = new(storage);
        root.Upgraders.AddRange(Enumerable.Repeat(Upgrader, 32));
        storage.ApplyLocks(Contract);
        root.Upgraders.Add(Contract);
        Assert.Throws<StorageLayoutException>(() => storage.ApplyLocks(Contract));
    }

    [Fact]
    public void HostileLists_OfLocks_AreATypedError()
    {
        SlotStorage storage = SlotStorage.InMemory();
        storage.Write(SlotId.Root.Indirect(3), 0, [0xFF, 0xFF, 0xFF, 0x7F]);
        Assert.Throws<StorageLayoutException>(() => storage.ApplyLocks(Contract));
        storage.Write(SlotId.Root.Indirect(3), 0, [0xFF, 0xFF, 0xFF, 0xFF]);
        Assert.Throws<StorageLayoutException>(() => storage.ApplyLocks(Contract));
    }

    [Fact]
    public void Access_IsWhatTheStorageWasOpenedFor()
    {
        StorageSession session = SlotStorage.InMemory().Session;
        SlotStorage reader = session.Open(Contract, StorageAccess.ReadOnly);
        SlotStorage nobody = session.Open(Contract, StorageAccess.None);
        session.Open(Contract).Write(SlotId.Root, 0, [5]);
        Assert.Equal("05", At(reader, 0, 1));
        Assert.Equal(SlotObstacle.ReadOnly, Assert.Throws<SlotForbiddenException>(() => reader.Write(SlotId.Root, 0, [6])).Obstacle);
        Assert.Equal(SlotObstacle.NoPermission, Assert.Throws<SlotForbiddenException>(() => At(nobody, 0, 1)).Obstacle);
        Assert.Throws<SlotForbiddenException>(() => nobody.Write(SlotId.Root, 0, [6]));
    }

    [Fact]
    public async Task Session_OverAView_ReadsOnly()
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        using StateView view = store.OpenView();
        StorageSession session = new(view);
        Assert.True(session.IsReadOnly);
        Assert.Throws<SlotForbiddenException>(() => session.Open(Contract).Write(SlotId.Root, 0, [1]));
        Assert.Throws<InvalidOperationException>(session.Flush);
    }

    [Fact]
    public async Task Flush_OfWhatIsZeroAgain_LeavesNoEntry()
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        using BlockDraft draft = store.CreateDraft(new BlockHeight(1));
        StorageSession session = new(draft);
        SlotStorage storage = session.Open(Contract);
        storage.Write(SlotId.Root, 1000, [1, 2, 0, 0]);
        session.Flush();
        Assert.Equal([1, 2], draft.State.Get(ContractKeys.ChunkKey(Contract, SlotId.Root, 3))![(1000 - 768)..]);
        storage.Write(SlotId.Root, 1000, new byte[4]);
        Assert.Equal(1ul, draft.State.Totals.Entries);
        session.Flush();
        Assert.Equal(Hash256.EmptyRoot, draft.ComputeRoot());
    }

    [Fact]
    public async Task Chunks_BeyondTheRoomForReads_AreReadAnew_AndWrittenAllTheSame()
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        using BlockDraft draft = store.CreateDraft(new BlockHeight(1));
        StorageSession session = new(draft) { ReadChunks = 4, PageLimit = 100 };
        SlotStorage storage = session.Open(Contract);
        byte[] content = new byte[5000];
        new Random(5).NextBytes(content);
        byte[] found = new byte[5000];
        for (int round = 0; round < 2; round++)
        {
            storage.Read(SlotId.Root, 0, found);
            Assert.Equal(4, session.BufferedChunks);
        }

        storage.Write(SlotId.Root, 1000, content.AsSpan(1000, 2000));
        storage.Read(SlotId.Root, 0, found);
        Assert.Equal((12, 63), (session.BufferedChunks, session.PagesCharged));
        Assert.True(found.AsSpan(1000, 2000).SequenceEqual(content.AsSpan(1000, 2000)));
        Assert.Throws<PageLimitException>(() => storage.Write(SlotId.Root, 3000, content.AsSpan(0, 2000)));
        session.Flush();
        StorageSession next = new(draft) { ReadChunks = 0 };
        next.Open(Contract).Read(SlotId.Root, 0, found);
        Assert.Equal(0, next.BufferedChunks);
        Assert.True(found.AsSpan(1000, 2000).SequenceEqual(content.AsSpan(1000, 2000)));
        Assert.Equal(-1, found.AsSpan(3000).IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public async Task EntryThatIsTooLong_ForAChunk_IsATypedError()
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        using BlockDraft draft = store.CreateDraft(new BlockHeight(1));
        draft.State.Put(ContractKeys.ChunkKey(Contract, SlotId.Root, 0), new byte[257]);
        Assert.Throws<StorageLayoutException>(() => At(new StorageSession(draft).Open(Contract), 0, 1));
    }

    [Fact]
    public async Task HotReadsAndWrites_AllocateNothing()
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        using BlockDraft draft = store.CreateDraft(new BlockHeight(1));
        StoragePlace place = new StorageSession(draft).Open(Contract).Instance.At(20);
        Touch();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            Touch();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Touch()
        {
            StorageCodecs.UInt256.Write(place, StorageCodecs.UInt256.Read(place) + UInt256.One);
            Span<byte> bytes = stackalloc byte[32];
            place.Storage.Read(Other, 5, bytes);
            place.Storage.Write(Other, 5, bytes);
        }
    }

    private static string At(SlotStorage storage, uint offset, int length)
    {
        byte[] bytes = new byte[length];
        storage.Read(SlotId.Root, offset, bytes);
        return Convert.ToHexStringLower(bytes);
    }

    private static Exception? Limited(long limit, Action<SlotStorage> body)
    {
        SlotStorage storage = SlotStorage.InMemory(StorageProfile.L2);
        storage.Session.PageLimit = limit;
        Exception? thrown = Record.Exception(() => body(storage));
        Assert.True(thrown is null or PageLimitException, thrown?.ToString());
        return thrown;
    }

    private static void Write(SlotStorage storage, params (SlotId Slot, uint Offset, int Length)[] writes)
    {
        foreach ((SlotId slot, uint offset, int length) in writes)
        {
            storage.Write(slot, offset, Enumerable.Repeat((byte)0x77, length).ToArray());
        }
    }
}
