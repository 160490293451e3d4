using Cairn.Benchmarks.Cases;
using Cairn.Benchmarks.Results;
using Xunit;

namespace Cairn.Tests.Benchmarks;

/// <summary>What is made of measured values: medians, ratios, tables, files.</summary>
public sealed class ResultTests
{
    [Fact]
    public void Ratio_OfRates_IsCairnsByThePeers()
    {
        Figures figures = new();
        Add(figures, "reads", "1/s", cairn: [200, 900, 400], peer: [100, 300, 400]);
        Ratio ratio = Assert.Single(Ratio.Of(figures.All, "Cairn"));
        Assert.Equal([2, 3, 1], ratio.Values);
        Assert.Equal(2, ratio.Median);
        Assert.Equal("Peer", ratio.Peer);
    }

    [Theory]
    [InlineData("ms")]
    [InlineData("µs")]
    [InlineData("B")]
    [InlineData("MB")]
    public void Ratio_OfWhatIsToBeLow_IsThePeersByCairns(string unit)
    {
        Figures figures = new();
        Add(figures, "block", unit, cairn: [2, 4], peer: [1, 12]);
        Ratio ratio = Assert.Single(Ratio.Of(figures.All, "Cairn"));
        Assert.Equal([0.5, 3], ratio.Values);
        Assert.Equal(1.75, ratio.Median);
    }

    [Fact]
    public void Ratio_OfWhatIsNeitherBetterNorThere_IsNone()
    {
        Figures figures = new();
        Add(figures, "checkpoints", "1", cairn: [2], peer: [1]);
        Add(figures, "nothing", "ms", cairn: [0], peer: [1]);
        figures.In("compare", "Peer").Add("alone", "ms", 1);
        Assert.Empty(Ratio.Of(figures.All, "Cairn"));
    }

    [Theory]
    [InlineData(100, 50, 50)]
    [InlineData(100, 99, 99)]
    [InlineData(2_000, 99, 1_980)]
    [InlineData(20, 99, 20)]
    [InlineData(1, 50, 1)]
    public void Percentile_IsTheLeastThatSoManyDoNotExceed(int count, int hundredths, int expected)
    {
        TimeSpan[] times = [.. Enumerable.Range(1, count).Select(tick => new TimeSpan(tick))];
        Assert.Equal(expected, BlockTimes.Percentile(times, hundredths).Ticks);
    }

    [Fact]
    public void Table_OfAComparison_HasAColumnAnEngineAndRatiosBehindThem()
    {
        Figures figures = new();
        Add(figures, "reads", "1/s", cairn: [1_500], peer: [1_000]);
        Add(figures, "block", "ms", cairn: [4], peer: [50.5]);
        figures.In("compare", "Cairn").Add("wait", "ms", 0.5);
        figures.In("compare", "Cairn").AddDetail("heap", "MB", 5);
        (string[] columns, string[][] rows) = TableReport.Compared([.. figures.All], Ratio.Of(figures.All, "Cairn"));
        Assert.Equal(["Cairn", "Peer", "to Peer"], columns);
        Assert.Equal(
            [
                ["reads, 1/s", "1,500", "1,000", "1.50"],
                ["block, ms", "4.0", "50.5", "13"],
                ["wait, ms", "0.5", "", ""],
            ],
            rows);
    }

    [Fact]
    public void Json_OfFigures_ComesBackAsItWas()
    {
        using TemporaryDirectory directory = new();
        string file = Path.Combine(directory.Path, "figures.json");
        Figures figures = new();
        Add(figures, "reads", "1/s", cairn: [1, 2], peer: [3, 4.5]);
        JsonReport.Write(file, figures.All);
        Figures read = new();
        read.Add(JsonReport.Read<Figure[]>(file));
        read.Add(JsonReport.Read<Figure[]>(file)); // a second process
        Assert.Equal([[1, 2, 1, 2], [3, 4.5, 3, 4.5]], read.All.Select(figure => figure.Values));
        Assert.Equal(figures.All.Select(figure => (figure.Case, figure.Name, figure.Unit)), read.All.Select(figure => (figure.Case, figure.Name, figure.Unit)));
    }

    private static void Add(Figures figures, string name, string unit, double[] cairn, double[] peer)
    {
        Array.ForEach(cairn, value => figures.In("compare", "Cairn").Add(name, unit, value));
        Array.ForEach(peer, value => figures.In("compare", "Peer").Add(name, unit, value));
    }
}
