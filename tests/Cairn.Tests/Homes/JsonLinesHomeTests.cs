using Cairn.Homes;
using Cairn.IO;
using Cairn.Tests.IO;
using Xunit;

namespace Cairn.Tests.Homes;

public sealed class JsonLinesHomeTests
{
    private const string Store = "/store";
    private const string LogPath = "/store/blocks.jsonl";

    private readonly SimulatedFileSystem _files = new();

    [Fact]
    public async Task Log_AfterReopening_GivesTheRecordsBackFromAnyPlace()
    {
        List<LogPosition> places = [LogPosition.Start];
        await using (JsonLinesHome home = Open())
        {
            for (ulong sequence = 1; sequence <= 5; sequence++)
            {
                await home.Log.AppendAsync(JsonLinesRecords.Small(sequence), default);
                places.Add(home.Log.End);
            }
        }

        await using JsonLinesHome again = Open();
        Assert.Equal(default, again.LogRecovery);
        Assert.Equal(5ul, again.Log.End.Sequence);
        Assert.Equal(again.Log.End, again.Log.DurableEnd);
        await again.Log.AppendAsync(JsonLinesRecords.Small(6), default);
        for (int start = 0; start < places.Count; start++)
        {
            Assert.Equal(Enumerable.Range(start + 1, 6 - start).Select(n => (ulong)n), (await Records(again, places[start])).Select(record => record.Sequence));
        }

        Assert.Equal(places[5].Place - places[2].Place, (ulong)again.Log.BytesBetween(places[2], places[5]));
        Assert.Equal(again.Log.StoredBytes, again.Log.BytesBetween(LogPosition.Start, again.Log.End) + _files.ReadAllBytes(LogPath).AsSpan().IndexOf((byte)'\n') + 1);
    }

    [Fact]
    public async Task Home_Tells_WhatItIs()
    {
        await using JsonLinesHome home = Open();
        Assert.Equal(("jsonl", "jsonl:/store", false), (home.Kind, home.Location, home.IsReadOnly));
        Assert.Null(home.Pages);
        Assert.Equal(LogPosition.Start, home.Log.End);
    }

    [Fact]
    public async Task DurableEnd_FollowsOnlyASync_AndBatchesNameTheirFirstRecord()
    {
        await using JsonLinesHome home = Open();
        await home.Log.AppendAsync(JsonLinesRecords.Small(1), default);
        await home.Log.AppendAsync(JsonLinesRecords.Small(2), default);
        Assert.Equal(LogPosition.Start, home.Log.DurableEnd);
        await home.Log.SyncAsync(default);
        Assert.Equal(home.Log.End, home.Log.DurableEnd);
        await home.Log.AppendAsync(JsonLinesRecords.Small(3), default);
        string[] lines = Lines();
        Assert.Contains("\"sequence\":2,\"kind\":\"block\",\"batch\":1,", lines[2], StringComparison.Ordinal);
        Assert.Contains("\"sequence\":3,\"kind\":\"block\",\"batch\":3,", lines[3], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dispose_AfterRecords_AppendsAnEndMark_OnlyOnce()
    {
        await Write(2);
        Assert.Contains("{\"sequence\":2,\"kind\":\"end\"", Lines()[3], StringComparison.Ordinal);
        byte[] before = _files.ReadAllBytes(LogPath);
        await using (Open())
        {
        }

        Assert.Equal(before, _files.ReadAllBytes(LogPath));
        await Write(1);
        Assert.Contains("{\"sequence\":3,\"kind\":\"end\"", Lines()[5], StringComparison.Ordinal);
    }

    [Fact]
    public async Task SecondWriter_IsRefused_AndAReaderIsNot()
    {
        await using JsonLinesHome home = Open();
        await home.Log.AppendAsync(JsonLinesRecords.Small(1), default);
        Assert.Equal(Store, Assert.Throws<StoreLockedException>(() => Open()).Path);
        await using JsonLinesHome reader = Open(readOnly: true);
        Assert.True(reader.IsReadOnly);
        Assert.Single(await Records(reader, LogPosition.Start));
        LogPosition seen = reader.Log.End;
        await home.Log.AppendAsync(JsonLinesRecords.Small(2), default);
        Assert.Equal(seen, reader.Log.End);
        await reader.Log.RefreshAsync(default);
        Assert.Equal(home.Log.End, reader.Log.End);
        Assert.Equal(2ul, (await Records(reader, seen)).Single().Sequence);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await reader.Log.AppendAsync(JsonLinesRecords.Small(3), default));
    }

    [Fact]
    public async Task Reader_OfATornLog_PassesOverTheRest_AndWritesNothing()
    {
        await Write(3);
        byte[] torn = _files.ReadAllBytes(LogPath)[..^40];
        SimulatedFileSystem left = new();
        left.CreateDirectory(Store);
        left.WriteAllBytes(LogPath, torn);
        long changes = left.ChangeCount;
        await using JsonLinesHome reader = JsonLinesHome.Open(left, Store, new StateStoreOptions { ReadOnly = true });
        Assert.Equal(3ul, reader.Log.End.Sequence);
        Assert.Equal((LogPath, (long)reader.Log.End.Place), (reader.LogRecovery.TruncatedFile, reader.LogRecovery.TruncatedOffset));
        Assert.Equal(torn.Length - reader.LogRecovery.TruncatedOffset, reader.LogRecovery.BytesTruncated);
        Assert.Equal(changes, left.ChangeCount);
    }

    /// <summary>Looking behind a torn line that was longer than the reading buffer went back to a place before the buffer and failed there.</summary>
    [Fact]
    public async Task Open_WithATornLineLongerThanTheBuffer_CutsIt()
    {
        await using (JsonLinesHome home = Open())
        {
            await home.Log.AppendAsync(JsonLinesRecords.Small(1), default);
            await home.Log.SyncAsync(default);
            await home.Log.AppendAsync(JsonLinesRecords.Large(2), default);
            await home.Log.SyncAsync(default);
        }

        byte[] whole = _files.ReadAllBytes(LogPath);
        SimulatedFileSystem left = new();
        left.CreateDirectory(Store);
        left.WriteAllBytes(LogPath, whole.AsSpan(0, whole.Length - 500));
        await using JsonLinesHome opened = JsonLinesHome.Open(left, Store, new StateStoreOptions());
        Assert.Equal(1ul, opened.Log.End.Sequence);
        Assert.True(opened.LogRecovery.BytesTruncated > 300_000);
    }

    [Fact]
    public void Open_WhereNothingIs_IsRefusedUnlessCreationIsAllowed()
    {
        Assert.Throws<StoreNotFoundException>(() => Open(readOnly: true));
        Assert.Throws<StoreNotFoundException>(() => JsonLinesHome.Open(_files, Store, new StateStoreOptions { CreateIfMissing = false }));
        Assert.False(_files.DirectoryExists(Store));
        _files.CreateDirectory(Store);
        Assert.Throws<StoreNotFoundException>(() => Open(readOnly: true));
    }

    [Fact]
    public async Task Open_WithoutTheLogThatTheEndTellsOf_IsRefused()
    {
        await Write(1);
        _files.Remove(LogPath);
        Assert.Equal(LogPath, Assert.Throws<StateCorruptedException>(() => Open()).File);
        Assert.Equal(LogPath, Assert.Throws<StateCorruptedException>(() => Open(readOnly: true)).File);
    }

    [Theory]
    [InlineData("{\"format\":\"cairn-jsonl\",\"version\":2,\"anything\":[{\"else\":1}]", "2")]
    [InlineData("{\"format\":\"cairn-jsonl\",\"version\":1,\"required\":[\"pages\"],\"optional\":[]", "'pages'")]
    public void Open_OfAnotherFormat_SaysSo(string header, string found)
    {
        WriteHeader(header);
        Assert.Equal(found, Assert.Throws<StoreFormatException>(() => Open()).Found);
    }

    [Fact]
    public async Task Open_WithOptionalFeaturesNobodyKnows_Works()
    {
        WriteHeader("{\"format\":\"cairn-jsonl\",\"version\":1,\"required\":[],\"optional\":[\"colour\"]");
        await using JsonLinesHome home = Open();
        await home.Log.AppendAsync(JsonLinesRecords.Small(1), default);
    }

    [Fact]
    public async Task Append_AfterAFailure_IsRefused_AndReopeningFindsWhatWasThere()
    {
        await Write(1);
        JsonLinesHome home = Open();
        _files.Fail(FileOperation.Write);
        await Assert.ThrowsAsync<IOException>(async () => await home.Log.AppendAsync(JsonLinesRecords.Small(2), default));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await home.Log.AppendAsync(JsonLinesRecords.Small(2), default));
        await home.DisposeAsync();
        await using JsonLinesHome again = Open();
        Assert.Equal(1ul, again.Log.End.Sequence);
    }

