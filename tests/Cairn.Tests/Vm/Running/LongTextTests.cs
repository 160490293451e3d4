using Cairn.Contracts.Values;
using Cairn.Vm.Machines;
using Cairn.Vm.Running;
using Xunit;

namespace Cairn.Tests.Vm.Running;

/// <summary>What long strings and objects cost: steps by their bytes, so that the limit of steps bounds the work of a run.</summary>
public sealed class LongTextTests
{
    private const string Thousand = "push \"0123456789\"\npush 100\nmul\nstore v\n";
    private const int ThousandSteps = 4 + (1_000 / 64);
    private const string Million = "push \"0123456789\"\npush 1000\nmul\npush 100\nmul\nstore v\n";

    [Theory]
    [InlineData("push \"0123456789\"\npush 6\nmul", 3)]
    [InlineData("push \"01234567\"\npush 8\nmul", 3 + 1)]
    [InlineData("push \"\u20AC\"\npush 64\nmul", 3 + 3)]
    [InlineData(Thousand, ThousandSteps)]
    [InlineData(Thousand + "load v\npush \"0123456789\"\nadd", ThousandSteps + 3 + (1_010 / 64))]
    [InlineData(Thousand + "load v\npush 0\nmul", ThousandSteps + 3)]
    [InlineData(Thousand + "load v\nstorep k\nloadp k", ThousandSteps + 3 + (1_000 / 64))]
    [InlineData(Thousand + "load v\nload v\neq", ThousandSteps + 3 + (1_000 / 64))]
    [InlineData(Thousand + "load v\npush \"x\"\nlt", ThousandSteps + 3)]
    [InlineData(Thousand + "load v\nload v\ngt", ThousandSteps + 3 + (1_000 / 64))]
    [InlineData(Thousand + "load v\nload v\nload v\nassertequalstack 3", ThousandSteps + 4 + (2 * (1_000 / 64)))]
    public async Task Steps_CountTheBytesOfTexts(string program, long steps)
    {
        await using VmStore store = await VmStore.NewAsync();
        RunResult result = await store.RunAsync(program);
        Assert.Null(result.Error);
        Assert.Equal(steps, result.Steps);
        List<TraceStep> traced = [];
        RunResult again = store.Runner.Simulate(VmStore.Compile(program), VmStore.As("root") with { Trace = traced.Add });
        Assert.Equal(steps, again.Steps);
        Assert.Equal(program.TrimEnd('\n').Split('\n'), traced.Select(step => step.Command));
    }

    [Theory]
    [InlineData("loop 1000000:\n    load v\n    push \"!\"\n    add\n    pop\n")]
    [InlineData("loop 1000000:\n    load v\n    push 1\n    mul\n    pop\n")]
    [InlineData("load v\nstorep k\nloop 1000000:\n    loadp k\n    pop\n")]
    [InlineData("loop 1000000:\n    load v\n    load v\n    eq\n    pop\n")]
    [InlineData("loop 1000000:\n    load v\n    load v\n    lt\n    pop\n")]
    [InlineData("loop 1000000:\n    load v\n    load v\n    assertequalstack 2\n    pop\n    pop\n")]
    public async Task LimitOfSteps_BoundsTheWorkOnLongTexts(string loop)
    {
        RunnerOptions options = new() { Clock = new SteadyClock(), Limits = new MachineLimits { Steps = 1_000_000 } };
        await using VmStore store = await VmStore.NewAsync(options);
        RunResult result = await store.RunAsync(Million + loop);
        Assert.Equal((FaultKind.LimitExceeded, MachineLimit.Steps), (result.Fault!.Kind, result.Fault.Limit!.Value));
        Assert.Contains("one for each 64 ", result.Fault.Message, StringComparison.Ordinal);
        Assert.NotNull(result.Fault.Command);
        Assert.InRange(result.Steps, 1_000_001, 1_000_000 + (1_000_001 / 64) + 1);
    }

    [Fact]
    public async Task Cancelling_IsLookedAt_ByTheBytesOfTexts()
    {
        RunnerOptions options = new() { Limits = new MachineLimits { Steps = long.MaxValue } };
        await using VmStore store = await VmStore.NewAsync(options);

        // So few commands that by their number alone nothing would be looked at before the end.
        string program = "push \"0123456789abcdef\"\npush 1000\nmul\nstore v\nloop 10000:\n    load v\n    push 65\n    mul\n    pop\n";
        using CancellationTokenSource cancel = new(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAsync<OperationCanceledException>(() => store.Runner.RunAsync(VmStore.Compile(program), VmStore.As("root"), cancel.Token));
    }

    [Fact]
    public async Task ListKeys_OfACancelledRun_PushesNothing()
    {
        await using VmStore store = await VmStore.NewAsync();
        await store.RunAsync("push 1\nstorep a");
        using CancellationTokenSource cancel = new();
        List<string> done = [];
        using StateView view = store.State.OpenView();
        RunSettings settings = VmStore.As("root") with
        {
            Trace = step =>
            {
                done.Add(step.ToString());
                cancel.Cancel();
            },
        };
        Assert.Throws<OperationCanceledException>(() => store.Runner.Query(view, VmStore.Compile("push 1\nlistkeys \"\""), settings, cancel.Token));
        Assert.Equal(["1 test.cairn:1:1 push 1 [1]"], done);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task DifferenceThatIsTooDeep_IsAFault(bool isBlockPerCommit)
    {
        await using VmStore store = await VmStore.NewAsync();
        string deep = new string('[', 64) + new string(']', 64);
        RunResult result = await store.RunAsync($"push {deep}\nstorep a\npush [1]\nstorep a\ndiffversionsp a 1 2", VmStore.As("root") with { BlockPerCommit = isBlockPerCommit });
        Assert.Equal((FaultKind.OutOfRange, 5), (result.Fault!.Kind, result.Fault.Line));
        Assert.IsType<ValueFormatException>(result.Fault.Cause);
        Assert.Equal(isBlockPerCommit ? 2 : 0, result.Blocks.Count);
        Assert.EndsWith(isBlockPerCommit ? "The 2 blocks committed before stay (up to height 3); what was written since is discarded." : "Nothing of the run is kept.", result.Error, StringComparison.Ordinal);
        Assert.Equal(isBlockPerCommit ? ["a"] : [], store.Read().Keys);
    }

    [Fact]
    public async Task Match_OfNothing_NamesItself()
    {
        await using VmStore store = await VmStore.NewAsync();
        RunResult result = await store.RunAsync("match:\n    value:\n        push 1\n        pop\n    case 1:\n        push 2\n");
        Assert.Equal(FaultKind.StackUnderflow, result.Fault!.Kind);
        Assert.StartsWith("'match' takes 1 value, and the stack has 0.", result.Fault.Message, StringComparison.Ordinal);
    }
}
