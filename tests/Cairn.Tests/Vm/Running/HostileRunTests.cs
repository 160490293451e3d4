using Cairn.Contracts.Values;
using Cairn.Vm.Machines;
using Cairn.Vm.Running;
using Xunit;

namespace Cairn.Tests.Vm.Running;

/// <summary>Programs that want too much: each ends in a fault that names the limit and the place, in time and memory that are bounded, and leaves the store as it was.</summary>
public sealed class HostileRunTests
{
    private const string Flood = "while:\n    condition:\n        push true\n";

    [Theory]
    [InlineData("an endless loop", Flood + "    push 1\n    pop\n", MachineLimit.Steps)]
    [InlineData("a loop in a loop in a loop", "loop 1000000000:\n    loop 1000000000:\n        loop 1000000000:\n            push 1\n            pop\n", MachineLimit.Steps)]
    [InlineData("a loop that only goes on", "loop 9007199254740991:\n    continue\n", MachineLimit.Steps)]
    [InlineData("an empty loop", "while:\n    condition:\n        push true\n", MachineLimit.Steps)]
    [InlineData("functions that call each other for ever", "def a():\n    call b\ndef b():\n    call a\ncall a\n", MachineLimit.CallDepth)]
    [InlineData("a stack flood", Flood + "    push 1\n", MachineLimit.StackValues)]
    [InlineData("a stack flood in a function", "def f():\n    loop 1000000:\n        dup\npush 1\ncall f\n", MachineLimit.StackValues)]
    [InlineData("a string that doubles", "push \"x\"\n" + Flood + "    dup\n    add\n", MachineLimit.StringBytes)]
    [InlineData("a string repeated again and again", "push \"0123456789\"\n" + Flood + "    push 1000\n    mul\n", MachineLimit.StringBytes)]
    [InlineData("many long strings", "push \"0123456789\"\npush 1000\nmul\npush 100\nmul\nstore s\n" + Flood + "    load s\n    push \"!\"\n    add\n", MachineLimit.MemoryBytes)]
    [InlineData("many long strings that are popped now and then", "push \"0123456789\"\npush 1000\nmul\npush 100\nmul\nstore s\nloop 300:\n    load s\n    push \"!\"\n    add\n    dup\n    pop\n", MachineLimit.MemoryBytes)]
    [InlineData("long strings in variables of calls", "push \"0123456789\"\npush 1000\nmul\npush 50\nmul\nstore s\ndef f():\n    load s\n    push \"!\"\n    add\n    store mine\n    call f\ncall f\n", MachineLimit.MemoryBytes)]
    [InlineData("output without an end", Flood + "    emit \"0123456789\"\n", MachineLimit.EmittedBytes)]
    [InlineData("output of nothing without an end", Flood + "    emit \"\"\n    emit \"\"\n    emit \"\"\n", MachineLimit.EmittedBytes)]
    [InlineData("events without an end", Flood + "    emitevent \"\" \"\"\n", MachineLimit.EmittedBytes)]
    [InlineData("dumps without an end", "loop 60000:\n    push 1\n" + Flood + "    dumpstack\n", MachineLimit.EmittedBytes)]
    [InlineData("transactions without an end", Flood + "    begintx\n", MachineLimit.TransactionDepth)]
    [InlineData("writes without an end", "push 0\nstore n\n" + Flood + "    load n\n    push 1\n    add\n    store n\n    push \"\"\n    push \"flood/\"\n    load n\n    add\n    storep\n", MachineLimit.Gas)]
    [InlineData("a key list longer than the stack", "listkeys many/\nlistkeys many/\n", MachineLimit.StackValues)]
    public async Task Program_ThatWantsTooMuch_EndsInItsLimit(string what, string program, MachineLimit limit)
    {
        RunnerOptions options = new() { Clock = new SteadyClock(), Limits = new MachineLimits { Steps = 3_000_000, Gas = 500_000_000 } };
        await using VmStore store = await VmStore.NewAsync(options);
        if (limit == MachineLimit.StackValues && what.StartsWith("a key list", StringComparison.Ordinal))
        {
            await store.WriteAsync(draft =>
            {
                Cairn.Contracts.Namespaces.NamespaceStore keys = new(draft, VmStore.Root);
                for (int i = 0; i < 40_000; i++)
                {
                    keys.Set($"many/{i}", StateValue.Null);
                }
            });
        }

        (Hash256 root, BlockHeight height) = (store.State.Root, store.State.Height!.Value);
        RunResult result = await store.RunAsync(program);
        Assert.True(result.Fault is not null, what);
        Assert.Equal((FaultKind.LimitExceeded, limit), (result.Fault.Kind, result.Fault.Limit!.Value));
        Assert.True(result.Fault.Line > 0 && result.Fault.Column > 0 && result.Fault.Command is not null);
        Assert.Contains(result.Fault.Allowed!.Value.ToString(System.Globalization.CultureInfo.InvariantCulture), result.Fault.Message, StringComparison.Ordinal);
        Assert.Equal((root, height), (store.State.Root, store.State.Height!.Value));
        Assert.Equal(limit, store.Runner.Simulate(VmStore.Compile(program), VmStore.As("root")).Fault!.Limit);
        Assert.True((await store.RunAsync("push 1\nstorep fine")).IsSuccess);
    }

    [Fact]
    public async Task Strings_ThatAreDropped_DoNotCount()
    {
        await using VmStore store = await VmStore.NewAsync();
        RunResult result = await store.RunAsync("push \"0123456789\"\npush 1000\nmul\npush 10\nmul\nstore s\nloop 20000:\n    load s\n    push \"!\"\n    add\n    pop\n");
        Assert.Null(result.Error);
    }

