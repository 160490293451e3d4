using Cairn.Contracts.Execution;
using Cairn.Contracts.Registry;
using Cairn.IO;
using Cairn.Tests.IO;
using Cairn.Tests.Stores;
using Xunit;

namespace Cairn.Tests.Contracts.Execution;

/// <summary>Executions that are moved to archives: always there once, whatever is interrupted, and found by the same questions.</summary>
public sealed class ExecutionArchiveTests
{
    private const string Directory = "/archives";

    [Theory]
    [InlineData(HomeKind.SimulatedDirectory, 12)]
    [InlineData(HomeKind.JsonLines, 6)]
    public Task History_OverStoreAndArchives_AnswersLikeAList(HomeKind kind, int runs) => SeededRandom.ForEachAsync(runs, random => RunAsync(kind, random));

    [Fact]
    public async Task Archive_StoppedAtEveryOperation_LosesAndDoublesNothing()
    {
        SimulatedFileSystem files = new();
        PlainExecutions model = await WriteAsync(files);
        SimulatedFileSystem whole = files.Clone();
        await ArchiveAsync(whole, beforeTicks: 8);
        long operations = whole.ChangeCount;
        await VerifyAsync(whole, model, archived: 8);
        for (long stop = 1; stop <= operations; stop++)
        {
            SimulatedFileSystem again = files.Clone();
            again.StopAt = stop;
            await StoreCrashTests.UntilCrashAsync(() => ArchiveAsync(again, beforeTicks: 8));
            SimulatedFileSystem left = again.Crash((int)stop);
            await VerifyAsync(left, model, archived: null);
            await ArchiveAsync(left, beforeTicks: 8);
            await VerifyAsync(left, model, archived: 8);
        }
    }

    [Theory]
    [InlineData(FileOperation.Create)]
    [InlineData(FileOperation.Write)]
    [InlineData(FileOperation.Sync)]
    [InlineData(FileOperation.Rename)]
    [InlineData(FileOperation.SyncDirectory)]
    public async Task Archive_FailingAtAnOperation_LeavesTheRecordsInTheStore(FileOperation operation)
    {
        SimulatedFileSystem files = new();
        PlainExecutions model = await WriteAsync(files);
        files.Fail(operation, nth: 1, path: path => path.StartsWith(Directory, StringComparison.Ordinal));
        await Assert.ThrowsAnyAsync<IOException>(() => ArchiveAsync(files, beforeTicks: 8));
        files.Heal();
        Assert.Equal(0, files.OpenFiles);
        await VerifyAsync(files, model, archived: long.MinValue);
        await ArchiveAsync(files, beforeTicks: 8);
        await VerifyAsync(files, model, archived: 8);
    }

    [Fact]
    public async Task Rewind_ToBeforeAnArchive_BringsItsRecordsBackOnce()
    {
        SimulatedFileSystem files = new();
        PlainExecutions model = await WriteAsync(files);
        await ArchiveAsync(files, beforeTicks: 4);
        await ArchiveAsync(files, beforeTicks: 8);
        await using StateStore store = await OpenAsync(files);
        ContractStateStorage storage = new(store, new ContractStorageOptions { Archives = new ExecutionArchives(Directory, files) });
        Assert.Equal(2, storage.ListArchives().Count);
        await store.RewindAsync(new BlockHeight(store.Height!.Value.Value - 1));
        Compare(storage, model, archived: 4);
        await storage.StoreExecutionAsync(SampleExecutions.Full with { TimeTicks = 1 });
        model.Add(SampleExecutions.Full with { TimeTicks = 1 });
        Assert.Single(await storage.ArchiveExecutionsAsync(6));
        Compare(storage, model, archived: 6);
        Assert.Equal(2, storage.GetStats().Archives);
        Assert.Equal((ulong)model.List(to: 6).Count, storage.GetStats().ArchivedEntries);
    }

