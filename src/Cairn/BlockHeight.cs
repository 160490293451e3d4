namespace Cairn;

/// <summary>The height of a ledger block: unsigned, strictly increasing along a chain, gaps allowed.</summary>
/// <param name="Value">The height as a number, 0 to 2^64 − 1.</param>
public readonly record struct BlockHeight(ulong Value) : IComparable<BlockHeight>
{
    /// <summary>Makes a height of a number.</summary>
    public static explicit operator BlockHeight(ulong value) => new(value);

    /// <summary>The number of a height.</summary>
    public static explicit operator ulong(BlockHeight height) => height.Value;

    /// <summary>Whether the left height is below the right one.</summary>
    public static bool operator <(BlockHeight left, BlockHeight right) => left.Value < right.Value;

    /// <summary>Whether the left height is above the right one.</summary>
    public static bool operator >(BlockHeight left, BlockHeight right) => left.Value > right.Value;

    /// <summary>Whether the left height is at or below the right one.</summary>
    public static bool operator <=(BlockHeight left, BlockHeight right) => left.Value <= right.Value;

    /// <summary>Whether the left height is at or above the right one.</summary>
    public static bool operator >=(BlockHeight left, BlockHeight right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public int CompareTo(BlockHeight other) => Value.CompareTo(other.Value);

    /// <summary>The height as decimal digits.</summary>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
