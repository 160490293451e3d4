using Cairn.Contracts;
using Cairn.Contracts.Registry;
using Xunit;

namespace Cairn.Tests.Contracts.Registry;

/// <summary>The registry of contracts: its rules, its bytes, and what is refused.</summary>
public sealed class ContractRegistryTests
{
    [Fact]
    public async Task Contracts_OfEveryType_ReadBackFieldByField()
    {
        using TemporaryDirectory directory = new();
        await using (StateStore store = await StateStore.OpenAsync(directory.Path))
        {
            await CommitAsync(store, registry => Array.ForEach(SampleContracts.All, registry.Deploy));
        }

        await using StateStore reopened = await StateStore.OpenAsync(directory.Path);
        using StateView view = reopened.OpenView();
        ContractRegistry read = new(view);
        Assert.Equal((ulong)SampleContracts.All.Length, read.Count);
        foreach (ContractMetadata expected in SampleContracts.All)
        {
            Assert.True(read.TryGet(expected.Id, out ContractMetadata? found));
            Assert.Equal(expected, found);
            ContractType.Wasm? wasm = expected.Type as ContractType.Wasm;
            Assert.Equal(wasm is not null, read.TryGetCode(expected.Id, out byte[]? code));
            Assert.Equal(wasm?.Code?.ToArray(), code);
            Assert.Equal(wasm?.AbiBytes is not null, read.TryGetAbi(expected.Id, out string? abi));
            Assert.Equal(wasm?.AbiBytes, abi?.Length);
            Assert.False((found.Type as ContractType.Wasm)?.IsLoaded ?? false);
        }

        Assert.False(read.TryGet(ContractId.FromText("was"), out _));
        Assert.False(read.TryGetCode(ContractId.FromText("was"), out _));
        Assert.Throws<InvalidOperationException>(() => read.Deploy(SampleContracts.Wasm));
    }

