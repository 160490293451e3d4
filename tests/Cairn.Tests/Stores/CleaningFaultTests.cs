using System.Text;
using Cairn.Checking;
using Cairn.Manifests;
using Cairn.Tests.IO;
using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>What cleaning does with damage, beside a reader, and in which order it writes.</summary>
[Collection(AloneCollection.Name)]
public sealed class CleaningFaultTests
{
    [Fact]
    public async Task Damage_InAFileToBeFreed_IsReportedAndNeitherMovedNorInTheWay()
    {
        SimulatedHome home = new(HomeKind.SimulatedDirectory, new SimulatedFileSystem());
        StateStore store = await home.OpenAsync(StoreSettings.Quiet);
        await FillAsync(store, from: 1, blocks: 12);
        await store.DisposeAsync();
        PageFileEntry sparse = ManifestFiles.Read(home.Files, home.Path).Newest!.Files.MinBy(static file => (double)file.LiveBytes / file.TotalBytes);
        string victim = $"{home.Path}/pages/{Cairn.Pages.PageFile.NameOf(sparse.Number)}";
        int length = home.Files.ReadAllBytes(victim).Length;
        int refused = 0;
        int committed = 0;
        int kept = 0;
        for (int offset = 70; offset < length; offset += 997)
        {
            SimulatedHome damaged = new(HomeKind.SimulatedDirectory, home.Files.Clone());
            damaged.Files.FlipBit(victim, offset * 8L);
            byte[] before = damaged.Files.ReadAllBytes(victim);
            CheckReport check = await StoreChecker.CheckAsync(damaged.Location, new CheckOptions { FileSystem = damaged.Files });
            Assert.Equal(victim, Assert.Single(check.Faults.Select(static fault => fault.File).Distinct()));
            StateStore opened = await damaged.OpenAsync(StoreSettings.Quiet);
            StateCorruptedException refusal = await Assert.ThrowsAsync<StateCorruptedException>(() => opened.CompactAsync());
            Assert.Equal(victim, refusal.File);
            Assert.False(opened.GetStatistics().HasFailed);
            refused++;

            // What builds on something in the file may have been moved for other files' sake; if nothing in it is in use then, it goes.
            bool stays = damaged.Files.Files.Contains(victim);
            kept += stays ? 1 : 0;
            Assert.Equal(before, stays ? damaged.Files.ReadAllBytes(victim) : before);

            // Blocks go on, unless they need the very page that is damaged; and the rest is cleaned.
            try
            {
                using BlockDraft draft = opened.CreateDraft(new BlockHeight(100));
                draft.State.Put([0], [1]);
                await opened.CommitAsync(draft);
                committed++;
            }
            catch (StateCorruptedException needed)
            {
                Assert.Equal(victim, needed.File);
            }

            if (stays)
            {
                Assert.Equal(victim, (await Assert.ThrowsAsync<StateCorruptedException>(() => opened.CompactAsync())).File);
                Assert.Contains(victim, damaged.Files.Files);
            }

            Assert.True(opened.GetStatistics().RemovedPageFiles > 0, "Nothing else was cleaned.");
            await opened.DisposeAsync();
        }

        Assert.True(refused > 10 && kept > 0 && committed > 5, $"{refused} compactions refused, {kept} damaged files kept, {committed} blocks committed.");
    }

    [Fact]
    public async Task Fallback_AfterAnyStep_HasAllItsFiles()
    {
        SimulatedHome home = new(HomeKind.SimulatedDirectory, new SimulatedFileSystem());
        StateStore store = await home.OpenAsync(StoreSettings.Quiet);
        await FillAsync(store, from: 1, blocks: 8);
        for (ulong round = 0; round < 6; round++)
        {
            await FillAsync(store, from: 10 + (10 * round), blocks: 3);
            await store.CompactAsync();
            if (round % 2 == 0)
            {
                await store.DisposeAsync();
                store = await home.OpenAsync(StoreSettings.Quiet);
            }

            // As if the newest copy had rotted: the other one counts, and everything it lists is there.
            SimulatedFileSystem files = home.Files.Clone();
            StoreManifest newest = ManifestFiles.Read(files, home.Path).Newest!;
            files.FlipBit(ManifestFiles.PathOf(home.Path, ulong.IsEvenInteger(newest.Content.Generation)), 100 * 8);
            await using StateStore fallback = await new SimulatedHome(HomeKind.SimulatedDirectory, files).OpenAsync(StoreSettings.Quiet);
            Assert.Equal(store.Root, fallback.Root);
        }

        await home.CloseAsync(store);
    }

