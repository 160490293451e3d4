using Cairn.Homes;
using Cairn.Tests.IO;
using Xunit;

namespace Cairn.Tests.Backups;

public sealed class DirectoryBackupTests
{
    private readonly SimulatedFileSystem _files = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Backup_OfAClosedStore_IsTheSameStore(bool linking)
    {
        BackupRun run = new(1);
        _files.Linking = linking;
        await run.WriteAsync(_files, 30);
        Dictionary<string, string> before = BackupRun.BytesOf(_files, BackupRun.Source);

        BackupReport report = await BackupRun.BackupAsync(_files);

        Assert.False(report.IsIncremental);
        Assert.Equal(linking, report.FilesLinked > 0);
        Assert.True(report.FilesCopied >= 1);
        Assert.Equal(before, BackupRun.BytesOf(_files, BackupRun.Source));
        await using (StateStore source = await BackupRun.OpenAsync(_files, readOnly: true))
        {
            Assert.Equal((source.Height, source.Root), (report.Height, report.Root));
        }

        await run.AssertStoreAsync(_files, BackupRun.Target, 30);
        Assert.Equal(before, BackupRun.BytesOf(_files, BackupRun.Source));
        await run.AssertStoreAsync(_files, BackupRun.Source, 30);
    }

    [Fact]
    public async Task Backup_OfAnEmptyStore_IsAnEmptyStore()
    {
        BackupRun run = new(2);
        await run.WriteAsync(_files, 0);
        BackupReport report = await BackupRun.BackupAsync(_files);
        Assert.Null(report.Height);
        Assert.Equal(Hash256.EmptyRoot, report.Root);
        await run.AssertStoreAsync(_files, BackupRun.Target, 0);
    }

    [Fact]
    public async Task Backup_AfterACrash_HasWhatRecoveryFinds()
    {
        BackupRun run = new(3);
        await using StateStore store = await BackupRun.OpenAsync(_files);
        await run.CommitAsync(store, 17);
        SimulatedFileSystem crashed = _files.Crash(seed: 4);
        BackupReport report = await BackupRun.BackupAsync(crashed);
        Assert.Equal(store.Root, report.Root);
        await run.AssertStoreAsync(crashed, BackupRun.Target, 17);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(25)]
    public async Task Backup_Again_TakesWhatIsNewAndRemovesWhatIsGone(int blocks)
    {
        BackupRun run = new(4);
        await run.WriteAsync(_files, 22);
        await BackupRun.BackupAsync(_files);
        await run.WriteAsync(_files, blocks);

        BackupReport second = await BackupRun.BackupAsync(_files);
        BackupReport third = await BackupRun.BackupAsync(_files);

        Assert.True(second.IsIncremental && third.IsIncremental);
        Assert.Equal((0, 0, 0L, 0), (third.FilesCopied, third.FilesLinked, third.BytesCopied, third.FilesRemoved));
        Assert.True(blocks < 25 || second.FilesRemoved > 0, "The first backup's files are still there.");
        Assert.Equal(third.FilesKept, BackupRun.PageFiles(_files, BackupRun.Target).Length + BackupRun.Segments(_files, BackupRun.Target).Length);
        await run.AssertStoreAsync(_files, BackupRun.Target, run.Blocks);
    }

