namespace Cairn;

/// <summary>The shape of a tree in pages.</summary>
/// <param name="Pages">The number of pages.</param>
/// <param name="Items">Their items together.</param>
/// <param name="LeafPages">The pages without stubs.</param>
/// <param name="Depth">The pages on the longest path.</param>
/// <param name="BodyBytes">The bytes of the pages, without hashes.</param>
public sealed record TreeShape(long Pages, long Items, long LeafPages, int Depth, long BodyBytes);
