namespace Cairn;

/// <summary>Something that needs log before the floor.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">The name of a hold; null for anything else.</param>
/// <param name="Bytes">The log before the floor that it keeps.</param>
public sealed record PruneObstacle(PruneObstacleKind Kind, string? Name, long Bytes);
