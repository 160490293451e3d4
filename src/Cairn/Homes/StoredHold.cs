namespace Cairn.Homes;

/// <summary>A named hold as a home keeps it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Height">The height it was placed at.</param>
/// <param name="Place">The place in the log behind the newest block at or below that height: the records behind it are kept.</param>
/// <param name="MaxBytes">The most bytes of log it may keep beyond what the store keeps anyway.</param>
/// <param name="BrokenAtBytes">How many it kept when that had become too many, since when it keeps none; null while it is whole.</param>
public sealed record StoredHold(string Name, BlockHeight Height, LogPosition Place, long MaxBytes, long? BrokenAtBytes);
