using Cairn.Checking;
using Cairn.Tests.IO;
using Cairn.Tests.Reference;
using Cairn.Tests.Stores;
using Xunit;
using static Cairn.Tests.Snapshots.SnapshotTests;

namespace Cairn.Tests.Snapshots;

/// <summary>Snapshots that are kept in the store under names.</summary>
public sealed class NamedSnapshotTests
{
    private static readonly StoreSettings Settings = StoreSettings.Tight with { RetainAll = true, RecentViewBytes = 64 << 20 };

    public static TheoryData<HomeKind> Kinds => [HomeKind.Memory, HomeKind.Directory, HomeKind.SimulatedDirectory, HomeKind.JsonLines];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Restored_InAnyOrder_TheStateIsExactlyThatOfTheSnapshot(HomeKind kind) => await SeededRandom.ForEachAsync(2, async random =>
    {
        ShortRun run = ShortRun.Make(random.Next(), blocks: 12);
        using TestHome home = TestHome.Create(kind);
        StateStore store = await home.OpenAsync(Settings);
        for (int block = 0; block < 12; block++)
        {
            await run.CommitNextAsync(store, block);
            if (block is 2 or 5 or 9)
            {
                await store.CreateSnapshotAsync($"s{block + 1}", baseName: block == 5 ? "s3" : block == 9 ? "s6" : null, options: new SnapshotExportOptions { ChunkBytes = 4096 });
            }
        }

        for (int turn = 0; turn < 5; turn++)
        {
            int blocks = turn == 0 ? 10 : random.Next(3) switch { 0 => 3, 1 => 6, _ => 10 };
            ReferenceTree local = LocalOf(store, run);
            BlockHeight height = new(store.Height!.Value.Value + 3);
            CommittedBlock block = await store.RestoreSnapshotAsync($"s{blocks}", turn % 2 == 0 ? height : null, timeTicks: turn);
            Assert.Equal(turn % 2 == 0 ? height : new BlockHeight(height.Value - 2), block.Height);
            AssertEntries(run.States[blocks] with { Height = block.Height }, store);
            using (StateView view = store.OpenView())
            {
                Assert.Equal(turn, view.TimeTicks);
                Assert.Equal(local.Totals, view.Local.Totals);
            }

            await home.CloseAsync(store);
            store = await home.OpenAsync(Settings);
            AssertEntries(run.States[blocks] with { Height = block.Height }, store);
        }

        await home.CloseAsync(store);
    });

    [Fact]
    public async Task List_TellsNameHeightRootSizeDateAndBase()
    {
        using TestHome home = TestHome.Create(HomeKind.SimulatedDirectory);
        await using StateStore store = await home.OpenAsync(Settings);
        Assert.Empty(store.ListSnapshots());
        await CommitAsync(store, 1, ("a", "1"));
        NamedSnapshot made = await store.CreateSnapshotAsync("first");
        Hash256 root = store.Root;
        await CommitAsync(store, 5, ("a", "2"));
        await store.CreateSnapshotAsync("after.first", baseName: "first");
        await store.CreateSnapshotAsync("old", height: new BlockHeight(3));
        IReadOnlyList<NamedSnapshot> list = store.ListSnapshots();
        Assert.Equal(["after.first", "first", "old"], list.Select(static snapshot => snapshot.Name));
        Assert.Equal(made, list[1]);
        Assert.Equal((new BlockHeight(1), root, "first"), (list[1].Info!.Height, list[1].Info!.Root, list[0].BaseName));
        Assert.Equal((new BlockHeight(5), new BlockHeight(1), store.Root), (list[0].Info!.Height, list[0].Info!.BaseHeight, list[0].Info!.Root));
        Assert.Equal((new BlockHeight(1), root, null), (list[2].Info!.Height, list[2].Info!.Root, list[2].BaseName));
        Assert.NotNull(made.Info!.CreatedTicks);
        using Stream stream = store.OpenSnapshot("first");
        using MemoryStream copy = new();
        await stream.CopyToAsync(copy);
        Assert.Equal(made.StoredBytes, copy.Length);
        using TestHome other = TestHome.Create(HomeKind.Memory);
        StateStore imported = await other.ImportAsync(StoreSettings.Tight, [copy.ToArray()]);
        Assert.Equal(root, imported.Root);
        await other.CloseAsync(imported);
    }

