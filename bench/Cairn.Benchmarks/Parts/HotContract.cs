using Cairn.Contracts;

namespace Cairn.Benchmarks.Parts;

/// <summary>A contract with generated accessors, to measure them.</summary>
[Contract]
internal sealed partial class HotContract
{
    public partial string Name { get; set; }

    public partial UInt256 Supply { get; set; }

    public partial ulong Nonce { get; set; }

    [StorageBits(24)]
    public partial uint Fee { get; set; }

    public partial bool IsOpen { get; set; }

    public partial DayOfWeek Day { get; set; }

    public partial Address Owner { get; set; }

    public partial HotRecord Best { get; }

    public partial HotPair<ulong> Pair { get; }
}

[StorageRecord]
internal sealed partial class HotRecord
{
    public partial Address Seller { get; set; }

    public partial UInt256 Price { get; set; }
}

[StorageRecord]
internal sealed partial class HotPair<T>
{
    public partial T First { get; set; }

    public partial T Second { get; set; }
}