    [Fact]
    public async Task OneString_InManyPlaces_CountsOnce()
    {
        await using VmStore store = await VmStore.NewAsync();
        RunResult result = await store.RunAsync("push \"0123456789\"\npush 1000\nmul\npush 100\nmul\nloop 1000:\n    dup\nloop 100:\n    dup\n    push \"!\"\n    add\n    pop\n");
        Assert.Null(result.Error);
    }

    [Fact]
    public async Task Memory_OfAHostileRun_IsBounded()
    {
        await using VmStore store = await VmStore.NewAsync();
        long before = GC.GetTotalMemory(forceFullCollection: true);
        RunResult result = await store.RunAsync("push \"0123456789\"\npush 1000\nmul\npush 100\nmul\nstore s\n" + Flood + "    load s\n    push \"!\"\n    add\n");
        Assert.Equal(MachineLimit.MemoryBytes, result.Fault!.Limit);
        long held = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(result);
        Assert.InRange(held, long.MinValue, 6 * store.Options.Limits.MemoryBytes);
    }

    [Theory]
    [InlineData("../../x")]
    [InlineData("a\\\\b")]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData("a\\u{0}b")]
    [InlineData("a\\nb")]
    [InlineData("\\u{5}x")]
    [InlineData("a*")]
    [InlineData(".")]
    public async Task Key_ThatIsNone_IsRefusedByEveryCommand(string key)
    {
        await using VmStore store = await VmStore.NewAsync();
        foreach (string command in new[] { "storep", "loadp", "deletep", "keyexists", "storeptyped number", "loadptyped number" })
        {
            RunResult result = await store.RunAsync($"push 1\npush \"{key}\"\n{command}");
            Assert.Equal((FaultKind.InvalidKey, 3), (result.Fault!.Kind, result.Fault.Line));
        }

        Assert.Empty(store.Read());
        Assert.Equal(new BlockHeight(1), store.State.Height);
    }

    [Fact]
    public async Task Key_OfTenMegabytes_IsRefused()
    {
        RunnerOptions options = new() { Clock = new SteadyClock(), Limits = new MachineLimits { StringBytes = 16 * 1024 * 1024 } };
        await using VmStore store = await VmStore.NewAsync(options);
        string big = "push \"0123456789\"\npush 1000\nmul\npush 1000\nmul\n";
        Assert.Equal(FaultKind.InvalidKey, (await store.RunAsync("push 1\n" + big + "storep")).Fault!.Kind);
        Assert.Equal(FaultKind.InvalidKey, (await store.RunAsync(big + "listkeys")).Fault!.Kind);
        Assert.Null((await store.RunAsync(big + "storep big")).Error);
        RunResult tooBig = await store.RunAsync(big + "push \"123456\"\npush 1000\nmul\npush 1000\nmul\nadd\nstorep big\n");
        Assert.Null(tooBig.Error);
        RunResult far = await store.RunAsync(big + "push \"1234567\"\npush 1000\nmul\npush 1000\nmul\nadd\n");
        Assert.Equal(MachineLimit.StringBytes, far.Fault!.Limit);
    }

    [Fact]
    public async Task Value_LongerThanTheStoreTakes_IsAFault()
    {
        RunnerOptions options = new() { Clock = new SteadyClock(), Limits = new MachineLimits { StringBytes = 64 * 1024 * 1024 } };
        await using VmStore store = await VmStore.NewAsync(options);
        RunResult result = await store.RunAsync("push \"0123456789abcdefghij\"\npush 1000\nmul\npush 1000\nmul\nstorep big");
        Assert.Equal((FaultKind.OutOfRange, 6), (result.Fault!.Kind, result.Fault.Line));
        Assert.Empty(store.Read());
    }

    [Fact]
    public async Task Blocks_OfARun_AreLimited()
    {
        RunnerOptions options = new() { Clock = new SteadyClock(), Limits = new MachineLimits { Blocks = 5 } };
        await using VmStore store = await VmStore.NewAsync(options);
        RunSettings settings = VmStore.As("root") with { BlockPerCommit = true };
        RunResult result = await store.RunAsync("push 0\nstorep n\nloop 10:\n    loadp n\n    push 1\n    add\n    storep n", settings);
        Assert.Equal((MachineLimit.Blocks, 7, 5), (result.Fault!.Limit, result.Fault.Line, result.Blocks.Count));
        Assert.Equal("4", store.Read()["n"].ToString());
        Assert.Equal((MachineLimit.Blocks, 5), (store.Runner.Simulate(VmStore.Compile("loop 10:\n    push 1\n    storep n"), settings) is var simulated ? (simulated.Fault!.Limit, simulated.Blocks.Count) : default));
    }

    [Fact]
    public async Task Cancelling_EndsARunBetweenTwoCommands_AndKeepsNothing()
    {
        RunnerOptions options = new() { Limits = new MachineLimits { Steps = long.MaxValue } };
        await using VmStore store = await VmStore.NewAsync(options);
        using CancellationTokenSource cancel = new(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.Runner.RunAsync(VmStore.Compile("push 1\nstorep a\n" + Flood + "    push 1\n    pop\n"), VmStore.As("root"), cancel.Token));
        Assert.Empty(store.Read());
        Assert.True((await store.RunAsync("push 1\nstorep a")).IsSuccess);
    }

    [Fact]
    public async Task Trace_ThatThrows_EndsTheRun_AndKeepsNothing()
    {
        await using VmStore store = await VmStore.NewAsync();
        RunSettings settings = VmStore.As("root") with { Trace = step => throw new InvalidDataException(step.Command) };
        await Assert.ThrowsAsync<InvalidDataException>(() => store.RunAsync("push 1\nstorep a", settings));
        Assert.Empty(store.Read());
        Assert.True((await store.RunAsync("push 1\nstorep a")).IsSuccess);
    }
}