    [Fact]
    public async Task Delete_WhatOthersBuildOn_IsRefused()
    {
        using TestHome home = TestHome.Create(HomeKind.SimulatedDirectory);
        await using StateStore store = await home.OpenAsync(Settings);
        await CommitAsync(store, 1, ("a", "1"));
        await store.CreateSnapshotAsync("one");
        await CommitAsync(store, 2, ("a", "2"));
        await store.CreateSnapshotAsync("two", baseName: "one");
        await CommitAsync(store, 3, ("a", "3"));
        await store.CreateSnapshotAsync("three", baseName: "two");
        Assert.Equal(["two"], (await Assert.ThrowsAsync<SnapshotInUseException>(() => store.DeleteSnapshotAsync("one"))).Dependents);
        Assert.Equal(["three"], (await Assert.ThrowsAsync<SnapshotInUseException>(() => store.DeleteSnapshotAsync("two"))).Dependents);
        await store.CreateSnapshotAsync("second", height: new BlockHeight(2));
        await store.DeleteSnapshotAsync("two"); // the other one of the same state is as good a base
        Assert.Equal("second", store.ListSnapshots().Single(static snapshot => snapshot.Name == "three").BaseName);
        await store.RestoreSnapshotAsync("three");
        await store.DeleteSnapshotAsync("three");
        await store.DeleteSnapshotAsync("one");
        await store.DeleteSnapshotAsync("second");
        Assert.Empty(store.ListSnapshots());
        await Assert.ThrowsAsync<SnapshotNotFoundException>(() => store.DeleteSnapshotAsync("one"));
    }

    [Fact]
    public async Task Restore_WithoutWhatItBuildsOn_IsRefusedAndChangesNothing()
    {
        SimulatedHome home = new(HomeKind.SimulatedDirectory, new SimulatedFileSystem());
        await using StateStore store = await home.OpenAsync(Settings);
        await CommitAsync(store, 1, ("a", "1"));
        await store.CreateSnapshotAsync("one");
        await CommitAsync(store, 2, ("a", "2"));
        await store.CreateSnapshotAsync("two", baseName: "one");
        home.Files.Delete("/store/snapshots/one.snapshot");
        SimulatedHome stopped = new(HomeKind.SimulatedDirectory, home.Files.Clone());
        CheckReport report = await StoreChecker.CheckAsync(stopped.Location, new CheckOptions { FileSystem = stopped.Files });
        Assert.Equal("base of the snapshot", Assert.Single(report.Faults).What);
        await AssertFaultAsync(SnapshotChainFault.MissingBase, () => store.RestoreSnapshotAsync("two"));
        await Assert.ThrowsAsync<SnapshotNotFoundException>(() => store.RestoreSnapshotAsync("one"));
        await Assert.ThrowsAsync<SnapshotNotFoundException>(() => store.CreateSnapshotAsync("three", baseName: "one"));
        Assert.Equal(new BlockHeight(2), store.Height);
        await store.DeleteSnapshotAsync("two");
    }