    [Fact]
    public async Task Entries_AreTheGoldenOnes()
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        using BlockDraft draft = store.CreateDraft(new BlockHeight(1));
        Array.ForEach(SampleContracts.All, new ContractRegistry(draft).Deploy);
        draft.State.Put(ContractStateKeys.Of(ContractId.FromText("a:b"), "c"u8), "1"u8);
        draft.State.Put(ContractStateKeys.Of(ContractId.FromText("a"), "b:c"u8), "2"u8);
        GoldenFile.CheckText("contract-registry.txt", EntryText.Of(draft.State));
    }

    [Fact]
    public async Task Registry_Rules_AreTypedErrorsThatChangeNothing()
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        using BlockDraft draft = store.CreateDraft(new BlockHeight(1));
        ContractRegistry registry = new(draft);
        ContractMetadata wasm = SampleContracts.Wasm;
        Refused(RegistryFault.NotFound, () => registry.Update(wasm));
        Refused(RegistryFault.NotFound, () => registry.Deactivate(wasm.Id));
        Refused(RegistryFault.NotFound, () => registry.GetActive(wasm.Id));
        registry.Deploy(wasm);
        Hash256 root = draft.ComputeRoot();
        Refused(RegistryFault.AlreadyDeployed, () => registry.Deploy(wasm));
        Refused(RegistryFault.TooLong, () => registry.Update(wasm with { Name = new string('n', ContractMetadata.MaxNameBytes + 1) }));
        Refused(RegistryFault.TooLong, () => registry.Update(wasm with { Description = new string('n', ContractMetadata.MaxDescriptionBytes + 1) }));
        Refused(RegistryFault.TooLong, () => registry.Update(wasm with { Type = new ContractType.PrivacyEnhanced(new string('n', ContractMetadata.MaxNameBytes + 1)) }));
        Refused(RegistryFault.TooLong, () => registry.Update(wasm with { Type = new ContractType.BuiltIn(new string('n', ContractMetadata.MaxNameBytes + 1)) }));
        Refused(RegistryFault.TooLong, () => registry.Update(wasm with { Type = new ContractType.BuiltIn("b", new byte[ContractMetadata.MaxParametersBytes + 1]) }));
        Refused(RegistryFault.TooLong, () => registry.Update(wasm with { Type = new ContractType.Wasm(new byte[ContractMetadata.MaxCodeBytes + 1]) }));
        Refused(RegistryFault.TooLong, () => registry.Update(wasm with { Type = new ContractType.Wasm(new byte[1], new string('a', ContractMetadata.MaxCodeBytes + 1)) }));
        Assert.Throws<ArgumentException>(() => registry.Update(wasm with { Type = null! }));
        Assert.Throws<ArgumentException>(() => registry.Update(wasm with { Name = "\ud800" }));
        Assert.Throws<ArgumentException>(() => registry.Update(wasm with { Name = null! }));
        Assert.Throws<ArgumentException>(() => registry.Deploy(wasm with { Id = default }));
        Assert.Equal(root, draft.ComputeRoot());

        Assert.True(registry.Deactivate(wasm.Id));
        Assert.False(registry.Deactivate(wasm.Id));
        Refused(RegistryFault.Inactive, () => registry.GetActive(wasm.Id));
        Refused(RegistryFault.Inactive, () => registry.Update(wasm));
        Refused(RegistryFault.AlreadyDeployed, () => registry.Deploy(wasm));
        Assert.True(registry.Activate(wasm.Id));
        Assert.False(registry.Activate(wasm.Id));
        Assert.Equal(wasm, registry.GetActive(wasm.Id));
        Assert.Equal(root, draft.ComputeRoot());
    }

    [Fact]
    public async Task Update_KeepsCodeThatIsNotAtHand_AndDropsWhatIsNoLongerUsed()
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        await CommitAsync(store, registry => registry.Deploy(SampleContracts.Wasm));
        ContractId id = SampleContracts.Wasm.Id;
        await CommitAsync(store, registry => registry.Update(registry.GetActive(id) with { Name = "renamed" }));
        using (StateView view = store.OpenView())
        {
            ContractRegistry registry = new(view);
            Assert.Equal("renamed", registry.GetActive(id).Name);
            Assert.True(registry.TryGetCode(id, out byte[]? code));
            Assert.Equal([0, 0x61, 0x73, 0x6d, 1], code);
            Assert.True(registry.TryGetAbi(id, out string? abi));
            Assert.Equal("[]", abi);
        }

        await CommitAsync(store, registry =>
        {
            Assert.Throws<ArgumentException>(() => registry.Deploy(registry.GetActive(id) with { Id = ContractId.FromText("copy") }));
            registry.Update(registry.GetActive(id) with { Type = new ContractType.Wasm(new byte[] { 9 }) });
        });
        using (StateView view = store.OpenView())
        {
            Assert.False(new ContractRegistry(view).TryGetAbi(id, out _));
            Assert.True(new ContractRegistry(view).TryGetCode(id, out byte[]? code));
            Assert.Equal([9], code);
            Assert.Equal(2UL, view.State.Totals.Entries);
        }

        await CommitAsync(store, registry => registry.Update(registry.GetActive(id) with { Type = new ContractType.BuiltIn("bank") }));
        using StateView last = store.OpenView();
        Assert.Equal(1UL, last.State.Totals.Entries);
    }

    [Fact]
    public async Task Code_OfSixteenMebibytes_IsABlobThatMetadataDoesNotRead()
    {
        using TemporaryDirectory directory = new();
        byte[] code = new byte[ContractMetadata.MaxCodeBytes];
        new Random(1).NextBytes(code);
        ContractMetadata metadata = SampleContracts.Wasm with { Type = new ContractType.Wasm(code) };
        await using StateStore store = await StateStore.OpenAsync(directory.Path);
        await CommitAsync(store, registry => registry.Deploy(metadata));
        await store.CheckpointAsync();
        using StateView view = store.OpenView();
        ContractRegistry registry = new(view);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.True(registry.TryGet(metadata.Id, out ContractMetadata? found));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
        Assert.Equal(metadata, found);
        Assert.True(registry.TryGetCode(metadata.Id, out byte[]? read));
        Assert.True(code.AsSpan().SequenceEqual(read));
    }

    [Fact]
    public async Task List_ByPrefix_IsPagedInOrder()
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        ContractId[] ids = [.. "a aa ab abc b".Split(' ').Select(ContractId.FromText), new ContractId([0xff, 0xff]), new ContractId([0xff, 0xff, 1]), new ContractId([0])];
        await CommitAsync(store, registry =>
        {
            foreach (ContractId id in ids)
            {
                registry.Deploy(SampleContracts.Wasm with { Id = id });
            }
        });
        using StateView view = store.OpenView();
        ContractRegistry registry = new(view);
        foreach (byte[] prefix in (byte[][])[[], [.. "a"u8], [.. "ab"u8], [.. "b"u8], [.. "c"u8], [0xff], [0xff, 0xff], [0]])
        {
            List<ContractId> listed = [];
            RegistryPage page = registry.List(prefix, limit: 2);
            for (; page.Next is { } next; page = registry.List(prefix, next, limit: 2))
            {
                Assert.Equal(2, page.Contracts.Count);
                listed.AddRange(page.Contracts.Select(one => one.Id));
            }

            listed.AddRange(page.Contracts.Select(one => one.Id));
            Assert.Equal(ids.Where(id => id.Bytes.StartsWith(prefix)).Order(), listed);
        }
    }

    [Fact]
    public void Metadata_OfAnyBytes_GivesMetadataOrATypedError() => SeededRandom.ForEach(400, random =>
    {
        ContractId id = ContractId.FromText("x");
        ContractMetadata metadata = SampleContracts.Next(random, id);
        byte[] bytes = ContractMetadataCodec.Write(metadata);
        Assert.Equal(metadata, ContractMetadataCodec.Read(id, bytes, [1]));
        for (int i = random.Next(4); i >= 0; i--)
        {
            bytes[random.Next(3) == 0 ? random.Next(bytes.Length) : random.Next(ContractMetadataLayout.SizeBytes)] = (byte)random.Next(256);
        }

        bytes = random.Next(3) == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
        try
        {
            ContractMetadata read = ContractMetadataCodec.Read(id, bytes, [1]);
            Assert.Equal(bytes, ContractMetadataCodec.Write(read));
        }
        catch (ContractRecordException refused)
        {
            Assert.NotEmpty(refused.Expected);
        }
    });

    [Fact]
    public async Task Code_ThatIsNotWhatMetadataSays_IsRefused()
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        using BlockDraft draft = store.CreateDraft(new BlockHeight(1));
        ContractRegistry registry = new(draft);
        registry.Deploy(SampleContracts.Wasm);
        byte[] id = SampleContracts.Wasm.Id.ToArray();
        draft.State.Put(RegistryKeys.Of(RegistryKeys.Code, id), [1, 2, 3, 4, 5]);
        draft.State.Delete(RegistryKeys.Of(RegistryKeys.Abi, id));
        Assert.Throws<ContractRecordException>(() => registry.TryGetCode(SampleContracts.Wasm.Id, out _));
        Assert.Throws<ContractRecordException>(() => registry.TryGetAbi(SampleContracts.Wasm.Id, out _));
        draft.State.Put([RegistryKeys.First, RegistryKeys.Metadata], [1]);
        Assert.Throws<ContractRecordException>(() => registry.List());
    }

    private static void Refused(RegistryFault fault, Action act) => Assert.Equal(fault, Assert.Throws<ContractRegistryException>(act).Fault);

    private static async Task CommitAsync(StateStore store, Action<ContractRegistry> act)
    {
        using BlockDraft draft = store.CreateDraft(new BlockHeight((store.Height?.Value ?? 0) + 1));
        act(new ContractRegistry(draft));
        await store.CommitAsync(draft);
    }
}