    [Fact]
    public async Task Archive_InABlockThatIsAbandoned_ChangesNothing()
    {
        SimulatedFileSystem files = new();
        PlainExecutions model = await WriteAsync(files);
        await using StateStore store = await OpenAsync(files);
        ContractStateStorage storage = new(store, new ContractStorageOptions { Archives = new ExecutionArchives(Directory, files) });
        using (await storage.BeginBlockAsync())
        {
            Assert.Single(await storage.ArchiveExecutionsAsync(8));
            Compare(storage, model, archived: 8);
        }

        Compare(storage, model, archived: long.MinValue);
        Assert.Empty(storage.ListArchives());
        Assert.Empty(await storage.ArchiveExecutionsAsync(long.MinValue));
    }

    [Fact]
    public async Task Archives_WithoutAPlace_AreRefused()
    {
        await using ContractStateStorage storage = await ContractStateStorage.OpenAsync("memory:");
        await Assert.ThrowsAsync<InvalidOperationException>(() => storage.ArchiveExecutionsAsync(5));
        Assert.Throws<InvalidOperationException>(() => storage.GetExecutionHistory(new ExecutionQuery { IncludesArchives = true }));
        Assert.Throws<InvalidOperationException>(() => storage.TryGetExecution(SampleExecutions.Full.Id, out _, includesArchives: true));
    }

    [Fact]
    public async Task Archive_MissingOrDamagedAnywhere_IsATypedError()
    {
        SimulatedFileSystem files = new();
        await WriteAsync(files);
        await ArchiveAsync(files, beforeTicks: 8);
        string path = $"{Directory}/{files.List(Directory).Single()}";
        await using StateStore store = await OpenAsync(files);
        ContractStateStorage storage = new(store, new ContractStorageOptions { Archives = new ExecutionArchives(Directory, files) });
        byte[] good = ReadAll(files, path);
        SeededRandom.ForEach(150, random =>
        {
            byte[] bad = [.. good];
            bad[random.Next(random.Next(2) == 0 ? ArchiveHeaderLayout.SizeBytes : bad.Length)] ^= (byte)(1 << random.Next(8));
            WriteAll(files, path, random.Next(4) == 0 ? bad[..random.Next(bad.Length)] : bad);
            Assert.Throws<StateCorruptedException>(() => storage.GetExecutionHistory(new ExecutionQuery { IncludesArchives = true, Limit = 10_000 }));
        });
        Assert.NotEmpty(storage.GetExecutionHistory(new ExecutionQuery { IncludesArchives = true, FromTicks = 8 }).Records);
        files.Delete(path);
        Assert.Throws<StateCorruptedException>(() => storage.GetExecutionHistory(new ExecutionQuery { IncludesArchives = true }));
    }

    [Fact]
    public void Block_OfAnyBytes_GivesRecordsOrATypedError() => SeededRandom.ForEach(300, random =>
    {
        (byte[] plain, ArchiveFile.BlockEntry block) = SampleBlock(random);
        Assert.Equal(block.Records, ArchiveFile.Parse(plain, "file", block).Count);
        for (int i = random.Next(4); i >= 0; i--)
        {
            plain[random.Next(plain.Length)] = (byte)random.Next(256);
        }

        plain = random.Next(3) == 0 ? plain[..random.Next(plain.Length)] : plain;
        try
        {
            Assert.Equal(block.Records, ArchiveFile.Parse(plain, "file", block).Count);
        }
        catch (StateCorruptedException refused)
        {
            Assert.Equal("file", refused.File);
        }
    });

    [Fact]
    public async Task File_WithoutCompression_IsTheGoldenOne_AndBrotliReadsTheSame()
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        using BlockDraft draft = store.CreateDraft(new BlockHeight(1));
        for (int i = 0; i < 3; i++)
        {
            ExecutionHistory.Add(draft, SampleExecutions.Full with { Id = ExecutionId.FromText($"tx-{i}"), TimeTicks = i, IsSuccess = i == 1 });
        }

