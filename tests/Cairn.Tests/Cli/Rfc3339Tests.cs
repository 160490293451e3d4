using System.Globalization;
using System.Text;
using Cairn.Cli.Input;
using Xunit;

namespace Cairn.Tests.Cli;

public sealed class Rfc3339Tests
{
    [Theory]
    [InlineData("1970-01-01T00:00:00Z", 0)]
    [InlineData("2017-06-23T21:05:06Z", 14982519060000000)]
    [InlineData("2017-06-23t21:05:06z", 14982519060000000)]
    [InlineData("2017-06-23T23:05:06+02:00", 14982519060000000)]
    [InlineData("2017-06-23T15:35:06-05:30", 14982519060000000)]
    [InlineData("2017-06-23T21:05:06-00:00", 14982519060000000)]
    [InlineData("2017-06-23T21:05:06.1Z", 14982519061000000)]
    [InlineData("2017-06-23T21:05:06.1234567Z", 14982519061234567)]
    [InlineData("2017-06-23T21:05:06.0000001+00:00", 14982519060000001)]
    [InlineData("0001-01-01T00:00:00Z", -621355968000000000)]
    [InlineData("0001-01-01T00:00:00+23:59", -621356831400000000)]
    [InlineData("9999-12-31T23:59:59.9999999Z", 2534023007999999999)]
    [InlineData("2020-02-29T12:00:00Z", 15829776000000000)]
    public void Time_OfTheRightForm_IsReadToTheTick(string text, long ticks)
    {
        Assert.True(Rfc3339.TryParse(Encoding.UTF8.GetBytes(text), out long found, out _));
        Assert.Equal(ticks, found);
    }

    [Theory]
    [InlineData("")]
    [InlineData("2017-06-23")]
    [InlineData("2017-06-23T21:05:06")]
    [InlineData("2017-06-23 21:05:06Z")]
    [InlineData("2017-06-23T21:05Z")]
    [InlineData("2017-06-23T21:05:06.Z")]
    [InlineData("2017-06-23T21:05:06,1Z")]
    [InlineData("2017-06-23T21:05:06.12345678Z")]
    [InlineData("2017-06-23T21:05:06.10000000Z")]
    [InlineData("2017-06-23T21:05:06Z ")]
    [InlineData(" 2017-06-23T21:05:06Z")]
    [InlineData("2017-06-23T21:05:06+0200")]
    [InlineData("2017-06-23T21:05:06+24:00")]
    [InlineData("2017-06-23T21:05:06+02:60")]
    [InlineData("2017-06-23T24:00:00Z")]
    [InlineData("2017-06-23T21:60:00Z")]
    [InlineData("2016-12-31T23:59:60Z")]
    [InlineData("2017-02-29T00:00:00Z")]
    [InlineData("2017-13-01T00:00:00Z")]
    [InlineData("2017-00-01T00:00:00Z")]
    [InlineData("2017-01-00T00:00:00Z")]
    [InlineData("0000-01-01T00:00:00Z")]
    [InlineData("+2017-06-23T21:05:06Z")]
    [InlineData("٢٠١٧-06-23T21:05:06Z")]
    public void Time_OfAnotherForm_IsRefused(string text)
    {
        Assert.False(Rfc3339.TryParse(Encoding.UTF8.GetBytes(text), out _, out string reason));
        Assert.NotEmpty(reason);
    }

    [Fact]
    public void Times_OfTheCalendar_AgreeWithTheFramework() => SeededRandom.ForEach(200, random =>
    {
        DateTimeOffset time = new(random.NextInt64(DateTime.MaxValue.Ticks / 100, DateTime.MaxValue.Ticks - TimeSpan.TicksPerDay), TimeSpan.FromMinutes(random.Next(-840, 841)));
        string text = time.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffffzzz", CultureInfo.InvariantCulture);
        Assert.True(Rfc3339.TryParse(Encoding.UTF8.GetBytes(text), out long ticks, out string reason), reason);
        Assert.Equal(time.UtcTicks - DateTime.UnixEpoch.Ticks, ticks);
    });
}