    [Fact]
    public async Task Backup_WithHolds_HasTheLogTheyKeep()
    {
        BackupRun run = new(5);
        await using (StateStore store = await BackupRun.OpenAsync(_files))
        {
            await run.CommitAsync(store, 10);
            await store.PlaceHoldAsync("follower", store.Height!.Value, 1L << 40);
            await run.CommitAsync(store, 25);
        }

        await BackupRun.BackupAsync(_files);
        await using (StateStore store = await BackupRun.OpenAsync(_files))
        {
            Assert.True(await store.ReleaseHoldAsync("follower"));
            await run.CommitAsync(store, 8);
        }

        await using (StateStore backup = await BackupRun.OpenAsync(_files, BackupRun.Target, readOnly: true))
        {
            LogHold hold = Assert.Single(backup.Holds);
            Assert.True(hold is { Name: "follower", IsBroken: false });
        }

        await BackupRun.BackupAsync(_files);
        await using (StateStore backup = await BackupRun.OpenAsync(_files, BackupRun.Target, readOnly: true))
        {
            Assert.Empty(backup.Holds);
        }

        await run.AssertStoreAsync(_files, BackupRun.Target, run.Blocks);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Backup_OfAStoreWithSnapshots_HasThoseTheStoreHas(bool linking)
    {
        BackupRun run = new(13);
        _files.Linking = linking;
        await using (StateStore store = await BackupRun.OpenAsync(_files))
        {
            await run.CommitAsync(store, 6);
            await store.CreateSnapshotAsync("gone");
            await store.CreateSnapshotAsync("changed");
            await store.CreateSnapshotAsync("same");
        }

        await BackupRun.BackupAsync(_files);
        await using (StateStore store = await BackupRun.OpenAsync(_files))
        {
            await run.CommitAsync(store, 6);
            await store.DeleteSnapshotAsync("gone");
            await store.DeleteSnapshotAsync("changed");
            await store.CreateSnapshotAsync("changed");
        }

        BackupReport second = await BackupRun.BackupAsync(_files);
        Assert.True(second.FilesRemoved >= 1 && second.FilesKept >= 1);
        string[] names = ["changed.snapshot", "same.snapshot"];
        Assert.Equal(names, _files.List(BackupRun.Target + "/snapshots"));
        Assert.All(names, name => Assert.Equal(_files.ReadAllBytes($"{BackupRun.Source}/snapshots/{name}"), _files.ReadAllBytes($"{BackupRun.Target}/snapshots/{name}")));
        await run.AssertStoreAsync(_files, BackupRun.Target, 12);
    }

    [Fact]
    public async Task Backup_OfABackup_IsOneToo()
    {
        BackupRun run = new(6);
        await run.WriteAsync(_files, 20);
        await BackupRun.BackupAsync(_files);
        await BackupRun.BackupAsync(_files, BackupRun.Target, "/second");
        await run.WriteAsync(_files, 9);
        await BackupRun.BackupAsync(_files, BackupRun.Source, "/second");
        await run.AssertStoreAsync(_files, "/second", 29);
        await run.AssertStoreAsync(_files, BackupRun.Target, 20);
    }

    [Fact]
    public async Task Store_RestoredFromABackup_GoesItsOwnWayAndSoDoBackups()
    {
        BackupRun run = new(7);
        await run.WriteAsync(_files, 20);
        await BackupRun.BackupAsync(_files, BackupRun.Source, "/restored");
        await BackupRun.BackupAsync(_files);
        await run.AssertStoreAsync(_files, "/restored", 20); // opens it for writing
        TargetRefusedException other = await Assert.ThrowsAsync<TargetRefusedException>(() => BackupRun.BackupAsync(_files, "/restored", BackupRun.Target));
        Assert.Contains("before it was restored", other.Message, StringComparison.Ordinal);
        TargetRefusedException written = await Assert.ThrowsAsync<TargetRefusedException>(() => BackupRun.BackupAsync(_files, BackupRun.Source, "/restored"));
        Assert.Contains("opened for writing", written.Message, StringComparison.Ordinal);
        await BackupRun.BackupAsync(_files, "/restored", "/third");
        await run.AssertStoreAsync(_files, "/third", 22);
        await run.AssertStoreAsync(_files, BackupRun.Target, 20);
    }

    [Fact]
    public async Task Backup_WithRecordsThatTheStoreLost_IsRefused()
    {
        BackupRun run = new(8);
        SimulatedFileSystem earlier;
        await using (StateStore store = await BackupRun.OpenAsync(_files))
        {
            await run.CommitAsync(store, 10);
            earlier = _files.Crash(0);
            await run.CommitAsync(store, 2);
        }

        await BackupRun.BackupAsync(_files);
        foreach (string file in _files.Files.Where(file => file.StartsWith(BackupRun.Target + "/", StringComparison.Ordinal)))
        {
            string[] parts = file.Split('/')[1..^1];
            for (int i = 1; i <= parts.Length; i++)
            {
                earlier.CreateDirectory("/" + string.Join('/', parts[..i]));
            }

            earlier.WriteAllBytes(file, _files.ReadAllBytes(file));
        }

        TargetRefusedException refused = await Assert.ThrowsAsync<TargetRefusedException>(() => BackupRun.BackupAsync(earlier));
        Assert.Contains("which the store does not have", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Backup_ToAPlaceWithSomethingElse_IsRefusedAndChangesNothing()
    {
        BackupRun run = new(9);
        await run.WriteAsync(_files, 8);
        _files.CreateDirectory("/other");
        _files.WriteAllBytes("/other/letter", "dear"u8);
        await CreateAsync("/another");
        await CreateAsync("jsonl:/lines");
        _files.WriteAllBytes("/file", "x"u8);
        string[] before = [.. _files.Files];
        foreach (string target in (string[])["/other", "/another", "/lines", "/file", BackupRun.Source, BackupRun.Source + "/inside"])
        {
            await Assert.ThrowsAsync<TargetRefusedException>(() => BackupRun.BackupAsync(_files, target: target));
        }

        await Assert.ThrowsAsync<StoreOptionsException>(() => BackupRun.BackupAsync(_files, "jsonl:/lines", "/new"));
        await Assert.ThrowsAsync<StoreNotFoundException>(() => BackupRun.BackupAsync(_files, "/absent", "/new"));
        Assert.Equal(before, _files.Files);
    }

    [Fact]
    public async Task BackupAndRepair_OfAnUnfinishedImport_AreRefused()
    {
        InstalledState state = new(new BlockHeight(5), TimeTicks: null, BlockCount: 5, new Hash256([.. Enumerable.Repeat((byte)7, 32)]), new TreeTotals(1, 2), default);
        await (await StoreInstaller.BeginAsync(BackupRun.Source, BackupRun.Settings.ToOptions(_files), state, default, CancellationToken.None)).DisposeAsync();
        await Assert.ThrowsAsync<ImportUnfinishedException>(() => BackupRun.BackupAsync(_files));
        await Assert.ThrowsAsync<ImportUnfinishedException>(() => StoreRepair.RunAsync(BackupRun.Source, BackupRun.Target, new RepairOptions { FileSystem = _files }));
        Assert.False(_files.DirectoryExists(BackupRun.Target));
    }

    [Fact]
    public async Task Backup_OfAnotherStore_IsRefused()
    {
        BackupRun run = new(10);
        await run.WriteAsync(_files, 8);
        await BackupRun.BackupAsync(_files);
        await CreateAsync("/another");
        TargetRefusedException refused = await Assert.ThrowsAsync<TargetRefusedException>(() => BackupRun.BackupAsync(_files, "/another"));
        Assert.Contains("another store", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Backup_ToATargetInUse_IsRefused()
    {
        BackupRun run = new(11);
        await run.WriteAsync(_files, 8);
        await BackupRun.BackupAsync(_files);
        using IDisposable held = _files.TryLock(BackupRun.Target + "/lock")!;
        await Assert.ThrowsAsync<StoreLockedException>(() => BackupRun.BackupAsync(_files));
    }

    [Fact]
    public async Task Store_OfAnyHomeWithoutFilesOfItsOwn_RefusesABackup()
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        await Assert.ThrowsAsync<InvalidOperationException>(() => store.BackupAsync("/new"));
    }

    [Fact]
    public async Task Backup_OfARunningStore_LeavesItsFilesAloneAndRemovesLater()
    {
        BackupRun run = new(12);
        await using StateStore store = await BackupRun.OpenAsync(_files, settings: BackupRun.Settings with { Durability = Durability.DangerNoSync });
        for (int i = 0; i < 8; i++)
        {
            await run.CommitAsync(store, 3);
            BackupReport report = await store.BackupAsync(BackupRun.Target);
            Assert.Equal((store.Height, store.Root), (report.Height, report.Root));
            BackupReport beside = await BackupRun.BackupAsync(_files, target: "/beside");
            Assert.True(beside.Height <= store.Height);
            await run.AssertStoreAsync(_files, BackupRun.Target, run.Blocks, writes: false);
        }

        await run.AssertStoreAsync(_files, BackupRun.Target, run.Blocks);
        await run.AssertStoreAsync(_files, "/beside", await run.BlocksOfAsync(_files, "/beside"));
        Assert.Equal((ulong)run.Blocks, store.GetStatistics().BlockCount);
    }

    private async Task CreateAsync(string location)
    {
        await using StateStore store = await StateStore.OpenAsync(location, BackupRun.Settings.ToOptions(_files));
    }
}