    [Fact]
    public async Task Reader_BesideAWriterThatCleans_FollowsOrIsToldToRefresh()
    {
        SimulatedHome home = new(HomeKind.SimulatedDirectory, new SimulatedFileSystem());
        StateStore writer = await home.OpenAsync(StoreSettings.Tight);
        await FillAsync(writer, from: 1, blocks: 3);
        await writer.CheckpointAsync();
        await using StateStore reader = await home.OpenAsync(StoreSettings.Tight with { ReadOnly = true, CacheBytes = 64 << 10 });
        int outdated = 0;
        for (ulong round = 1; round < 30; round++)
        {
            using StateView old = reader.OpenView();
            await FillAsync(writer, from: round * 10, blocks: 2);
            await writer.CompactAsync();
            Assert.Equal(600u, Count(reader));
            await reader.RefreshAsync();
            Assert.Equal(writer.Root, reader.Root);
            Assert.Equal(600u, Count(reader));
            try
            {
                Assert.Equal(600u, Count(old));
            }
            catch (ViewOutdatedException told)
            {
                Assert.Equal(RecoveryAction.Retry, told.RecoveryAction);
                Assert.Contains(".pages", told.File, StringComparison.Ordinal);
                outdated++;
            }
        }

        Assert.True(outdated > 0, "No view ever came upon a file that was gone.");
        await home.CloseAsync(writer);
    }

    [Fact]
    public async Task FileOperations_OfACompaction_AreAsRecorded()
    {
        SimulatedFileSystem files = new() { Tracing = true };
        SimulatedHome home = new(HomeKind.SimulatedDirectory, files);
        StateStore store = await home.OpenAsync(StoreSettings.Quiet);
        await FillAsync(store, from: 1, blocks: 3);
        StringBuilder text = new();
        files.TakeTrace();
        await store.CompactAsync();
        Write("compaction");
        await store.CompactAsync();
        Write("compaction with nothing to do");
        await store.DisposeAsync();
        Write("close");
        GoldenFile.CheckText("store-trace-compaction.txt", text.ToString());

        void Write(string title)
        {
            text.Append("# ").Append(title).Append('\n');
            foreach (string line in files.TakeTrace())
            {
                text.Append(line).Append('\n');
            }
        }
    }

    private static ulong Count(StateStore store)
    {
        using StateView view = store.OpenView();
        return Count(view);
    }

    private static ulong Count(StateView view)
    {
        ulong count = 0;
        using EntryScan scan = view.State.Range([], []);
        while (scan.MoveNext())
        {
            Assert.True(scan.Value.Length > 0);
            count++;
        }

        return count;
    }

    /// <summary>Overwrites half of six hundred keys, some of them with blobs, and stores them, a few times.</summary>
    private static async Task FillAsync(StateStore store, ulong from, int blocks)
    {
        for (int block = 0; block < blocks; block++)
        {
            ulong height = Math.Max(from + (ulong)block, (store.Height?.Value ?? 0) + 1);
            Random random = new((int)height);
            using BlockDraft draft = store.CreateDraft(new BlockHeight(height));
            for (int key = 0; key < 600; key++)
            {
                byte[] value = new byte[key % 50 == 7 ? 2000 : 60];
                random.NextBytes(value);
                if (store.Height is null || random.Next(2) == 0)
                {
                    draft.State.Put(System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(key)), value);
                }
            }

            await store.CommitAsync(draft);
            await store.CheckpointAsync();
        }
    }
}

/// <summary>Tests that look at when files and memory are given back: readers of other tests, who share the epochs of the process, would delay it.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}
