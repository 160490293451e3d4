using Cairn.Benchmarks.Results;
using Cairn.Contracts;

namespace Cairn.Benchmarks.Parts;

/// <summary>What generated accessors cost: reading and writing properties of a contract that an execution has touched. What is to hold: 50 ns for reading, 100 ns for writing, and no allocation.</summary>
internal static class AccessorParts
{
    private const int Operations = 2_000_000;

    /// <summary>Measures.</summary>
    public static void Measure(HotContract hot, Figures.Column? time, Figures.Column allocated)
    {
        UInt256 sum = default;
        ulong count = 0;
        Address owner = Address.Parse("0x00000000000000000000000000000000000000bb");
        SlotParts.Measure("get a property UInt256", Operations, time, allocated, _ => sum += hot.Supply);
        SlotParts.Measure("set a property UInt256", Operations, time, allocated, i => hot.Supply = (uint)i);
        SlotParts.Measure("get a property ulong", Operations, time, allocated, _ => count += hot.Nonce);
        SlotParts.Measure("set a property ulong", Operations, time, allocated, i => hot.Nonce = (uint)i);
        SlotParts.Measure("get a property of 24 bits", Operations, time, allocated, _ => count += hot.Fee);
        SlotParts.Measure("set a property of 24 bits", Operations, time, allocated, i => hot.Fee = (uint)i & 0xFFFF);
        SlotParts.Measure("get a property bool", Operations, time, allocated, _ => count += hot.IsOpen ? 1UL : 0);
        SlotParts.Measure("set a property bool", Operations, time, allocated, i => hot.IsOpen = (i & 1) == 0);
        SlotParts.Measure("get a property of an enum", Operations, time, allocated, _ => count += (ulong)hot.Day);
        SlotParts.Measure("set a property of an enum", Operations, time, allocated, i => hot.Day = (DayOfWeek)(i % 7));
        SlotParts.Measure("get a property Address", Operations, time, allocated, _ => count += hot.Owner == owner ? 1UL : 0);
        SlotParts.Measure("set a property Address", Operations, time, allocated, _ => hot.Owner = owner);
        SlotParts.Measure("get a property of a record in it", Operations, time, allocated, _ => sum += hot.Best.Price);
        SlotParts.Measure("set a property of a record in it", Operations, time, allocated, i => hot.Best.Price = (uint)i);
        SlotParts.Measure("get a property of a record with type parameters", Operations, time, allocated, _ => count += hot.Pair.Second);
        SlotParts.Measure("set a property of a record with type parameters", Operations, time, allocated, i => hot.Pair.Second = (uint)i);
        GC.KeepAlive((sum, count));
    }
}
