using Cairn.Benchmarks.Micro;
using Cairn.Homes;
using Xunit;

namespace Cairn.Tests.Benchmarks;

/// <summary>The smallest benchmarks do what they say they measure.</summary>
public sealed class MicroTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Page_Searches_FindWhatIsThereAndNothingElse(bool isHashed)
    {
        PageBenchmarks benchmarks = new() { IsHashed = isHashed };
        benchmarks.SetUp();
        Assert.Equal((40 * 32) + (8 * 68), benchmarks.Search()); // every fifth value has 100 bytes
        Assert.Equal(0, benchmarks.SearchAbsent());
        benchmarks.Build();
        benchmarks.Change();
        Assert.Equal((40 * 32) + (8 * 68), benchmarks.Search()); // the page that was changed was a copy
    }

    [Fact]
    public async Task Log_Appends_AreAccepted()
    {
        LogBenchmarks benchmarks = new() { Changes = 10 };
        benchmarks.SetUp();
        try
        {
            await benchmarks.Append();
            await benchmarks.AppendAndSync();
            List<LogRecord> records = [];
            await foreach (LogRecord record in benchmarks.Log.Read(LogPosition.Start, CancellationToken.None))
            {
                records.Add(record);
            }

            Assert.Equal([1UL, 2UL], records.Select(record => record.Sequence));
            Assert.All(records, record => Assert.Equal(10, record.StateChanges.Count));
        }
        finally
        {
            benchmarks.CleanUp();
        }
    }

    [Fact]
    public async Task Commit_OfABlock_MakesAHeight()
    {
        CommitBenchmarks benchmarks = new() { Durability = Durability.DangerNoSync };
        benchmarks.SetUp();
        try
        {
            ulong before = benchmarks.Height;
            await benchmarks.Commit();
            Assert.Equal(before + 1, benchmarks.Height);
        }
        finally
        {
            benchmarks.CleanUp();
        }
    }
}