    [Fact]
    public async Task Create_OnASnapshotThatIsNotOfThisChain_IsRefused()
    {
        SimulatedHome home = new(HomeKind.SimulatedDirectory, new SimulatedFileSystem());
        await using StateStore store = await home.OpenAsync(Settings);
        await CommitAsync(store, 1, ("a", "1"));
        await CommitAsync(store, 2, ("a", "2"));
        await store.CreateSnapshotAsync("now");
        using TestHome otherHome = TestHome.Create(HomeKind.Memory);
        StateStore other = await otherHome.OpenAsync(StoreSettings.Tight);
        await CommitAsync(other, 1, ("b", "1"));
        byte[] foreign = await SnapshotRun.ExportAsync(other, new BlockHeight(1));
        await otherHome.CloseAsync(other);
        using (Cairn.IO.IFile file = home.Files.Open("/store/snapshots/foreign.snapshot", Cairn.IO.FileOpening.CreateNew))
        {
            file.Write(0, foreign);
        }

        await AssertFaultAsync(SnapshotChainFault.WrongBase, () => store.CreateSnapshotAsync("next", baseName: "foreign"));
        await AssertFaultAsync(SnapshotChainFault.Cycle, () => store.CreateSnapshotAsync("next", baseName: "now"));
        Assert.Equal(["foreign", "now"], store.ListSnapshots().Select(static snapshot => snapshot.Name));
        Assert.DoesNotContain(home.Files.List("/store/snapshots"), static name => name.EndsWith(".new", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Damaged_IsListedAsSuchRefusedAndCanBeDeleted()
    {
        SimulatedHome home = new(HomeKind.SimulatedDirectory, new SimulatedFileSystem());
        await using StateStore store = await home.OpenAsync(StoreSettings.Tight);
        await CommitAsync(store, 1, ("a", "1"));
        await store.CreateSnapshotAsync("s");
        await CommitAsync(store, 2, ("a", "2"));
        using (Cairn.IO.IFile file = home.Files.Open("/store/snapshots/s.snapshot", Cairn.IO.FileOpening.Write))
        {
            file.Write(40, [0xff]);
        }

        NamedSnapshot listed = Assert.Single(store.ListSnapshots());
        SimulatedHome stopped = new(HomeKind.SimulatedDirectory, home.Files.Clone());
        CheckReport report = await StoreChecker.CheckAsync(stopped.Location, new CheckOptions { FileSystem = stopped.Files });
        CheckFault fault = Assert.Single(report.Faults);
        Assert.Equal(("/store/snapshots/s.snapshot", "checksum of the header"), (fault.File, fault.What));
        Assert.Null(listed.Info);
        Assert.Contains("checksum of the header", listed.Damage!, StringComparison.Ordinal);
        await Assert.ThrowsAsync<SnapshotDamagedException>(() => store.RestoreSnapshotAsync("s"));
        Assert.Equal(new BlockHeight(2), store.Height);
        await store.DeleteSnapshotAsync("s");
        Assert.Empty(store.ListSnapshots());
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData(".hidden")]
    [InlineData("-rf")]
    [InlineData("a/b")]
    [InlineData("../up")]
    [InlineData(@"a\b")]
    [InlineData("a b")]
    [InlineData("ends.")]
    [InlineData("nul")]
    [InlineData("COM1.x")]
    [InlineData("ä")]
    [InlineData("a\0b")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345")]
    public async Task Create_WithANameThatIsNone_IsRefused(string name)
    {
        using TestHome home = TestHome.Create(HomeKind.SimulatedDirectory);
        await using StateStore store = await home.OpenAsync(StoreSettings.Tight);
        await CommitAsync(store, 1, ("a", "1"));
        await Assert.ThrowsAsync<ArgumentException>(() => store.CreateSnapshotAsync(name));
        await Assert.ThrowsAsync<SnapshotNotFoundException>(() => store.RestoreSnapshotAsync(name));
        await Assert.ThrowsAsync<SnapshotNotFoundException>(() => store.DeleteSnapshotAsync(name));
        Assert.Throws<SnapshotNotFoundException>(() => store.OpenSnapshot(name));
        Assert.False(home.FileSystem!.DirectoryExists("/store/snapshots"));
    }

    [Fact]
    public async Task Create_TakenOrBeforeTheFirstBlockOrReadOnly_IsRefused()
    {
        using TestHome home = TestHome.Create(HomeKind.SimulatedDirectory);
        StateStore store = await home.OpenAsync(StoreSettings.Tight);
        await Assert.ThrowsAsync<HeightNotRetainedException>(() => store.CreateSnapshotAsync("s"));
        await CommitAsync(store, 1, ("a", "1"));
        await store.CreateSnapshotAsync("s");
        await Assert.ThrowsAsync<InvalidOperationException>(() => store.CreateSnapshotAsync("s"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => store.CreateSnapshotAsync("S"));
        await home.CloseAsync(store);
        await using StateStore reader = await home.OpenAsync(StoreSettings.Tight with { ReadOnly = true });
        Assert.Single(reader.ListSnapshots());
        await Assert.ThrowsAsync<InvalidOperationException>(() => reader.CreateSnapshotAsync("t"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => reader.RestoreSnapshotAsync("s"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => reader.DeleteSnapshotAsync("s"));
    }

    [Fact]
    public async Task StoppedAtEveryOperation_EachSnapshotIsWholeOrNotThere()
    {
        SimulatedHome whole = new(HomeKind.SimulatedDirectory, new SimulatedFileSystem());
        await PlayAsync(whole, []);
        for (long stop = 1; stop <= whole.Files.ChangeCount; stop++)
        {
            SimulatedHome home = new(HomeKind.SimulatedDirectory, new SimulatedFileSystem { StopAt = stop });
            List<string> done = [];
            await StoreCrashTests.UntilCrashAsync(() => PlayAsync(home, done));
            for (int seed = 0; seed < 3; seed++)
            {
                SimulatedHome left = new(HomeKind.SimulatedDirectory, home.Files.Crash(((int)stop * 4) + seed));
                await using StateStore store = await left.OpenAsync(StoreSettings.Quiet);
                List<string> names = [.. store.ListSnapshots().Select(static snapshot => snapshot.Damage is null ? snapshot.Name : "damaged")];
                Assert.DoesNotContain("damaged", names);
                Assert.True(!done.Contains("+one") || done.Contains("-one?") || names.Contains("one"), $"stopped at {stop}, seed {seed}");
                Assert.True(!done.Contains("+two") || names.Contains("two"), $"stopped at {stop}, seed {seed}");
                Assert.True(!done.Contains("-one") || !names.Contains("one"), $"stopped at {stop}, seed {seed}");
                foreach (string name in names)
                {
                    await store.RestoreSnapshotAsync(name);
                    using StateView view = store.OpenView();
                    Assert.Equal(name == "one" ? "1"u8.ToArray() : "2"u8.ToArray(), view.State.Get("a"u8));
                }

                if (store.Height is not null)
                {
                    await store.CreateSnapshotAsync("after");
                    Assert.DoesNotContain(left.Files.List("/store/snapshots"), static file => file.EndsWith(".new", StringComparison.Ordinal));
                }
            }
        }
    }

    [Fact]
    public async Task FullDisk_WhileCreating_LeavesNothingAndTheStoreGoesOn()
    {
        SimulatedHome home = new(HomeKind.SimulatedDirectory, new SimulatedFileSystem());
        await using StateStore store = await home.OpenAsync(StoreSettings.Quiet);
        await CommitAsync(store, 1, ("a", new string('x', 900)));
        home.Files.CapacityBytes = home.Files.UsedBytes;
        await Assert.ThrowsAnyAsync<IOException>(() => store.CreateSnapshotAsync("s"));
        Assert.Empty(store.ListSnapshots());
        home.Files.CapacityBytes = long.MaxValue;
        await CommitAsync(store, 2, ("a", "2"));
        await store.CreateSnapshotAsync("s");
        await store.RestoreSnapshotAsync("s");
    }

    private static async Task PlayAsync(SimulatedHome home, List<string> done)
    {
        await using StateStore store = await home.OpenAsync(StoreSettings.Quiet);
        await CommitAsync(store, 1, ("a", "1"));
        await store.CreateSnapshotAsync("one");
        done.Add("+one");
        await CommitAsync(store, 2, ("a", "2"));
        await store.CreateSnapshotAsync("two");
        done.Add("+two");
        done.Add("-one?");
        await store.DeleteSnapshotAsync("one");
        done.Add("-one");
    }

    private static ReferenceTree LocalOf(StateStore store, ShortRun run)
    {
        using StateView view = store.OpenView();
        ReferenceTree local = run.States[12].Local;
        Assert.Equal(local.Totals, view.Local.Totals);
        return local;
    }
}
