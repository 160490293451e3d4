using Cairn.Contracts.Generator.Layouts;
using Xunit;

namespace Cairn.Tests.Contracts.Layouts;

/// <summary>Descriptions of layouts: what they say, and what is none.</summary>
public sealed class LayoutSetTests
{
    [Fact]
    public void Fields_HaveOffsetsSizesAndSlots()
    {
        LayoutSet set = LayoutText.Set(
            "N.C", "contract{A:u24,B:N.R,C:map<str,N.R>,D:array<N.R,2>,E:indirect<u8>,F:vector<str>}",
            "N.R", "record{X:bool,Y:list<N.Empty>,Z:bigint}",
            "N.Empty", "record{}");
        Layout contract = set.Find("N.C")!;
        Assert.Equal(["A 0 3", "B 3 9", "C 12 12", "D 24 18", "E 42 1", "F 43 4294967295"], set.Place(contract).Select(field => $"{field.Field.Name} {field.Offset} {field.Size}"));
        Assert.Equal(LayoutSet.WholeSlot, set.SizeOf(contract));
        Assert.Equal(["", "1,5", "4,8", "1,5,10,14", "0", "4,8,12,16,20"], contract.Fields.Select(field => string.Join(',', set.SlotsOf(field.Type).Take(5))));
        Assert.Equal(["N.C", "N.Empty", "N.R"], set.ReachableFrom(contract).Select(layout => layout.Name));
    }

    [Fact]
    public void LayoutsOfWhatIsWrittenByHand_AreUnknownFromThereOn()
    {
        LayoutSet set = LayoutText.Set("N.C", "contract{A:u8,B:N.Hand,C:list<N.Hand>}", "N.Hand", "unknown");
        Assert.Equal(["A 0 1", "B 1 ", "C  4"], set.Place(set.Find("N.C")!).Select(field => $"{field.Field.Name} {field.Offset} {field.Size}"));
        Assert.Null(set.SizeOf(set.Find("N.C")!));
        Assert.Throws<LayoutTextException>(() => LayoutFile.Write(set));
    }

    [Theory]
    [InlineData("contract{A:u8", "does not end with '}'")]
    [InlineData("contract{A:u8}x", "does not end with '}'")]
    [InlineData("contract{A:u8,,B:u8}", "has no name")]
    [InlineData("contract{A:u8,A:u8}", "two fields 'A'")]
    [InlineData("contract{A:}", "a type is missing")]
    [InlineData("contract{:u8}", "has no name")]
    [InlineData("contract{A:list<u8}", "'>' is missing")]
    [InlineData("contract", "none of contract, record")]
    [InlineData("thing{}", "none of contract, record")]
    [InlineData("contract{A:u12}", "'u12' is no type")]
    [InlineData("contract{A:u264}", "'u264' is no type")]
    [InlineData("contract{A:u08}", "'u08' is no type")]
    [InlineData("contract{A:map<u8>}", "has 1 arguments, not 2")]
    [InlineData("contract{A:u8<u8>}", "has 1 arguments, not 0")]
    [InlineData("contract{A:array<u8,-1>}", "has no length")]
    [InlineData("contract{A:array<u256,2147483647>}", "does not fit into a slot")]
    [InlineData("contract{A:vector<u8>,B:u8}", "the fields before 'B' fill it")]
    [InlineData("contract{A:list<vector<u8>>}", "takes all of a slot")]
    [InlineData("contract{A:N.Gone}", "there is no layout of 'N.Gone'")]
    [InlineData("contract{A:list<N.C>}", "contains itself")]
    public void Texts_ThatAreNoLayout_AreRefused(string text, string message) =>
        Assert.Contains(message, Assert.Throws<LayoutTextException>(() => LayoutText.Set("N.C", text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Names_ThatAreNone_AreRefused()
    {
        Assert.Throws<LayoutTextException>(() => LayoutText.Set("str", "record{}"));
        Assert.Throws<LayoutTextException>(() => LayoutText.Set("", "record{}"));
        Assert.Contains("two layouts", Assert.Throws<LayoutTextException>(() => LayoutText.Set("N.R", "record{}", "N.R", "record{A:u8}")).Message, StringComparison.Ordinal);
        Assert.Equal(1u, LayoutText.Set("N.R", "record{A:u8}", "N.R", "record{A:u8}").SizeOf(LayoutType.Parse("N.R")));
    }

    /// <summary>Recursion over what a file says is bounded, and what is shared is looked at once: 2^60 ways lead to the last of these records.</summary>
    [Fact]
    public void DeepAndWide_EndSoon()
    {
        Assert.Throws<LayoutTextException>(() => LayoutText.Set("N.C", $"contract{{A:{string.Concat(Enumerable.Repeat("list<", 1000))}u8{new string('>', 1000)}}}"));
        Assert.Contains("records deep", Assert.Throws<LayoutTextException>(() => LayoutText.Set(Chain(200, "u8"))).Message, StringComparison.Ordinal);
        foreach (string last in new[] { "none", "str" })
        {
            LayoutSet set = LayoutText.Set(Chain(60, last == "none" ? "none" : "array<str,0>"));
            Layout first = set.Find("N.R00")!;
            Assert.Equal(0u, set.SizeOf(first));
            Assert.Empty(set.SlotsOf(LayoutType.Parse("N.R00")));
            Assert.Equal(60, set.ReachableFrom(first).Count());
            Assert.Empty(LayoutComparer.Compare(set, set));
        }
    }

    private static string[] Chain(int length, string last) =>
        [.. Enumerable.Range(0, length).SelectMany(i => new[] { $"N.R{i:00}", i == length - 1 ? $"record{{A:{last}}}" : $"record{{A:N.R{i + 1:00},B:N.R{i + 1:00}}}" })];
}
