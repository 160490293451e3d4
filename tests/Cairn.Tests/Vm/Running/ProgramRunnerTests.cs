using System.Security.Cryptography;
using Cairn.Contracts.Execution;
using Cairn.Contracts.Namespaces.Access;
using Cairn.Contracts.Namespaces.Auditing;
using Cairn.Tests.IO;
using Cairn.Vm.Bytecode;
using Cairn.Vm.Machines;
using Cairn.Vm.Running;
using Xunit;

namespace Cairn.Tests.Vm.Running;

/// <summary>Blocks of runs: all or nothing, or one for each transaction; what is audited, recorded and synced.</summary>
public sealed class ProgramRunnerTests
{
    [Fact]
    public async Task Run_ThatSucceeds_IsOneBlockAtTheNextHeight()
    {
        await using VmStore store = await VmStore.NewAsync();
        RunResult result = await store.RunAsync("push 1\nstorep a\nbegintx\npush 2\nstorep b\ncommittx\nemit done");
        Assert.Equal(new BlockHeight(2), result.Height);
        Assert.Equal(store.State.Root, result.Root);
        RunBlock block = Assert.Single(result.Blocks);
        Assert.Equal((result.Height!.Value, result.Root, result.GasUsed), (block.Height, block.Root, block.GasUsed));
        Assert.Equal(["a", "b"], store.Read().Keys);
        Assert.Equal(7, result.Steps);
        Assert.Equal(["done"], result.Emitted);
        using StateView view = store.State.OpenView();
        Assert.Equal(store.Options.Clock.GetUtcNow().UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks, view.TimeTicks);
    }

    [Fact]
    public async Task Run_ThatWritesNothing_IsABlockWithItsRecord()
    {
        await using VmStore store = await VmStore.NewAsync();
        Hash256 root = store.State.Root;
        RunResult result = await store.RunAsync("push 1");
        Assert.Equal(new BlockHeight(2), result.Height);
        Assert.Equal(root, store.State.Root);
        using StateView view = store.State.OpenView();
        ExecutionRecord record = Assert.Single(new ExecutionHistory(view).List().Records);
        Assert.Equal(("test.cairn", "main", true, result.GasUsed, new BlockHeight(2)), (record.Contract.ToString(), record.Function, record.IsSuccess, record.GasUsed, record.Height));
        Assert.Equal(new Cairn.Contracts.Address(SHA256.HashData("root"u8).AsSpan(0, 20)), record.Caller);
    }

    [Theory]
    [InlineData("push 1\nstorep a\npop", FaultKind.StackUnderflow)]
    [InlineData("push 1\nstorep a\nbegintx\npush 2\nstorep b", FaultKind.UnclosedTransaction)]
    [InlineData("begintx\npush 1\nstorep a\ncommittx\npush 2\nstorep ../x", FaultKind.InvalidKey)]
    [InlineData("push 1\nstorep a\nloadp none", FaultKind.MissingKey)]
    public async Task Run_ThatFails_IsNoBlock(string program, FaultKind kind)
    {
        await using VmStore store = await VmStore.NewAsync();
        Hash256 root = store.State.Root;
        RunResult result = await store.RunAsync(program);
        Assert.Equal(kind, result.Fault!.Kind);
        Assert.EndsWith(" Nothing of the run is kept.", result.Error, StringComparison.Ordinal);
        Assert.Equal(result.Fault, Assert.Throws<ProgramFaultException>(result.ThrowIfFailed).Fault);
        Assert.Equal((new BlockHeight(1), root), (store.State.Height!.Value, store.State.Root));
        Assert.Equal((new BlockHeight(1), root, 0, null), (result.Height!.Value, result.Root, result.Blocks.Count, result.AuditHeight));
        Assert.Empty(store.Read());
        store.CheckAudit();
    }

