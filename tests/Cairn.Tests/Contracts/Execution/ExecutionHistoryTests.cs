using Cairn.Contracts.Execution;
using Cairn.Contracts.Registry;
using Cairn.Tests.Stores;
using Xunit;

namespace Cairn.Tests.Contracts.Execution;

/// <summary>The history of executions over blocks, held to a plain list.</summary>
public sealed class ExecutionHistoryTests
{
    [Theory]
    [InlineData(HomeKind.Memory, 30)]
    [InlineData(HomeKind.SimulatedDirectory, 15)]
    [InlineData(HomeKind.JsonLines, 10)]
    public Task History_RandomBlocksRewindsAndReopening_AnswersLikeAList(HomeKind kind, int runs) => SeededRandom.ForEachAsync(runs, random => RunAsync(kind, random));

    [Fact]
    public async Task Add_SameTime_IsInOrderOfInsertion()
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        using BlockDraft draft = store.CreateDraft(new BlockHeight(1));
        string[] ids = ["z", "a", "m"];
        foreach (string id in ids)
        {
            ExecutionHistory.Add(draft, SampleExecutions.Full with { Id = ExecutionId.FromText(id) });
        }

        ExecutionHistory.Add(draft, SampleExecutions.Full with { Id = ExecutionId.FromText("newer"), TimeTicks = SampleExecutions.Full.TimeTicks + 1 });
        ExecutionHistory.Add(draft, SampleExecutions.Full with { Id = ExecutionId.FromText("a"), Function = "again" });
        ExecutionPage page = new ExecutionHistory(draft).List();
        Assert.Equal(["newer:übertragen", "z:übertragen", "a:again", "m:übertragen"], page.Records.Select(record => $"{record.Id}:{record.Function}"));
        Assert.Null(page.Next);
    }

    [Fact]
    public async Task Pages_WhileRecordsAreAdded_NeitherRepeatNorMiss()
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        using BlockDraft draft = store.CreateDraft(new BlockHeight(1));
        for (int i = 0; i < 50; i++)
        {
            ExecutionHistory.Add(draft, SampleExecutions.Full with { Id = ExecutionId.FromText($"old-{i}"), TimeTicks = i / 7 });
        }

        List<ExecutionRecord> before = [.. new ExecutionHistory(draft).Read()];
        List<ExecutionRecord> seen = [];
        HistoryPosition? after = null;
        do
        {
            ExecutionPage page = new ExecutionHistory(draft).List(new ExecutionQuery { After = after, Limit = 8 });
            seen.AddRange(page.Records);
            Assert.True(page.Next is null || HistoryPosition.TryParse(page.Next.ToString(), out HistoryPosition read) && read == page.Next);
            after = page.Next;
            ExecutionHistory.Add(draft, SampleExecutions.Full with { Id = ExecutionId.FromText($"new-{seen.Count}"), TimeTicks = 1000 });
        }
        while (after is not null);

        Assert.Equal(before, seen);
    }

    [Fact]
    public async Task Rollback_TakesRecordsAndTotalsBack()
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        using BlockDraft draft = store.CreateDraft(new BlockHeight(1));
        ExecutionRecord first = SampleExecutions.Full;
        ExecutionHistory.Add(draft, first);
        draft.Begin();
        ExecutionHistory.Add(draft, first with { GasUsed = 9, Contract = ContractId.FromText("other"), TimeTicks = 5 });
        ExecutionHistory.Add(draft, first with { Id = ExecutionId.FromText("second") });
        draft.Rollback();
        ExecutionHistory history = new(draft);
        Assert.Equal([first], history.Read());
        Assert.Equal(new ExecutionTotals(1, 0, first.GasUsed, (UInt128)first.Duration.Ticks), history.TotalsOf(first.Contract));
        Assert.Equal(default, history.TotalsOf(ContractId.FromText("other")));
        Assert.Equal(1UL, history.Count);
        Assert.Equal(1UL, history.CountOf(first.Contract));
    }

    [Fact]
    public async Task Add_WhatIsNoRecord_IsRefusedAndChangesNothing()
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        using BlockDraft draft = store.CreateDraft(new BlockHeight(1));
        ExecutionRecord good = SampleExecutions.Full;
        ExecutionRecord[] bad =
        [
            good with { Id = default }, good with { Contract = default }, good with { Duration = TimeSpan.FromTicks(-1) }, good with { Function = new string('f', ExecutionRecord.MaxFunctionBytes + 1) },
            good with { Error = new string('é', (ExecutionRecord.MaxErrorBytes / 2) + 1) }, good with { Function = "\ud800" }, good with { Error = "\udc00" }, good with { Function = null! },
        ];
        foreach (ExecutionRecord record in bad)
        {
            Assert.Throws<ArgumentException>(() => ExecutionHistory.Add(draft, record));
        }

        Assert.Equal(default, draft.Local.Totals);
        ExecutionHistory.Add(draft, good with { Function = new string('f', ExecutionRecord.MaxFunctionBytes), Error = new string('é', ExecutionRecord.MaxErrorBytes / 2) });
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 5)]
    [InlineData(5, 3)]
    [InlineData(long.MinValue, long.MinValue)]
    [InlineData(long.MinValue, long.MaxValue)]
    [InlineData(long.MaxValue, long.MaxValue)]
    public async Task List_BoundsOfTime_AreHalfOpen(long from, long to)
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        using BlockDraft draft = store.CreateDraft(new BlockHeight(1));
        long[] times = [long.MinValue, -1, 0, 1, 2, 3, 4, 5, 6, long.MaxValue - 1, long.MaxValue];
        foreach (long time in times)
        {
            ExecutionHistory.Add(draft, SampleExecutions.Full with { Id = ExecutionId.FromText($"{time}"), TimeTicks = time });
        }

        ExecutionPage page = new ExecutionHistory(draft).List(new ExecutionQuery { FromTicks = from, ToTicks = to, Contract = SampleExecutions.Full.Contract });
        Assert.Equal(times.Where(time => time >= from && time < to).Reverse(), page.Records.Select(record => record.TimeTicks));
    }

    [Fact]
    public void ErrorText_LongOrBroken_IsWhatARecordTakes()
    {
        Assert.Null(ExecutionRecord.ErrorText(null));
        Assert.Equal("plain \uFFFD", ExecutionRecord.ErrorText("plain \uFFFD"));
        Assert.Equal("a\uFFFDb", ExecutionRecord.ErrorText("a\ud800b"));
        Assert.Equal(new string('x', ExecutionRecord.MaxErrorBytes), ExecutionRecord.ErrorText(new string('x', 5000)));
        string cut = ExecutionRecord.ErrorText(new string('x', ExecutionRecord.MaxErrorBytes - 2) + "😀 and more")!;
        Assert.Equal(new string('x', ExecutionRecord.MaxErrorBytes - 2), cut);
    }

    private static async Task RunAsync(HomeKind kind, Random random)
    {
        using TestHome home = TestHome.Create(kind);
        StateStore store = await home.OpenAsync(StoreSettings.Tight);
        PlainExecutions model = new();
        SortedDictionary<ulong, PlainExecutions> past = new() { [0] = model.Copy() };
        for (ulong height = 1; height <= 12; height++)
        {
            using (BlockDraft draft = store.CreateDraft(new BlockHeight(height)))
            {
                for (int i = random.Next(20); i > 0; i--)
                {
                    ExecutionRecord record = SampleExecutions.Next(random);
                    ExecutionHistory.Add(draft, record);
                    model.Add(record);
                }

                Compare(new ExecutionHistory(draft), model, random);
                await store.CommitAsync(draft, TestContext.Current.CancellationToken);
            }

            past[height] = model.Copy();
            if (random.Next(4) == 0)
            {
                await home.CloseAsync(store);
                store = await home.OpenAsync(StoreSettings.Tight);
            }

            if (random.Next(6) == 0 && height > 2)
            {
                ulong back = height - 1 - (ulong)random.Next(2);
                await store.RewindAsync(new BlockHeight(back), cancellationToken: TestContext.Current.CancellationToken);
                model = past[back].Copy();
                height = back;
            }

            using StateView head = store.OpenView();
            Compare(new ExecutionHistory(head), model, random);
            ulong old = 1 + (ulong)random.NextInt64((long)height);
            using StateView then = store.ViewAt(new BlockHeight(old));
            Compare(new ExecutionHistory(then), past[old], random);
        }

        await home.CloseAsync(store);
    }

    private static void Compare(ExecutionHistory history, PlainExecutions model, Random random)
    {
        Assert.Equal((ulong)model.Count, history.Count);
        Assert.Equal(model.List(), history.Read());
        ContractId contract = SampleExecutions.Contracts[random.Next(SampleExecutions.Contracts.Length)];
        Assert.Equal(model.TotalsOf(contract), history.TotalsOf(contract));
        Assert.Equal((ulong)model.List(contract).Count, history.CountOf(contract));
        ExecutionId id = ExecutionId.FromText($"id-{random.Next(60)}");
        Assert.Equal(model.Find(id) is not null, history.TryGet(id, out ExecutionRecord? found));
        Assert.Equal(model.Find(id), found);

        ContractId? of = random.Next(2) == 0 ? contract : null;
        long? from = random.Next(2) == 0 ? random.Next(-6, 12) : null;
        long? to = random.Next(2) == 0 ? random.Next(-6, 14) : null;
        int skip = random.Next(4);
        ExecutionQuery query = new() { Contract = of, FromTicks = from, ToTicks = to, Limit = 1 + random.Next(6), Skip = skip };
        List<ExecutionRecord> paged = [];
        for (ExecutionPage? page = history.List(query); page is not null; page = page.Next is { } next ? history.List(query with { After = next, Skip = 0 }) : null)
        {
            Assert.True(page.Records.Count <= query.Limit);
            paged.AddRange(page.Records);
        }

        Assert.Equal(model.List(of, from, to).Skip(skip), paged);
    }
}
