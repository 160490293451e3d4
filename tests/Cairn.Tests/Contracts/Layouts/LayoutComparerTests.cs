using Cairn.Contracts.Generator.Layouts;
using Xunit;

namespace Cairn.Tests.Contracts.Layouts;

/// <summary>Which changes of a layout leave the meaning of stored bytes as it is.</summary>
public sealed class LayoutComparerTests
{
    private const string Record = "record{X:u8,Y:str}";

    [Theory]
    [InlineData("contract{A:u8,B:N.R}", Record)] // nothing
    [InlineData("contract{A:u8,B:N.R,C:u256}", Record, "Extended 'C' (u256 at 6) is new")]
    [InlineData("contract{A:u8,B:N.R}", "record{X:u8,Y:str,Z:bool}", "Extended 'B.Z' (bool at 5) is new")]
    [InlineData("contract{A:u8,Beta:N.R}", Record, "Renamed 'B' (N.R at 1) is deployed, 'Beta' is declared")]
    [InlineData("contract{A:u8,B:N.R}", "record{X:u8,Why:str}", "Renamed 'B.Y' (str at 1) is deployed, 'B.Why' is declared")]
    [InlineData("contract{A:u8}", Record, "Incompatible 'B' (N.R at 1) is deployed, and no longer declared")]
    [InlineData("contract{A:u8,B:u16}", Record, "Incompatible 'B' is deployed as N.R, declared as u16")]
    [InlineData("contract{A:i8,B:N.R}", Record, "Incompatible 'A' is deployed as u8, declared as i8")]
    [InlineData("contract{B:N.R,A:u8}", Record, "Incompatible 'A' is deployed at offset 0, declared at 5", "Incompatible 'B' is deployed at offset 1, declared at 0")]
    [InlineData("contract{A:u8,C:u8,B:N.R}", Record, "Incompatible 'B' is deployed at offset 1, declared at 2")]
    [InlineData("contract{A:u8,Other:hash256}", Record, "Incompatible 'B' (N.R at 1) is deployed, and no longer declared; 'Other' (hash256) is at its place")]
    [InlineData("contract{A:u8,B:N.R}", "record{X:u8,Y:bytes}", "Incompatible 'B.Y' is deployed as str, declared as bytes")]
    [InlineData("contract{A:u8,N:none,B:N.R}", Record)] // no bytes
    [InlineData("record{A:u8,B:N.R}", Record, "Incompatible it is deployed, and no contract any more")]
    public void Contracts_AreComparedField_ByField(string contract, string record, params string[] expected) =>
        Check(["N.C", "contract{A:u8,B:N.R}", "N.R", Record], ["N.C", contract, "N.R", record], expected);

    [Theory]
    [InlineData("list<N.R>", "Incompatible 'A[].Z' is new, so that 'N.R' grows from 5 bytes to 6")]
    [InlineData("map<u8,N.R>", "Incompatible 'A[].Z' is new, so that 'N.R' grows from 5 bytes to 6")]
    [InlineData("array<N.R,2>", "Incompatible 'A[].Z' is new, so that 'N.R' grows from 5 bytes to 6")]
    [InlineData("vector<N.R>", "Incompatible 'A[].Z' is new, so that 'N.R' grows from 5 bytes to 6")]
    [InlineData("list<indirect<N.R>>", "Extended 'A[].Value.Z' (bool at 5) is new")]
    [InlineData("indirect<N.R>", "Extended 'A.Value.Z' (bool at 5) is new")]
    public void Records_MayGrow_WhereNothingIsStoredBehindThem(string type, string expected) =>
        Check(["N.C", $"contract{{A:{type}}}", "N.R", Record], ["N.C", $"contract{{A:{type}}}", "N.R", "record{X:u8,Y:str,Z:bool}"], expected);

    [Theory]
    [InlineData("map<u16,u8>", "map<u8,u8>", "Incompatible 'A[key]' is deployed as u16, declared as u8")]
    [InlineData("map<u16,u8>", "map<u16,bool>", "Incompatible 'A[]' is deployed as u8, declared as bool")]
    [InlineData("list<u8>", "vector<u8>", "Incompatible 'A' is deployed as list<u8>, declared as vector<u8>")]
    [InlineData("array<u8,2>", "array<u8,3>", "Extended 'A' is deployed with 2 items, declared with 3")]
    [InlineData("array<u8,3>", "array<u8,2>", "Incompatible 'A' is deployed with 3 items, declared with 2")]
    [InlineData("list<array<u8,2>>", "list<array<u8,3>>", "Incompatible 'A[]' is deployed with 2 items, declared with 3")]
    public void Types_AreComparedDownToTheirParts(string deployed, string declared, string expected) =>
        Check(["N.C", $"contract{{A:{deployed}}}"], ["N.C", $"contract{{A:{declared}}}"], expected);

    [Fact]
    public void NamesOfRecords_AreNotStored() =>
        Check(["N.C", "contract{A:list<N.R>}", "N.R", Record], ["N.C", "contract{A:list<N.Other<u8>>}", "N.Other<u8>", Record]);

    [Fact]
    public void ContractsThatAreGone_AreNamed() =>
        Check(["N.C", "contract{}"], ["N.D", "contract{}"], "Incompatible it is deployed, and no longer declared");

    private static void Check(string[] deployed, string[] declared, params string[] expected)
    {
        IReadOnlyList<LayoutChange> changes = LayoutComparer.Compare(LayoutText.Set(deployed), LayoutText.Set(declared));
        Assert.All(changes, change => Assert.Equal("N.C", change.Contract));
        Assert.Equal(expected.Length, changes.Count);
        Assert.All(expected.Zip(changes), pair => Assert.StartsWith(pair.First, $"{pair.Second.Kind} {pair.Second.Message}", StringComparison.Ordinal));
    }
}
