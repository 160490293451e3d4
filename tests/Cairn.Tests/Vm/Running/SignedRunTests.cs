using System.Security.Cryptography;
using Cairn.Contracts.Namespaces;
using Cairn.Contracts.Namespaces.Access;
using Cairn.Contracts.Values;
using Cairn.Vm.Bytecode;
using Cairn.Vm.Machines;
using Cairn.Vm.Running;
using Xunit;

namespace Cairn.Tests.Vm.Running;

/// <summary>What somebody who passes a signed call on cannot do with it.</summary>
public sealed class SignedRunTests : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    [Fact]
    public async Task Call_WithSettingsThatAreNotSigned_IsRefused()
    {
        await using VmStore store = await VmStore.NewAsync();
        CompiledProgram program = VmStore.Compile("push 1\nstorep a");
        RunSettings settings = await CallOfAWriterAsync(store, program);
        RunSettings[] others =
        [
            settings with { Stack = [StateValue.FromNumber(1)] },
            settings with { Memory = new Dictionary<string, StateValue> { ["n"] = StateValue.FromNumber(1) } },
            settings with { Missing = MissingKey.Zero },
            settings with { BlockPerCommit = true },
        ];
        BlockHeight? height = store.State.Height;
        using StateView view = store.State.OpenView();
        foreach ((RunSettings other, string name) in others.Zip(["'Stack'", "'Memory'", "'Missing'", "'BlockPerCommit'"]))
        {
            Assert.Contains(name, (await Assert.ThrowsAsync<ArgumentException>(() => store.Runner.RunAsync(program, other))).Message, StringComparison.Ordinal);
            Assert.Contains(name, Assert.Throws<ArgumentException>(() => store.Runner.Simulate(program, other)).Message, StringComparison.Ordinal);
            Assert.Contains(name, Assert.Throws<ArgumentException>(() => store.Runner.Query(view, program, other)).Message, StringComparison.Ordinal);
            Assert.Throws<ArgumentException>(() => store.Runner.Prepare(program, other));
        }

        Assert.Equal(height, store.State.Height);
        Assert.Null((await store.Runner.RunAsync(program, settings)).Error);
    }

    [Fact]
    public async Task Query_OfACallThatCountedOrExpired_IsRefused()
    {
        await using VmStore store = await VmStore.NewAsync();
        CompiledProgram program = VmStore.Compile("listkeys \"\"");
        RunSettings settings = await CallOfAWriterAsync(store, program);
        using (StateView before = store.State.OpenView())
        {
            Assert.Null(store.Runner.Query(before, program, settings).Error);
            Assert.Null(store.Runner.Query(before, program, settings).Error);
            Assert.Null(store.Runner.Query(before, program, Call(program, nonce: 0, lastHeight: before.Height!.Value.Value + 1)).Error);
            CallRefusedException expired = Assert.Throws<CallRefusedException>(() => store.Runner.Query(before, program, Call(program, nonce: 0, lastHeight: before.Height!.Value.Value)));
            Assert.Equal((CallRefusal.Expired, before.Height.Value.Value, before.Height.Value.Value + 1), (expired.Refusal, expired.Expected, expired.Found));
        }

        Assert.Null((await store.Runner.RunAsync(program, settings)).Error);
        using StateView after = store.State.OpenView();
        CallRefusedException used = Assert.Throws<CallRefusedException>(() => store.Runner.Query(after, program, settings));
        Assert.Equal((CallRefusal.WrongNonce, 1UL, 0UL), (used.Refusal, used.Expected, used.Found));
        Assert.Null(store.Runner.Query(after, program, Call(program, nonce: 1)).Error);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Call_WhoseRefusedAttemptsMakeABlock_IsUsedUp(bool isPrepared)
    {
        await using VmStore store = await VmStore.NewAsync();
        CompiledProgram program = VmStore.Compile("push 1\nstorep a");
        RunSettings settings = Call(program, nonce: 0);
        using PreparedRun competitor = store.Runner.Prepare(program, settings);
        RunResult denied = isPrepared ? await PreparedAsync() : await store.Runner.RunAsync(program, settings);
        Assert.Equal((FaultKind.AccessDenied, new BlockHeight(2)), (denied.Fault!.Kind, denied.AuditHeight!.Value));
        Assert.Equal(store.State.Root, denied.Root);
        Assert.EndsWith(" Write a Denied", Assert.Single(store.Denied()), StringComparison.Ordinal);
        using (StateView view = store.State.OpenView())
        {
            Assert.Equal(1UL, CallGate.NextNonce(view, SignedCall.PrincipalOf(settings.Call!.PublicKey.Span)));
        }

        Assert.Equal(CallRefusal.WrongNonce, (await Assert.ThrowsAsync<CallRefusedException>(() => store.Runner.RunAsync(program, settings))).Refusal);
        Assert.Equal(CallRefusal.WrongNonce, (await Assert.ThrowsAsync<CallRefusedException>(() => competitor.CommitAsync())).Refusal);
        Assert.Equal(new BlockHeight(2), store.State.Height);

        async Task<RunResult> PreparedAsync()
        {
            using PreparedRun prepared = store.Runner.Prepare(program, settings);
            return await prepared.CommitAsync();
        }
    }

    [Fact]
    public async Task Call_ThatFailsWithoutABlock_HasNotCounted()
    {
        await using VmStore store = await VmStore.NewAsync();
        CompiledProgram program = VmStore.Compile("loadp a");
        RunSettings settings = await CallOfAWriterAsync(store, program);
        Assert.Equal(FaultKind.MissingKey, (await store.Runner.RunAsync(program, settings)).Fault!.Kind);
        await store.RunAsync("push 1\nstorep a");
        Assert.Null((await store.Runner.RunAsync(program, settings)).Error);
    }

    public void Dispose() => _key.Dispose();

    /// <summary>A call of somebody who may write, which counts.</summary>
    private async Task<RunSettings> CallOfAWriterAsync(VmStore store, CompiledProgram program)
    {
        RunSettings settings = Call(program, nonce: 0);
        await store.WriteAsync(draft => new NamespaceStore(draft, VmStore.Root).Roles.Grant("", SignedCall.PrincipalOf(settings.Call!.PublicKey.Span).Id, Role.Writer));
        return settings;
    }

    private RunSettings Call(CompiledProgram program, ulong nonce, ulong lastHeight = 100) =>
        new() { Call = SignedCall.Sign(_key, "cairn", nonce, new BlockHeight(lastHeight), ProgramDigest.Of(program)) };
}