    [Fact]
    public async Task DeniedAttempt_OfARunThatIsDiscarded_IsInABlockThatChangesNoState()
    {
        await using VmStore store = await VmStore.NewAsync();
        Hash256 root = store.State.Root;
        RunResult result = await store.RunAsync("push 1\nstorep secret/a", VmStore.As("reader"));
        Assert.Equal(FaultKind.AccessDenied, result.Fault!.Kind);
        Assert.IsType<AccessDeniedException>(result.Fault.Cause);
        Assert.Equal(new BlockHeight(2), result.AuditHeight);
        Assert.Equal((new BlockHeight(2), root), (store.State.Height!.Value, store.State.Root));
        Assert.Equal(["reader Write secret/a Denied"], store.Denied());
        Assert.Single(result.Attempts);
        using StateView view = store.State.OpenView();
        Assert.Equal(0UL, new ExecutionHistory(view).Count);
    }

    [Fact]
    public async Task BlockPerCommit_MakesABlockOfEachTransactionAndWrite_AndKeepsThemWhenItFails()
    {
        await using VmStore store = await VmStore.NewAsync();
        CompiledProgram program = VmStore.Compile("push 1\nstorep a\nbegintx\nbegintx\npush 2\nstorep b\ncommittx\npush 3\nstorep c\ncommittx\ndeletep a\nbegintx\npush 4\nstorep d\nloadp none");
        RunResult result = await store.Runner.RunAsync(program, VmStore.As("root") with { BlockPerCommit = true });
        Assert.Equal([2, 3, 4], result.Blocks.Select(block => (int)block.Height.Value));
        Assert.Equal(store.State.Root, result.Blocks[^1].Root);
        Assert.Equal(["b", "c"], store.Read().Keys);
        Assert.Equal(FaultKind.MissingKey, result.Fault!.Kind);
        Assert.EndsWith("The 3 blocks committed before stay (up to height 4); what was written since is discarded.", result.Error, StringComparison.Ordinal);
        using StateView view = store.State.OpenView();
        Assert.Equal(3UL, new ExecutionHistory(view).Count);
        Assert.Equal(result.Blocks.Sum(block => (long)block.GasUsed), new ExecutionHistory(view).List().Records.Sum(record => (long)record.GasUsed));
    }

    [Fact]
    public async Task BlockPerCommit_DeniedLater_KeepsWhatWasCommitted_AndAudits()
    {
        await using VmStore store = await VmStore.NewAsync();
        await store.WriteAsync(draft => new Cairn.Contracts.Namespaces.NamespaceStore(draft, VmStore.Root).Namespaces.Create("closed"));
        RunResult result = await store.RunAsync("push 1\nstorep a\npush 2\nstorep closed/b", VmStore.As("writer") with { BlockPerCommit = true });
        Assert.Equal(["a"], store.Read().Keys);
        Assert.Equal((1, new BlockHeight(4)), (result.Blocks.Count, result.AuditHeight!.Value));
        Assert.EndsWith("The block committed before stays (height 3); what was written since is discarded.", result.Error, StringComparison.Ordinal);
        Assert.Equal(["writer Write closed/b Denied"], store.Denied());
    }

    [Fact]
    public async Task Simulation_TellsTheSame_AndCommitsNothing()
    {
        CompiledProgram program = VmStore.Compile("loop 3:\n    push 1\n    storep a\nbegintx\npush 2\nstorep b\ncommittx\nemit x");
        foreach (bool isBlockPerCommit in new[] { false, true })
        {
            await using VmStore store = await VmStore.NewAsync();
            RunSettings settings = VmStore.As("root") with { BlockPerCommit = isBlockPerCommit };
            Hash256 root = store.State.Root;
            RunResult simulated = store.Runner.Simulate(program, settings);
            Assert.Equal((new BlockHeight(1), root), (store.State.Height!.Value, store.State.Root));
            Assert.True(simulated.IsSimulated);
            RunResult real = await store.Runner.RunAsync(program, settings);
            Assert.Equal(isBlockPerCommit ? 4 : 1, real.Blocks.Count);
            Assert.Equal(real.Blocks, simulated.Blocks);
            Assert.Equal((real.Height, real.Root, real.GasUsed, real.Steps), (simulated.Height, simulated.Root, simulated.GasUsed, simulated.Steps));
        }
    }

