namespace Cairn;

/// <summary>How much a tree, or a part of it, holds.</summary>
/// <param name="Entries">The number of entries.</param>
/// <param name="Bytes">The sum of key length and value length over the entries, in bytes.</param>
public readonly record struct TreeTotals(ulong Entries, ulong Bytes)
{
    /// <summary>The totals of both parts together.</summary>
    public static TreeTotals operator +(TreeTotals left, TreeTotals right) => new(left.Entries + right.Entries, left.Bytes + right.Bytes);

    /// <summary>What is left when the right part is taken out of the left one.</summary>
    public static TreeTotals operator -(TreeTotals left, TreeTotals right) => new(left.Entries - right.Entries, left.Bytes - right.Bytes);
}
