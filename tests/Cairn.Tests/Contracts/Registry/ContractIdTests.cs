using Cairn.Contracts;
using Cairn.Contracts.Execution;
using Cairn.Contracts.Registry;
using Xunit;

namespace Cairn.Tests.Contracts.Registry;

/// <summary>The ids of contracts and executions.</summary>
public sealed class ContractIdTests
{
    [Fact]
    public void Ids_CompareByContent()
    {
        ContractId id = new([1, 2, 3]);
        Assert.Equal(id, new ContractId([1, 2, 3]));
        Assert.Equal(id.GetHashCode(), new ContractId([1, 2, 3]).GetHashCode());
        Assert.True(id < new ContractId([1, 2, 3, 0]) && id > new ContractId([1, 2]) && new ContractId([0x7f]) < new ContractId([0x80]));
        Assert.True(id <= new ContractId([1, 2, 3]) && id >= new ContractId([1, 2, 3]) && id != new ContractId([1, 2, 4]));
        Assert.NotEqual(new ExecutionId([1]), new ExecutionId([1, 0]));
        Assert.Equal(new ExecutionId(Hash256.EmptyRoot), new ExecutionId(Hash256.EmptyRoot.ToArray()));
    }

    [Fact]
    public void Ids_TooShortOrTooLong_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => new ContractId([]));
        Assert.Throws<ArgumentException>(() => new ContractId(new byte[ContractId.MaxBytes + 1]));
        Assert.Equal(ContractId.MaxBytes, new ContractId(new byte[ContractId.MaxBytes]).Length);
        Assert.Throws<ArgumentException>(() => ContractId.FromText(""));
        Assert.Throws<ArgumentException>(() => ContractId.FromText("\ud800"));
        Assert.Throws<ArgumentException>(() => new ExecutionId([]));
        Assert.Throws<ArgumentException>(() => new ExecutionId(new byte[ExecutionId.MaxBytes + 1]));
        Assert.True(default(ContractId).IsDefault && default(ExecutionId).IsDefault);
    }

    [Fact]
    public void Addresses_AreIdsOfTheirBytes()
    {
        Address address = Address.Parse("0x0102030405060708090a0b0c0d0e0f1011121314");
        ContractId id = address;
        Assert.Equal(address.ToArray(), id.ToArray());
        Assert.True(id.TryGetAddress(out Address back));
        Assert.Equal(address, back);
        Assert.False(ContractId.FromText("short").TryGetAddress(out _));
    }

    [Theory]
    [InlineData("token", "token")]
    [InlineData("Größe", "Größe")]
    [InlineData("0x00ff", "0x00ff")]
    [InlineData("0xABCD", "0xabcd")]
    [InlineData("twenty bytes of text", "0x7477656e7479206279746573206f662074657874")]
    public void Text_OfAnId_IsReadBack(string text, string shown)
    {
        ContractId id = ContractId.Parse(text);
        Assert.Equal(shown, id.ToString());
        Assert.Equal(id, ContractId.Parse(id.ToString()));
    }

    [Theory]
    [InlineData("0x")]
    [InlineData("0x0")]
    [InlineData("0xzz")]
    [InlineData("")]
    public void Parse_WhatIsNoId_Throws(string text) => Assert.Throws<FormatException>(() => ContractId.Parse(text));

    [Fact]
    public void Text_OfAnyBytes_IsReadBack() => SeededRandom.ForEach(100, random =>
    {
        byte[] bytes = new byte[1 + random.Next(30)];
        random.NextBytes(bytes);
        bytes = random.Next(2) == 0 ? [.. bytes.Select(one => (byte)(one % 96 + 32))] : bytes;
        ContractId id = new(bytes);
        Assert.Equal(id, ContractId.Parse(id.ToString()));
    });
}