    [Fact]
    public async Task Simulation_OfWhatIsDenied_LeavesNoTrace()
    {
        await using VmStore store = await VmStore.NewAsync();
        RunResult result = store.Runner.Simulate(VmStore.Compile("push 1\nstorep a"), VmStore.As("stranger"));
        Assert.Equal(FaultKind.AccessDenied, result.Fault!.Kind);
        Assert.DoesNotContain("kept", result.Error, StringComparison.Ordinal);
        Assert.Equal(new BlockHeight(1), store.State.Height);
        Assert.Empty(store.Denied());
    }

    [Fact]
    public async Task Query_ReadsAView_AndWritesNothing()
    {
        await using VmStore store = await VmStore.NewAsync();
        await store.RunAsync("push 1\nstorep a");
        using StateView view = store.State.OpenView();
        await store.RunAsync("push 2\nstorep a");
        RunResult result = store.Runner.Query(view, VmStore.Compile("loadp a\nlistkeys \"\"\nlistversionsp a"), VmStore.As("reader"));
        Assert.Equal(["1", "a", "1", "1"], result.Stack.Select(value => value.ToString()));
        Assert.Equal(new BlockHeight(2), result.Height);
        foreach (string write in new[] { "push 1\nstorep a", "deletep a", "begintx" })
        {
            Assert.Equal(FaultKind.ReadOnly, store.Runner.Query(view, VmStore.Compile(write), VmStore.As("root")).Fault!.Kind);
        }

        Assert.Equal(FaultKind.NoTransaction, store.Runner.Query(view, VmStore.Compile("committx"), VmStore.As("root")).Fault!.Kind);
        RunResult denied = store.Runner.Query(view, VmStore.Compile("loadp a"), VmStore.As("stranger"));
        Assert.Equal(FaultKind.AccessDenied, denied.Fault!.Kind);
        Assert.Equal(new BlockHeight(3), store.State.Height);
    }

