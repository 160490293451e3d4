using Cairn.Contracts;

namespace Cairn.Examples.Punks;

/// <summary>
/// What the market knows of a punk. 64 bytes, a divisor of the 256 of a chunk, so that all of a punk is in one entry of the state and one proof shows it.
/// </summary>
[StorageRecord]
internal sealed partial class Punk
{
    /// <summary>Who bought it last.</summary>
    public partial Address Owner { get; set; }

    /// <summary>Who sold it last.</summary>
    public partial Address Seller { get; set; }

    /// <summary>The price of the last sale in wei.</summary>
    public partial UInt128 Price { get; set; }

    /// <summary>How often it was sold; 0 for one that never was.</summary>
    public partial ulong Sales { get; set; }
}