    [Fact]
    public async Task Records_KeptInSpiteOfAFailedSync_AreDurableAfterReopening()
    {
        JsonLinesHome home = Open();
        await home.Log.AppendAsync(JsonLinesRecords.Small(1), default);
        _files.Fail(FileOperation.Sync);
        await Assert.ThrowsAsync<IOException>(async () => await home.Log.SyncAsync(default));
        await home.DisposeAsync();
        JsonLinesHome again = Open();
        Assert.Equal(1ul, again.Log.End.Sequence);
        SimulatedFileSystem left = _files.Crash(seed: 0);
        await using JsonLinesHome afterwards = JsonLinesHome.Open(left, Store, new StateStoreOptions());
        Assert.Equal(1ul, afterwards.Log.End.Sequence);
    }

    [Fact]
    public async Task Home_OnTheRealFileSystem_Works()
    {
        using TemporaryDirectory directory = new();
        string path = directory.PathOf("a store");
        await using (JsonLinesHome home = JsonLinesHome.Open(OsFileSystem.Instance, path, new StateStoreOptions()))
        {
            await home.Log.AppendAsync(JsonLinesRecords.Small(1), default);
        }

        await using JsonLinesHome again = JsonLinesHome.Open(OsFileSystem.Instance, path + "/", new StateStoreOptions());
        Assert.Single(await Records(again, LogPosition.Start));
        Assert.Equal(["blocks.end", "blocks.jsonl", "lock"], Directory.GetFiles(path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    private JsonLinesHome Open(bool readOnly = false) => JsonLinesHome.Open(_files, Store, new StateStoreOptions { ReadOnly = readOnly });

    private async Task Write(int count)
    {
        await using JsonLinesHome home = Open();
        for (int i = 0; i < count; i++)
        {
            await home.Log.AppendAsync(JsonLinesRecords.Small(home.Log.End.Sequence + 1), default);
            await home.Log.SyncAsync(default);
        }
    }

    private void WriteHeader(string header)
    {
        _files.CreateDirectory(Store);
        using IFile file = _files.Open(LogPath, FileOpening.CreateNew);
        JsonLineSink sink = new(file, 0, 0);
        sink.Raw(JsonLinesRecords.Bytes(header));
        sink.EndLine();
    }

    private string[] Lines() => System.Text.Encoding.UTF8.GetString(_files.ReadAllBytes(LogPath)).Split('\n');

    private static async Task<List<LogRecord>> Records(JsonLinesHome home, LogPosition from)
    {
        List<LogRecord> records = [];
        await foreach (LogRecord record in home.Log.Read(from, default))
        {
            records.Add(record);
        }

        return records;
    }
}
