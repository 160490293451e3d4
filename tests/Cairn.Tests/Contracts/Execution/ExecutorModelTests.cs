using Cairn.Contracts;
using Cairn.Contracts.Execution;
using Xunit;

namespace Cairn.Tests.Contracts.Execution;

/// <summary>Random calls that call each other, fail and run out of gas, against a plain model; the same blocks on every home, with and without estimates and restarts between them.</summary>
public sealed class ExecutorModelTests
{
    private const int Contracts = 5;
    private static readonly GasSchedule Prices = new() { CallGas = 700, WriteGas = 900 };

    /// <summary>Eight scenarios a seed.</summary>
    [Fact]
    public async Task Calls_ThatNestAndFail_AreThoseOfTheModel()
    {
        HashSet<ExecutionFailure> ends = [];
        await SeededRandom.ForEachAsync(200, random => CompareAsync(random, ends));
        ExecutionFailure[] usual = [ExecutionFailure.None, ExecutionFailure.OutOfGas, ExecutionFailure.ReadOnly, ExecutionFailure.Refused, ExecutionFailure.Threw, ExecutionFailure.CalledContractFailed];
        Assert.Empty(Environment.GetEnvironmentVariable("CAIRN_SEED") is null ? usual.Except(ends) : []);
    }

    [Fact]
    public Task Blocks_OnEveryHome_HaveTheSameRoots() => SeededRandom.ForEachAsync(3, async random =>
    {
        int seed = random.Next();
        List<string> expected = await RunAsync("memory:", seed, restarts: false, looks: false);
        using TemporaryDirectory directory = new();
        foreach (string location in (string[])["memory:", "dir:" + directory.PathOf("store"), "jsonl:" + directory.PathOf("store.jsonl")])
        {
            Assert.Equal(expected, await RunAsync(location, seed, restarts: location != "memory:", looks: true));
        }
    });

