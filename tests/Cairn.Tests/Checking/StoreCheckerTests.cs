using System.Text;
using Cairn.Checking;
using Cairn.Tests.IO;
using Xunit;

namespace Cairn.Tests.Checking;

/// <summary>The whole-store check: sound stores are sound, and every kind of damage is named with its file.</summary>
public sealed class StoreCheckerTests
{
    private static readonly string Path = System.IO.Path.GetFullPath("/store");

    [Theory]
    [InlineData("dir:")]
    [InlineData("jsonl:")]
    public async Task Check_OfClosedStore_IsSound(string scheme)
    {
        SimulatedFileSystem files = new();
        Hash256 root = await WriteAsync(files, scheme + Path, blocks: 12);
        CheckReport report = await CheckAsync(files);
        Assert.Empty(report.Faults);
        Assert.Equal(root, report.Root);
        Assert.Equal((BlockHeight)12, report.Height);
        Assert.Equal(12, report.Records);
        Assert.True(report.Pages > 0 && report.Entries > 0);
    }

    [Fact]
    public async Task Check_BesideWriter_IsRefused()
    {
        SimulatedFileSystem files = new();
        await using StateStore store = await StateStore.OpenAsync("dir:" + Path, Options(files));
        await Assert.ThrowsAsync<StoreLockedException>(() => CheckAsync(files));
    }

    [Fact]
    public async Task Check_OfNothing_SaysSo() => await Assert.ThrowsAsync<StoreNotFoundException>(() => CheckAsync(new SimulatedFileSystem()));

    [Theory]
    [InlineData("dir:")]
    [InlineData("jsonl:")]
    public async Task Check_OfAStoreWithOtherFiles_NamesThemAndIsSound(string scheme)
    {
        SimulatedFileSystem files = new();
        await WriteAsync(files, scheme + Path, blocks: 3);
        Assert.Empty((await CheckAsync(files)).UnknownFiles);
        List<string> unknown = [Path + "/notes.txt", Path + "/zoo"];
        files.CreateDirectory(Path + "/zoo");
        files.WriteAllBytes(Path + "/notes.txt", "x"u8);
        foreach (string directory in files.List(Path).Where(name => name is "log" or "pages" or "history" or "snapshots"))
        {
            files.WriteAllBytes($"{Path}/{directory}/stranger", "x"u8);
            unknown.Add($"{Path}/{directory}/stranger");
        }

        CheckReport report = await CheckAsync(files);
        Assert.True(report.IsSound, string.Join('\n', report.Faults));
        Assert.Equal(unknown.Order(StringComparer.Ordinal), report.UnknownFiles.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Check_OfABackup_CoversItsMark()
    {
        SimulatedFileSystem files = new();
        await WriteAsync(files, "dir:" + Path, blocks: 3);
        await StoreBackup.RunAsync(Path, "/backup", new BackupOptions { FileSystem = files });
        files.FlipBit("/backup/backup", 300);
        CheckReport report = await StoreChecker.CheckAsync("/backup", new CheckOptions { FileSystem = files });
        Assert.EndsWith("backup", Assert.Single(report.Faults).File, StringComparison.Ordinal);
        await using StateStore store = await StateStore.OpenAsync("/backup", Options(files));
        Assert.Equal((BlockHeight)3, store.Height);
    }

    private static Task<CheckReport> CheckAsync(SimulatedFileSystem files) => StoreChecker.CheckAsync(Path, new CheckOptions { FileSystem = files });

    private static StateStoreOptions Options(SimulatedFileSystem files) =>
        new() { FileSystem = files, DirtyBytes = 64 * 1024, ReplayBytes = 64 * 1024, CacheBytes = 64 * 1024, PoisonFreedPages = true };

    private static async Task<Hash256> WriteAsync(SimulatedFileSystem files, string location, int blocks)
    {
        await using StateStore store = await StateStore.OpenAsync(location, Options(files));
        for (int block = 1; block <= blocks; block++)
        {
            using BlockDraft draft = store.CreateDraft((BlockHeight)(ulong)block);
            for (int i = 0; i < 100; i++)
            {
                draft.State.Put(Encoding.ASCII.GetBytes($"key/{(block * 37) + (i * 11):d5}"), Encoding.ASCII.GetBytes($"{block}"));
            }

            draft.State.Put("blob"u8, new byte[2000 + block]);
            draft.Local.Put("seen"u8, [(byte)block]);
            await store.CommitAsync(draft);
        }

        return store.Root;
    }
}
