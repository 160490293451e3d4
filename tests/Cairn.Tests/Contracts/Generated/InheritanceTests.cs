using Cairn.Contracts;
using Xunit;

namespace Cairn.Tests.Contracts.Generated;

/// <summary>Base classes of contracts and records: abstract ones, and ones with type parameters. Their fields come first.</summary>
public sealed class InheritanceTests
{
    private static readonly Address Owner = Address.Parse("0x00000000000000000000000000000000000000aa");

    [Fact]
    public void Fields_OfBaseClasses_ComeFirst()
    {
        Assert.Equal(["Owner 0", "Total 20", "Count 52", "Chests 56"], Vault.Layout.Fields.Select(field => $"{field.Name} {field.Offset}"));
        Assert.Equal(["Owner 0", "Total 20", "Count 52", "Chests 56", "Shelf 68"], LargeVault.Layout.Fields.Select(field => $"{field.Name} {field.Offset}"));
        Assert.Equal("{Entries:map<str,u256>,Last:u256,IsOpen:bool}", Chest.Layout.TypeName);
        Assert.Equal("{Entries:map<str,{First:str,Second:str}>,Last:{First:str,Second:str},Name:str,Row:u8}", NamedShelf<string>.LayoutOf(StorageCodecs.Text).TypeName);
        Assert.Equal("{Entries:map<u16,list<u8>>,Last:list<u8>,Name:u16}", Shelf<StorageList<byte>, ushort>.LayoutOf(StorageCodecs.List(StorageCodecs.UInt8), StorageCodecs.UInt16).TypeName);
    }

    /// <summary>The specification's example of a diamond: 12 bytes, x at 0, y at 4.</summary>
    [Fact]
    public void Diamond_OfAbstractAndGenericClasses_HasTheBytesOfTheReference()
    {
        SlotStorage ours = SlotStorage.InMemory();
        SlotStorage reference = SlotStorage.InMemory();
        DiamondBottom bottom = DiamondBottom.Layout.Read(ours.Root);
        (bottom.X, bottom.Y) = (0x01020304, 0x1112131415161718);
        Contracts.DerivedRecord expected = Contracts.DerivedRecord.Layout.Read(reference.Root);
        (expected.X, expected.Y) = (0x01020304, 0x1112131415161718);
        Assert.Equal((12u, 0u, 4u), (DiamondBottom.Layout.Size, DiamondBottom.Layout.OffsetOf("X"), DiamondBottom.Layout.OffsetOf("Y")));
        Assert.Equal(expected.X, bottom.X);
        Span<byte> bytes = stackalloc byte[64];
        Span<byte> wanted = stackalloc byte[64];
        ours.Read(SlotId.Root, 0, bytes);
        reference.Read(SlotId.Root, 0, wanted);
        Assert.Equal("040302011817161514131211", Convert.ToHexStringLower(bytes[..12]));
        Assert.True(bytes.SequenceEqual(wanted));
    }

    [Fact]
    public void Values_ThroughTheBaseClass_AreThoseOfTheDerivedOne()
    {
        SlotStorage storage = SlotStorage.InMemory();
        LargeVault vault = LargeVault.Open(storage);
        Counted<UInt256> counted = vault;
        Owned owned = vault;
        (owned.Owner, counted.Total, counted.Count) = (Owner, 7, 3);
        Chest chest = vault.Chests.GetOrAdd(Owner);
        chest.Entries["gold"] = 5;
        (chest.Last, chest.IsOpen) = (9, true);
        vault.Shelf.Entries["a"] = MadeList(1, 2);
        vault.Shelf.Name = "shelf";

        LargeVault again = LargeVault.Open(storage);
        Assert.Equal($"{Owner}: 7 in 3", again.Describe());
        Assert.Equal(((UInt256)5, (UInt256)9, true), (again.Chests[Owner].Entries["gold"], again.Chests[Owner].Last, again.Chests[Owner].IsOpen));
        Assert.Equal([1u, 2u], again.Shelf.Entries["a"]);
        Assert.Equal("shelf", again.Shelf.Name);
        Assert.Equal((UInt256)7, StorageCodecs.UInt256.Read(storage.Instance.At(20)));
        Assert.Equal(Owner, Vault.Open(storage).Owner);
        Assert.Same(LargeVault.Layout, ((IStorageValue)again).Codec);
    }

    [Fact]
    public void RecordsInMemory_AreCopiedWithTheFieldsOfTheirBases()
    {
        Vault vault = Vault.Open(SlotStorage.InMemory());
        Chest loose = new() { IsOpen = true, Last = 4 };
        loose.Entries["x"] = 1;
        vault.Chests[Owner] = loose;
        loose.Entries["x"] = 2;
        Assert.Equal(((UInt256)1, (UInt256)4, true), (vault.Chests[Owner].Entries["x"], vault.Chests[Owner].Last, vault.Chests[Owner].IsOpen));
    }

    [Fact]
    public void AbstractClasses_HaveALayout_ButNoValues()
    {
        Assert.Equal(20u, Owned.Layout.Size);
        Assert.Throws<InvalidOperationException>(() => Owned.Layout.Read(SlotStorage.InMemory().Root));
    }

    private static StorageList<uint> MadeList(params uint[] items)
    {
        StorageList<uint> list = StorageCodecs.List(StorageCodecs.UInt32).Read(StoragePlace.InMemory());
        list.AddRange(items);
        return list;
    }
}
