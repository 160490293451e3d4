using Cairn.Contracts;
using Cairn.Contracts.Machines;
using Xunit;

namespace Cairn.Tests.Contracts.Machines;

/// <summary>Headers of blocks by hash and height, and the chain they make.</summary>
public sealed class HeaderChainTests
{
    public static BlockHeader Genesis { get; } = new()
    {
        Height = new BlockHeight(5),
        StateRoot = Hash256.EmptyRoot,
        ContentHash = MachineStoreTests.RootOf(7),
        TimeTicks = 17_000_000_000_000_001,
        Proposer = Address.Parse("0x0102030405060708090a0b0c0d0e0f1011121314"),
        Extra = new byte[] { 0xca, 0xfe },
    };

    [Fact]
    public async Task Blocks_WithEqualStates_AreTwoBlocks_ByHashAndHeight()
    {
        using TemporaryDirectory directory = new();
        Hash256 first = default;
        Hash256 second = default;
        await using (StateStore store = await StateStore.OpenAsync(directory.Path))
        {
            using (BlockDraft draft = store.CreateDraft(new BlockHeight(5)))
            {
                first = HeaderChain.Save(draft, Genesis with { StateRoot = draft.ComputeRoot() });
                await store.CommitAsync(draft);
            }

            using (BlockDraft draft = store.CreateDraft(new BlockHeight(9)))
            {
                second = HeaderChain.Save(draft, new BlockHeader { Height = draft.Height, PreviousHash = first, StateRoot = draft.ComputeRoot() });
                Hash256 again = HeaderChain.Save(draft, new BlockHeader { Height = draft.Height, PreviousHash = first, StateRoot = draft.ComputeRoot() });
                Assert.Equal(second, again);
                await store.CommitAsync(draft);
            }
        }

        await using StateStore reopened = await StateStore.OpenAsync(directory.Path);
        using StateView view = reopened.OpenView();
        HeaderChain chain = new(view);
        Assert.NotEqual(first, second);
        Assert.Equal(2UL, chain.Count);
        Assert.True(chain.TryGet(first, out BlockHeader? header));
        Assert.Equal(Genesis, header);
        Assert.Equal(first, header.ComputeHash());
        Assert.True(chain.TryGet(new BlockHeight(9), out header));
        Assert.Equal((first, header.StateRoot), (header.PreviousHash, Genesis.StateRoot));
        Assert.True(chain.TryGetLatest(out BlockHeader? latest));
        Assert.Equal(header, latest);
        Assert.False(chain.TryGet(new BlockHeight(6), out _));
        Assert.False(chain.TryGet(MachineStoreTests.RootOf(1), out _));
        Assert.Equal(new ChainReport(2, Fault: null), chain.Verify());
        using StateView old = reopened.ViewAt(new BlockHeight(5));
        Assert.Equal(1UL, new HeaderChain(old).Count);
    }

    [Fact]
    public async Task Verify_NamesTheFirstBadLinkWithBothValues()
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        using BlockDraft draft = store.CreateDraft(new BlockHeight(100));
        Hash256[] hashes = Build(draft, 20);
        HeaderChain chain = new(draft);
        Assert.Equal(new ChainReport(20, Fault: null), chain.Verify());
        Assert.Equal(3, chain.Verify(new BlockHeight(30), new BlockHeight(50)).Blocks);

        Damaged(() => HeaderChain.Save(draft, new BlockHeader { Height = new BlockHeight(105), PreviousHash = hashes[3], StateRoot = default }), new ChainReport(10, new ChainFault(new BlockHeight(105), "hash of the block before", $"{hashes[9]}", $"{hashes[3]}")));
        Damaged(() => draft.Local.Put(MachineKeys.Height(new BlockHeight(55)), hashes[5].ToArray()), new ChainReport(5, new ChainFault(new BlockHeight(55), "height in the header", "55", "60")));
        Damaged(() => draft.Local.Put(MachineKeys.Header(hashes[7]), draft.Local.Get(MachineKeys.Header(hashes[8]))), new ChainReport(7, new ChainFault(new BlockHeight(80), "hash of the block", $"{hashes[7]}", $"{hashes[8]}")));
        Damaged(() => draft.Local.Delete(MachineKeys.Header(hashes[2])), new ChainReport(2, new ChainFault(new BlockHeight(30), "header", $"a header with hash {hashes[2]}", "none")));
        Damaged(() => draft.Local.Put(MachineKeys.Height(new BlockHeight(40)), [1]), new ChainReport(3, new ChainFault(new BlockHeight(40), "hash of the block", "32 bytes", "1 bytes")));
        Assert.Throws<InvalidOperationException>(() => HeaderChain.Save(draft, new BlockHeader { Height = new BlockHeight(40), StateRoot = default }));

        void Damaged(Action damage, ChainReport expected)
        {
            draft.Begin();
            damage();
            Assert.Equal(expected, chain.Verify());
            Assert.False(expected.IsSound);
            draft.Rollback();
        }
    }

    [Fact]
    public void Header_OfAnyBytes_IsReadAsItWasWrittenOrNotAtAll() => SeededRandom.ForEach(300, random =>
    {
        byte[] extra = new byte[random.Next(BlockHeader.MaxExtraBytes + 1)];
        random.NextBytes(extra);
        byte[] bytes = (Genesis with { TimeTicks = random.NextInt64(), Extra = extra }).Encode();
        Assert.True(BlockHeader.TryDecode(bytes, out BlockHeader? header));
        Assert.Equal(extra, header.Extra.ToArray());
        bytes[random.Next(3) == 0 ? random.Next(bytes.Length) : BlockHeaderLayout.ExtraLengthOffset + random.Next(2)] = (byte)random.Next(256);
        bytes = random.Next(3) == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
        Assert.True(!BlockHeader.TryDecode(bytes, out header) || header.Encode().AsSpan().SequenceEqual(bytes));
    });

    [Fact]
    public void Header_WithTooManyExtraBytes_IsRefused() => Assert.Throws<InvalidOperationException>(() => (Genesis with { Extra = new byte[BlockHeader.MaxExtraBytes + 1] }).ComputeHash());

    [Fact]
    public async Task Headers_ThatAreNone_AreTypedErrors()
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        using BlockDraft draft = store.CreateDraft(new BlockHeight(1));
        Hash256 hash = HeaderChain.Save(draft, Genesis);
        HeaderChain chain = new(draft);
        draft.Local.Put(MachineKeys.Header(hash), [1, 2, 3]);
        Assert.Throws<ContractRecordException>(() => chain.TryGet(hash, out _));
        Assert.Throws<ContractRecordException>(() => chain.TryGetLatest(out _));
        draft.Local.Put(MachineKeys.Header(hash), Genesis.Encode());
        draft.Local.Put([.. MachineKeys.Heights, 0xff], hash.ToArray());
        Assert.Throws<ContractRecordException>(() => chain.Verify());
    }

    /// <summary>Blocks at heights 10, 20, ….</summary>
    private static Hash256[] Build(BlockDraft draft, int blocks)
    {
        Hash256[] hashes = new Hash256[blocks];
        for (int i = 0; i < blocks; i++)
        {
            hashes[i] = HeaderChain.Save(draft, new BlockHeader { Height = new BlockHeight((ulong)(i + 1) * 10), PreviousHash = i == 0 ? default : hashes[i - 1], StateRoot = Hash256.EmptyRoot });
        }

        return hashes;
    }
}
