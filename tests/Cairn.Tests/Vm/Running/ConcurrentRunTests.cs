using Cairn.Contracts.Registry;
using Cairn.Contracts.Values;
using Cairn.Tests.IO;
using Cairn.Vm.Bytecode;
using Cairn.Vm.Machines;
using Cairn.Vm.Running;
using Xunit;

namespace Cairn.Tests.Vm.Running;

/// <summary>Several machines on one store: one writes at a time, others wait or are refused, readers read.</summary>
public sealed class ConcurrentRunTests
{
    private static readonly CompiledProgram Increment = VmStore.Compile("loadp n\npush 1\nadd\nstorep n");

    [Fact]
    public async Task Writers_OfManyRunners_TakeTurns()
    {
        await using VmStore store = await VmStore.NewAsync(new RunnerOptions());
        RunSettings settings = VmStore.As("root") with { Missing = MissingKey.Zero };
        ProgramRunner[] runners = [.. Enumerable.Range(0, 4).Select(_ => new ProgramRunner(store.State))];
        RunResult[] results = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(() => runners[i % runners.Length].RunAsync(Increment, settings))));
        Assert.All(results, result => Assert.Null(result.Error));
        Assert.Equal(Enumerable.Range(2, 40), results.Select(result => (int)result.Height!.Value.Value).Order());
        Assert.Equal("40", store.Read()["n"].ToString());
    }

    [Fact]
    public async Task SecondWriter_IsRefused_WhenRunsDoNotWait()
    {
        await using VmStore store = await VmStore.NewAsync();
        ProgramRunner refusing = new(store.State, new RunnerOptions { WhenBusy = BusyBehavior.Refuse });
        await using Held held = await Held.StartAsync(store);
        RunnerBusyException busy = await Assert.ThrowsAsync<RunnerBusyException>(() => refusing.RunAsync(Increment, VmStore.As("root")));
        Assert.Null(busy.MaxWaiting);
        using PreparedRun prepared = refusing.Prepare(Increment, VmStore.As("root") with { Missing = MissingKey.Zero });
        await Assert.ThrowsAsync<RunnerBusyException>(() => prepared.CommitAsync());
    }

    [Fact]
    public async Task Writers_ThatWait_AreBounded()
    {
        await using VmStore store = await VmStore.NewAsync();
        ProgramRunner queueing = new(store.State, new RunnerOptions { MaxWaiting = 2 });
        RunSettings settings = VmStore.As("root") with { Missing = MissingKey.Zero };
        Task<RunResult>[] waiting;
        await using (Held held = await Held.StartAsync(store))
        {
            waiting = [queueing.RunAsync(Increment, settings), queueing.RunAsync(Increment, settings)];
            RunnerBusyException busy = await Assert.ThrowsAsync<RunnerBusyException>(() => queueing.RunAsync(Increment, settings));
            Assert.Equal((2, 2), (busy.Waiting, busy.MaxWaiting));
            Assert.DoesNotContain(waiting, task => task.IsCompleted);
            using CancellationTokenSource cancelled = new();
            await cancelled.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => queueing.RunAsync(Increment, settings, cancelled.Token));
        }

        await Task.WhenAll(waiting);
        Assert.Equal("2", store.Read()["n"].ToString());
    }

    [Fact]
    public async Task Readers_OnViews_GoOnBesideAWriter()
    {
        await using VmStore store = await VmStore.NewAsync();
        await store.RunAsync("push 1\nstorep a\npush 1\nstorep b");
        CompiledProgram move = VmStore.Compile("begintx\nloadp a\npush 1\nadd\nstorep a\nloadp b\npush 1\nadd\nstorep b\ncommittx");
        CompiledProgram read = VmStore.Compile("loadp a\nloadp b\nassertequalstack 2");
        using CancellationTokenSource done = new();
        Task[] readers = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            int seen = 0;
            while (!done.IsCancellationRequested || seen == 0)
            {
                using StateView view = store.State.OpenView();
                RunResult result = store.Runner.Query(view, read, VmStore.As("reader"));
                Assert.Null(result.Error);
                Assert.Equal(result.Root, view.Root);
                seen++;
            }
        }))];
        for (int i = 0; i < 200; i++)
        {
            Assert.True((await store.Runner.RunAsync(move, VmStore.As("root"))).IsSuccess);
        }

        await done.CancelAsync();
        await Task.WhenAll(readers);
        Assert.Equal("201", store.Read()["a"].ToString());
    }

    [Fact]
    public async Task Simulations_GoOnBesideAWriter()
    {
        await using VmStore store = await VmStore.NewAsync();
        await store.RunAsync("push 0\nstorep n");
        Task writer = Task.Run(async () =>
        {
            for (int i = 0; i < 300; i++)
            {
                Assert.True((await store.Runner.RunAsync(Increment, VmStore.As("root"))).IsSuccess);
            }
        });
        int simulated = 0;
        while (!writer.IsCompleted || simulated == 0)
        {
            RunResult result = store.Runner.Simulate(Increment, VmStore.As("root"));
            Assert.Null(result.Error);
            using PreparedRun prepared = store.Runner.Prepare(Increment, VmStore.As("root"));
            Assert.Null(prepared.Result.Error);
            simulated++;
        }

        await writer;
        Assert.Equal("300", store.Read()["n"].ToString());
    }

    [Fact]
    public async Task Runner_BesideAnotherWriter_SaysThatItsDraftIsStale()
    {
        await using VmStore store = await VmStore.NewAsync();
        using PreparedRun prepared = store.Runner.Prepare(VmStore.Compile("push 1\nstorep a"), VmStore.As("root"));
        await store.WriteAsync(draft => draft.Local.Put("x"u8, "y"u8));
        await Assert.ThrowsAsync<StaleDraftException>(() => prepared.CommitAsync());
        Assert.Empty(store.Read());
    }

    [Theory]
    [InlineData(FileOperation.Sync)]
    [InlineData(FileOperation.Write)]
    public async Task Disk_ThatFails_IsNoFaultOfTheProgram_AndNothingIsHalfDone(FileOperation operation)
    {
        SimulatedFileSystem files = new(seed: 1);
        VmStore store = await VmStore.OpenAsync("dir:/store", options: null, new StateStoreOptions { FileSystem = files });
        await store.RunAsync("push 1\nstorep a");
        Hash256 root = store.State.Root;
        files.Fail(operation, forever: true);
        await Assert.ThrowsAnyAsync<IOException>(() => store.RunAsync("push 2\nstorep a\npush 3\nstorep b"));
        Assert.Equal(root, store.State.Root);
        await Assert.ThrowsAsync<StoreFailedException>(() => store.RunAsync("push 2\nstorep a"));
        RunResult query = store.Runner.Simulate(VmStore.Compile("loadp a"), VmStore.As("root"));
        Assert.Equal(["1"], query.Stack.Select(value => value.ToString()));
        files.Heal();
        SimulatedFileSystem after = files.Crash(seed: 2);
        await using VmStore again = await VmStore.OpenAsync("dir:/store", options: null, new StateStoreOptions { FileSystem = after });
        SortedDictionary<string, StateValue> found = again.Read();
        Assert.Contains(string.Join(' ', found.Select(pair => $"{pair.Key}={pair.Value}")), new[] { "a=1", "a=2 b=3" });
        again.CheckAudit();
        await Record.ExceptionAsync(async () => await store.DisposeAsync());
    }

    /// <summary>A run that holds the turn until it is disposed.</summary>
    private sealed class Held : IAsyncDisposable
    {
        private readonly ManualResetEventSlim _release = new();
        private Task _run = Task.CompletedTask;

        public static async Task<Held> StartAsync(VmStore store)
        {
            Held held = new();
            TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
            RunSettings settings = VmStore.As("root") with
            {
                Trace = _ =>
                {
                    begun.TrySetResult();
                    held._release.Wait();
                },
            };
            held._run = Task.Run(() => store.RunAsync("push 1\npop", settings));
            await begun.Task;
            return held;
        }

        public async ValueTask DisposeAsync()
        {
            _release.Set();
            await _run;
            _release.Dispose();
        }
    }
}
