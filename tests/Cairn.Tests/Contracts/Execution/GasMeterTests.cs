using Cairn.Contracts.Execution;
using Xunit;

namespace Cairn.Tests.Contracts.Execution;

/// <summary>What a meter counts, and how it ends.</summary>
public sealed class GasMeterTests
{
    [Fact]
    public void Charges_AddUp()
    {
        GasMeter meter = new(GasSchedule.Default, 100_000);
        meter.ChargeCall(inputBytes: 10);
        meter.ChargeWrites(entries: 1, bytes: 100);
        meter.ChargeMemory(bytes: 2048);
        meter.Charge(1);
        Assert.Equal(21_040u + 20_400u + 6u + 1u, meter.Used);
        Assert.Equal(100_000u, meter.Used + meter.Left);
        Assert.Null(meter.OutOfGas);
    }

    [Fact]
    public void Charge_OfAllThatIsLeft_IsPaid()
    {
        GasMeter meter = new(GasSchedule.Default, 5);
        meter.Charge(5);
        meter.Charge(0);
        Assert.Equal((5u, 0u), (meter.Used, meter.Left));
        Assert.Throws<OutOfGasException>(() => meter.Charge(1));
    }

    [Fact]
    public void Charge_ThatCannotBePaid_EndsTheMeter()
    {
        GasMeter meter = new(GasSchedule.Default, 10);
        meter.Charge(4);
        OutOfGasException fault = Assert.Throws<OutOfGasException>(() => meter.Charge(7));
        Assert.Equal((10u, 11u), (fault.Limit, fault.Needed));
        Assert.Equal((10u, 0u), (meter.Used, meter.Left));
        Assert.Same(fault, Assert.Throws<OutOfGasException>(() => meter.Charge(0)));
        Assert.Same(fault, meter.OutOfGas);
        GasMeter other = new(GasSchedule.Default, ulong.MaxValue);
        other.Charge(5);
        Assert.Equal(ulong.MaxValue, Assert.Throws<OutOfGasException>(() => other.Charge(ulong.MaxValue)).Needed);
    }
}