    [Fact]
    public async Task PreparedRuns_OnTheSameHead_AreCompetitors()
    {
        await using VmStore store = await VmStore.NewAsync();
        using PreparedRun first = store.Runner.Prepare(VmStore.Compile("push 1\nstorep a"), VmStore.As("root"));
        using PreparedRun second = store.Runner.Prepare(VmStore.Compile("push 2\nstorep a"), VmStore.As("root"));
        Assert.Equal(first.Height, second.Height);
        Assert.NotEqual(first.Result.Root, second.Result.Root);
        RunResult committed = await first.CommitAsync();
        Assert.Equal(first.Result.Root, committed.Root);
        await Assert.ThrowsAsync<StaleDraftException>(() => second.CommitAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(() => first.CommitAsync());
        Assert.Equal("1", store.Read()["a"].ToString());
        using PreparedRun denied = store.Runner.Prepare(VmStore.Compile("push 1\nstorep a"), VmStore.As("stranger"));
        Assert.Equal(FaultKind.AccessDenied, denied.Result.Fault!.Kind);
        Assert.Equal(new BlockHeight(3), (await denied.CommitAsync()).AuditHeight);
        Assert.Throws<ArgumentException>(() => store.Runner.Prepare(VmStore.Compile("push 1"), VmStore.As("root") with { BlockPerCommit = true }));
    }

    [Fact]
    public async Task SignedCall_DecidesWhoRuns_AndCountsOnce()
    {
        await using VmStore store = await VmStore.NewAsync();
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CompiledProgram program = VmStore.Compile("push 1\nstorep a\ngetcaller");
        SignedCall call = SignedCall.Sign(key, "cairn", nonce: 0, new BlockHeight(100), ProgramDigest.Of(program));
        Principal caller = SignedCall.PrincipalOf(call.PublicKey.Span);
        RunSettings settings = new() { Call = call };

        await store.WriteAsync(draft => new Cairn.Contracts.Namespaces.NamespaceStore(draft, VmStore.Root).Roles.Grant("", caller.Id, Role.Writer));
        RunResult result = await store.Runner.RunAsync(program, settings);
        Assert.Equal([caller.Id], result.Stack.Select(value => value.ToString()));
        CallRefusedException again = await Assert.ThrowsAsync<CallRefusedException>(() => store.Runner.RunAsync(program, settings));
        Assert.Equal(CallRefusal.WrongNonce, again.Refusal);
        await Assert.ThrowsAsync<ArgumentException>(() => store.Runner.RunAsync(VmStore.Compile("push 2\nstorep a"), settings));
        SignedCall elsewhere = SignedCall.Sign(key, "another", nonce: 1, new BlockHeight(100), ProgramDigest.Of(program));
        Assert.Equal(CallRefusal.BadSignature, (await Assert.ThrowsAsync<CallRefusedException>(() => store.Runner.RunAsync(program, new RunSettings { Call = elsewhere }))).Refusal);
        SignedCall next = SignedCall.Sign(key, "cairn", nonce: 1, new BlockHeight(100), ProgramDigest.Of(program));
        Assert.True((await store.Runner.RunAsync(program, new RunSettings { Call = next })).IsSuccess);
    }

    [Fact]
    public async Task StorageOperations_InARun_CostNoSync()
    {
        SimulatedFileSystem files = new(seed: 1);
        StateStoreOptions options = new() { FileSystem = files };
        await using VmStore store = await VmStore.OpenAsync("dir:/store", options: null, options);
        await store.RunAsync("push 1\nstorep a");
        long one = await SyncsOfAsync("push 2\nstorep a");
        long many = await SyncsOfAsync("push 0\nstore n\nloop 500:\n    load n\n    push 1\n    add\n    store n\n    begintx\n    load n\n    push \"many/\"\n    load n\n    add\n    storep\n    push \"many/\"\n    load n\n    add\n    loadp\n    pop\n    committx");
        Assert.InRange(one, 1, 4);
        Assert.Equal(one, many);
        Assert.Equal(501, store.Read().Count);

        async Task<long> SyncsOfAsync(string program)
        {
            long before = Syncs();
            Assert.Null((await store.RunAsync(program)).Error);
            return Syncs() - before;
        }

        long Syncs() => files.Count(FileOperation.Sync) + files.Count(FileOperation.SyncDirectory);
    }

    [Fact]
    public async Task Trace_TellsEachStep_WithPlaceStackAndEffects()
    {
        await using VmStore store = await VmStore.NewAsync();
        List<TraceStep> steps = [];
        RunResult result = await store.RunAsync("push 1\nstorep a\ndef f(n):\n    load n\nbegintx\npush 5\ncall f\nrollbacktx\nloop 2:\n    loadp a", VmStore.As("root") with { Trace = steps.Add });
        Assert.Equal(Enumerable.Range(1, (int)result.Steps).Select(number => (long)number), steps.Select(step => step.Number));
        Assert.Equal(
            [
                "1 test.cairn:1:1 push 1 [1]",
                "2 test.cairn:2:1 storep a []  write a = 1",
                "3 test.cairn:5:1 begintx []  begin",
                "4 test.cairn:6:1 push 5 [5]",
                "5 test.cairn:7:1 call f []",
                "6 test.cairn:4:5 f load n [5]",
                "7 test.cairn:8:1 rollbacktx [5]  rollback",
                "8 test.cairn:9:1 loop 2 [5]",
                "9 test.cairn:9:1 loop 2 [5]",
                "10 test.cairn:10:5 loadp a [5, 1]  read a = 1",
                "11 test.cairn:9:1 loop 2 [5, 1]",
                "12 test.cairn:10:5 loadp a [5, 1, 1]  read a = 1",
                "13 test.cairn:9:1 loop 2 [5, 1, 1]",
            ],
            steps.Select(step => step.ToString()));
        RunResult plain = store.Runner.Simulate(VmStore.Compile("push 1\npush 2\nadd"), VmStore.As("root"));
        Assert.Equal(3, plain.Steps);
    }

    [Fact]
    public async Task Trace_OfAFailure_HasTheStepThatFailed()
    {
        await using VmStore store = await VmStore.NewAsync();
        List<string> steps = [];
        await store.RunAsync("push 1\nadd", VmStore.As("root") with { Trace = step => steps.Add(step.ToString()) });
        Assert.Equal(["1 test.cairn:1:1 push 1 [1]", "2 test.cairn:2:1 add [1]"], steps);
    }

    [Fact]
    public async Task StackAndMemory_CanBeGiven_AndAreGivenBack()
    {
        await using VmStore store = await VmStore.NewAsync();
        RunResult first = await store.RunAsync("push 1\npush 2\nstore a\npush \"b\"\nstore b");
        RunResult second = await store.RunAsync("load a\nadd\nstore c", VmStore.As("root") with { Stack = first.Stack, Memory = first.Memory });
        Assert.Empty(second.Stack);
        Assert.Equal(["a = 2", "b = b", "c = 3"], second.Memory.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key} = {pair.Value}"));
    }

    [Fact]
    public async Task Gas_RunsOut_AtThePlaceThatCannotBePaid()
    {
        await using VmStore store = await VmStore.NewAsync();
        CompiledProgram program = VmStore.Compile("push 1\nstorep a\npush 2\nstorep a");
        ulong call = GasSchedule.Default.CallCost(BytecodeWriter.Write(program).Length);
        ulong write = GasSchedule.Default.WriteCost(1, 1 + 9);
        Assert.Equal(call + (2 * write), store.Runner.Simulate(program, VmStore.As("root")).GasUsed);
        RunResult result = await store.Runner.RunAsync(program, VmStore.As("root") with { GasLimit = call + (2 * write) - 1 });
        Assert.Equal((FaultKind.LimitExceeded, MachineLimit.Gas, 4), (result.Fault!.Kind, result.Fault.Limit, result.Fault.Line));
        Assert.IsType<OutOfGasException>(result.Fault.Cause);
        Assert.Equal(call + (2 * write) - 1, result.GasUsed);
        RunResult none = await store.Runner.RunAsync(program, VmStore.As("root") with { GasLimit = call - 1 });
        Assert.Equal((MachineLimit.Gas, 0, 0L), (none.Fault!.Limit, none.Fault.Line, none.Steps));
        Assert.True((await store.Runner.RunAsync(program, VmStore.As("root") with { GasLimit = call + (2 * write) })).IsSuccess);
    }

    [Fact]
    public async Task Store_ThatIsNotInitialized_AllowsNothing()
    {
        await using StateStore state = await StateStore.OpenAsync("memory:");
        ProgramRunner runner = new(state);
        RunResult result = await runner.RunAsync(VmStore.Compile("push 1\nstorep a"), VmStore.As("root"));
        Assert.Equal(FaultKind.AccessDenied, result.Fault!.Kind);
        Assert.Equal(Hash256.EmptyRoot, state.Root);
        BlockHeight? height = state.Height;
        Assert.Equal(["3"], (await runner.RunAsync(VmStore.Compile("push 1\npush 2\nadd"))).Stack.Select(value => value.ToString()));
        Assert.Equal(height, state.Height);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_OfNobody_ThatEndsWell_MakesNoBlock(bool isBlockPerCommit)
    {
        await using VmStore store = await VmStore.NewAsync();
        RunSettings nobody = new() { BlockPerCommit = isBlockPerCommit };
        CompiledProgram program = VmStore.Compile("begintx\npush 1\ncommittx\nbegintx\nrollbacktx\npush 2\nadd");
        (BlockHeight height, Hash256 root) = (store.State.Height!.Value, store.State.Root);
        List<RunResult> results = [await store.Runner.RunAsync(program, nobody), store.Runner.Simulate(program, nobody)];
        if (!isBlockPerCommit)
        {
            using PreparedRun prepared = store.Runner.Prepare(program, nobody);
            results.Add(prepared.Result);
            results.Add(await prepared.CommitAsync());
        }

        foreach (RunResult result in results)
        {
            Assert.Null(result.Error);
            Assert.Equal(["3"], result.Stack.Select(value => value.ToString()));
            Assert.Equal((height, root, 0), (result.Height!.Value, result.Root, result.Blocks.Count));
        }

        Assert.Equal((height, root), (store.State.Height!.Value, store.State.Root));
        RunResult denied = await store.Runner.RunAsync(VmStore.Compile("push 1\nstorep a"), nobody);
        Assert.Equal((FaultKind.AccessDenied, new BlockHeight(2)), (denied.Fault!.Kind, denied.AuditHeight!.Value));
    }

    [Fact]
    public async Task DeniedReads_MakeNoBlock_WhateverTheNodeAudits()
    {
        RunnerOptions options = new() { Clock = new SteadyClock(), Namespaces = new Cairn.Contracts.Namespaces.NamespaceStoreOptions { AuditsDeniedReads = true } };
        await using VmStore store = await VmStore.NewAsync(options);
        RunResult result = await store.RunAsync("loadp a", VmStore.As("stranger"));
        Assert.Equal((FaultKind.AccessDenied, null, new BlockHeight(1)), (result.Fault!.Kind, result.AuditHeight, store.State.Height!.Value));
        Assert.Equal(AuditAction.Read, Assert.Single(result.Attempts).Action);
        Assert.Empty(store.Denied());
        await using VmStore other = await VmStore.NewAsync();
        Assert.Null((await other.RunAsync("loadp a", VmStore.As("stranger"))).AuditHeight);
        Assert.Empty(other.Denied());
    }

    [Fact]
    public async Task SimpleCommands_AllocateNothing()
    {
        await using VmStore store = await VmStore.NewAsync();
        const string Body = "    load n\n    push 1\n    add\n    store n\n    load n\n    push 7\n    mod\n    push 3\n    lt\n    if:\n        push 2\n        negate\n        pop\n    load n\n    call f\n    dup\n    swap\n    over\n    eq\n    not\n    pop\n    pop\n";
        long few = AllocatedBy(100);
        long many = AllocatedBy(200_000);
        Assert.InRange(many - few, long.MinValue, 100_000);

        long AllocatedBy(int rounds)
        {
            CompiledProgram program = VmStore.Compile($"def f(a):\n    load a\n    store b\n    load b\npush 0\nstore n\nloop {rounds}:\n{Body}");
            Assert.Null(store.Runner.Simulate(program, VmStore.As("root")).Error);
            long before = GC.GetAllocatedBytesForCurrentThread();
            store.Runner.Simulate(program, VmStore.As("root"));
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    public async Task Options_OutOfRange_AreRefused()
    {
        await using StateStore state = await StateStore.OpenAsync("memory:");
        Assert.Throws<ArgumentOutOfRangeException>(() => new ProgramRunner(state, new RunnerOptions { MaxWaiting = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ProgramRunner(state, new RunnerOptions { Limits = new MachineLimits { Steps = 0 } }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ProgramRunner(state, new RunnerOptions { Limits = new MachineLimits { StackValues = 0 } }));
        ProgramRunner narrow = new(state, new RunnerOptions { Limits = new MachineLimits { StackValues = 1 } });
        await Assert.ThrowsAsync<ArgumentException>(() => narrow.RunAsync(VmStore.Compile("pop"), new RunSettings { Stack = [default, default] }));
        Assert.Null(state.Height);
    }
}
