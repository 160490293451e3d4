using Cairn.Contracts;
using Xunit;

namespace Cairn.Tests.Contracts.Generated;

/// <summary>Reading and writing what an execution has touched allocates nothing.</summary>
public sealed class AccessorAllocationTests
{
    [Fact]
    public void HotFields_AreReadAndWrittenWithoutAllocation()
    {
        Everything all = Everything.Open(SlotStorage.InMemory());
        Vault vault = Vault.Open(SlotStorage.InMemory());
        Touch(all, vault);
        Allocations.AssertNone(() => Touch(all, vault));
        Assert.Equal((201u, (UInt256)2), (all.U32, vault.Total));
    }

    private static void Touch(Everything all, Vault vault)
    {
        for (uint i = 0; i <= 200; i++)
        {
            (all.U8, all.U32, all.U64, all.U128, all.U256, all.I256, all.U24) = ((byte)i, i + 1, i, i, i, (int)i, i);
            (all.Flag, all.Number, all.Wide, all.Owner, all.Hash) = (i % 2 == 0, i, (Wide)i, Address.Zero, default);
            all.Derived.X = all.U32;
            all.Numbers.Second = i;
            all.Three[1] = (ushort)i;
            vault.Total = all.U256 % 3;
            vault.Count += (uint)all.Derived.Y + all.U24 + all.Numbers.Second + all.Three[1];
        }
    }
}
