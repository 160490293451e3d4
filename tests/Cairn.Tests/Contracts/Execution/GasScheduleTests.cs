using System.Text;
using Cairn.Contracts.Execution;
using Xunit;

namespace Cairn.Tests.Contracts.Execution;

/// <summary>Prices as data: costs, identity, JSON that is read strictly.</summary>
public sealed class GasScheduleTests
{
    private const string Json = """
        {
          "callGas": 21000,
          "inputByteGas": 4,
          "writeGas": 20000,
          "writeByteGas": 4,
          "memoryKilobyteGas": 3
        }
        """;

    [Fact]
    public void Costs_OfTheDefault_AreThoseOfItsPrices()
    {
        GasSchedule schedule = GasSchedule.Default;
        Assert.Equal(21_000u, schedule.CallCost(0));
        Assert.Equal(21_040u, schedule.CallCost(10));
        Assert.Equal(0u, schedule.WriteCost(0, 0));
        Assert.Equal(40_400u, schedule.WriteCost(2, 100));
        Assert.Equal([0u, 3u, 3u, 6u], new long[] { 0, 1, 1024, 1025 }.Select(schedule.MemoryCost));
        Assert.Throws<ArgumentOutOfRangeException>(() => schedule.CallCost(-1));
    }

    [Fact]
    public void Costs_BeyondAllNumbers_StayAtTheHighest()
    {
        GasSchedule schedule = new() { WriteGas = GasSchedule.MaxPrice, WriteByteGas = GasSchedule.MaxPrice, MemoryKilobyteGas = GasSchedule.MaxPrice };
        Assert.Equal(ulong.MaxValue, schedule.WriteCost(long.MaxValue, 0));
        Assert.Equal(ulong.MaxValue, schedule.WriteCost(long.MaxValue, long.MaxValue));
        Assert.Equal(ulong.MaxValue, schedule.MemoryCost(long.MaxValue));
    }

    [Fact]
    public void Price_AboveTheHighest_IsRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new GasSchedule { CallGas = GasSchedule.MaxPrice + 1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new GasSchedule { MemoryKilobyteGas = ulong.MaxValue });
        Assert.Equal(GasSchedule.MaxPrice, new GasSchedule { WriteGas = GasSchedule.MaxPrice }.WriteGas);
    }

    [Fact]
    public void Id_TellsEveryPriceApart()
    {
        GasSchedule schedule = GasSchedule.Default;
        Assert.Equal("925093c13034d395d34cd0a4888d1d039aa4ace64ebec12f9771e08120f1af06", schedule.Id.ToString());
        GasSchedule[] others = [schedule with { CallGas = 1 }, schedule with { InputByteGas = 1 }, schedule with { WriteGas = 1 }, schedule with { WriteByteGas = 1 }, schedule with { MemoryKilobyteGas = 1 }];
        Assert.Equal(6, others.Append(schedule).Select(one => one.Id).Distinct().Count());
        Assert.Equal(schedule.Id, (others[0] with { CallGas = 21_000 }).Id);
        Assert.Equal(schedule, others[0] with { CallGas = 21_000 });
    }

    [Fact]
    public void Json_IsReadAsItIsWritten()
    {
        Assert.Equal(Json, GasSchedule.Default.ToJson());
        Assert.Equal(GasSchedule.Default, GasSchedule.Parse(Encoding.UTF8.GetBytes(Json)));
        GasSchedule other = new() { CallGas = 0, InputByteGas = 1, WriteGas = 2, WriteByteGas = 3, MemoryKilobyteGas = GasSchedule.MaxPrice };
        Assert.Equal(other, GasSchedule.Parse(Encoding.UTF8.GetBytes(other.ToJson())));
    }

    [Theory]
    [InlineData("", "is no JSON")]
    [InlineData("null", "is a JSON object")]
    [InlineData("[]", "is a JSON object")]
    [InlineData("{}", "has no 'callGas'")]
    [InlineData("{\"callGas\": 1}", "has no 'inputByteGas'")]
    [InlineData("{\"callgas\": 1}", "has no 'callgas'")]
    [InlineData("{\"callGas\": 1, \"callGas\": 1}", "twice")]
    [InlineData("{\"callGas\": -1}", "is no price")]
    [InlineData("{\"callGas\": 1.5}", "is no price")]
    [InlineData("{\"callGas\": 1000000001}", "is no price")]
    [InlineData("{\"callGas\": 99999999999999999999}", "is no price")]
    [InlineData("{\"callGas\": \"1\"}", "is no price")]
    [InlineData("{\"callGas\": null}", "is no price")]
    [InlineData("{\"callGas\": {}}", "is no price")]
    [InlineData("{\"callGas\": 1,}", "is no JSON")]
    [InlineData("{\"callGas\": 1", "is no JSON")]
    [InlineData("{\"\\ud800\": 1}", "is no text")]
    [InlineData("/**/{}", "is no JSON")]
    public void Json_ThatIsNoSchedule_IsRefused(string json, string message)
    {
        GasScheduleException fault = Assert.Throws<GasScheduleException>(() => GasSchedule.Parse(Encoding.UTF8.GetBytes(json)));
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_FollowedByMore_IsRefused()
    {
        Assert.Throws<GasScheduleException>(() => GasSchedule.Parse(Encoding.UTF8.GetBytes(Json + "{}")));
        Assert.Throws<GasScheduleException>(() => GasSchedule.Parse([.. Encoding.UTF8.GetBytes(Json), 0xff]));
        Assert.Equal(GasSchedule.Default, GasSchedule.Parse(Encoding.UTF8.GetBytes(Json + "\n ")));
    }

    [Fact]
    public void RandomBytes_AreSchedulesOrRefused() => SeededRandom.ForEach(300, random =>
    {
        byte[] json = Encoding.UTF8.GetBytes(Json);
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            json[random.Next(json.Length)] = (byte)random.Next(256);
        }

        try
        {
            GasSchedule schedule = GasSchedule.Parse(json);
            Assert.Equal(schedule, GasSchedule.Parse(Encoding.UTF8.GetBytes(schedule.ToJson())));
        }
        catch (GasScheduleException)
        {
            // Refused by name.
        }
    });
}
