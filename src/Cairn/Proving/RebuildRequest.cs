using Cairn.History;
using Cairn.Tree;

namespace Cairn.Proving;

/// <summary>A state tree of the past that is to be rebuilt from a newer one.</summary>
/// <param name="Sequence">The sequence of the block after which the state is meant: what tells one request from another.</param>
/// <param name="Height">The height of that block.</param>
/// <param name="Root">The root that was logged with it.</param>
/// <param name="From">The newer version.</param>
/// <param name="Totals">Tells what the state tree held.</param>
/// <param name="Scan">Walks over the keys that have changed between the two, with what they were.</param>
/// <param name="CountBlocks">Counts the blocks between the two, for a refusal.</param>
internal sealed record RebuildRequest(ulong Sequence, BlockHeight Height, Hash256 Root, StateVersion From, Func<TreeTotals> Totals, Func<IPastCursor> Scan, Func<ulong> CountBlocks);
