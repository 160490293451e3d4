using Cairn.Cli.Layouts;
using Cairn.Contracts.Generator;
using Cairn.Contracts.Generator.Layouts;
using Microsoft.CodeAnalysis;
using Xunit;

namespace Cairn.Tests.Contracts.Generated;

/// <summary>The compiler compares contracts with the file of deployed layouts.</summary>
public sealed class LayoutAnalyzerTests
{
    private const string Author = """
        using Cairn.Contracts;
        namespace N;
        [Contract] public partial class Market
        {
            public partial string Name { get; set; }
            public partial StorageList<Offer> Offers { get; }
        }
        [StorageRecord] public partial class Offer
        {
            public partial Address Seller { get; set; }
            public partial UInt256 Price { get; set; }
        }
        """;

    private static readonly string Deployed = LayoutFile.Write(AssemblyLayouts.Read("author", new GeneratorRun(Author).Compile()));

    [Fact]
    public async Task ContractsAsDeployed_AreFine()
    {
        Assert.Empty(await AnalyzeAsync(Author));
        Assert.Empty(await AnalyzeAsync(Author + "// Comments, and methods, are none of it.\npublic class Other { public int A { get; set; } }"));
        Assert.Empty(await new GeneratorRun(Author).AnalyzeAsync());
        Assert.Empty(await new GeneratorRun(Author).AnalyzeAsync(("other.layout", "anything")));
    }

    [Theory]
    [InlineData("public partial string Name { get; set; }", "", "CAIRN030", "'Name' (str at 0) is deployed, and no longer declared", 3)]
    [InlineData("string Name", "StorageBytes Name", "CAIRN030", "'Name' is deployed as str, declared as bytes", 5)]
    [InlineData("UInt256 Price", "System.UInt128 Price", "CAIRN030", "'Offers[].Price' is deployed as u256, declared as u128", 6)]
    [InlineData("public partial Address Seller", "public partial bool IsOpen { get; set; } public partial Address Seller", "CAIRN030", "'Offers[].Seller' is deployed at offset 0, declared at 1", 6)]
    [InlineData("string Name", "string Title", "CAIRN031", "'Name' (str at 0) is deployed, 'Title' is declared at its place", 3)]
    [InlineData("Offers { get; }", "Offers { get; } public partial uint Fee { get; set; }", "CAIRN033", "'Fee' (u32 at 8) is new, behind what is deployed", 6)]
    [InlineData("class Market", "class Bazaar", "CAIRN030", "it is deployed, and no longer declared", 4)]
    public async Task Changes_AreReportedWhereTheyAre(string from, string to, string id, string message, int line)
    {
        Assert.Contains(from, Author, StringComparison.Ordinal);
        Diagnostic[] found = await AnalyzeAsync(Author.Replace(from, to, StringComparison.Ordinal));
        Diagnostic first = found.First(diagnostic => diagnostic.GetMessage().Contains(message, StringComparison.Ordinal));
        Assert.Equal((id, line), (first.Id, first.Location.GetLineSpan().StartLinePosition.Line + 1));
        Assert.Equal("src/Contracts.layout", first.AdditionalLocations[0].GetLineSpan().Path);
        Assert.Equal(id == "CAIRN030" ? DiagnosticSeverity.Error : id == "CAIRN031" ? DiagnosticSeverity.Warning : DiagnosticSeverity.Info, first.Severity);
    }

    [Fact]
    public async Task ChangesInARecord_NameItsLineInTheFile()
    {
        Diagnostic found = (await AnalyzeAsync(Author.Replace("UInt256 Price", "System.UInt128 Price", StringComparison.Ordinal)))[0];
        Assert.Contains("Price", Deployed.Split('\n')[found.AdditionalLocations[0].GetLineSpan().StartLinePosition.Line], StringComparison.Ordinal);
    }

    [Fact]
    public async Task NewContracts_AreNoted()
    {
        Diagnostic found = Assert.Single(await AnalyzeAsync(Author + " [Contract] public partial class Second { public partial byte A { get; set; } }"));
        Assert.Equal(("CAIRN033", DiagnosticSeverity.Info), (found.Id, found.Severity));
        Assert.Contains("'N.Second': it is not in the file", found.GetMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task FileThatIsMalformed_IsAnErrorWithItsLine()
    {
        Diagnostic found = Assert.Single(await new GeneratorRun(Author).AnalyzeAsync(("contracts.LAYOUT", Deployed.Replace("0 4 Name", "1 4 Name", StringComparison.Ordinal))));
        Assert.Equal(("CAIRN032", "contracts.LAYOUT", 4), (found.Id, found.Location.GetLineSpan().Path, found.Location.GetLineSpan().StartLinePosition.Line));
        Assert.StartsWith("line 5: ", found.GetMessage(), StringComparison.Ordinal);
        Assert.Equal("CAIRN032", Assert.Single(await new GeneratorRun(Author).AnalyzeAsync(("Contracts.layout", ""))).Id);
    }

    [Fact]
    public async Task DescriptionsByHand_AreCheckedToo() =>
        Assert.Equal("CAIRN032", Assert.Single(await AnalyzeAsync(Author.Replace("namespace N;", "[assembly: ContractLayout(\"N.Hand\", \"record{A:u7}\")]\nnamespace N;", StringComparison.Ordinal))).Id);

    /// <summary>A contract with a fault is not described; what it is like when the fault is gone is not known.</summary>
    [Fact]
    public async Task ContractsWithFaults_AreNotCompared() =>
        Assert.DoesNotContain(await AnalyzeAsync(Author.Replace("string Name", "string? Name", StringComparison.Ordinal)), diagnostic => diagnostic.Id == "CAIRN030");

    [Fact]
    public void Rules_HaveHelpAndARowInTheDocument()
    {
        string document = File.ReadAllText(Repository.PathOf("docs", "contracts.md"));
        Assert.All(new LayoutAnalyzer().SupportedDiagnostics, rule =>
        {
            Assert.Contains($"| {rule.Id} |", document, StringComparison.Ordinal);
            Assert.NotEmpty(rule.Description.ToString());
            Assert.NotEmpty(rule.HelpLinkUri);
        });
    }

    private static Task<Diagnostic[]> AnalyzeAsync(string source) => new GeneratorRun(source).AnalyzeAsync(("src/Contracts.layout", Deployed));
}
