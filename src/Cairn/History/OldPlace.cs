namespace Cairn.History;

/// <summary>Where an old value lies in the log.</summary>
/// <param name="Tree">The tree it belongs to.</param>
/// <param name="Place">The place, in the home's own terms.</param>
/// <param name="Checksum">The CRC-32C of the value.</param>
internal readonly record struct OldPlace(TreeKind Tree, ulong Place, uint Checksum);
