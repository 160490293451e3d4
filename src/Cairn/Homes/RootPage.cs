namespace Cairn.Homes;

/// <summary>What a manifest says about the root page of a tree.</summary>
/// <param name="Id">The root page; none for the empty tree.</param>
/// <param name="Bytes">Its stored bytes.</param>
/// <param name="Crc">The CRC32C of its stored bytes, as its own first field has it.</param>
/// <param name="Hash">The hash of the tree; the empty root for an empty state tree, zero for the local tree.</param>
/// <param name="Totals">What the tree holds.</param>
public readonly record struct RootPage(PageId Id, int Bytes, uint Crc, Hash256 Hash, TreeTotals Totals);