        List<ExecutionRecord> all = [.. new ExecutionHistory(draft).Read()];
        foreach (int codec in (int[])[ArchiveHeaderLayout.CodecNone, ArchiveHeaderLayout.CodecBrotli])
        {
            SimulatedFileSystem files = new();
            draft.Begin();
            ExecutionArchives archives = new(Directory, files) { Codec = codec };
            ExecutionArchive archive = archives.Move(draft, 2)!;
            Assert.Equal((1UL, 2UL, 1L, 0L), (archive.Number, archive.Records, archive.NewestTicks, archive.OldestTicks));
            Assert.Equal(all, new ExecutionHistory(draft, archives).Read(new ExecutionQuery { IncludesArchives = true }));
            byte[] bytes = ReadAll(files, $"{Directory}/{archive.FileName}");
            Assert.Equal((ulong)bytes.Length, archive.FileBytes);
            if (codec == ArchiveHeaderLayout.CodecNone)
            {
                GoldenFile.Check("contract-executions.archive.bin", bytes);
                GoldenFile.CheckText("contract-archives.txt", EntryText.Of(draft.Local, ExecutionKeys.ArchivesPrefix));
            }

            draft.Rollback();
        }
    }

    [Fact]
    public async Task Archive_OfManyRecords_HasManyBlocks_AndIsSmallerThanThey()
    {
        SimulatedFileSystem files = new();
        await using StateStore store = await StateStore.OpenAsync("memory:");
        using BlockDraft draft = store.CreateDraft(new BlockHeight(1));
        for (int i = 0; i < 3000; i++)
        {
            ExecutionHistory.Add(draft, SampleExecutions.Full with { Id = ExecutionId.FromText($"transaction-{i}"), TimeTicks = i });
        }

        ulong bytes = draft.Local.TotalsOf(ExecutionKeys.RecordsPrefix).Bytes;
        ExecutionArchives archives = new(Directory, files);
        ExecutionArchive first = archives.Move(draft, 3000, maxRecords: 2500)!;
        ExecutionArchive second = archives.Move(draft, 3000, maxRecords: 2500)!;
        Assert.Equal((2500UL, 500UL), (first.Records, second.Records));
        Assert.Null(archives.Move(draft, 3000));
        Assert.InRange(first.FileBytes + second.FileBytes, 1UL, bytes / 4);
        ExecutionHistory history = new(draft, archives);
        Assert.Equal(0UL, history.Count);
        Assert.Equal(3000UL, history.TotalsOf(SampleExecutions.Full.Contract).Executions);
        Assert.Equal(Enumerable.Range(1200, 300).Reverse().Select(i => (long)i), history.Read(new ExecutionQuery { IncludesArchives = true, FromTicks = 1200, ToTicks = 1500 }).Select(one => one.TimeTicks));
        Assert.True(history.TryGet(ExecutionId.FromText("transaction-7"), out ExecutionRecord? found, includesArchives: true));
        Assert.Equal(7, found.TimeTicks);
        Assert.False(history.TryGet(ExecutionId.FromText("transaction-7"), out _));
        Assert.Equal(0, files.OpenFiles);
    }

    private static async Task RunAsync(HomeKind kind, Random random)
    {
        using TestHome home = TestHome.Create(kind);
        SimulatedFileSystem files = (SimulatedFileSystem)home.FileSystem!;
        StateStore store = await home.OpenAsync(StoreSettings.Tight);
        ContractStorageOptions options = new() { Archives = new ExecutionArchives(Directory, files) };
        ContractStateStorage storage = new(store, options);
        PlainExecutions model = new();
        int ids = 0;
        for (int step = 0; step < 15; step++)
        {
            using (ContractBlock block = await storage.BeginBlockAsync())
            {
                for (int i = random.Next(15); i > 0; i--)
                {
                    // What is archived is closed: new records have new ids, whatever their time.
                    ExecutionRecord record = SampleExecutions.Next(random) with { Id = ExecutionId.FromText($"id-{ids++}") };
                    ExecutionHistory.Add(block.Draft, record);
                    model.Add(record);
                }

                await block.CommitAsync();
            }

            if (random.Next(3) == 0)
            {
                long before = random.Next(-6, 10);
                await storage.ArchiveExecutionsAsync(before);
                Assert.Empty(storage.GetExecutionHistory(new ExecutionQuery { ToTicks = before }).Records);
            }

            if (random.Next(5) == 0)
            {
                await home.CloseAsync(store);
                store = await home.OpenAsync(StoreSettings.Tight);
                storage = new ContractStateStorage(store, options);
            }

            Compare(storage, model, archived: null);
            foreach (ContractId contract in SampleExecutions.Contracts)
            {
                long from = random.Next(-6, 10);
                ExecutionQuery query = new() { IncludesArchives = true, Contract = contract, FromTicks = from, Limit = 3, Skip = random.Next(3) };
                List<ExecutionRecord> paged = [];
                for (ExecutionPage? page = storage.GetExecutionHistory(query); page is not null; page = page.Next is { } next ? storage.GetExecutionHistory(query with { After = next, Skip = 0 }) : null)
                {
                    paged.AddRange(page.Records);
                }

                Assert.Equal(model.List(contract, from).Skip((int)query.Skip), paged);
                Assert.Equal(model.TotalsOf(contract), storage.GetStatistics(contract).Totals);
            }
        }

        await home.CloseAsync(store);
    }

    /// <summary>All records are found once; where it is known what is archived, the store has exactly the others.</summary>
    private static void Compare(ContractStateStorage storage, PlainExecutions model, long? archived)
    {
        Assert.Equal(model.List(), storage.GetExecutionHistory(new ExecutionQuery { IncludesArchives = true, Limit = 100_000 }).Records);
        if (archived is { } before)
        {
            Assert.Equal(model.List(from: before), storage.GetExecutionHistory(new ExecutionQuery { Limit = 100_000 }).Records);
        }
    }

    private static async Task<PlainExecutions> WriteAsync(SimulatedFileSystem files)
    {
        PlainExecutions model = new();
        Random random = new(5);
        await using StateStore store = await OpenAsync(files);
        for (ulong height = 1; height <= 3; height++)
        {
            using BlockDraft draft = store.CreateDraft(new BlockHeight(height));
            for (int i = 0; i < 12; i++)
            {
                ExecutionRecord record = SampleExecutions.Next(random);
                ExecutionHistory.Add(draft, record);
                model.Add(record);
            }

            await store.CommitAsync(draft);
        }

        return model;
    }

    private static async Task ArchiveAsync(SimulatedFileSystem files, long beforeTicks)
    {
        await using StateStore store = await OpenAsync(files);
        await new ContractStateStorage(store, new ContractStorageOptions { Archives = new ExecutionArchives(Directory, files) }).ArchiveExecutionsAsync(beforeTicks);
    }

    private static async Task VerifyAsync(SimulatedFileSystem files, PlainExecutions model, long? archived)
    {
        await using StateStore store = await OpenAsync(files);
        Compare(new ContractStateStorage(store, new ContractStorageOptions { Archives = new ExecutionArchives(Directory, files) }), model, archived);
    }

    private static Task<StateStore> OpenAsync(SimulatedFileSystem files) => StateStore.OpenAsync("dir:/store", StoreSettings.Quiet.ToOptions(files));

    private static (byte[] Plain, ArchiveFile.BlockEntry Block) SampleBlock(Random random)
    {
        List<byte> plain = [];
        int records = 1 + random.Next(4);
        byte[] record = new byte[ArchiveRecordLayout.SizeBytes + ExecutionRecordLayout.MaxBytes];
        for (int i = 0; i < records; i++)
        {
            int bytes = ExecutionRecordCodec.Write(SampleExecutions.Next(random), record.AsSpan(ArchiveRecordLayout.SizeBytes));
            BitConverter.TryWriteBytes(record, (ushort)bytes);
            ExecutionKeys.WritePosition(new HistoryPosition(-i, 1), record.AsSpan(ArchiveRecordLayout.PositionOffset));
            plain.AddRange(record[..(ArchiveRecordLayout.SizeBytes + bytes)]);
        }

        return ([.. plain], new ArchiveFile.BlockEntry(0, plain.Count, plain.Count, records, new HistoryPosition(0, 1), new HistoryPosition(1 - records, 1), default));
    }

    private static byte[] ReadAll(SimulatedFileSystem files, string path)
    {
        using IFile file = files.Open(path, FileOpening.Read);
        byte[] bytes = new byte[file.Length];
        file.Read(0, bytes);
        return bytes;
    }

    private static void WriteAll(SimulatedFileSystem files, string path, byte[] bytes)
    {
        using IFile file = files.Open(path, FileOpening.Write);
        file.SetLength(bytes.Length);
        file.Write(0, bytes);
    }
}
