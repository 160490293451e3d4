namespace Cairn.History;

/// <summary>What the history takes.</summary>
/// <param name="Runs">How many runs there are.</param>
/// <param name="FileBytes">The bytes of those in files.</param>
/// <param name="MemoryBytes">The bytes of those in memory.</param>
/// <param name="CacheBytes">The blocks of files in memory.</param>
/// <param name="CacheMisses">Blocks read from files since opening.</param>
/// <param name="WrittenBytes">Bytes written to files since opening.</param>
/// <param name="CoveredSequence">The last record up to which none is missing.</param>
internal readonly record struct HistoryUsage(int Runs, long FileBytes, long MemoryBytes, long CacheBytes, long CacheMisses, long WrittenBytes, ulong CoveredSequence);
