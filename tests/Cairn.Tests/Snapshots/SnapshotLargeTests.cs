using System.Buffers.Binary;
using System.Diagnostics;
using Cairn.Cli;
using Cairn.Tests.Cli;
using Xunit;

namespace Cairn.Tests.Snapshots;

/// <summary>Snapshots of many parts: how fast they are, and a real process that is killed while it imports.</summary>
public sealed class SnapshotLargeTests(ITestOutputHelper output)
{
    private const int MostWaits = 3_000;

    private static int Entries => SeededRandom.IsLong ? 1_000_000 : 25_000;

    [Fact]
    public async Task ManyParts_ExportedAndImported_GiveTheRoot()
    {
        using TemporaryDirectory folder = new();
        await using StateStore store = await FillAsync(folder.PathOf("store"), Entries, valueBytes: 68);
        string file = folder.PathOf("full.snapshot");
        foreach (SnapshotCodec codec in new[] { SnapshotCodec.Deflate, SnapshotCodec.Zstandard, SnapshotCodec.None })
        {
            SnapshotExportOptions options = new() { ChunkBytes = 64 << 10, Codec = codec };
            long began = Stopwatch.GetTimestamp();
            SnapshotProgress written;
            try
            {
                await using FileStream stream = new(file, FileMode.Create);
                written = await store.ExportSnapshotAsync(store.Height!.Value, stream, options);
            }
            catch (StoreOptionsException) when (codec == SnapshotCodec.Zstandard)
            {
                continue;
            }

            TimeSpan exported = Stopwatch.GetElapsedTime(began);
            Assert.True(written.Parts > 30, $"{written.Parts} parts");
            began = Stopwatch.GetTimestamp();
            await using FileStream input = new(file, FileMode.Open);
            await using (StateStore copy = await StateStore.ImportSnapshotAsync(folder.PathOf($"copy-{codec}"), [input]))
            {
                Assert.Equal(store.Root, copy.Root);
            }

            TimeSpan imported = Stopwatch.GetElapsedTime(began);
            output.WriteLine($"{codec}: {Entries} entries of {written.Snapshot.Totals.Bytes} bytes in {written.Bytes} bytes; export {exported.TotalSeconds:0.00} s, import {imported.TotalSeconds:0.00} s");
        }
    }

    [Fact]
    public async Task Import_KilledAndRunAgain_ComesToTheRoot()
    {
        using TemporaryDirectory folder = new();
        string file = folder.PathOf("full.snapshot");
        Hash256 root;
        await using (StateStore store = await FillAsync(folder.PathOf("store"), entries: 3_500, valueBytes: 8_000))
        {
            root = store.Root;
            await using FileStream stream = new(file, FileMode.Create);
            await store.ExportSnapshotAsync(store.Height!.Value, stream, new SnapshotExportOptions { ChunkBytes = 256 << 10, Codec = SnapshotCodec.None });
        }

        byte[] bytes = await File.ReadAllBytesAsync(file);
        foreach (int seed in SeededRandom.Seeds(1))
        {
            Random random = new(seed);
            string target = folder.PathOf($"target-{seed}");
            ulong most = 0;
            for (int kill = 1; kill <= 3; kill++)
            {
                // As far as it was fed, and then for a moment: it never sees the end.
                int fed = bytes.Length / 4 * kill;
                using CliProcess process = CliProcess.Start("import", "--store", target, "-");
                try
                {
                    await process.Input.BaseStream.WriteAsync(bytes.AsMemory(0, fed));
                    await process.Input.BaseStream.FlushAsync();
                }
                catch (IOException)
                {
                    Assert.Fail("It ended by itself: " + (await process.EndAsync()).Error);
                }

                await Task.Delay(random.Next(300));

                // The last time it has been given more than it keeps in memory: where it had no time to store it, it gets some.
                for (int wait = 0; wait < MostWaits && kill == 3 && most == 0 && await EntriesAsync(target) == 0; wait++)
                {
                    await Task.Delay(20);
                }

                process.Kill();
                await process.EndAsync();
                most = Math.Max(most, await EntriesAsync(target));
            }

            Assert.True(most > 0, "Nothing was durable before a kill.");
            (int code, byte[] _, string error) = await CliProcess.Start("import", "--store", target, "--root", root.ToString(), file).RunAsync();
            Assert.True(code == ExitCode.Fine, error);
            (code, _, error) = await CliProcess.Start("check", "--store", target).RunAsync();
            Assert.True(code == ExitCode.Fine, error);
        }
    }

    /// <summary>How many entries an interrupted import has durably.</summary>
    private static async Task<ulong> EntriesAsync(string store)
    {
        try
        {
            await using StateStore opened = await StateStore.OpenAsync(store, new StateStoreOptions { ReadOnly = true });
            Assert.Null(opened.Height); // killed before it had begun
            return 0;
        }
        catch (ImportUnfinishedException unfinished)
        {
            return unfinished.Entries;
        }
        catch (StoreNotFoundException)
        {
            return 0;
        }
    }

    private static async Task<StateStore> FillAsync(string path, int entries, int valueBytes)
    {
        StateStore store = await StateStore.OpenAsync(path, StateStoreOptions.BulkLoad);
        Random random = new(1);
        byte[] key = new byte[32];
        byte[] value = new byte[valueBytes];
        ulong height = 0;
        for (int entry = 0; entry < entries;)
        {
            using BlockDraft draft = store.CreateDraft(new BlockHeight(++height));
            for (int i = 0; i < 50_000 && entry < entries; i++, entry++)
            {
                random.NextBytes(key);
                random.NextBytes(value.AsSpan(0, value.Length / 2));
                BinaryPrimitives.WriteInt32LittleEndian(value, entry);
                draft.State.Put(key, value);
            }

            await store.CommitAsync(draft);
        }

        return store;
    }
}
