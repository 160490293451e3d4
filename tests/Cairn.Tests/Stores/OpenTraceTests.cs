using System.Text;
using Cairn.Tests.IO;
using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>The file operations of opening, committing, checkpointing and closing, in their order, frozen: this order is what the promises rest on.</summary>
public sealed class OpenTraceTests
{
    [Theory]
    [InlineData(HomeKind.SimulatedDirectory, "directory")]
    [InlineData(HomeKind.JsonLines, "json-lines")]
    public async Task FileOperations_OfAStoresLife_AreAsRecorded(HomeKind kind, string name)
    {
        SimulatedFileSystem files = new() { Tracing = true };
        SimulatedHome home = new(kind, files);
        StringBuilder text = new();
        StateStore store = await home.OpenAsync(StoreSettings.Quiet);
        Write(text, files, "open (new)");
        await CommitAsync(store, height: 1);
        Write(text, files, "commit (durable, first block)");
        await CommitAsync(store, height: 2);
        Write(text, files, "commit (durable)");
        await store.CheckpointAsync();
        Write(text, files, "checkpoint");
        await store.CheckpointAsync();
        Write(text, files, "checkpoint with nothing new");
        await CommitAsync(store, height: 3);
        files.TakeTrace();
        await store.DisposeAsync();
        Write(text, files, "close after a block");

        store = await home.OpenAsync(StoreSettings.Quiet with { Durability = Durability.Grouped, GroupedBlocks = 2 });
        Write(text, files, "open (existing)");
        await CommitAsync(store, height: 4);
        Write(text, files, "commit (grouped, first of two)");
        await CommitAsync(store, height: 5);
        Write(text, files, "commit (grouped, second of two)");
        await CommitAsync(store, height: 6);
        files.TakeTrace();
        await store.SyncAsync();
        Write(text, files, "sync");
        await store.CheckpointAsync();
        files.TakeTrace();
        await store.DisposeAsync();
        Write(text, files, "close after a checkpoint");

        await using (await home.OpenAsync(StoreSettings.Quiet with { ReadOnly = true }))
        {
            Write(text, files, "open (read-only)");
        }

        Write(text, files, "close (read-only)");
        GoldenFile.CheckText($"store-trace-{name}.txt", text.ToString());
    }

    /// <summary>Going back: within what is not stored, below the checkpoint, and what a checkpoint, finality and opening make of it.</summary>
    [Theory]
    [InlineData(HomeKind.SimulatedDirectory, "rewind-directory")]
    [InlineData(HomeKind.JsonLines, "rewind-json-lines")]
    public async Task FileOperations_OfRewinds_AreAsRecorded(HomeKind kind, string name)
    {
        SimulatedFileSystem files = new() { Tracing = true };
        SimulatedHome home = new(kind, files);
        StringBuilder text = new();
        StateStore store = await home.OpenAsync(StoreSettings.Quiet);
        await CommitAsync(store, height: 1);
        await CommitAsync(store, height: 2);
        await store.CheckpointAsync();
        await CommitAsync(store, height: 3);
        files.TakeTrace();
        await store.RewindAsync(new BlockHeight(2));
        Write(text, files, "rewind to the checkpoint");
        await store.RewindAsync(new BlockHeight(1));
        Write(text, files, "rewind below the checkpoint");
        await CommitAsync(store, height: 2);
        Write(text, files, "commit at a height that was taken back");
        await store.FinalizeAsync(new BlockHeight(1));
        Write(text, files, "finalise");
        SimulatedFileSystem crashed = files.Crash(seed: 0);
        crashed.Tracing = true;
        await using (await new SimulatedHome(kind, crashed).OpenAsync(StoreSettings.Quiet))
        {
            Write(text, crashed, "open after a crash");
        }

        await store.CheckpointAsync();
        Write(text, files, "checkpoint");
        await store.DisposeAsync();
        GoldenFile.CheckText($"store-trace-{name}.txt", text.ToString());
    }

    /// <summary>Pruning on demand: two manifests, and what goes after each.</summary>
    [Fact]
    public async Task FileOperations_OfPruning_AreAsRecorded()
    {
        SimulatedFileSystem files = new() { Tracing = true };
        await using RetentionRun run = new(files: files) { PayloadBytes = 40_000 };
        await run.OpenAsync(StoreSettings.Quiet with { RetainAll = true });
        await run.CommitAsync(4);
        await run.Store.CheckpointAsync();
        await run.CommitAsync(2);
        files.TakeTrace();
        StringBuilder text = new();
        await run.Store.PruneAsync(4, dryRun: true);
        Write(text, files, "dry run");
        await run.Store.PruneAsync(4);
        Write(text, files, "prune up to the checkpoint");
        await run.Store.PruneAsync(1);
        Write(text, files, "prune behind the checkpoint");
        GoldenFile.CheckText("store-trace-prune.txt", text.ToString());
    }

    /// <summary>Retention of one block, a segment a block: what is deleted, and when, beside a checkpoint; and what the holds write.</summary>
    [Fact]
    public async Task FileOperations_OfRetentionAndHolds_AreAsRecorded()
    {
        SimulatedFileSystem files = new() { Tracing = true };
        await using RetentionRun run = new(files: files) { PayloadBytes = 40_000 };
        await run.OpenAsync(RetentionRun.Settings(1));
        await run.CommitAndCheckpointAsync(3);
        files.TakeTrace();
        StringBuilder text = new();
        await run.CommitAsync(1);
        Write(text, files, "commit that begins a segment");
        await run.Store.CheckpointAsync();
        Write(text, files, "checkpoint with retirement");
        await run.Store.PlaceHoldAsync("first", run.Heights[3], maxBytes: 10_000);
        Write(text, files, "place the first hold");
        await run.Store.PlaceHoldAsync("second", run.Heights[3], maxBytes: 1 << 30);
        Write(text, files, "place another one");
        await run.CommitAndCheckpointAsync(1);
        files.TakeTrace();
        await run.CommitAsync(1);
        files.TakeTrace();
        await run.Store.CheckpointAsync();
        Write(text, files, "checkpoint that breaks the first hold");
        await run.Store.ReleaseHoldAsync("second");
        Write(text, files, "release the other one");
        await run.CommitAsync(1);
        files.TakeTrace();
        await run.CloseUncheckedAsync();
        Write(text, files, "close after a block, with retirement");
        await run.OpenAsync(RetentionRun.Settings(1));
        Write(text, files, "open a log that starts later");
        GoldenFile.CheckText("store-trace-retention.txt", text.ToString());
    }

    private static async Task CommitAsync(StateStore store, ulong height)
    {
        using BlockDraft draft = store.CreateDraft(new BlockHeight(height));
        draft.State.Put([(byte)height], [1, 2, 3]);
        draft.Local.Put([(byte)height], new byte[2000]);
        await store.CommitAsync(draft);
    }

    private static void Write(StringBuilder text, SimulatedFileSystem files, string title)
    {
        text.Append("# ").Append(title).Append('\n');
        foreach (string line in files.TakeTrace())
        {
            text.Append(line).Append('\n');
        }
    }
}