    private static async Task CompareAsync(Random random, HashSet<ExecutionFailure> ends)
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        using ContractExecutor executor = new(store, Programs(), new ContractExecutorOptions { Schedule = Prices });
        ScriptModel model = new(Prices, Contracts);
        int records = 0;
        for (ulong height = 1; height <= 2; height++)
        {
            executor.BeginBlock(new BlockHeight(height), DateTimeOffset.UnixEpoch.AddSeconds(height));
            for (int i = 0; i < 4; i++, records++)
            {
                Draw draw = new(random);
                if (random.Next(3) == 0)
                {
                    Check(executor.Estimate(draw.Call), model.Run(draw.Contract, draw.Steps, draw.Limit, draw.IsView, keeps: false));
                }

                ExecutionResult estimate = executor.Estimate(draw.Call);
                ExecutionResult result = executor.Execute(draw.Call);
                Assert.Equal((estimate.Failure, estimate.GasUsed, Convert.ToHexString(estimate.Output.Span)), (result.Failure, result.GasUsed, Convert.ToHexString(result.Output.Span)));
                Check(result, model.Run(draw.Contract, draw.Steps, draw.Limit, draw.IsView, keeps: true));
                ends.Add(result.Failure);
                if (random.Next(4) == 0)
                {
                    executor.ComputeRoot();
                }
            }

            await executor.FinalizeBlockAsync(cancellationToken: TestContext.Current.CancellationToken);
            using StateView view = store.OpenView();
            StorageSession session = new(view);
            for (int contract = 0; contract < Contracts; contract++)
            {
                Assert.Equal(model.Cells[contract], Script.Open(session.Open(Step.AddressOf(contract))).Cells);
            }

            Assert.Equal((ulong)records, new ExecutionHistory(view).Count);
        }
    }

    private static ContractPrograms Programs()
    {
        ContractPrograms programs = new();
        for (int contract = 0; contract < Contracts; contract++)
        {
            programs.AddAt(Step.AddressOf(contract), Script.Program);
        }

        return programs;
    }

    /// <summary>Runs the blocks of a seed. Restarting opens the store anew between blocks; looking estimates, computes roots and abandons blocks on the way.</summary>
    private static async Task<List<string>> RunAsync(string location, int seed, bool restarts, bool looks)
    {
        Random random = new(seed);
        Random other = new(seed);
        List<string> story = [];
        StateStore store = await StateStore.OpenAsync(location);
        ContractExecutor executor = new(store, Programs(), new ContractExecutorOptions { Schedule = Prices });
        for (ulong height = 1; height <= 12; height++)
        {
            if (looks && other.Next(3) == 0)
            {
                executor.BeginBlock(new BlockHeight(height + 5), DateTimeOffset.UnixEpoch);
                executor.Execute(new Draw(other).Call);
                executor.AbandonBlock();
            }

            executor.BeginBlock(new BlockHeight(height), DateTimeOffset.UnixEpoch.AddSeconds(height));
            for (int i = 0; i < 6; i++)
            {
                Draw draw = new(random);
                if (looks && other.Next(2) == 0)
                {
                    executor.Estimate(new Draw(other).Call);
                    executor.ComputeRoot();
                }

                ExecutionResult result = executor.Execute(draw.Call);
                story.Add($"{result.Failure} {result.GasUsed} {Convert.ToHexString(result.Output.Span)} {result.Error}");
            }

            story.Add((await executor.FinalizeBlockAsync(cancellationToken: TestContext.Current.CancellationToken)).Root.ToString());
            if (restarts && other.Next(3) == 0)
            {
                await store.DisposeAsync();
                store = await StateStore.OpenAsync(location);
                executor = new ContractExecutor(store, Programs(), new ContractExecutorOptions { Schedule = Prices });
            }
        }

        await store.DisposeAsync();
        return story;
    }

    private static void Check(ExecutionResult result, (ExecutionFailure Failure, ulong Gas, uint Result) expected)
    {
        Assert.Equal((expected.Failure, expected.Gas), (result.Failure, result.GasUsed));
        Assert.Equal(result.IsSuccess ? CallCodecs.UInt32.Encode(expected.Result) : [], result.Output.ToArray());
        Assert.Equal(result.IsSuccess, result.Error is null);
    }

    /// <summary>A random call.</summary>
    private sealed class Draw
    {
        public Draw(Random random)
        {
            Contract = random.Next(Contracts);
            Steps = Some(random, depth: 0);
            IsView = random.Next(8) == 0;
            Limit = random.Next(3) == 0 ? (ulong)random.Next(30_000) : 5_000_000;
            Script.Calls script = Script.At(Step.AddressOf(Contract));
            StorageBytes steps = new(Step.Encode(Steps));
            Call = (IsView ? script.Look(steps) : script.Run(steps)) with { GasLimit = Limit };
        }

        public int Contract { get; }

        public Step[] Steps { get; }

        public ulong Limit { get; }

        public bool IsView { get; }

        public ContractCall Call { get; }

        private static Step[] Some(Random random, int depth) => [.. Enumerable.Range(0, random.Next(depth == 0 ? 1 : 0, 6)).Select(_ => One(random, depth))];

        private static Step One(Random random, int depth) => random.Next(depth < 4 ? 20 : 8) switch
        {
            < 4 => new Step(StepKind.Set, random.Next(Script.CellCount), random.Next(3) == 0 ? 0 : (ulong)random.NextInt64()),
            < 6 => new Step(StepKind.Add, random.Next(6), (ulong)random.Next(3)),
            6 => random.Next(6) switch { 0 => new Step(StepKind.Throw), 1 or 2 => new Step(StepKind.Refuse, Value: 1), _ => new Step(StepKind.Refuse) },
            7 => new Step(StepKind.UseGas, random.Next(2), (ulong)random.Next(random.Next(8) == 0 ? 10_000_000 : 500)),
            < 10 => new Step(StepKind.Scope, Value: (ulong)random.Next(2), Inner: Some(random, depth + 1)),
            _ => new Step(
                StepKind.Call,
                random.Next(20) == 0 ? Contracts : random.Next(Contracts),
                random.Next(4) == 0 ? (ulong)random.Next(1, 20_000) : 0,
                IsView: random.Next(6) == 0,
                IsBorne: random.Next(4) > 0,
                Inner: Some(random, depth + 1)),
        };
    }
}
