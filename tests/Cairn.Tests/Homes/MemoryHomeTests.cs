using Cairn.Homes;
using Xunit;

namespace Cairn.Tests.Homes;

public sealed class MemoryHomeTests
{
    [Fact]
    public async Task Log_AfterAppending_GivesTheRecordsBackFromAnyPlace()
    {
        await using MemoryHome home = new();
        List<LogPosition> places = [home.Log.End];
        for (ulong sequence = 1; sequence <= 5; sequence++)
        {
            await home.Log.AppendAsync(Record(sequence), default);
            places.Add(home.Log.End);
        }

        for (int start = 0; start < places.Count; start++)
        {
            List<ulong> found = [];
            await foreach (LogRecord record in home.Log.Read(places[start], default))
            {
                found.Add(record.Sequence);
            }

            Assert.Equal(Enumerable.Range(start + 1, 5 - start).Select(n => (ulong)n), found);
        }

        Assert.Equal(home.Log.StoredBytes, home.Log.BytesBetween(LogPosition.Start, home.Log.End));
        Assert.Equal(home.Log.StoredBytes, home.Log.BytesBetween(LogPosition.Start, places[2]) + home.Log.BytesBetween(places[2], home.Log.End));
    }

    [Fact]
    public async Task Log_AtAPlaceItNeverHad_Refuses()
    {
        await using MemoryHome home = new();
        await home.Log.AppendAsync(Record(1), default);
        Assert.Throws<StateCorruptedException>(() => home.Log.Read(new LogPosition(2, 2, 0), default));
        Assert.Throws<StateCorruptedException>(() => home.Log.Read(new LogPosition(1, 7, 0), default));
    }

    [Fact]
    public async Task Append_OutOfSequence_IsTheCallersMistake()
    {
        await using MemoryHome home = new();
        await Assert.ThrowsAsync<ArgumentException>(async () => await home.Log.AppendAsync(Record(2), default));
    }

    [Fact]
    public async Task DurableEnd_FollowsOnlyASync()
    {
        await using MemoryHome home = new();
        await home.Log.AppendAsync(Record(1), default);
        Assert.Equal(LogPosition.Start, home.Log.DurableEnd);
        await home.Log.SyncAsync(default);
        Assert.Equal(home.Log.End, home.Log.DurableEnd);
    }

    [Fact]
    public async Task Reopen_AfterClosing_HasRecordsPagesAndManifest()
    {
        MemoryHome home = new();
        await home.Log.AppendAsync(Record(1), default);
        PageId kept;
        PageId dropped;
        await using (ICheckpointWriter writer = home.Pages.BeginCheckpoint())
        {
            kept = writer.Add([1, 2, 3]);
            dropped = writer.Add([4, 5]);
            await writer.CommitAsync(Manifest.Empty with { Height = (BlockHeight)7ul }, [], default);
        }

        await using (ICheckpointWriter writer = home.Pages.BeginCheckpoint())
        {
            await writer.CommitAsync(home.Pages.Manifest with { Height = (BlockHeight)8ul }, [new StoredExtent(dropped, 2)], default);
        }

        Assert.Equal([4, 5], Page(home, dropped, 2)); // an older view may still need it
        Assert.Throws<InvalidOperationException>(home.Reopen);
        await home.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => Page(home, kept, 3));

        await using MemoryHome again = home.Reopen();
        Assert.Equal(1ul, again.Log.End.Sequence);
        Assert.Equal((BlockHeight)8ul, again.Pages.Manifest.Height);
        Assert.Equal(2ul, again.Pages.Manifest.Generation);
        Assert.Equal([1, 2, 3], Page(again, kept, 3));
        Assert.Equal([1, 2], Page(again, kept, 2));
        Assert.Throws<StateCorruptedException>(() => Page(again, kept, 4));
        Assert.Throws<StateCorruptedException>(() => Page(again, dropped, 2));
        Assert.Equal(3, again.Pages.LiveBytes);
        await using ICheckpointWriter next = again.Pages.BeginCheckpoint();
        Assert.True(next.Add([9]).Value > dropped.Value);
    }

    [Fact]
    public async Task Checkpoint_AbandonedOrFreeingWhatIsNotLive_ChangesNothing()
    {
        MemoryHome home = new();
        PageId page;
        await using (ICheckpointWriter writer = home.Pages.BeginCheckpoint())
        {
            Assert.Throws<InvalidOperationException>(home.Pages.BeginCheckpoint);
            page = writer.Add([1]);
            Assert.Equal([1], Page(home, page, 1));
        }

        Assert.Equal(Manifest.Empty, home.Pages.Manifest);
        Assert.Equal(0, home.Pages.LiveBytes);
        await using (ICheckpointWriter writer = home.Pages.BeginCheckpoint())
        {
            await Assert.ThrowsAsync<StateCorruptedException>(async () => await writer.CommitAsync(Manifest.Empty, [new StoredExtent(page, 1)], default));
        }

        await home.DisposeAsync();
        await using MemoryHome again = home.Reopen();
        Assert.Throws<StateCorruptedException>(() => Page(again, page, 1));
    }

    private static byte[] Page(MemoryHome home, PageId id, int length)
    {
        byte[] bytes = new byte[length];
        home.Pages.Read(id, bytes);
        return bytes;
    }

    private static LogRecord Record(ulong sequence)
    {
        ChangeList.Builder changes = new();
        changes.Add([(byte)sequence], hasOld: false, [], default, hasNew: true, [1, 2, 3]);
        return new LogRecord
        {
            Kind = RecordKind.Block,
            Sequence = sequence,
            Height = (BlockHeight)(sequence * 10),
            PreviousRoot = Hash256.EmptyRoot,
            Root = Hash256.EmptyRoot,
            StateChanges = changes.Build(),
        };
    }
}
